"""A run that stopped goes on from its last record, to the model that it would have come to."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from mlwright.contracts.errors import RunError
from mlwright.contracts.records import Problem
from mlwright.lifecycle import STAGES, go_on, train
from mlwright.lifecycle.journey import Request
from mlwright.store import Run


class Stopped(BaseException):
    """Nothing that a run catches. What a kill leaves behind is looked at in tests/laws and tests/stories."""


def silent(event, **facts):
    pass


def result(folder: Path) -> tuple[str, str]:
    """What a run came to: the sums of the model and of its verdict."""
    model, verdict = (sha256((folder / "model" / name).read_bytes()) for name in ("model.onnx", "evaluation.json"))
    return model.hexdigest(), verdict.hexdigest()


def stops(at: str):
    """A listener that ends a run as soon as a stage is named."""

    def listen(event, **facts):
        if event == "stage" and facts["stage"] == at:
            raise Stopped

    return listen


def begin(folder: Path, table, listener) -> None:
    folder.mkdir()
    table("binary").drop("shop", "day").write_csv(folder / "data.csv")
    places = {"out": folder / "model", "runs": folder / "runs"}
    train(folder / "data.csv", "target", budget=None, trials=1, seed=3, listener=listener, **places)


@pytest.mark.slow
def test_stopped_after_every_record_it_comes_to_the_same(table, tmp_path):
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    begin(whole, table, silent)
    verbs = [stage.verb for stage in STAGES]
    with pytest.raises(Stopped):
        begin(stopped, table, stops(verbs[1]))
    (run,) = (stopped / "runs").iterdir()
    for done, verb in enumerate(verbs[2:], 2):
        assert [Run(run).has(stage.record) for stage in STAGES] == [i < done - 1 for i in range(len(STAGES))]
        with pytest.raises(Stopped):
            go_on(run, stops(verb))
    assert not (stopped / "model").exists()
    arrival = go_on(run, silent)
    assert result(stopped) == result(whole)
    # a finished run is not run again, and says what it came to
    before = {path: path.stat().st_mtime_ns for path in (stopped / "model").iterdir()}
    again = go_on(run, silent)
    assert (again.verdict, again.model, again.findings) == (arrival.verdict, arrival.model, arrival.findings)
    assert {path: path.stat().st_mtime_ns for path in (stopped / "model").iterdir()} == before
    starts = [event for event in Run(run).events() if event["event"] == "start"]
    assert len(starts) == len(STAGES) + 1


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(RunError) as caught:
        go_on(tmp_path / "nowhere", silent)
    assert "nowhere" in caught.value.where
    assert caught.value.way_out


def test_data_that_was_in_memory_and_is_lost_is_told(tmp_path):
    run = Run.create(tmp_path, "lost")
    run.write("problem", Problem(target="y"))
    run.write("request", Request(source="", model=str(tmp_path / "model"), command=""))
    with pytest.raises(RunError, match="in memory"):
        go_on(run.path, silent)


def test_two_processes_never_work_on_one_run(tmp_path):
    run = Run.create(tmp_path, "held")
    run.write("problem", Problem(target="y"))
    run.write("request", Request(source="data.csv", model=str(tmp_path / "model"), command=""))
    with run.lock(), pytest.raises(RunError, match="another process"):
        go_on(run.path, silent)
