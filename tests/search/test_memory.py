"""What becomes of trials that need more memory than their share."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mlwright.contracts.protocols import Clock


@pytest.fixture
def fresh(searched):
    """The search over a small table with nothing done yet."""
    search = searched("binary")
    return replace(search, outcomes={}, clock=Clock(), _scores={}, _losses={})


@pytest.fixture(autouse=True)
def _two_cores(monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 2)


def test_who_needs_more_than_a_share_is_tried_once_more_alone(fresh, here):
    pool = here("linear")
    fresh.execute(pool)
    assert {trial.spec.id: trial.status for trial in fresh.trials()}["linear"] == "done"
    asked = [job.memory for job in pool.jobs if job.trial == "linear"]
    assert sorted(set(asked)) == [here.room_of_all // 2, here.room_of_all]
    assert {job.memory for job in pool.jobs if job.trial != "linear"} == {here.room_of_all // 2}
