"""Metrics that ask whether the probabilities themselves are right."""

from __future__ import annotations

import numpy as np

from mlwright.metrics.metric import Array, Weigh, mean

FLOOR = 1e-7  # float32 probabilities round to exactly 0 and 1; one such row must not make the loss infinite


def log_loss(y: Array, prediction: Array) -> Weigh:
    """Probabilities below 1e-7 count as 1e-7, then each row is brought to the sum 1."""
    kept = np.maximum(prediction.astype(np.float64), FLOOR)
    return mean(np.log(kept.sum(axis=1)) - np.log(kept[np.arange(len(y)), y]))


def brier(y: Array, prediction: Array) -> Weigh:
    """Two classes: of the second class alone (0 to 1). More: the sum over the classes (0 to 2)."""
    if prediction.shape[1] == 2:
        return mean((prediction[:, 1].astype(np.float64) - (y == 1)) ** 2)
    truth = np.arange(prediction.shape[1]) == y[:, None]
    return mean(((prediction.astype(np.float64) - truth) ** 2).sum(axis=1))
