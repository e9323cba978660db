"""What simpler predictors reach: a number means little alone."""

from __future__ import annotations

import numpy as np

from mlwright.evaluate.evidence import Array, Evidence
from mlwright.evaluate.rules import CONSTANT
from mlwright.metrics import Metric, loss


def baselines(evidence: Evidence, metric: Metric) -> dict[str, Array]:
    """The predictions to compare with, the constant first."""
    return {CONSTANT: _constant(evidence, metric), **{b: p for b, p in evidence.baselines.items() if b != CONSTANT}}


def _constant(evidence: Evidence, metric: Metric) -> Array:
    """The one answer, the same for all rows, that does best by the metric.

    A constant learnt fold by fold is not one: it is lower where the rows left out are higher, which reads as worse than
    chance and would make any model look like a gain. So its mean over the rows is taken.
    """
    y, prediction, weight = evidence.y, evidence.prediction, evidence.weight
    given = evidence.baselines.get(CONSTANT)
    answers = [] if given is None else [np.mean(given, axis=0, dtype=np.float64)]
    if prediction.ndim == 1:
        answers += [np.average(y.astype(np.float64), weights=weight), _median(y, weight)]
    else:
        k = prediction.shape[1]
        answers.append(np.bincount(y, weights=weight, minlength=k) / (len(y) if weight is None else weight.sum()))
        if metric.needs == "label":
            answers += list(np.eye(k))
    same = (np.broadcast_to(answer, prediction.shape) for answer in answers)
    return min(same, key=lambda p: loss(metric, y, p, evidence.threshold, weight))


def _median(y: Array, weight: Array | None) -> np.float64:
    if weight is None:
        return np.float64(np.median(y))
    order = np.argsort(y, kind="stable")
    below = np.cumsum(weight[order])
    return np.float64(y[order[np.searchsorted(below, below[-1] / 2)]])
