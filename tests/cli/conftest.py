"""The command line in this process, in a folder with a model small enough to compute by hand."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest

from mlwright.cli import main


class Told(NamedTuple):
    """What a command ended in."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def toys() -> ModuleType:
    return _elsewhere("bundle", "toys")


@pytest.fixture(scope="session")
def reports() -> ModuleType:
    return _elsewhere("report", "reports")


def _elsewhere(unit: str, name: str) -> ModuleType:
    path = Path(__file__).parents[1] / unit / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"cli_{name}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def folder(tmp_path: Path, toys: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: models/churn, models/price, and rows.csv with 30 rows that have both classes."""
    toys.toy(tmp_path / "models" / "churn")
    toys.toy(tmp_path / "models" / "price", ())
    lines = ["id,age,member,paid,since,plan,note,y"]
    lines += [
        f"a{i},{20 + i},{i % 2},{'yes' if i % 3 else 'no'},2024-03-01,{'pro' if i % 2 else 'basic'},hello,"
        f"{'Yes' if i % 2 else 'No'}"
        for i in range(30)
    ]
    (tmp_path / "rows.csv").write_text("\n".join(lines) + "\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def typed(capfd: pytest.CaptureFixture[str]) -> Callable[..., Told]:
    """Runs a command: typed("verify", "models/churn")."""

    def run(*words: str) -> Told:
        capfd.readouterr()
        code = main(words)
        said = capfd.readouterr()
        return Told(code, said.out, said.err)

    return run
