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


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_the_oracles_answer(task):
    x = rows()
    gamma = 1.0 / x.var(axis=0).sum()
    smooth = np.sin(2 * x[:, 0]) + x[:, 1] ** 2
    truth = Truth(task, (smooth > 0.8).astype(int) if task == "binary" else smooth, 2 if task == "binary" else 0)
    own = Kernel(landmarks=200, strengths=(3.0,)).fit(x, truth, PLAIN).predict(x)[:, 0]
    line = LogisticRegression(C=3.0, tol=1e-3, max_iter=200) if task == "binary" else Ridge(alpha=1 / 3.0)
    oracle = make_pipeline(Nystroem(gamma=gamma, n_components=200), line).fit(x.astype(float), truth.values)
    theirs = oracle.predict_proba(x.astype(float))[:, 1] if task == "binary" else oracle.predict(x.astype(float))
    np.testing.assert_allclose(own, theirs, atol=5e-3)


def test_what_no_line_can_learn():
    x, new = rows(), rows(1)
    model = Kernel().fit(x, Truth("regression", (x**2).sum(axis=1), 0), PLAIN)
    assert np.corrcoef(model.predict(new)[:, 0], (new**2).sum(axis=1))[0, 1] > 0.9


def test_rows_far_from_all_others_are_answered_as_usual():
    x = rows()
    model = Kernel().fit(x, Truth("binary", (x[:, 0] > 0).astype(int), 2), PLAIN)
    far = model.predict(np.full((1, 3), 1e30, np.float32))
    assert 0.3 < far[0, 0] < 0.7
