"""Metrics of predicted numbers."""

from __future__ import annotations

import math

import numpy as np

from mlwright.metrics.metric import Array, Weigh, mean


def mae(y: Array, prediction: Array) -> Weigh:
    """The mean distance, in the unit of ``y``."""
    return mean(np.abs(_errors(y, prediction)))


def rmse(y: Array, prediction: Array) -> Weigh:
    """The root of the mean squared distance, in the unit of ``y``."""
    squares = mean(_errors(y, prediction) ** 2)
    return lambda weight: math.sqrt(squares(weight))


def median_absolute_error(y: Array, prediction: Array) -> Weigh:
    """Half-way between the two middle errors where two are in the middle."""
    errors = np.abs(_errors(y, prediction))
    order = np.argsort(errors, kind="stable")
    rising = errors[order]

    def weigh(weight: Array | None) -> float:
        if weight is None:
            return float(np.median(rising))
        below = np.cumsum(weight[order])
        half = below[-1] / 2
        low = int(np.searchsorted(below, half, side="left"))
        high = int(np.searchsorted(below, half, side="right"))
        return float((rising[low] + rising[min(high, len(rising) - 1)]) / 2)

    return weigh


def r2(y: Array, prediction: Array) -> Weigh:
    """If all true values are equal there is nothing to explain: 1 for a perfect prediction, 0 for any other."""
    truth = y.astype(np.float64)
    squares = _errors(y, prediction) ** 2
    rounding = (4 * np.finfo(np.float64).eps * float(np.abs(truth).max())) ** 2

    def weigh(weight: Array | None) -> float:
        w = np.ones(len(truth)) if weight is None else weight
        total = float(w.sum())
        left, spread = float(squares @ w), float((truth - truth @ w / total) ** 2 @ w)
        if spread <= rounding * total:
            return 0.0 if left > rounding * total else 1.0
        return 1.0 - left / spread

    return weigh


def mape(y: Array, prediction: Array) -> Weigh:
    """Rows whose true value is 0 have no percentage and are left out; if all are, 0 for all right and else 1."""
    size = np.abs(y.astype(np.float64))
    there = size > 0
    shares = np.divide(np.abs(_errors(y, prediction)), size, out=np.zeros(len(size)), where=there)
    wrong = float((np.asarray(prediction) != y).any())

    def weigh(weight: Array | None) -> float:
        w = there.astype(np.float64) if weight is None else weight * there
        total = float(w.sum())
        return float(shares @ w / total) if total > 0 else wrong

    return weigh


def _errors(y: Array, prediction: Array) -> Array:
    return np.asarray(prediction, dtype=np.float64) - np.asarray(y, dtype=np.float64)
