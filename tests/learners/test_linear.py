"""Linear models: classes that are absent, sparse as dense, and scikit-learn's own answer."""

from __future__ import annotations

import time

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge

from mlwright.contracts.protocols import Clock, Terms, Truth
from mlwright.learners import linear
from mlwright.learners.linear import Linear
from mlwright.testing.learners import CLASSES, agree

NO_WATCH = np.zeros(300, bool)
PLAIN = Terms(0, Clock(), NO_WATCH)


def data(task, classes=5, zeros=0.0, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(300, 6)).astype(np.float32)
    x[rng.random(x.shape) < zeros] = 0.0
    y = x[:, 0] * 2 - x[:, 1] + 0.5 * rng.normal(size=300)
    if task == "regression":
        return x, Truth(task, y, 0)
    classes = 2 if task == "binary" else classes
    return x, Truth(task, y.argsort().argsort() * classes // 300, classes)


@pytest.mark.parametrize("present", [(0, 1, 2, 3), (1, 3), (0, 4), (3, 4), (2,), (0,), (4,)])
def test_only_some_of_five_classes(present):
    x, truth = data("multiclass")
    keep = np.isin(truth.values, present)
    learner = Linear(strengths=(1.0,)).fit(x[keep], truth.at(keep), Terms(0, Clock(), np.zeros(keep.sum(), bool)))
    agree(learner, x, truth)
    answer = learner.predict(x)
    absent = [c for c in range(5) if c not in present]
    assert answer[:, absent].max() < 1e-6
    if len(present) > 1:
        alone = LogisticRegression(C=1.0, tol=1e-3, max_iter=200).fit(x[keep].astype(float), truth.values[keep])
        np.testing.assert_allclose(answer[:, present], alone.predict_proba(x.astype(float)), atol=1e-6)
    else:
        assert answer[:, present].min() > 1 - 1e-6


@pytest.mark.parametrize("only", [0, 1])
def test_only_one_of_two_classes(only):
    x, _ = data("binary")
    learner = Linear().fit(x, Truth("binary", np.full(300, only), 2), PLAIN)
    assert np.abs(learner.predict(x) - only).max() < 1e-6
    agree(learner, x, Truth("binary", np.full(300, only), 2))


def test_the_oracles_answer():
    x, truth = data("binary")
    own = Linear(strengths=(0.1,)).fit(x, truth, PLAIN).predict(x)[:, 0]
    model = LogisticRegression(C=0.1, tol=1e-3, max_iter=200).fit(x.astype(float), truth.values)
    np.testing.assert_allclose(own, model.predict_proba(x.astype(float))[:, 1], atol=1e-6)
    x, truth = data("regression")
    own = Linear(strengths=(0.1,)).fit(x, truth, PLAIN).predict(x)[:, 0]
    np.testing.assert_allclose(own, Ridge(alpha=10.0).fit(x.astype(float), truth.values).predict(x), atol=1e-6)


@pytest.mark.parametrize("task", sorted(CLASSES))
def test_sparse_and_dense_learn_the_same(task, monkeypatch):
    x, truth = data(task, zeros=0.9)
    terms = Terms(0, Clock(), np.arange(300) % 8 == 0)
    answers = []
    for share in (0.0, 1.0):  # always dense, always sparse
        monkeypatch.setattr(linear, "_SPARSE", share)
        answers.append(Linear().fit(x, truth, terms).predict(x))
    np.testing.assert_allclose(answers[0], answers[1], atol=2e-3)  # solvers stop at different points


def test_the_strength_that_serves_the_watched_rows_is_chosen():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 100)).astype(np.float32)
    truth = Truth("binary", (x[:, 0] + 3 * rng.normal(size=300) > 0).astype(int), 2)
    terms = Terms(0, Clock(), np.arange(300) % 4 == 0)
    both = Linear(strengths=(1e-3, 1e3)).fit(x, truth, terms).predict(x)
    gentle = Linear(strengths=(1e-3,)).fit(x, truth, terms).predict(x)
    np.testing.assert_allclose(both, gentle)  # much noise: the strong regularisation wins


def test_each_part_that_is_watched_has_a_say():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(80, 40)).astype(np.float32)
    truth = Truth("regression", x[:, 0] + rng.normal(size=80), 0)
    masks = [np.arange(80) % 8 == i for i in range(8)]
    strengths = (1e-3, 1e-2, 1e-1, 1.0)

    def errors(mask):
        lines = (Linear(strengths=(s,)).fit(x[~mask], truth.at(~mask), PLAIN) for s in strengths)
        return [np.mean((line.predict(x[mask])[:, 0] - truth.values[mask]) ** 2) for line in lines]

    told = np.array([errors(mask) for mask in masks])
    assert len(set(told.argmin(axis=1))) > 1
    for some in (masks[:1], masks[:3], masks):
        made = Linear(strengths=strengths).fit(x, truth, Terms(0, Clock(), some[0], others=tuple(some[1:])))
        assert made.settled["strength"] == strengths[told[: len(some)].sum(axis=0).argmin()]


@pytest.mark.alone
def test_stops_when_time_is_up():
    x, truth = data("multiclass")
    watch = np.arange(300) % 8 == 0
    started = time.monotonic()
    learner = Linear(strengths=tuple(np.geomspace(1e-3, 1e3, 10_000).tolist()))
    learner.fit(x, truth, Terms(0, Clock.lasting(0.2), watch))
    assert time.monotonic() - started < 2.0
    agree(learner, x, truth)
