"""Metrics of somebody else's functions: asked as ours are, and what is wrong with them is told by their name."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

from mlwright import metrics
from mlwright.contracts.errors import InputError
from mlwright.metrics import METRICS, Metric


def error(y_true: Any, y_pred: Any) -> float:
    """The mean distance,
    in short.

    And more."""
    return float(np.abs(y_true - y_pred).mean())


def weighed(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
    return float(np.average(np.abs(y_true - y_pred), weights=sample_weight))


class Distance:
    def __call__(self, y_true: Any, y_pred: Any, *, sample_weight: Any = None) -> Any:
        return np.float32(weighed(y_true, y_pred, sample_weight))


@given(st.integers(1, 30), st.integers(0, 100))
def test_a_count_is_a_row_that_often_whether_the_function_takes_weights_or_not(rows, seed):
    rng = np.random.default_rng(seed)
    y, p, counts = rng.normal(size=rows), rng.normal(size=rows), rng.integers(0, 4, rows).astype(float)
    counts[0] = 1.0
    value = METRICS["mae"].function(y, p, counts)
    for function in (error, weighed, Distance()):
        own = Metric.of(function, greater_is_better=False)
        assert own.function(y, p, counts) == pytest.approx(value, rel=1e-5)
        assert own.function(y, p) == pytest.approx(METRICS["mae"].function(y, p), rel=1e-5)
    assert Metric.of(weighed).function(y, p, counts / 7) == pytest.approx(value)


def test_it_knows_whether_its_function_takes_weights():
    assert Metric.of(weighed).weighs and Metric.of(Distance()).weighs
    assert Metric.of(partial(weighed, sample_weight=None)).weighs
    assert not Metric.of(error).weighs and not Metric.of(max).weighs


@pytest.mark.parametrize(
    ("needs", "tasks"),
    [
        (None, ("binary", "multiclass", "regression")),
        ("probability", ("binary", "multiclass")),
        ("label", ("binary", "multiclass")),
        ("value", ("regression",)),
    ],
)
def test_what_it_needs_says_for_which_targets_it_is(needs, tasks):
    own = Metric.of(error, needs=needs)
    assert own.tasks == own.measure.tasks == tasks
    for task in ("binary", "multiclass", "regression"):
        if task in tasks:
            assert metrics.find(own, task) is own
        else:
            with pytest.raises(InputError, match="error is for"):
                metrics.find(own, task)


@pytest.mark.parametrize("needs", [None, "probability", "label"])
def test_it_gets_probabilities_or_the_numbers_of_classes(needs):
    seen = {}

    def look(y_true, y_pred):
        seen["y"], seen["p"] = y_true, y_pred
        return 0.0

    y, p = np.array([0, 1, 1]), np.array([[0.6, 0.4], [0.3, 0.7], [0.55, 0.45]])
    metrics.score(Metric.of(look, needs=needs), y, p, threshold=0.4)
    assert seen["y"].tolist() == [0, 1, 1]
    assert seen["p"].tolist() == ([1, 1, 1] if needs == "label" else p.tolist())


def test_what_it_does_to_its_rows_is_its_own_affair():
    def vandal(y_true, y_pred):
        y_true[:], y_pred[:] = 0, 0
        return 1.0

    y, p = np.arange(4.0), np.arange(4.0)
    weigh = metrics.weigher(Metric.of(vandal), y, p)
    assert weigh(None) == weigh(np.ones(4)) == 1.0
    assert y.tolist() == p.tolist() == [0.0, 1.0, 2.0, 3.0]


def test_it_is_called_as_its_function_is():
    assert (Metric.of(error).name, Metric.of(error).about) == ("error", "The mean distance, in short.")
    assert Metric.of(lambda y_true, y_pred: 0.0).name == "lambda"
    assert Metric.of(Distance()).name == "Distance"
    named = Metric.of(error, name="cost of errors", about="What errors cost.", greater_is_better=False)
    assert (named.name, named.title, named.about) == ("cost of errors", "cost of errors", "What errors cost.")
    assert not named.greater_is_better and metrics.loss(named, np.zeros(2), np.ones(2)) == 1.0


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: Metric.of("roc_auc"), "not a str"),
        (lambda: Metric.of(3), "not a int"),
        (lambda: Metric.of(error, needs="labels"), "did you mean 'label'?"),
        (lambda: Metric.of(error, name="a|b"), "'a|b' is no name"),
        (lambda: Metric.of(error, name="x" * 41), "is no name"),
    ],
)
def test_what_can_be_no_metric_is_refused(make, told):
    with pytest.raises(InputError) as caught:
        make()
    assert told in str(caught.value)
    assert caught.value.way_out


@pytest.mark.parametrize("half", [0.5, np.float32(0.5), np.float64(0.5), np.array(0.5), np.array([0.5])])
def test_one_number_of_any_kind_is_a_value(half):
    assert Metric.of(lambda y_true, y_pred: half).function(np.zeros(1), np.zeros(1)) == 0.5
    assert Metric.of(lambda y_true, y_pred: np.int64(2 * half)).function(np.zeros(1), np.zeros(1)) == 1.0


@pytest.mark.parametrize("found", [float("nan"), np.inf, None, "0.5", [0.5], np.zeros(2), np.nan, 1j, Fraction(1, 2)])
def test_what_is_no_finite_number_is_told_by_the_functions_name(found):
    with pytest.raises(InputError) as caught:
        Metric.of(lambda y_true, y_pred: found, name="cost").function(np.zeros(2), np.zeros(2))
    assert "the metric 'cost' gave " in caught.value.what and "finite number" in caught.value.what
    assert "the same in all" in caught.value.way_out


def test_a_function_that_fails_is_told_by_its_name():
    def cost(y_true, y_pred):
        raise KeyError("price")

    with pytest.raises(InputError) as caught:
        Metric.of(cost).function(np.zeros(2), np.zeros(2))
    assert caught.value.what == "the metric 'cost' raised KeyError: 'price'"
    assert isinstance(caught.value.__cause__, KeyError)


def test_what_is_known_of_a_metric_is_ours_or_what_a_record_tells():
    own = Metric.of(error)
    assert metrics.known("error") is None and metrics.known("other", own.measure) is None
    assert metrics.known("error", own.measure) == own.measure
    assert metrics.known("mae", own.measure) is METRICS["mae"]
    assert (metrics.title("mae"), metrics.title("error")) == ("mean absolute error", "error")
    assert metrics.ours("AUC") is METRICS["roc_auc"] and metrics.ours("error") is None
    assert [m.name for m in metrics.of_task("regression", own)][:2] == ["error", "rmse"]
