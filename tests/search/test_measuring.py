"""What is fitted to understand a search: the learning curve and the model of fewer columns."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from mlwright.contracts.protocols import Clock
from mlwright.contracts.records import Origin
from mlwright.search import learning_curve, measure, measured


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr("mlwright.search.measuring._FEWEST", 5)
    monkeypatch.setattr("mlwright.search.measuring._COLUMNS", 2)
    monkeypatch.setattr("os.cpu_count", lambda: 2)


def sampled(search, of: int):
    table = search.ground.table
    origin = Origin(name="t", fingerprint="", layout="", rows=of, taken=table.rows)
    return replace(search, ground=replace(search.ground, table=msgspec.structs.replace(table, origins=(origin,))))


def test_the_best_trial_is_fitted_on_fewer_rows_and_with_fewer_columns(searched, here):
    search, pool = searched("regression"), here()
    measure(search, pool)
    found = measured(search)
    assert list(found.points) == [12, 25, 50, 100]
    assert found.folds == (0, 1)  # as many as without a budget
    assert {job.cure for job in pool.jobs} == {"", "fewer-columns"}
    assert len(found.fewer) == 2
    assert {trial.spec.id for trial in search.trials()} == {spec.id for spec in search.ground.plan.trials}
    measure(search, again := here())
    assert again.jobs == []  # a run that is gone on with has the points already
    whole = found.points[100][0]
    assert len(whole.seen) == len(whole.learnt) == 100
    assert not np.isin(whole.learnt, search.ground.folds.valid(0)).any()


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_the_curve_says_what_more_rows_bring(searched, here, task):
    search = searched(task)
    measure(search, here())
    growth = learning_curve(search, measured(search))
    assert [rung.rows for rung in growth.rungs] == list(measured(search).points)
    assert all(rung.score.low <= rung.score.value <= rung.score.high for rung in growth.rungs)
    assert all(rung.seen is not None for rung in growth.rungs)
    assert (growth.start, growth.more) == (150, 100)
    assert growth.gain.low >= 0.0
    assert [rung.rows for rung in growth.ahead] in ([250, 450], [])


def test_the_curve_of_a_sample_is_drawn_on_to_all_rows(searched, here):
    search = sampled(searched("regression"), 12_345_678)
    measure(search, here())
    growth = learning_curve(search, measured(search))
    assert growth.start + growth.more == 12_345_678


def test_nothing_is_measured_when_no_time_is_left(searched, here):
    search = searched("multiclass")
    problem = msgspec.structs.replace(search.ground.problem, budget=60.0)
    search = replace(search, clock=Clock(0.0), ground=replace(search.ground, problem=problem))
    pool = here()
    measure(search, pool)
    assert pool.jobs == []


def test_few_rows_have_no_curve(searched, monkeypatch):
    monkeypatch.setattr("mlwright.search.measuring._FEWEST", 1000)
    search = searched("binary")
    assert measured(search).points == {}
    assert learning_curve(search, measured(search)) is None
