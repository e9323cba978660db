"""A run that was killed or interrupted goes on to the result that it would have had."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

Typed = Callable[..., subprocess.CompletedProcess[str]]
pytestmark = [pytest.mark.story, pytest.mark.slow]


def run_that_reached(process: Any, runs: Path, pattern: str) -> Path:
    """The run's folder, as soon as a file of that pattern lies in it."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for run in runs.glob("*"):
            if list(run.glob(pattern)):
                return run
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    pytest.fail(f"the run did not come to {pattern}")


@pytest.fixture
def bare(trained: Path, tmp_path: Path) -> Path:
    """A folder with the table alone."""
    (tmp_path / "churn.csv").write_bytes((trained / "churn.csv").read_bytes())
    return tmp_path


@pytest.mark.parametrize("moment", ["plan.json", "trials/linear-*"])
def test_a_killed_run_resumes_to_the_same_bytes(
    moment: str, bare: Path, trained: Path, typed: Typed, started: Callable[..., Any], bad_inputs: ModuleType
) -> None:
    process = started(bare, *bad_inputs.FIRST.split())
    run = run_that_reached(process, bare / "runs", moment)
    process.kill()
    process.wait(10)
    assert not (bare / "models" / "churn").exists()
    told = json.loads(typed(bare, "resume", str(run.relative_to(bare)), "--json").stdout)
    assert told["run"] == str(run.relative_to(bare))
    for name in ("model.onnx", "schema.json", "evaluation.json"):
        ours, theirs = (folder / "models" / "churn" / name for folder in (bare, trained))
        assert ours.read_bytes() == theirs.read_bytes(), name


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_says_how_to_go_on(
    stop: signal.Signals, bare: Path, typed: Typed, started: Callable[..., Any], bad_inputs: ModuleType
) -> None:
    process = started(bare, *bad_inputs.FIRST.split(), "--json")
    run_that_reached(process, bare / "runs", "plan.json")
    process.send_signal(stop)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in err, err
    line = json.loads(out)["error"]["way_out"]
    assert line in err
    assert json.loads(typed(bare, *shlex.split(line)[1:], "--json").stdout)["model"] == "models/churn"


def test_a_finished_run_tells_again_what_it_came_to(place: Path, typed: Typed) -> None:
    (run,) = (place / "runs").iterdir()
    first, second = (json.loads(typed(place, "resume", str(run), "--json").stdout) for _ in range(2))
    assert {**first, "seconds": 0} == {**second, "seconds": 0}
