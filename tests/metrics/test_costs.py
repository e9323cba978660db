"""Costs of answers, and the threshold that they ask for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from mlwright.metrics import COSTS, cheapest_threshold, costs_of

AMOUNT = st.floats(0.1, 100.0)


def test_each_answer_costs_what_its_kind_does():
    y, p = np.array([0, 0, 1, 1]), np.array([0.7, 0.2, 0.5, 0.4])
    costs = dict(zip(COSTS, (1.0, 5.0, -2.0, 0.5), strict=True))
    assert costs_of(y, p, 0.5, costs).tolist() == [1.0, 0.5, -2.0, 5.0]
    assert costs_of(y, p, 0.5, {"false_negative": 5.0}).tolist() == [0.0, 0.0, 0.0, 5.0]


def test_equal_costs_ask_for_one_half():
    assert cheapest_threshold({"false_positive": 3.0, "false_negative": 3.0}) == 0.5
    assert cheapest_threshold({"false_positive": 1.0, "false_negative": 9.0}) == pytest.approx(0.1)


@given(AMOUNT, AMOUNT, st.floats(-50.0, 0.0), st.floats(-50.0, 0.0))
def test_at_the_threshold_both_answers_cost_the_same(alarm, miss, right, quiet):
    costs = dict(zip(COSTS, (alarm, miss, right, quiet), strict=True))
    p = cheapest_threshold(costs)
    assert p * right + (1 - p) * alarm == pytest.approx(p * miss + (1 - p) * quiet)
