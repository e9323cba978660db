"""Promises that are kept are not complained of; a model that is too sure of itself is told so, and by how much."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.special import expit, softmax

from mlwright.evaluate import Evidence, Held
from mlwright.evaluate.calibration import by_costs, calibrations, coverage, cutoff, uncalibrated, uneven
from mlwright.evaluate.columns import cut


def promised(n: int, seed: int, sure: float = 1.0, **facts: Any) -> Evidence:
    """Two classes drawn by true odds; the model says these odds, times ``sure``."""
    rng = np.random.default_rng(seed)
    odds = 1.5 * rng.normal(size=n)
    p = expit(sure * odds)
    y = (rng.random(n) < expit(odds)).astype(np.int64)
    return Evidence("binary", ("no", "yes"), "roc_auc", y, np.column_stack([1 - p, p]), "out of fold", **facts)


def numbers(n: int, seed: int, bend: float = 0.0) -> Evidence:
    rng = np.random.default_rng(seed)
    answer = rng.normal(size=n)
    y = answer * (1 + bend) + rng.standard_t(4, size=n)
    return Evidence("regression", (), "rmse", y, answer, "out of fold")


def test_a_model_that_is_too_sure_is_told_so() -> None:
    evidence = promised(2000, 0, sure=3.0)
    kept = calibrations(evidence)
    (found,) = uncalibrated(evidence, kept)
    assert found.code == "uncalibrated"
    assert "too sure of itself" in found.message
    assert "'yes'" in found.message
    assert kept[0].calibration.error == pytest.approx(0.13, abs=0.03)
    highest = kept[0].calibration.bins[-1]
    assert highest.promised > highest.came.high


def test_a_model_that_is_too_careful_or_leans_is_told_so() -> None:
    careful = promised(3000, 0, sure=0.3)
    assert "too careful" in uncalibrated(careful, calibrations(careful))[0].message
    rng = np.random.default_rng(0)
    p = rng.uniform(0.2, 0.9, size=3000)
    y = (rng.random(3000) < p - 0.15).astype(np.int64)
    high = Evidence("binary", (0, 1), "roc_auc", y, np.column_stack([1 - p, p]), "")
    assert "too high" in uncalibrated(high, calibrations(high))[0].message


def test_kept_promises_are_complained_of_in_one_of_a_hundred_runs() -> None:
    told = sum(bool(uncalibrated(e, calibrations(e))) for e in (promised(1000, seed) for seed in range(100)))
    told += sum(bool(uncalibrated(e, calibrations(e))) for e in (numbers(1000, seed) for seed in range(100)))
    assert told <= 5


def test_numbers_that_bend_are_told_with_their_unit() -> None:
    evidence = numbers(3000, 0, bend=0.5)
    (found,) = uncalibrated(evidence, calibrations(evidence))
    assert "predicts" in found.message
    assert calibrations(evidence)[0].calibration.answer == ""


def test_each_class_is_looked_at() -> None:
    rng = np.random.default_rng(1)
    shares = softmax(1.5 * rng.normal(size=(3000, 3)), axis=1)
    y = (shares.cumsum(axis=1) < rng.random(3000)[:, None]).sum(axis=1)
    sure = shares**3 / (shares**3).sum(axis=1, keepdims=True)
    good = Evidence("multiclass", ("a", "b", "c"), "log_loss", y, shares, "")
    bad = Evidence("multiclass", ("a", "b", "c"), "log_loss", y, sure, "")
    assert {k.calibration.answer for k in calibrations(good)} == {"a", "b", "c"}
    assert not uncalibrated(good, calibrations(good))
    assert len(uncalibrated(bad, calibrations(bad))) == 1


def test_a_promise_of_a_rare_class_that_is_broken_is_told() -> None:
    rng = np.random.default_rng(2)
    p = np.full(20_000, 0.03) + 0.005 * rng.random(20_000)
    y = (rng.random(20_000) < p / 2).astype(np.int64)
    evidence = Evidence("binary", (0, 1), "roc_auc", y, np.column_stack([1 - p, p]), "")
    assert calibrations(evidence)[0].calibration.error < 0.03
    assert uncalibrated(evidence, calibrations(evidence))


def held(rows: int, seed: int, bad: float = 0.9) -> tuple[Evidence, tuple[Any, ...]]:
    rng = np.random.default_rng(seed)
    sex = rng.integers(0, 2, rows)
    holds = rng.random(rows) < np.where(sex == 1, bad, 0.9)
    answer = rng.normal(size=rows)
    found = Held(np.arange(rows), holds, np.full(rows, 2.0))
    evidence = Evidence("regression", (), "rmse", answer + rng.normal(size=rows), answer, "", held=found)
    made = cut(pl.Series("sex", np.array(["f", "m"])[sex]), 20)
    return evidence, (made,)


def test_intervals_that_hold_less_in_a_part_are_told_by_its_name() -> None:
    evidence, cuts = held(3000, 0, bad=0.75)
    told = coverage(evidence, cuts)
    assert told is not None
    assert told.width == 2.0
    assert told.parts["sex: m"].high < 0.85
    (found,) = uneven(told, "regression")
    assert "sex: m" in found.message
    assert "sex: f" not in found.message
    assert found.message.index("sex: m") < found.message.index("prediction:")  # the worst part first


def test_intervals_that_hold_are_rarely_complained_of() -> None:
    told = [uneven(coverage(e, cuts), "regression") for e, cuts in (held(1000, seed) for seed in range(100))]
    assert sum(map(bool, told)) <= 5


def test_what_decides_by_costs_and_what_it_saves() -> None:
    costs = {"false_positive": 1.0, "false_negative": 9.0}
    evidence = promised(4000, 0, threshold=0.1)
    found = cutoff(evidence, costs)
    assert found is not None
    assert found.saved.value == pytest.approx(found.usual - found.cost.value)
    assert found.saved.low > 0
    assert found.cost.low < found.cost.value < found.cost.high
    yes = evidence.prediction[:, 1] >= 0.1
    missed, alarms = ((~yes) & (evidence.y == 1)).mean(), (yes & (evidence.y == 0)).mean()
    assert found.cost.value == pytest.approx(9 * missed + alarms)
    assert by_costs(evidence, found)[0].code == "costs-cutoff"
    assert cutoff(evidence, {}) is None
