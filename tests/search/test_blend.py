"""From predictions to an ensemble: never worse on its rows than its best member, calibrated only where it helps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy.special import expit, logit, softmax

from mlwright import metrics
from mlwright.contracts.protocols import Truth
from mlwright.search.blend import Blend, choose, full, loss, weigh

TASKS = st.sampled_from(["binary", "multiclass", "regression"])
METRIC = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}


def guesses(task, members, rows, seed):
    """Truth, and members that know some of it, each as much as its draw says."""
    rng = np.random.default_rng(seed)
    if task == "regression":
        values = rng.normal(size=rows)
        made = [(values + rng.uniform(0.2, 3) * rng.normal(size=rows))[:, None] for _ in range(members)]
        return Truth(task, values, 0), made
    classes = 2 if task == "binary" else 4
    values = rng.integers(0, classes, rows)
    made = []
    for _ in range(members):
        raw = rng.uniform(0.0, 2) * np.eye(classes)[values] + rng.normal(size=(rows, classes))
        share = softmax(raw, axis=1)
        made.append(share[:, 1:] if task == "binary" else share)
    return Truth(task, values, classes), made


@given(TASKS, st.integers(1, 6), st.integers(20, 300), st.integers(0, 50))
def test_a_blend_is_never_worse_than_its_best_member(task, members, rows, seed):
    truth, made = guesses(task, members, rows, seed)
    blend = weigh(made, truth, METRIC[task], Blend((1.0,)))
    mixed = blend(made, task)
    assert loss(mixed, truth, METRIC[task]) <= min(loss(p, truth, METRIC[task]) for p in made) + 1e-12


@pytest.mark.parametrize("task", ["binary", "multiclass"])
@given(rows=st.integers(1, 70), sure=st.floats(0.0, 1.0), seed=st.integers(0, 50), even=st.booleans())
def test_the_log_loss_is_minus_the_mean_logarithm_of_what_the_true_class_gets(task, rows, sure, seed, even):
    truth, (made,) = guesses(task, 1, rows, seed)
    wrong = full(np.roll(made, 1, axis=0), task).round() * sure  # certain, and often wrong: no product may underflow
    table = full(made, task) * (1 - sure) + wrong
    truth = replace(truth, weight=None if even else np.random.default_rng(seed).uniform(0.1, 2.0, rows))
    logs = np.log(np.maximum(table[np.arange(rows), truth.values], 1e-6))
    expected = -np.average(logs, weights=truth.weight)
    assert loss(table[:, 1:] if task == "binary" else table, truth, "log_loss") == pytest.approx(expected, rel=1e-9)


@given(TASKS, st.integers(1, 6), st.integers(20, 300), st.integers(0, 50))
def test_weights_are_shares_of_one(task, members, rows, seed):
    truth, made = guesses(task, members, rows, seed)
    for blend in (choose(made, truth, METRIC[task], 0), weigh(made, truth, METRIC[task], Blend((1.0,)))):
        assert len(blend.weights) == members
        assert min(blend.weights) >= 0
        assert sum(blend.weights) == pytest.approx(1.0, abs=1e-12)


@given(TASKS, st.integers(1, 4), st.integers(0, 20))
def test_the_same_rows_give_the_same_blend(task, members, seed):
    truth, made = guesses(task, members, 100, seed)
    assert choose(made, truth, METRIC[task], 3) == choose(made, truth, METRIC[task], 3)


def test_what_helps_is_mixed_in_and_what_does_not_is_left_out():
    rng = np.random.default_rng(0)
    values = rng.normal(size=2000)
    good, other = (values + rng.normal(size=2000) for _ in range(2))
    noise = 10 * rng.normal(size=2000)
    truth = Truth("regression", values, 0)
    blend = choose([p[:, None] for p in (good, other, noise)], truth, "rmse", 0)
    assert blend.weights[0] == pytest.approx(0.5, abs=0.1)
    assert blend.weights[2] == 0.0


@pytest.mark.parametrize("task", ["binary", "multiclass"])
@pytest.mark.parametrize("sharpness", [0.4, 3.0])
def test_distorted_probabilities_are_put_right(task, sharpness):
    rng = np.random.default_rng(1)
    fair, distorted, truth = probabilities(task, rng, sharpness)
    blend = choose([distorted], truth, "log_loss", 0)
    mended = blend([distorted], task)
    assert blend.calibrated
    assert loss(mended, truth, "") < loss(distorted, truth, "")
    assert np.abs(mended - fair).mean() < np.abs(distorted - fair).mean() / 4


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_fair_probabilities_are_left_alone(task):
    changed = []
    for seed in range(8):
        fair, _, truth = probabilities(task, np.random.default_rng(seed), 1.0)
        changed.append(np.abs(choose([fair], truth, "log_loss", 0)([fair], task) - fair).max())
    assert np.median(changed) == 0.0
    assert max(changed) < 0.05


def probabilities(task, rng, sharpness):
    """Probabilities that are fair, the same too flat or too sharp, and a truth drawn from the fair ones."""
    if task == "binary":
        fair = expit(rng.normal(size=6000) * 1.5)[:, None]
        values = (rng.random(6000) < fair[:, 0]).astype(np.int64)
        return fair, expit(sharpness * logit(fair)), Truth(task, values, 2)
    fair = softmax(rng.normal(size=(6000, 3)), axis=1)
    values = (rng.random((6000, 1)) > fair.cumsum(axis=1)).sum(axis=1).clip(0, 2)
    return fair, softmax(sharpness * np.log(fair), axis=1), Truth(task, values, 3)


@pytest.mark.parametrize("metric", ["f1", "mcc", "balanced_accuracy"])
def test_a_threshold_serves_the_metric_that_needs_one(metric):
    rng = np.random.default_rng(2)
    p = expit(rng.normal(size=4000) - 3)[:, None]
    truth = Truth("binary", (rng.random(4000) < p[:, 0]).astype(np.int64), 2)
    blend = choose([p], truth, metric, 0)
    answer = full(blend([p], "binary"), "binary")
    at = {t: metrics.score(metrics.METRICS[metric], truth.values, answer, threshold=t) for t in (blend.threshold, 0.5)}
    assert at[blend.threshold] > at[0.5] + 0.05
    assert answer[:, 1].min() <= blend.threshold <= answer[:, 1].max()


def test_a_threshold_serves_somebody_elses_metric_of_answers():
    rng = np.random.default_rng(2)
    p = expit(rng.normal(size=4000) - 1)[:, None]
    truth = Truth("binary", (rng.random(4000) < p[:, 0]).astype(np.int64), 2)

    def cost(y_true, y_pred):
        return np.mean(np.where(y_true == y_pred, 0, np.where(y_true == 1, 4, 1)))

    asked = metrics.Metric.of(cost, needs="label", greater_is_better=False)
    assert choose([p], truth, asked, 0).threshold == pytest.approx(0.2, abs=0.07)  # where both errors cost the same
    assert choose([p], truth, metrics.Metric.of(lambda y_true, y_pred: 0.0), 0).threshold == 0.5


@pytest.mark.parametrize("metric", ["roc_auc", "log_loss", "accuracy"])
def test_other_metrics_leave_the_threshold_at_one_half(metric):
    truth, made = guesses("binary", 2, 200, 0)
    assert choose(made, truth, metric, 0).threshold == 0.5


@given(TASKS, st.integers(1, 4), st.integers(20, 80), st.integers(0, 50))
def test_a_weight_of_two_is_a_row_twice(task, members, rows, seed):
    truth, made = guesses(task, members, rows, seed)
    counts = np.random.default_rng(seed).integers(1, 4, rows)
    again = np.repeat(np.arange(rows), counts)
    weighed, repeated = replace(truth, weight=counts.astype(float)), truth.at(again)
    mixed = Blend(weigh(made, weighed, METRIC[task], Blend((1.0,))).weights)(made, task)
    assert loss(mixed, weighed, METRIC[task]) == pytest.approx(loss(mixed[again], repeated, METRIC[task]), rel=1e-9)
    other = Blend(weigh([p[again] for p in made], repeated, METRIC[task], Blend((1.0,))).weights)
    np.testing.assert_allclose(mixed, other(made, task), atol=1e-9)


def test_calibration_and_threshold_heed_the_weights():
    rng = np.random.default_rng(4)
    p = expit(rng.normal(size=4000))[:, None]
    truth = Truth("binary", (rng.random(4000) < p[:, 0]).astype(np.int64), 2)
    rare = replace(truth, weight=np.where(truth.values == 1, 0.1, 1.0))
    mended = choose([p], rare, "f1", 0)
    assert mended.offset == pytest.approx(np.log(0.1), abs=0.3)  # the odds of a class that counts a tenth
    assert mended.threshold < choose([p], truth, "f1", 0).threshold
    assert loss(mended([p], "binary"), rare, "") < loss(p, rare, "")


COSTS = st.fixed_dictionaries({"false_positive": st.floats(0.1, 10.0), "false_negative": st.floats(0.1, 10.0)})


@given(COSTS, st.integers(0, 50))
def test_costs_put_the_threshold_where_true_probabilities_ask_for_it(costs, seed):
    rng = np.random.default_rng(seed)
    p = rng.uniform(0.01, 0.99, size=2000)[:, None]
    truth = Truth("binary", (rng.random(2000) < p[:, 0]).astype(np.int64), 2)
    ideal = costs["false_positive"] / (costs["false_positive"] + costs["false_negative"])
    assert choose([p], truth, "roc_auc", 0, costs).threshold == pytest.approx(ideal, abs=0.08)


def test_costs_move_the_threshold_of_probabilities_that_mislead():
    rng = np.random.default_rng(1)
    p = np.sort(rng.random(4000))[:, None]
    steps = Truth(
        "binary", (p[:, 0] > 0.8).astype(np.int64), 2
    )  # all is told at 0.8, which no calibration on odds says
    threshold = choose([p], steps, "roc_auc", 0, {"false_positive": 1.0, "false_negative": 1.0}).threshold
    answered = choose([p], steps, "roc_auc", 0, {"false_positive": 1.0, "false_negative": 1.0})([p], "binary")[:, 0]
    assert np.mean((answered >= threshold) != steps.values) < 0.02


def test_what_costs_nothing_is_not_asked_for():
    rng = np.random.default_rng(2)
    p = rng.random(3000)[:, None]
    truth = Truth("binary", (rng.random(3000) < p[:, 0]).astype(np.int64), 2)
    gains = {"false_positive": 1.0, "false_negative": 0.0, "true_positive": -4.0}
    assert choose([p], truth, "roc_auc", 0, gains).threshold == pytest.approx(0.2, abs=0.06)
    assert choose([p], truth, "roc_auc", 0).threshold == 0.5
