"""Intervals of means hold the true mean in 95 of 100 samples, also where rows count unequally or hang together."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from mlwright.evaluate.ranges import corrected, mean_range, share_range, widened


@pytest.mark.parametrize("share", [0.02, 0.3, 0.97])
def test_shares(share: float) -> None:
    rng = np.random.default_rng(0)
    found = [share_range(rng.random(150) < share) for _ in range(500)]
    assert np.mean([r.low <= share <= r.high for r in found]) == pytest.approx(0.95, abs=0.03)
    assert all(0 <= r.low <= r.value <= r.high <= 1 for r in found)


def test_shares_of_rows_that_hang_together_are_known_less_well() -> None:
    rng = np.random.default_rng(1)
    held, person = 0, np.repeat(np.arange(40), 25)
    for _ in range(300):
        holds = rng.random(1000) < rng.beta(3, 1, size=40)[person]
        held += share_range(holds, None, person).low <= 0.75 <= share_range(holds, None, person).high
    assert held / 300 == pytest.approx(0.95, abs=0.035)


def test_means_with_weights() -> None:
    rng = np.random.default_rng(2)
    held = 0
    for _ in range(400):
        weight = rng.exponential(size=80)
        found = mean_range(rng.normal(size=80), weight)
        held += found.low <= 0 <= found.high
    assert held / 400 == pytest.approx(0.95, abs=0.03)


def test_none_and_all_are_no_certainty() -> None:
    none = share_range(np.zeros(20, bool))
    assert (none.value, none.low) == (0.0, 0.0)
    assert 0.1 < none.high < 0.2
    alone = share_range(np.ones(50, bool), None, np.zeros(50))
    assert alone.low < 0.3  # one group is one unit


def test_one_row_has_an_interval() -> None:
    assert mean_range(np.array([3.0])) == mean_range(np.array([3.0]))
    assert mean_range(np.array([3.0])).value == 3.0


def test_many_looks_widen() -> None:
    one = share_range(np.arange(100) < 90)
    ten = widened(one, 10)
    assert ten.low < one.low < one.high < ten.high
    assert widened(one, 1).high == pytest.approx(one.high)


def test_q_values_are_those_of_scipy() -> None:
    p = np.random.default_rng(0).random(50) ** 3
    np.testing.assert_allclose(corrected(p), false_discovery_control(p))
    assert corrected(np.zeros(0)).size == 0
