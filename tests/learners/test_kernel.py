"""A line in the space of a kernel: what scikit-learn's parts give, and what no line can learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline

from mlwright.contracts.protocols import Clock, Terms, Truth
from mlwright.learners.kernel import Kernel

PLAIN = Terms(0, Clock(), np.zeros(200, bool))


def rows(seed=0):
    return np.random.default_rng(seed).normal(size=(200, 3)).astype(np.float32)


@pytest.mark.parametrize("shape", ["gauss", "laplace"])
@pytest.mark.parametrize("task", ["binary", "regression"])
def test_the_oracles_answer(task, shape):
    x = rows()
    gamma = 1.0 / x.var(axis=0).sum()
    power = 2 if shape == "gauss" else 1
    smooth = np.sin(2 * x[:, 0]) + x[:, 1] ** 2
    truth = Truth(task, (smooth > 0.8).astype(int) if task == "binary" else smooth, 2 if task == "binary" else 0)
    own = Kernel(landmarks=200, shape=shape, strengths=(3.0,)).fit(x, truth, PLAIN).predict(x)[:, 0]
    line = LogisticRegression(C=3.0, tol=1e-3, max_iter=200) if task == "binary" else Ridge(alpha=1 / 3.0)
    kernel = Nystroem(kernel=lambda a, b: np.exp(-((gamma**0.5 * np.linalg.norm(a - b)) ** power)), n_components=200)
    oracle = make_pipeline(kernel, line).fit(x.astype(float), truth.values)
    theirs = oracle.predict_proba(x.astype(float))[:, 1] if task == "binary" else oracle.predict(x.astype(float))
    np.testing.assert_allclose(own, theirs, atol=5e-3)


@pytest.mark.parametrize("shape", ["gauss", "laplace"])
def test_columns_that_tell_nothing_no_longer_part_rows(shape):
    x, new = (np.random.default_rng(seed).normal(size=(400, 12)).astype(np.float32) for seed in (0, 1))

    def fitted(turns):
        return Kernel(shape=shape, turns=turns).fit(x, Truth("regression", np.sin(2 * x[:, 0]), 0), PLAIN)

    def error(model):
        return np.mean((model.predict(new)[:, 0] - np.sin(2 * new[:, 0])) ** 2)

    assert error(fitted(1)) < 0.5 * error(fitted(0))
    twice = fitted(2)
    assert error(twice) < error(fitted(1))
    elsewhere = np.column_stack([new[:, 0], new[:, 1:] + 100])
    np.testing.assert_array_equal(twice.predict(elsewhere), twice.predict(new))


def test_columns_that_do_not_vary_are_not_read():
    x = np.column_stack([rows(), np.full((200, 2), 7.0)]).astype(np.float32)
    truth = Truth("regression", np.sin(x[:, 0]) + x[:, 1], 0)
    still, without = Kernel(turns=1).fit(x, truth, PLAIN), Kernel(turns=1).fit(x[:, :3], truth, PLAIN)
    np.testing.assert_allclose(still.predict(x), without.predict(x[:, :3]), rtol=1e-4)
    x[:, 3:] = 0.0
    np.testing.assert_array_equal(still.predict(x)[:5], still.predict(x + np.float32([0, 0, 0, 9, 9]))[:5])


@pytest.mark.parametrize("shape", ["gauss", "laplace"])
def test_slopes_are_those_of_the_answer(shape):
    x = rows()
    smooth = np.column_stack([np.sin(x[:, 0]), x[:, 1] * x[:, 2]]).sum(axis=1)
    model = Kernel(landmarks=50, shape=shape, turns=1, strengths=(3.0,))
    model.fit(x, Truth("regression", smooth, 0), PLAIN)
    away = (x + np.float32(0.3)).astype(np.float64)  # no row stands on a landmark, where "laplace" has a tip
    step = 1e-4 * np.eye(3)
    moved = [(model.predict(away + d) - model.predict(away - d))[:, 0] / 2e-4 for d in step]
    found = model._slopes(away, None)
    np.testing.assert_allclose(found, np.sqrt(np.mean(np.square(moved), axis=1)), rtol=1e-4)


def test_a_constant_answer_stretches_nothing():
    model = Kernel(turns=2).fit(rows(), Truth("regression", np.zeros(200), 0), PLAIN)
    np.testing.assert_array_equal(model.predict(rows(1)), np.zeros((200, 1)))


def test_what_no_line_can_learn():
    x, new = rows(), rows(1)
    model = Kernel().fit(x, Truth("regression", (x**2).sum(axis=1), 0), PLAIN)
    assert np.corrcoef(model.predict(new)[:, 0], (new**2).sum(axis=1))[0, 1] > 0.9


def test_rows_far_from_all_others_are_answered_as_usual():
    x = rows()
    model = Kernel().fit(x, Truth("binary", (x[:, 0] > 0).astype(int), 2), PLAIN)
    far = model.predict(np.full((1, 3), 1e30, np.float32))
    assert 0.3 < far[0, 0] < 0.7
