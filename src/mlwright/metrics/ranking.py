"""Metrics that ask whether the right rows are ranked first. For more than two classes: each class against the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mlwright.metrics.metric import Array, Weigh, divided

Curve = Callable[[Array, Array], float | None]


@dataclass(frozen=True)
class Ranking:
    """Rows by falling score.

    ``order`` (n,) of the rows, which of them are ``positive`` in that order, and where each group of equal scores
    ``ends`` (None: no two are equal).
    """

    order: Array
    positive: Array
    ends: Array | None

    def curve(self, weight: Array | None) -> tuple[Array, Array]:
        """The weight of the positive rows and of all rows down to each score."""
        if weight is None:
            positive, every = self.positive, np.ones(len(self.order))
        else:
            every = weight[self.order]
            positive = self.positive * every
        positive, every = np.cumsum(positive), np.cumsum(every)
        return (positive, every) if self.ends is None else (positive[self.ends], every[self.ends])


def ranked(positive: Array, scores: Array) -> Ranking:
    """Sort once; ``positive`` (n,) 0 or 1, ``scores`` (n,). Rows with equal scores count as one step of the curve."""
    order = np.argsort(-scores, kind="stable")
    falling = scores[order]
    last = np.empty(len(order), dtype=bool)
    last[-1:] = True
    np.not_equal(falling[1:], falling[:-1], out=last[:-1])
    ends = None if last.all() else np.flatnonzero(last)
    return Ranking(order, positive[order].astype(np.float64), ends)


def area(positive: Array, every: Array) -> float | None:
    """Area under the ROC curve: how often a positive row is above a negative one; None if one of both is missing."""
    negative = every - positive
    pairs = positive[-1] * negative[-1]
    if not pairs > 0:
        return None
    # A positive row is above the negative ones that are still to come, and by half above those with the same score.
    to_come = negative[-1] - negative + np.diff(negative, prepend=0.0) / 2
    return float(np.diff(positive, prepend=0.0) @ to_come / pairs)


def precision_area(positive: Array, every: Array) -> float | None:
    """Mean precision over the positive rows, each at its own score; None if no row is positive."""
    if not positive[-1] > 0:
        return None
    return float(np.diff(positive, prepend=0.0) @ divided(positive, every) / positive[-1])


def _against_rest(curve: Curve, nothing: float, y: Array, prediction: Array) -> Weigh:
    """Two classes: the second. More: the mean over the classes that are there. ``nothing`` if none can be ranked."""
    k = prediction.shape[1]
    classes = [1] if k == 2 else [c for c in range(k) if (y == c).any()]
    rankings = [ranked(y == c, prediction[:, c]) for c in classes]

    def weigh(weight: Array | None) -> float:
        values = [v for r in rankings if (v := curve(*r.curve(weight))) is not None]
        return sum(values) / len(values) if values else nothing

    return weigh


def roc_auc(y: Array, prediction: Array) -> Weigh:
    """0.5 (chance) if all rows are of one class: there is nothing to tell apart."""
    return _against_rest(area, 0.5, y, prediction)


def average_precision(y: Array, prediction: Array) -> Weigh:
    """0 if no row is positive."""
    return _against_rest(precision_area, 0.0, y, prediction)
