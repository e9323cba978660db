"""What becomes of trials that need more memory than their share, and of the curve that is fitted last."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from mlwright.contracts.protocols import Clock
from mlwright.contracts.records import Origin
from mlwright.search import curve, learning_curve
from mlwright.trials import Ended, Job, failure, outcome_path, write_outcome
from mlwright.trials.worker import perform

ROOM = 1000


class Here:
    """A pool that does its jobs at once, in this process; those of ``greedy`` need more than half of the room."""

    def __init__(self, greedy: str = ""):
        self.greedy, self.jobs, self._done = greedy, [], []

    @property
    def running(self) -> int:
        return len(self._done)

    @property
    def memory(self) -> int:
        return sum(ended.job.memory for ended in self._done)

    def room(self, limit: int) -> int:
        return ROOM

    def submit(self, job: Job) -> int:
        self.jobs.append(job)
        if job.trial == self.greedy and job.memory < ROOM:
            path = outcome_path(Path(job.run), job.trial, job.fold)
            write_outcome(path, failure(job.trial, job.fold, "memory", "too much", 0.1))
        else:
            perform(job)
        self._done.append(Ended(job, 0, "done", ""))
        return len(self.jobs)

    def wait(self, seconds: float) -> list[Ended]:
        ended, self._done = self._done, []
        return ended

    def stop(self) -> None:
        self._done = []


@pytest.fixture
def fresh(searched):
    """The search over a small table with nothing done yet."""
    search = searched("binary")
    return replace(search, outcomes={}, clock=Clock(), _scores={}, _losses={})


@pytest.fixture(autouse=True)
def _two_cores(monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 2)


def test_who_needs_more_than_a_share_is_tried_once_more_alone(fresh):
    pool = Here("linear")
    fresh.execute(pool)
    assert {trial.spec.id: trial.status for trial in fresh.trials()}["linear"] == "done"
    asked = [job.memory for job in pool.jobs if job.trial == "linear"]
    assert sorted(set(asked)) == [ROOM // 2, ROOM]
    assert {job.memory for job in pool.jobs if job.trial != "linear"} == {ROOM // 2}


def sampled(search, of: int):
    table = search.ground.table
    origin = Origin(name="t", fingerprint="", layout="", rows=of, taken=table.rows)
    return replace(search, ground=replace(search.ground, table=msgspec.structs.replace(table, origins=(origin,))))


def test_the_curve_of_a_sample_tells_of_all_rows(searched, monkeypatch):
    monkeypatch.setattr(curve, "_FEWEST", 5)
    search, pool = sampled(searched("regression"), 12_345_678), Here()
    (finding,) = learning_curve(search, pool)
    assert [job.rows for job in pool.jobs] == [50, 25, 12]
    assert finding.code == "learning-curve"
    assert "12,345,678 rows would bring about" in finding.message or "no sign" in finding.message
    assert {trial.spec.id for trial in search.trials()} == {spec.id for spec in search.ground.plan.trials}
    learning_curve(search, again := Here())
    assert again.jobs == []  # a run that is gone on with has the points already


def test_there_is_no_curve_when_no_time_is_left(searched, monkeypatch):
    monkeypatch.setattr(curve, "_FEWEST", 5)
    search = replace(sampled(searched("multiclass"), 10**6), clock=Clock(0.0))
    pool = Here()
    assert learning_curve(search, pool) == ()
    assert pool.jobs == []
