"""What is read from LightGBM's text is what its own `predict` answers."""

from __future__ import annotations

import time

import lightgbm
import numpy as np
import pytest

from mlwright.contracts.protocols import Clock, Terms, Truth
from mlwright.graph import Inputs, Session, compile, trees
from mlwright.learners.lightgbm import LightGBM, read_model
from mlwright.testing.learners import matrix

ROWS, FEATURES = 400, 5


def data(missing=0.0, seed=0, zeros=0.0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(ROWS, FEATURES)).astype(np.float32)
    x[:, 1] = x[:, 1].round()
    x[rng.random(x.shape) < zeros] = 0.0
    y = x[:, 0] * 2 + (x[:, 1] > 0) + 0.1 * rng.normal(size=ROWS)
    x[rng.random(x.shape) < missing] = np.nan
    return x, y


def label(y, classes):
    return (y.argsort().argsort() * classes // len(y)).astype(int)


def booster(x, y, objective="l2", rounds=15, classes=1, options=None):
    params = {"objective": objective, "num_class": classes, "num_threads": 1, "verbose": -1, "min_data_in_leaf": 5}
    return lightgbm.train({**params, **(options or {})}, lightgbm.Dataset(x, y), rounds)


def emitted(model, x, width=1):
    names = tuple(f"x{i}" for i in range(x.shape[1]))
    graph = compile({"y": trees(matrix(x.shape[1]), read_model(model, width))}, Inputs(names, ()))
    return Session(graph)({"numbers": x.astype(np.float64)})["y"]


def agree(model, x, width=1):
    raw = model.predict(x, raw_score=True).reshape(len(x), width)
    np.testing.assert_allclose(emitted(model, x, width), raw, rtol=1e-5, atol=1e-5)


def hostile(seed):
    x = data(missing=0.3, seed=seed, zeros=0.3)[0]
    x[:5] = [[v] * FEATURES for v in (np.nan, np.inf, -np.inf, 0.0, -0.0)]
    return x


@pytest.mark.parametrize("missing", [0.0, 0.2, 0.95])
@pytest.mark.parametrize("zeros", [0.0, 0.5])
def test_missing_values_go_the_way_they_go_there(missing, zeros):
    x, y = data(missing, zeros=zeros)
    model = booster(x, y)
    agree(model, x)
    agree(model, hostile(1))


@pytest.mark.parametrize("options", [{"use_missing": False}, {"extra_trees": True}, {"boosting": "dart"}])
def test_options_that_change_the_text(options):
    x, y = data(0.2, zeros=0.2)
    agree(booster(x, y, options=options), hostile(2))


@pytest.mark.parametrize("objective", ["binary", "l2", "l1", "poisson"])
def test_objectives(objective):
    x, y = data(0.1)
    agree(booster(x, label(y, 2), objective), hostile(3))


@pytest.mark.parametrize("absent", [None, 0, 2, 3])
def test_classes_side_by_side_and_one_that_is_absent(absent):
    x, y = data(0.1)
    classes = label(y, 4)
    keep = classes != absent
    agree(booster(x[keep], classes[keep], "multiclass", 8, 4), hostile(4), 4)


def test_the_best_round_is_where_reading_ends():
    x, y = data()
    noise = np.random.default_rng(1).normal(size=ROWS)
    params = {"objective": "l2", "learning_rate": 0.5, "num_threads": 1, "verbose": -1}
    train = lightgbm.Dataset(x, y + noise)
    valid = lightgbm.Dataset(*data(seed=9), reference=train)
    stop = lightgbm.early_stopping(5, verbose=False)
    model = lightgbm.train(params, train, 100, [valid], callbacks=[stop], keep_training_booster=True)
    assert 0 < model.best_iteration < model.current_iteration()
    assert len(read_model(model, 1).roots) == model.best_iteration
    agree(model, x)


@pytest.mark.parametrize("rounds", [1, 2])
def test_few_rounds(rounds):
    x, y = data()
    agree(booster(x, y, rounds=rounds), x)


@pytest.mark.parametrize("value", [0.0, 3.5, -1e6])
def test_a_target_that_does_not_vary_gives_trees_of_one_leaf(value):
    x, _ = data()
    model = booster(x, np.full(ROWS, value))
    assert not len(read_model(model, 1).feature)
    agree(model, x)


def test_thresholds_between_neighbouring_floats():
    x = np.nextafter(np.float32(1.0), np.float32(2.0)) * np.ones((ROWS, 1), np.float32)
    x[::2] = 1.0
    y = (x[:, 0] > 1.0).astype(float)
    model = booster(x, y)
    assert np.ptp(model.predict(x)) > 0.5
    agree(model, x)
    agree(model, np.array([[0.0], [-0.0], [1e-45], [-1e-45], [np.float32(1e-35)]], np.float32).repeat(3, axis=0))


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.parametrize("rows", [200, 400])
def test_stops_when_time_is_up(rows):
    x, y = data()
    watch = np.arange(rows) % 8 == 0
    learner = LightGBM(rounds=10_000_000, rate=1e-6, patience=10_000_000)
    started = time.monotonic()
    learner.fit(x[:rows], Truth("multiclass", label(y[:rows], 5), 5), Terms(0, Clock.lasting(0.3), watch))
    assert time.monotonic() - started < 2.0
    assert np.isfinite(learner.predict(x)).all()


def test_watched_rows_are_learnt_from_in_the_end():
    x, y = data()
    watch = x[:, 0] > 1.0  # what is large is seen among the watched alone
    truth, terms = Truth("regression", y, 0), Terms(0, Clock(), watch)
    learnt = LightGBM(rounds=200).fit(x, truth, terms).predict(x[watch])
    assert learnt.max() > y[~watch].max() + 0.5
