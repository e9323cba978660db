"""Named metrics on (truth, prediction). Own code, because a bootstrap asks each of them a thousand times."""

from __future__ import annotations

import numpy as np

from mlwright.contracts.errors import InputError
from mlwright.contracts.records import TaskKind
from mlwright.metrics.costs import COSTS, cheapest_threshold, costs_of
from mlwright.metrics.decisions import confusion
from mlwright.metrics.metric import Array, Metric, Weigh
from mlwright.metrics.table import METRICS, choose, find, known, ours

__all__ = [
    "COSTS",
    "METRICS",
    "Metric",
    "Weigh",
    "cheapest_threshold",
    "choose",
    "confusion",
    "costs_of",
    "find",
    "known",
    "labels",
    "loss",
    "of_task",
    "ours",
    "score",
    "shown",
    "title",
    "weigher",
]


def labels(prediction: Array, threshold: float | None = None) -> Array:
    """(n,) class indices of (n, k) probabilities: the most probable class, the first of equals.

    With two classes and a threshold: the second class where its probability is at least the threshold.
    """
    if threshold is not None and prediction.shape[1] == 2:
        return (prediction[:, 1] >= threshold).astype(np.intp)
    return np.asarray(prediction.argmax(axis=1), dtype=np.intp)


def weigher(metric: Metric, y: Array, prediction: Array, threshold: float | None = None) -> Weigh:
    """The metric as a function of the rows' weights, for (n, k) probabilities or (n,) values.

    Raises InputError if there are no rows.
    """
    if len(y) == 0:
        raise InputError("there are no rows to judge", way_out="bring rows whose target is known")
    return metric.prepare(y, labels(prediction, threshold) if metric.needs == "label" else prediction)


def score(
    metric: Metric, y: Array, prediction: Array, threshold: float | None = None, weight: Array | None = None
) -> float:
    """The metric's value; ``y`` (n,) class indices or numbers, ``prediction`` (n, k) probabilities or (n,) values,
    ``weight`` (n,) how much each row counts (None: all alike).

    Raises InputError if there are no rows.
    """
    return weigher(metric, y, prediction, threshold)(weight)


def loss(
    metric: Metric, y: Array, prediction: Array, threshold: float | None = None, weight: Array | None = None
) -> float:
    """``score`` turned so that smaller is better; infinite if a prediction is not a finite number."""
    if not np.isfinite(prediction).all():
        return float("inf")
    value = score(metric, y, prediction, threshold, weight)
    return -value if metric.greater_is_better else value


def of_task(task: TaskKind, first: Metric) -> tuple[Metric, ...]:
    """All our metrics of a task, and ``first``, whosever it is, in front."""
    return (first, *(m for m in METRICS.values() if task in m.tasks and m.name != first.name))


def title(name: str) -> str:
    """The metric's name as people write it; of one that is none of ours, the name itself."""
    return METRICS[name].title if name in METRICS else name


def shown(value: float) -> str:
    """A value as people read it: four digits, thousands apart ("0.8432", "12,345")."""
    return f"{value:,.0f}" if 1e4 <= abs(value) < 1e15 else f"{value:.4g}"
