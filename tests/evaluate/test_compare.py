"""Two scores on different rows: is their difference more than chance?"""

from __future__ import annotations

import numpy as np
from hypothesis import given, strategies as st

from mlwright.contracts.records import Score
from mlwright.evaluate import departs

NUMBERS = st.floats(-1e3, 1e3)
WIDTHS = st.floats(1e-3, 1e3)


def score(value: float, below: float, above: float) -> Score:
    return Score(metric="rmse", value=value, low=value - below, high=value + above)


def test_a_true_difference_of_nothing_departs_in_one_of_twenty() -> None:
    draw = np.random.default_rng(0)
    ones, others = draw.normal(0, 1, 4000), draw.normal(0, 3, 4000)
    found = [departs(score(a, 1.96, 1.96), score(b, 5.88, 5.88)) for a, b in zip(ones, others, strict=True)]
    assert 0.04 < np.mean(found) < 0.06


@given(NUMBERS, NUMBERS, WIDTHS, WIDTHS)
def test_it_is_the_same_from_both_sides(a: float, b: float, one: float, other: float) -> None:
    assert departs(score(a, one, one), score(b, other, other)) == departs(score(b, other, other), score(a, one, one))


@given(NUMBERS, NUMBERS, WIDTHS, WIDTHS)
def test_intervals_that_lie_apart_depart_and_a_value_inside_the_other_does_not(
    a: float, b: float, one: float, other: float
) -> None:
    first, second = score(a, one, one), score(b, other, other)
    if first.high < second.low or second.high < first.low:
        assert departs(first, second)
    if second.low <= a <= second.high:
        assert not departs(first, second)


def test_only_the_sides_that_face_each_other_count() -> None:
    assert departs(score(0.0, 100.0, 1.0), score(3.0, 1.0, 100.0))
    assert not departs(score(0.0, 1.0, 100.0), score(3.0, 100.0, 1.0))
