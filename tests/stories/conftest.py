"""Whole runs through the command line, as a user would type them."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

PROGRAM = Path(sys.executable).with_name("mlwright")


@pytest.fixture(scope="session")
def bad_inputs() -> ModuleType:
    return load("bad_inputs")


def load(name: str) -> ModuleType:
    """A module that lies beside this one."""
    spec = importlib.util.spec_from_file_location(f"stories_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONWARNINGS": "error", "NO_COLOR": "1"}


def run_typed(folder: Path, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """What a command does in a folder; its exit code must be ``code``."""
    done = subprocess.run(
        [PROGRAM, *words], cwd=folder, env=environment(), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == code, f"{done.args}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stdout + done.stderr
    return done


@pytest.fixture(scope="session")
def typed() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a command in a folder: typed(folder, "verify", "models/churn", code=0)."""
    return run_typed


@pytest.fixture
def started() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts a command in a folder and goes on; what is still running at the end of the test is killed."""
    running: list[subprocess.Popen[str]] = []

    def start(folder: Path, *words: str) -> subprocess.Popen[str]:
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        process = subprocess.Popen([PROGRAM, *words], cwd=folder, env=environment(), text=True, **pipes)
        running.append(process)
        return process

    yield start
    for process in running:
        with process:
            process.kill()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for a case runs once for each."""
    if "case" in metafunc.fixturenames:
        cases = load("bad_inputs").CASES
        metafunc.parametrize("case", cases, ids=[case.name.replace(" ", "-") for case in cases])


@pytest.fixture(scope="session")
def trained(bad_inputs: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with churn.csv, new.csv, models/churn and the run that made it. Not to be changed."""
    folder = tmp_path_factory.mktemp("trained")
    bad_inputs.write(folder / "churn.csv", bad_inputs.rows())
    bad_inputs.write(folder / "new.csv", bad_inputs.rows(seed=7, count=400))
    run_typed(folder, *bad_inputs.FIRST.split())
    return folder


@pytest.fixture
def place(trained: Path, tmp_path: Path) -> Path:
    """A copy of the trained folder, to do with as one likes."""
    return Path(shutil.copytree(trained, tmp_path / "place"))
