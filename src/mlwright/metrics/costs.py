"""What answers cost, where somebody said what each kind of error costs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mlwright.metrics.metric import Array

COSTS = ("false_positive", "false_negative", "true_positive", "true_negative")


def costs_of(y: Array, p: Array, threshold: float, costs: Mapping[str, float]) -> Array:
    """(n,) what the answer for each row costs: ``y`` (n,) 0 or 1, ``p`` (n,) the probability of 1, which is answered
    from ``threshold`` on. What ``costs`` does not name costs nothing."""
    false_positive, false_negative, true_positive, true_negative = (costs.get(name, 0.0) for name in COSTS)
    yes = p >= threshold
    return np.where(y == 1, np.where(yes, true_positive, false_negative), np.where(yes, false_positive, true_negative))


def cheapest_threshold(costs: Mapping[str, float]) -> float:
    """The probability of 1 from which on the answer 1 is cheaper, if probabilities are what they say (Elkan 2001, "The
    foundations of cost-sensitive learning")."""
    false_positive, false_negative, true_positive, true_negative = (costs.get(name, 0.0) for name in COSTS)
    alarm, miss = false_positive - true_negative, false_negative - true_positive
    return alarm / (alarm + miss)
