"""Extra trees: the graph, where scikit-learn's own rules for missing values bite; the clock."""

from __future__ import annotations

import time

import numpy as np
import pytest

from mlwright.contracts.protocols import Clock, Terms, Truth
from mlwright.learners.extratrees import ExtraTrees, SmallTree
from mlwright.testing.learners import CLASSES, agree

TASKS = sorted(CLASSES)
NO_WATCH = np.zeros(200, bool)


def data(task, missing=0.0, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(200, 4)).astype(np.float32)
    y = x[:, 0] + x[:, 1] ** 2
    x[rng.random(x.shape) < missing] = np.nan
    if task == "regression":
        return x, Truth(task, y, 0)
    return x, Truth(task, y.argsort().argsort() * CLASSES[task] // 200, CLASSES[task])


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("learner", [ExtraTrees(trees=10), SmallTree()], ids=lambda x: type(x).__name__)
@pytest.mark.parametrize(("at_fit", "later"), [(0.0, 0.3), (0.3, 0.0), (0.3, 0.3)])
def test_missing_values_at_fit_or_only_later(task, learner, at_fit, later):
    learner.fit(*data(task, at_fit), Terms(0, Clock(), NO_WATCH))
    x, truth = data(task, later, seed=1)
    agree(learner, x, truth)
    agree(learner, np.full((3, 4), np.nan, np.float32), truth)


def test_ties_at_a_threshold_fall_to_the_same_side():
    rng = np.random.default_rng(0)
    x = rng.integers(0, 4, (200, 4)).astype(np.float32) / 3
    truth = Truth("regression", x @ np.array([1.0, 2.0, 4.0, 8.0]), 0)
    tree = SmallTree(depth=8, least=1).fit(x, truth, Terms(0, Clock(), NO_WATCH))
    edges = tree._model.tree_.threshold[tree._model.tree_.feature >= 0].astype(np.float32)
    near = np.concatenate([edges, np.nextafter(edges, np.float32(9)), np.nextafter(edges, np.float32(-9))])
    agree(tree, np.repeat(near[:, None], 4, axis=1), truth)


@pytest.mark.parametrize("learner", [ExtraTrees(trees=10), SmallTree()], ids=lambda x: type(x).__name__)
def test_the_largest_numbers_are_learnt_from_without_a_warning(learner):
    rng = np.random.default_rng(0)
    x = rng.choice(np.array([3e38, -3e38, 1e-45, 0.0, np.nan], np.float32), (200, 4))
    truth = Truth("binary", (x[:, 0] > 0).astype(int), 2)
    learner.fit(x, truth, Terms(0, Clock(), NO_WATCH))
    agree(learner, x, truth)


def test_leaves_are_bounded():
    x, truth = data("regression")
    learner = ExtraTrees(trees=3, least=1, leaves=10).fit(x, truth, Terms(0, Clock(), NO_WATCH))
    assert max(tree.get_n_leaves() for tree in learner._model.estimators_) <= 10
    agree(learner, x, truth)


@pytest.mark.alone
@pytest.mark.parametrize("task", TASKS)
def test_stops_when_time_is_up(task):
    x, truth = data(task)
    started = time.monotonic()
    learner = ExtraTrees(trees=1_000_000).fit(x, truth, Terms(0, Clock.lasting(0.2), NO_WATCH))
    assert time.monotonic() - started < 2.0
    agree(learner, x, truth)


def test_the_mean_of_more_trees_does_not_depend_on_when_one_looked_at_the_clock():
    x, truth = data("binary")
    ten = ExtraTrees(trees=10).fit(x, truth, Terms(3, Clock(), NO_WATCH)).predict(x)
    more = ExtraTrees(trees=30).fit(x, truth, Terms(3, Clock(), NO_WATCH))
    first = np.mean([tree.predict_proba(x)[:, 1] for tree in more._model.estimators_[:10]], axis=0)
    np.testing.assert_allclose(first, ten[:, 0])
