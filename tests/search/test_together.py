"""Folds that one process does after another: fewer processes, the same outcomes; no more is lost than was undone."""

from __future__ import annotations

import shutil
import time
from dataclasses import replace

import msgspec
import numpy as np
import pytest

from mlwright.contracts.protocols import Clock
from mlwright.search import search as searching
from mlwright.store import Run
from mlwright.trials import Ended, Job, outcome_path, read_outcome
from mlwright.trials.worker import perform


@pytest.fixture
def fresh(searched, tmp_path):
    """The search over a small table with nothing done yet, in a folder of its own."""
    search = searched("binary")
    shutil.copytree(search.run.path, tmp_path / "run", ignore=shutil.ignore_patterns("matrices", "trials"))
    run = Run.open(tmp_path / "run")
    return replace(search, run=run, outcomes={}, clock=Clock(), _scores={}, _losses={})


@pytest.fixture(autouse=True)
def _two_cores(monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 2)


def test_brief_folds_share_processes_and_come_to_the_same(fresh, here, searched, monkeypatch):
    monkeypatch.setattr(searching, "_BRIEF", float("inf"))  # whatever else the machine does
    pool = here()
    fresh.execute(pool)
    folds = [job.folds for job in pool.jobs if job.trial != "constant"]
    assert folds == [(0, 1), (2,)] * 3
    assert len(fresh.outcomes) == 3 * len(fresh.ground.plan.trials)
    for key, outcome in fresh.outcomes.items():
        np.testing.assert_array_equal(outcome.prediction, searched("binary").outcomes[key].prediction)


@pytest.mark.parametrize("why", ["folds that take long", "no time for all that waits"])
def test_each_fold_has_its_process_where_that_costs_little_or_some_may_be_cut(fresh, here, monkeypatch, why):
    pool = here()
    if why == "folds that take long":
        monkeypatch.setattr(searching, "_BRIEF", 0.0)
    else:
        monkeypatch.setattr(type(fresh), "_time_for", lambda self, waiting: False)
        monkeypatch.setattr(type(fresh), "_unwanted", lambda self, spec, waiting: False)
    fresh.execute(pool)
    assert {len(job.folds) for job in pool.jobs} == {1}


def test_what_had_no_time_of_its_own_is_done_again(fresh):
    perform(Job(0, str(fresh.run.path), "linear", 0))
    spec = next(s for s in fresh.ground.plan.trials if s.id == "linear")
    first = Job(0, str(fresh.run.path), "linear", 0, more=(1, 2))
    assert fresh._take(Ended(first, -9, "deadline", "ended at its deadline"), spec, 0) == (1, 2)
    assert list(fresh.outcomes) == [("linear", 0)]
    alone = Job(0, str(fresh.run.path), "linear", 1)
    assert fresh._take(Ended(alone, -9, "deadline", "ended at its deadline"), spec, 0) == ()
    assert {fold: o.result.status for (_, fold), o in fresh.outcomes.items()} == {0: "done", 1: "deadline"}
    assert not outcome_path(fresh.run.path, "linear", 1).exists()  # a resumed run has time again


def test_a_learner_that_had_no_turn_yet_is_not_taken_for_brief(fresh):
    def took(trial, seconds):
        perform(Job(0, str(fresh.run.path), trial, 0))
        outcome = read_outcome(outcome_path(fresh.run.path, trial, 0))
        result = msgspec.structs.replace(outcome.result, seconds=seconds)
        fresh.keep(replace(outcome, result=result))

    assert fresh._longest("linear") == float("inf")
    took("constant", 0.3)
    assert fresh._longest("linear") == pytest.approx(3.0)
    took("linear", 0.2)
    assert fresh._longest("linear") == pytest.approx(0.2)
    assert fresh._longest("constant") == pytest.approx(0.3)


def test_what_memory_did_not_suffice_for_is_done_again_and_what_came_after_it(fresh):
    perform(Job(0, str(fresh.run.path), "linear", 0))
    spec = next(s for s in fresh.ground.plan.trials if s.id == "linear")
    job = Job(0, str(fresh.run.path), "linear", 0, memory=10, more=(1, 2))
    assert fresh._take(Ended(job, 77, "memory", ""), spec, room=20) == (1, 2)
    assert list(fresh.outcomes) == [("linear", 0)]


def test_a_fold_that_fails_ends_its_process(fresh, monkeypatch):
    def fails(ground, spec, fold, clock):
        raise ValueError(f"fold {fold}")

    monkeypatch.setattr("mlwright.trials.worker.fit_fold", fails)
    perform(Job(0, str(fresh.run.path), "linear", 1, more=(2,)))
    assert read_outcome(outcome_path(fresh.run.path, "linear", 1)).result.error == "ValueError: fold 1"
    assert not outcome_path(fresh.run.path, "linear", 2).exists()


def test_every_fold_gets_its_share_of_the_time(fresh, monkeypatch):
    given = []
    fit = searching.fit_fold

    def watched(ground, spec, fold, clock):
        given.append(clock.left)
        return fit(ground, spec, fold, clock)

    monkeypatch.setattr("mlwright.trials.worker.fit_fold", watched)
    perform(Job(0, str(fresh.run.path), "constant", 0, deadline=Clock.lasting(60.0).deadline, more=(1, 2)))
    assert given[0] == pytest.approx(20.0, abs=1.0) and given[0] < given[1] < given[2] <= 60.0


def test_what_ends_as_the_time_does_counts_at_once(fresh, here, monkeypatch):
    monkeypatch.setattr(searching, "_LEAST", 0.0)

    class Late(here):
        def wait(self, seconds):
            time.sleep(seconds)
            return []

        def stop(self):
            return super().wait(0.0)

    perform(Job(0, str(fresh.run.path), "constant", 0, more=(1, 2)))
    fresh.load()
    known, pool = set(fresh.outcomes), Late()
    replace(fresh, clock=Clock(time.monotonic() + 1.0)).execute(pool)
    assert pool.jobs
    assert pool.running == 0
    assert {(job.trial, fold) for job in pool.jobs for fold in job.folds} == set(fresh.outcomes) - known
