"""The pace of boosting: as asked for while there is time, faster where there is little, and the same once more."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, strategies as st

from mlwright.contracts.protocols import Clock, Terms, Truth
from mlwright.learners import boosting
from mlwright.learners.boosting import LOOK, Again, Pace, Plateau
from mlwright.learners.catboost import CatBoost
from mlwright.learners.lightgbm import LightGBM
from mlwright.learners.xgboost import XGBoost
from mlwright.trials.folds import parts


def run(pace, rounds, each, clock):
    """So many rounds that take ``each`` seconds of a clock that stands still otherwise."""
    rates = [pace.rate]
    for done in range(1, rounds + 1):
        clock[0] += each
        changed = pace.after(done)
        rates.append(rates[-1] if changed is None else changed)
    return rates


@pytest.fixture
def clock(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_without_a_deadline_nothing_changes(clock):
    assert set(run(Pace(0.05, Clock()), 500, 10.0, clock)) == {0.05}


def test_with_time_enough_nothing_changes(clock):
    assert set(run(Pace(0.05, Clock.lasting(1000.0)), 500, 0.1, clock)) == {0.05}


@pytest.mark.parametrize("fits", [60, 100, 150])
def test_what_time_is_left_is_learnt_in(clock, fits):
    rates = run(Pace(0.01, Clock.lasting(float(fits))), fits, 1.0, clock)
    assert sum(rates[:fits]) == pytest.approx(10.0, rel=0.15)
    assert rates[0] == 0.01
    assert max(rates) <= 0.3


@given(st.integers(1, 200), st.floats(0.001, 5.0), st.floats(0.001, 0.5))
def test_a_rate_lies_between_what_was_asked_and_the_fastest(rounds, each, least):
    now = [0.0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "monotonic", lambda: now[0])
        rates = run(Pace(least, Clock.lasting(30.0)), rounds, each, now)
    assert all(least <= rate <= max(least, 0.3) for rate in rates)


def test_the_same_once_more(clock):
    pace = Pace(0.01, Clock.lasting(60.0))
    changes = []
    for done in range(1, 40):
        clock[0] += 1.0
        changes.append(pace.after(done))
    again = Again(0.01, pace.changes, Clock())
    assert [again.after(done) for done in range(1, 40)] == changes
    assert any(changes)
    assert again.rate == 0.01
    assert again.after(5000) is None


def test_the_same_once_more_where_the_clock_was_looked_at_once(clock):
    pace = Pace(0.01, Clock.lasting(60.0))  # CatBoost's rate is settled after a few rounds
    clock[0] += 10.0
    settled = pace.after(LOOK)
    assert settled is not None
    assert settled > 0.01
    assert Again(0.01, pace.changes, Clock()).after(LOOK) == settled


@pytest.mark.parametrize("learner", [LightGBM, XGBoost, CatBoost])
def test_a_learner_takes_larger_steps_when_told(learner, monkeypatch):
    class Hasty(Pace):
        def after(self, rounds):
            return 0.3 if rounds in (1, LOOK) else None

    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 3)).astype(np.float32)
    truth = Truth("regression", x[:, 0] + x[:, 1] ** 2, 0)
    terms = Terms(0, Clock(), np.zeros(400, bool))

    def error():
        return float(
            np.mean((learner(rounds=20, rate=0.001).fit(x, truth, terms).predict(x)[:, 0] - truth.values) ** 2)
        )

    slow = error()
    monkeypatch.setattr(boosting, "Pace", Hasty)
    assert error() < slow / 4


@pytest.mark.parametrize("learner", [LightGBM, XGBoost, CatBoost])
def test_no_time_for_all_rows_keeps_what_learnt_from_most(learner, monkeypatch):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(600, 3)).astype(np.float32)
    truth = Truth("regression", x[:, 0].copy(), 0)
    terms = Terms(0, Clock(), np.arange(600) % 8 == 0)
    made = learner(rounds=30, rate=0.3)
    seen = []
    train = made._train

    def noting(*arguments):
        seen.append(train(*arguments))
        return seen[-1]

    monkeypatch.setattr(made, "_train", noting)
    made.fit(x, truth, terms)
    assert made._booster is seen[1]
    monkeypatch.setattr(boosting.Again, "late", property(lambda self: True))
    made.fit(x, truth, terms)
    assert made._booster is seen[2]


def test_catboost_meets_all_rows_at_the_rate_it_settled_on(monkeypatch):
    monkeypatch.setattr(boosting, "_ENOUGH", 1e9)  # so much can't be learnt in any time: the fastest rate
    x = np.random.default_rng(0).normal(size=(600, 3)).astype(np.float32)
    made, rates = CatBoost(rounds=20), []
    model = made._model

    def noting(seed, rounds, rate):
        rates.append(rate)
        return model(seed, rounds, rate)

    monkeypatch.setattr(made, "_model", noting)
    watch = np.arange(600) % 8 == 0
    made.fit(x, Truth("regression", x[:, 0].copy(), 0), Terms(0, Clock.lasting(60.0), watch))
    assert rates == [0.05, 0.3, 0.3]  # a look, what is watched, all rows


@given(st.integers(1, 60), st.lists(st.floats(0, 10), min_size=1, max_size=300))
def test_a_plateau_is_as_long_as_patience_and_a_fifth_of_the_way_there(patience, losses):
    plateau = Plateau(patience)
    ended = next((i for i, loss in enumerate(losses, 1) if plateau.reached(i, loss)), None)
    seen = losses[:ended]
    assert plateau.best == int(np.argmin(seen)) + 1
    if ended is not None:
        assert ended >= patience + 1
        way = int((ended - patience) / 1.2)  # to the last gain
        assert min(seen[:way]) * (1 - 0.003) <= min(seen[way:], default=10.0)


@given(st.integers(1, 60), st.integers(1, 300))
def test_what_keeps_falling_is_no_plateau(patience, rounds):
    plateau = Plateau(patience)
    assert not any(plateau.reached(i, 0.99**i) for i in range(1, rounds + 1))


@pytest.mark.parametrize("learner", [LightGBM, XGBoost, CatBoost])
def test_boosting_ends_on_a_plateau_and_keeps_its_best_round(learner):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(800, 3)).astype(np.float32)
    noisy = Truth("regression", x[:, 0] + rng.normal(size=800), 0)
    terms = Terms(0, Clock(), np.arange(800) % 8 == 0)
    seen = []
    made = learner(rate=0.1)
    train = made._train

    def noting(data, seed, rounds, pace, watch=None):
        seen.append((rounds, made._best(train(data, seed, rounds, pace, watch))))
        return train(data, seed, rounds, pace, watch)

    made._train = noting
    made.fit(x, noisy, terms)
    (most, best), (again, all_rows) = seen
    assert best < most / 20
    assert made.settled["rounds"] == best == again
    if learner is not LightGBM:  # which counts rounds up to a best one alone
        assert all_rows == again


@pytest.mark.parametrize("learner", [LightGBM, XGBoost, CatBoost])
def test_few_rows_are_watched_in_turn_and_the_mean_of_the_rounds_is_learnt(learner):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 3)).astype(np.float32)
    truth = Truth("regression", x[:, 0] + rng.normal(size=200), 0)
    first, *others = parts("plain", truth, None, 8, 0)
    made, seen = learner(rate=0.1), []
    train = made._train

    def noting(data, seed, rounds, pace, watch=None):
        grown = train(data, seed, rounds, pace, watch)
        seen.append((len(data[0]), rounds if watch is None else made._best(grown)))
        return grown

    made._train = noting
    made.fit(x, truth, Terms(0, Clock(), first, others=tuple(others)))
    *turns, (rows, rounds) = seen
    assert [n for n, _ in turns] == [175] * 8
    assert (rows, rounds) == (200, round(np.mean([best for _, best in turns])))
    seen.clear()
    made.fit(x, truth, Terms(0, Clock.lasting(0.001), first, others=tuple(others)))
    assert [n for n, _ in seen] == [175, 200]
