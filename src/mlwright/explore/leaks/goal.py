"""How much of the target something tells: the measure that every search for leaks shares.

The share of the target's doubt that is gone once a row's group is known: of the variance for a number (of its ranks, or
of its values without the outermost hundredths, whichever is told better), of the Gini impurity for classes (Goodman and
Kruskal's tau). It is adjusted for the number of groups, so that groups by chance tell nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from mlwright.contracts.records import TaskKind

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

FEWEST = 50  # rows: fewer tell anything by chance
_BIN, _BINS = 10, 500  # rows in a bin of numbers, at least; bins, at most
_LEVEL = 5  # rows of a level, at least: rarer ones are one group


@dataclass(frozen=True)
class Goal:
    """The target of some rows: numbers, or classes by their index."""

    task: TaskKind
    values: Floats

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.values)

    def at(self, rows: NDArray[Any]) -> Goal:
        """The target of some of the rows."""
        return Goal(self.task, self.values[rows])

    @cached_property
    def usable(self) -> bool:
        """Whether anything can be told: enough rows, and ten at least beside the largest class."""
        if self.rows < FEWEST:
            return False
        if self.task == "regression":
            return bool(np.ptp(self.values) > 0)
        return self.rows - int(np.bincount(self.values.astype(np.int64)).max()) >= _BIN

    @cached_property
    def views(self) -> tuple[Floats, ...]:
        """Numbers that stand for the target: ranks and values without the outermost (regression), or the index of the
        class and whether it is each of the most frequent."""
        if self.task == "regression":
            return rankdata(self.values), np.clip(self.values, *np.quantile(self.values, [0.01, 0.99]))
        if self.task == "binary":
            return (self.values,)
        counts = np.bincount(self.values.astype(np.int64))
        often = np.argsort(-counts, kind="stable")[:4]
        return self.values, *((self.values == one).astype(np.float64) for one in often)

    def told_by(self, groups: Ints) -> float:
        """The share of the doubt that ``groups`` (n,), numbered from 0, take away."""
        count = np.bincount(groups)
        kinds = int((count > 0).sum())
        if kinds < 2 or self.rows - kinds < _LEVEL or not self.usable:
            return 0.0
        if self.task == "regression":
            share = max(_explained(groups, count, view) for view in self.views)
        else:
            classes = self.values.astype(np.int64)
            width = int(classes.max()) + 1
            cells = np.bincount(groups * width + classes, minlength=len(count) * width).reshape(-1, width)
            by_chance = (np.bincount(classes, minlength=width) ** 2.0).sum() / self.rows
            within = ((cells**2.0).sum(axis=1)[count > 0] / count[count > 0]).sum()
            share = (within - by_chance) / (self.rows - by_chance)
        return float(1 - (1 - share) * (self.rows - 1) / (self.rows - kinds))

    def told_by_numbers(self, values: Floats) -> float:
        """The same of numbers (n,) without gaps: neighbours are a group."""
        return self.told_by(bins(values)) if self.usable else 0.0


def bins(values: Floats) -> Ints:
    """(n,) groups of neighbouring values; equal values are in one."""
    rows = len(values)
    size = max(_BIN, rows // _BINS)
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    new = np.r_[True, ordered[1:] != ordered[:-1]]
    first = np.maximum.accumulate(np.where(new, np.arange(rows), 0))
    groups = np.empty(rows, np.int64)
    groups[order] = first // size
    return groups


def levels(codes: NDArray[Any]) -> Ints:
    """(n,) groups of equal ``codes``; all that are rare are one."""
    _, group, count = np.unique(codes, return_inverse=True, return_counts=True)
    return np.where(count[group] < _LEVEL, len(count), group).astype(np.int64)


def _explained(groups: Ints, count: Ints, values: Floats) -> float:
    centred = values - values.mean()
    total = float(centred @ centred)
    sums = np.bincount(groups, centred, minlength=len(count))
    there = count > 0
    return float((sums[there] ** 2 / count[there]).sum() / total) if total > 0 else 0.0
