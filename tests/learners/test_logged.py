"""Learning the logarithm of the target keeps the law, and the mean."""

from __future__ import annotations

import numpy as np
import pytest

from mlwright.contracts.protocols import Truth
from mlwright.learners import Logged
from mlwright.learners.lightgbm import LightGBM
from mlwright.learners.linear import Linear
from mlwright.testing import LearnerLaws, checks
from mlwright.testing.learners import run, terms

FLOOR = -3.0  # the laws' truth is centred and scaled


class LoggedTrees(Logged):
    weighs = True
    monotone = True


class LoggedLine(Logged):
    flavour = "linear"
    weighs = True


class Trees(LearnerLaws):
    learner = LoggedTrees(LightGBM(rounds=40), FLOOR)


class Line(LearnerLaws):
    learner = LoggedLine(Linear(), FLOOR)


def every_check():
    for laws in (Trees, Line):
        for name, call in checks(laws):
            if not name.startswith("options"):  # no plugin: a plan's JSON names the learner and the floor apart
                yield pytest.param(call, id=f"{laws.__name__}:{name}")


@pytest.mark.parametrize("check", list(every_check()))
def test_the_laws(check):
    check()


@pytest.fixture
def prices():
    """Rows whose values are made by what multiplies, and lie above 0 on a scale of their own."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(800, 3)).astype(np.float32)
    values = np.exp(x @ [0.8, -0.5, 0.0] + 0.6 * rng.normal(size=800))
    mean, scale = values.mean(), values.std()
    return x, Truth("regression", (values - mean) / scale, 0), -mean / scale


def test_what_multiplies_is_learnt_better_than_by_a_line_of_the_values(prices):
    x, truth, floor = prices
    learn, new = np.arange(600), np.arange(600, 800)
    error = [
        np.mean((learner.fit(x[learn], truth.at(learn), terms(600)).predict(x[new])[:, 0] - truth.values[new]) ** 2)
        for learner in (Logged(Linear(), floor), Linear())
    ]
    assert error[0] < 0.8 * error[1]


def test_the_mean_of_the_answers_is_that_of_the_rows_learnt_from(prices):
    x, truth, floor = prices
    model = Logged(Linear(), floor).fit(x, truth, terms(len(x)))
    assert model.predict(x).mean() == pytest.approx(truth.values.mean(), abs=1e-9)


def test_no_answer_spreads_further_than_the_truth_did(prices):
    x, truth, floor = prices
    model = Logged(Linear(), floor).fit(x, truth, terms(len(x)))
    most, least = run(model, np.array([[50, -50, 0], [-50, 50, 0]], np.float32))[:, 0] - floor
    above = truth.values - floor
    assert most / least == pytest.approx(above.max() / above.min(), rel=1e-3)
