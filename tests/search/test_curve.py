"""The line through the scores of fewer rows."""

from __future__ import annotations

import numpy as np
import pytest

from mlwright.search.curve import draw_on

ROWS = np.array([1_000.0, 2_000.0, 4_000.0, 8_000.0])


def losses(power: float, noise: float = 0.0, samples: int = 40) -> np.ndarray:
    rng = np.random.default_rng(0)
    line = 0.2 + 3.0 * ROWS**-power
    return line + noise * rng.normal(size=(samples, 4)) * (np.arange(samples) > 0)[:, None]


@pytest.mark.parametrize("power", [0.1, 0.3, 0.5, 0.9])
def test_a_power_law_is_drawn_on(power):
    line = draw_on(ROWS, losses(power), 64_000.0)
    expected = 0.2 + 3.0 * 64_000.0**-power
    gain = losses(power)[0, -1] - expected
    assert abs(line.value - expected) < 0.05 * gain


def test_noise_widens_the_range_around_the_truth():
    quiet, noisy = (draw_on(ROWS, losses(0.3, noise), 64_000.0) for noise in (0.0005, 0.005))
    expected = 0.2 + 3.0 * 64_000.0**-0.3
    assert noisy.high - noisy.low > quiet.high - quiet.low
    assert noisy.low < expected < noisy.high


def test_nothing_is_claimed_where_scores_do_not_fall():
    rng = np.random.default_rng(0)
    assert draw_on(ROWS, 0.5 + 0.01 * rng.normal(size=(60, 4)), 64_000.0) is None
    assert draw_on(ROWS, np.tile([0.4, 0.45, 0.5, 0.55], (60, 1)), 64_000.0) is None


def test_more_rows_never_promise_to_be_worse():
    line = draw_on(ROWS, losses(0.3, 0.003), 1e9)
    assert line.high <= losses(0.3, 0.003)[:, -1].max()
