"""Means with their 95% intervals, where rows count unequally or hang together in groups."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import ndtri, stdtrit

from mlwright.contracts.insight import Range
from mlwright.evaluate.evidence import Array, Evidence

SURE = 0.95
_Z = float(ndtri((1 + SURE) / 2))


def variance(values: Array, weight: Array | None = None, groups: Array | None = None) -> float:
    """Of the weighted mean of ``values`` (n,): by linearisation, with whole groups as units (the sandwich). Infinite
    where one unit says nothing of how units differ."""
    count = np.ones(len(values)) if weight is None else weight
    parts = count * (values - np.average(values, weights=count))
    if groups is not None:
        parts = np.bincount(np.unique(groups, return_inverse=True)[1], weights=parts)
    units = len(parts)
    return math.inf if units < 2 else float(units / (units - 1) * (parts @ parts) / count.sum() ** 2)


def mean_range(values: Array, weight: Array | None = None, groups: Array | None = None) -> Range:
    """The mean of numbers (n,), n above 0, by Student's t."""
    mean, spread = float(np.average(values, weights=weight)), variance(values, weight, groups)
    if math.isinf(spread):
        return Range(mean, float(values.min()), float(values.max()))
    units = len(values) if groups is None else len(np.unique(groups))
    reach = float(stdtrit(units - 1, (1 + SURE) / 2)) * math.sqrt(spread)
    return Range(mean, mean - reach, mean + reach)


def share_range(holds: Array, weight: Array | None = None, groups: Array | None = None) -> Range:
    """The share of rows (n,), n above 0, that hold (Wilson 1927), by as many rows as tell as much where they count
    unequally or in groups (Korn and Graubard 1998)."""
    share = float(np.average(holds, weights=weight))
    rows = len(holds) if weight is None else float(weight.sum() ** 2 / (weight @ weight))
    if groups is not None or weight is not None:
        spread = variance(holds.astype(np.float64), weight, groups)
        units = rows if groups is None else min(rows, len(np.unique(groups)))
        rows = min(rows, share * (1 - share) / spread) if spread > 0 else units
    shift = _Z**2 / max(rows, 1.0)
    middle = (share + shift / 2) / (1 + shift)
    reach = math.sqrt(max(0.0, share * (1 - share) * shift + shift * shift / 4)) / (1 + shift)
    return Range(share, max(0.0, min(share, middle - reach)), min(1.0, max(share, middle + reach)))


def widened(found: Range, looks: int) -> Range:
    """The interval as it is for one of so many that are looked at, all of which hold together with 95%
    (Bonferroni)."""
    factor = float(ndtri(1 - (1 - SURE) / 2 / looks)) / _Z
    low, high = (found.value + factor * (end - found.value) for end in (found.low, found.high))
    return Range(found.value, low, high)


def at(evidence: Evidence, rows: Array) -> tuple[Array | None, Array | None]:
    """The weight and the groups of some rows, where there are such."""
    weight, groups = evidence.weight, evidence.groups
    return None if weight is None else weight[rows], None if groups is None else groups[rows]


def corrected(p: Array) -> Array:
    """p-values as q-values: the share of false alarms if all with a smaller one are told (Benjamini and Hochberg
    1995)."""
    order = np.argsort(p)
    raised = p[order] * len(p) / np.arange(1, len(p) + 1)
    q = np.empty(len(p))
    q[order] = np.minimum(1.0, np.minimum.accumulate(raised[::-1])[::-1])
    return q
