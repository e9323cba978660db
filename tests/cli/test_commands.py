"""Each command's words, and what it answers on a model that is computed by hand."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import mlwright

Typed = Callable[..., Any]
NAMES = ("explore", "train", "predict", "evaluate", "explain", "serve", "verify", "resume")
QUICK = 2.5  # times what Python takes to load what draws the help, which a person takes for at once
HEAVY = {"lightgbm", "onnx", "onnxruntime", "polars", "sklearn", "scipy", "numpy", "starlette", "uvicorn"}


def test_help_shows_the_commands_and_each_has_its_own(typed: Typed) -> None:
    told = typed("--help")
    assert told.code == 0
    assert typed().out == told.out
    for name in NAMES:
        assert f" {name} " in told.out
        assert f"mlwright {name}" in typed(name, "--help").out


@pytest.mark.alone
def test_help_is_quick_and_loads_nothing_heavy() -> None:
    def waited(code: str) -> tuple[float, set[str]]:
        started = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        return time.perf_counter() - started, set(done.stderr.split())

    ours = "import sys; from mlwright.cli import main; main(['--help']); print(*sys.modules, file=sys.stderr)"
    drawn, asked = zip(*((waited("import typer.rich_utils")[0], waited(ours)) for _ in range(3)), strict=True)
    assert not HEAVY & asked[0][1]
    assert min(asked)[0] < QUICK * min(drawn)


def test_the_version_is_the_installed_one(typed: Typed) -> None:
    from importlib.metadata import version

    assert typed("--version").out == f"mlwright {version('mlwright')}\n"


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("trian", "a.csv"), "'train'"),
        (("train", "a.csv", "--targt", "y"), "--target"),
        (("train",), "'DATA'"),
        (("serve", "m", "--port", "high"), "'--port'"),
        (("predict", "m", "a.csv"), "--out"),
    ],
)
def test_a_slip_is_told_with_a_way_out(words: tuple[str, ...], hint: str, typed: Typed) -> None:
    told = typed(*words)
    assert told.code == 2
    assert hint in told.err
    assert "--help" in told.err
    assert told.out == ""
    error = json.loads(typed(*words, "--json").out)["error"]
    assert error["exit_code"] == 2


@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl"])
def test_predict_writes_what_the_model_answers(ending: str, folder: Path, typed: Typed) -> None:
    told = typed("predict", "models/churn", "rows.csv", "-o", f"out.{ending}")
    assert told.code == 0
    assert "30 predictions are in out" in told.out
    read = {"csv": pl.read_csv, "parquet": pl.read_parquet, "jsonl": pl.read_ndjson}[ending]
    expected = mlwright.load("models/churn").score_frame("rows.csv")
    written = read(f"out.{ending}")
    assert written.columns == expected.columns == ["prediction", "probability_No", "probability_Yes"]
    assert_frame_equal(written, expected)


def test_predict_gives_intervals_for_numbers(folder: Path, typed: Typed) -> None:
    told = json.loads(typed("predict", "models/price", "rows.csv", "--out", "out.csv", "--json").out)
    assert told["columns"] == ["prediction", "lower", "upper"]
    assert told["rows"] == 30


def test_predict_refuses_a_place_before_it_works(folder: Path, typed: Typed) -> None:
    for out, piece in (("out.cvs", "'.csv'"), ("no/out.csv", "'no'"), ("models/churn", "''")):
        told = typed("predict", "models/none", "rows.csv", "-o", out)
        assert told.code == 2
        assert piece in told.err


def test_evaluate_shows_here_beside_promised(folder: Path, typed: Typed) -> None:
    told = typed("evaluate", "models/churn", "rows.csv")
    assert told.code == 0
    assert "on 30 rows of rows.csv" in told.out
    assert "here" in told.out and "promised" in told.out
    facts = json.loads(typed("evaluate", "models/churn", "rows.csv", "--json").out)
    assert facts["promised"] == {"metric": "roc_auc", "score": 0.8, "interval": [0.7, 0.9]}
    assert facts["interval"][0] <= facts["score"] <= facts["interval"][1]
    assert facts["left_out"] == 0


def test_evaluate_leaves_out_rows_without_an_answer(folder: Path, typed: Typed) -> None:
    text = (folder / "rows.csv").read_text()
    (folder / "gaps.csv").write_text(text.replace("hello,Yes", "hello,", 5))
    facts = json.loads(typed("evaluate", "models/churn", "gaps.csv", "--json").out)
    assert (facts["rows"], facts["left_out"]) == (25, 5)


def test_verify_tells_the_facts_and_refuses_a_changed_file(folder: Path, typed: Typed) -> None:
    told = typed("verify", "models/churn")
    assert told.code == 0
    for piece in ("model.onnx", "toy.csv (100 rows)", "mlwright train toy.csv --target y", "f" * 64):
        assert piece in told.out
    file = folder / "models" / "churn" / "schema.json"
    file.write_bytes(file.read_bytes() + b" ")
    changed = typed("verify", "models/churn", "--json")
    assert changed.code == 2
    assert "schema.json" in json.loads(changed.out)["error"]["where"]


def test_serve_hands_on_what_was_asked(folder: Path, typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[Any, ...]] = []
    monkeypatch.setattr("mlwright.server.serve", lambda *words: seen.append(words))
    assert typed("serve", "models/churn", "--port", "9000", "--host", "::1").code == 0
    assert typed("serve", "models/churn").code == 0
    assert seen == [("models/churn", "::1", 9000), ("models/churn", "127.0.0.1", 8080)]


def test_an_error_has_a_traceback_only_with_debug(folder: Path, typed: Typed) -> None:
    first, second = typed("verify", "models/chrn").err.splitlines()
    assert first == "error: models/chrn: no such model; did you mean 'churn'?"
    assert second.startswith("       Name the folder")
    assert "Traceback" in typed("verify", "models/chrn", "--debug").err
