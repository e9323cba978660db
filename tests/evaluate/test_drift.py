"""What changes within the period of training."""

from __future__ import annotations

import numpy as np

from mlwright.contracts.insight import Growth, Range, Rung
from mlwright.evaluate.drift import drift

N = 2000
FOLD = np.arange(N) // 400
RNG = np.random.default_rng(0)


def test_what_stays_as_it_was_is_no_drift():
    assert drift(RNG.normal(size=N), np.zeros(N), FOLD, {"a": RNG.normal(size=N)}) == ()


def test_a_last_block_that_is_worse_is_told_with_the_columns_that_changed():
    y = RNG.normal(size=N) * np.where(FOLD == 4, 2.0, 1.0)
    moved = RNG.normal(size=N) + np.arange(N) / 500
    (finding,) = drift(y, np.zeros(N), FOLD, {"still": RNG.normal(size=N), "moved": moved})
    assert finding.code == "drift"
    assert "times that of those before" in finding.message
    assert "'moved'" in finding.message
    assert "still" not in finding.message


def test_a_last_block_that_is_off_is_told():
    (finding,) = drift(RNG.normal(size=N) + 0.6 * (FOLD == 4), np.zeros(N), FOLD, {})
    assert "above the prediction by 0.6" in finding.message
    p = np.full((N, 2), 0.5)
    (finding,) = drift((RNG.random(N) < np.where(FOLD == 4, 0.8, 0.5)).astype(int), p, FOLD, {})
    assert "more often" in finding.message or "less often" in finding.message


def test_what_latest_rows_teach_better_is_told():
    flat = Range(1.0, 0.9, 1.1)
    growth = Growth((Rung(500, flat), Rung(2000, flat)), (), 2000, 1000, Range(0.0, 0.0, 0.1), False, latest=500)
    (finding,) = drift(RNG.normal(size=N), np.zeros(N), FOLD, {}, growth)
    assert "the latest 500 rows teach more than all 2,000" in finding.message
    assert "500" in finding.remedy


def test_waves_that_come_and_go_are_no_drift():
    y = RNG.normal(size=N) + np.repeat(RNG.normal(size=N // 40), 40)
    assert drift(y, np.zeros(N), FOLD, {}) == ()
