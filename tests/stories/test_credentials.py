"""A run over databases, with passwords in its addresses: nothing that it writes or says holds one of them."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

Typed = Callable[..., subprocess.CompletedProcess[str]]
PROGRAM = Path(sys.executable).with_name("mlwright")
pytestmark = [pytest.mark.story, pytest.mark.slow]


@pytest.fixture(scope="module")
def shop(postgres: Any, bad_inputs: ModuleType) -> str:
    """The URL of a database with two tables of the same form, customers and earlier."""
    rows = bad_inputs.rows()
    with postgres.connect() as connection:
        connection.execute("DROP DATABASE IF EXISTS shop")
        connection.execute("CREATE DATABASE shop")
    columns = ", ".join(f'"{name}" text' for name in bad_inputs.HEAD)
    marks = ", ".join(["%s"] * len(bad_inputs.HEAD))
    with postgres.connect("shop") as connection, connection.cursor() as cursor:
        for table in ("customers", "earlier"):
            cursor.execute(f"CREATE TABLE {table} ({columns})")
            cursor.executemany(f"INSERT INTO {table} VALUES ({marks})", [list(map(str, row)) for row in rows])
    return str(postgres.url("shop"))


def secrets(postgres: Any) -> Iterator[bytes]:
    """The password, and what is left of it when somebody takes its "@" or "/" for a part of the address."""
    for word in (postgres.password, *postgres.password.replace("/", "@").split("@")):
        yield word.encode()


def told(postgres: Any, folder: Path, *texts: str) -> list[str]:
    """Where a password stands: files below the folder, their names, and texts."""
    places = {str(path): path.read_bytes() if path.is_file() else b"" for path in folder.rglob("*")}
    places |= {f"text {number}": text.encode() for number, text in enumerate(texts)}
    return [
        name
        for name, content in places.items()
        if any(word in content or word.decode() in name for word in secrets(postgres))
    ]


ASKED = ("--target", "Churn", "--query", "SELECT * FROM customers ORDER BY 1, 2", "--trials", "1")


def test_a_run_that_ends_well(shop: str, postgres: Any, typed: Typed, tmp_path: Path) -> None:
    done = typed(tmp_path, "train", shop, *ASKED, "--test", f"{shop}#earlier")
    manifest = json.loads((tmp_path / "models" / "shop" / "manifest.json").read_text())
    hidden = shop.replace(postgres.password, "***")
    assert manifest["source"] == manifest["origins"][0]["name"] == hidden
    assert manifest["origins"][1]["name"] == f"{hidden}#earlier"
    (run,) = (tmp_path / "runs").iterdir()
    assert json.loads((run / "problem.json").read_text())["test"] == f"{hidden}#earlier"
    assert shlex.quote(hidden) in manifest["command"] and manifest["origins"][0]["query"] == ASKED[3]
    answered = typed(tmp_path, "predict", "models/shop", shop, "--query", "earlier", "-o", "out.csv", "--json")
    judged = typed(tmp_path, "evaluate", "models/shop", shop, "--query", "earlier")
    assert hidden in judged.stdout
    texts = [text for each in (done, answered, judged) for text in (each.stdout, each.stderr)]
    assert told(postgres, tmp_path, *texts) == []
    assert told(postgres, tmp_path, shop) == ["text 0"]  # what looks for it finds it where it is


@pytest.mark.parametrize(
    "words",
    [
        ("train", "URL", "--target", "Churn"),
        ("train", "URL", "--target", "Churn", "--query", "SELECT x FROM customers"),
        ("train", "URL", "--target", "Chrun", "--query", "customers"),
        ("train", "URL/nowhere", "--target", "Churn", "--query", "customers"),
        ("train", "https://ann:PASSWORD@127.0.0.1:1/x.csv?sig=PASSWORD", "--target", "Churn"),
        ("train", "churn.csv", "--target", "Churn", "--trials", "1", "--test=URL/nowhere"),
        ("train", "URL", "--targt", "URL"),
        ("URL",),
        ("predict", "URL", "URL", "-o", "x.csv"),
        ("verify", "URL"),
    ],
)
def test_a_command_that_fails(
    words: tuple[str, ...], shop: str, postgres: Any, bad_inputs: ModuleType, tmp_path: Path
) -> None:
    bad_inputs.write(tmp_path / "churn.csv", bad_inputs.rows())
    words = tuple(word.replace("URL", shop).replace("PASSWORD", "s3cret") for word in words)
    done = subprocess.run(
        [PROGRAM, *words, "--json", "--debug"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2, f"{done.stdout}\n{done.stderr}"
    assert told(postgres, tmp_path, done.stdout, done.stderr) == []


def test_a_run_that_is_interrupted_goes_on_with_a_password_from_the_environment(
    shop: str, postgres: Any, typed: Typed, started: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = "SELECT *, pg_sleep(0.01)::text AS slept FROM customers ORDER BY 1, 2"
    process = started(tmp_path, "train", shop, *ASKED[:2], "--query", slow, "--trials", "1")
    deadline = time.monotonic() + 30
    while not (found := list(tmp_path.glob("runs/*/request.json"))) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    run = found[0].parent
    assert process.returncode == 130 and not (run / "table.json").exists()
    assert told(postgres, tmp_path, out, err) == []
    with monkeypatch.context() as patch:
        patch.delenv("MLWRIGHT_PASSWORD", raising=False)
        failed = typed(tmp_path, "resume", str(run), code=2)
        assert "MLWRIGHT_PASSWORD" in failed.stderr
    monkeypatch.setenv("MLWRIGHT_PASSWORD", postgres.password)
    done = typed(tmp_path, "resume", str(run))
    assert told(postgres, tmp_path, done.stdout, done.stderr, failed.stderr) == []
