"""Metrics of the final answers, all read from the table of truth against answer."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from mlwright.metrics.metric import Array, Prepare, Weigh, divided, ratio


def confusion(y: Array, labels: Array, k: int, weight: Array | None = None) -> Array:
    """(k, k) counts: row i, column j holds the rows of class i that were answered with class j."""
    cells = np.asarray(y, dtype=np.intp) * k + np.asarray(labels, dtype=np.intp)
    return np.bincount(cells, weights=weight, minlength=k * k).reshape(k, k)


def _of_table(value: Callable[[Array], float]) -> Prepare:
    def prepare(y: Array, labels: Array) -> Weigh:
        k = max(2, int(y.max()) + 1, int(labels.max()) + 1)
        cells = np.asarray(y, dtype=np.intp) * k + np.asarray(labels, dtype=np.intp)

        def weigh(weight: Array | None) -> float:
            return value(np.bincount(cells, weights=weight, minlength=k * k).reshape(k, k).astype(np.float64))

        return weigh

    return prepare


def _f1(table: Array) -> Array:
    return divided(2 * np.diag(table), table.sum(axis=0) + table.sum(axis=1))


def _balanced(table: Array) -> float:
    rows = table.sum(axis=1)
    return float(divided(np.diag(table), rows)[rows > 0].mean())


def _macro(table: Array) -> float:
    return float(_f1(table)[table.sum(axis=0) + table.sum(axis=1) > 0].mean())


def _weighted(table: Array) -> float:
    return ratio(float(_f1(table) @ table.sum(axis=1)), table.sum())


def _matthews(table: Array) -> float:
    total, right = table.sum(), np.trace(table)
    truth, answer = table.sum(axis=1), table.sum(axis=0)
    spread = (total**2 - truth @ truth) * (total**2 - answer @ answer)
    return float(right * total - truth @ answer) / math.sqrt(spread) if spread > 0 else 0.0


accuracy = _of_table(lambda t: ratio(np.trace(t), t.sum()))
balanced_accuracy = _of_table(_balanced)
precision = _of_table(lambda t: ratio(t[1, 1], t[:, 1].sum()))
recall = _of_table(lambda t: ratio(t[1, 1], t[1].sum()))
f1 = _of_table(lambda t: float(_f1(t)[1]))
f1_macro = _of_table(_macro)
f1_weighted = _of_table(_weighted)
mcc = _of_table(_matthews)
