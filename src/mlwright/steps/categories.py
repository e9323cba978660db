"""Steps on categories. Each is a table: one row a level, one for the rare and the unseen, one for the missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mlwright.contracts.errors import StepRefusal
from mlwright.contracts.protocols import Truth
from mlwright.contracts.records import ColumnKind
from mlwright.graph import Tensor, lookup
from mlwright.steps.base import Step

_NONE = np.zeros((0, 1))
MISSING = ""


class _Table(Step):
    """A step that is a look-up; subclasses fill ``_keys`` (levels), ``_rows`` (levels, w) and ``_other`` (w,)."""

    reads: ClassVar[tuple[ColumnKind, ...]] = ("categorical", "text", "ordinal", "list")
    _keys: list[str]
    _rows: NDArray[np.float64]
    _other: NDArray[np.float64]

    def emit(self, x: Tensor) -> Tensor:
        return lookup(x, self._keys, self._rows, self._other)


def _levels(frame: pl.DataFrame, least: int) -> tuple[list[str], NDArray[np.int64], int]:
    """Levels seen ``least`` times or more, most frequent first, with their counts; missing ("") counts as a level.
    The third is how many rows lie in rarer levels."""
    column = frame.to_series().fill_null(MISSING).alias("level")
    counts = column.value_counts(name="count").sort(["count", "level"], descending=[True, False])
    kept = counts.filter((pl.col("count") >= least) | (pl.col("level") == MISSING))
    rest = int(counts["count"].sum()) - int(kept["count"].sum())
    return kept["level"].to_list(), kept["count"].to_numpy().astype(np.int64), rest


@dataclass
class Ordinal(_Table):
    """The level's rank by frequency, 0 the most frequent; rare and unseen levels share the rank after the last, and
    missing is its own level."""

    least: int = 2
    _keys: list[str] = field(default_factory=list, init=False)
    _rows: NDArray[np.float64] = field(default_factory=lambda: _NONE, init=False)
    _other: NDArray[np.float64] = field(default_factory=lambda: _NONE[0:0, 0], init=False)

    def fit(self, frame: pl.DataFrame, truth: Truth) -> Ordinal:
        self._keys, _, _ = _levels(frame, self.least)
        self._rows = np.arange(len(self._keys), dtype=np.float64)[:, None]
        self._other = np.array([float(len(self._keys))])
        return self

    def outputs(self, columns: Sequence[str]) -> list[tuple[str, str]]:
        return [(f"{columns[0]} rank", columns[0])]


@dataclass
class OneHot(_Table):
    """A column a level: the ``most`` most frequent levels seen at least ``least`` times, one for all others."""

    most: int = 30
    least: int = 5
    _keys: list[str] = field(default_factory=list, init=False)
    _rows: NDArray[np.float64] = field(default_factory=lambda: _NONE, init=False)
    _other: NDArray[np.float64] = field(default_factory=lambda: _NONE[0:0, 0], init=False)

    def fit(self, frame: pl.DataFrame, truth: Truth) -> OneHot:
        keys, _, _ = _levels(frame, self.least)
        self._keys = keys[: self.most]
        hot = np.eye(len(self._keys) + 1)
        self._rows, self._other = hot[:-1], hot[-1]
        return self

    def outputs(self, columns: Sequence[str]) -> list[tuple[str, str]]:
        name = columns[0]
        return [(f"{name} = {key or '(missing)'}", name) for key in self._keys] + [(f"{name} = (other)", name)]


@dataclass
class Frequency(_Table):
    """The logarithm of 1 + how many training rows have the level; 0 for a level never seen."""

    _keys: list[str] = field(default_factory=list, init=False)
    _rows: NDArray[np.float64] = field(default_factory=lambda: _NONE, init=False)
    _other: NDArray[np.float64] = field(default_factory=lambda: _NONE[0:0, 0], init=False)

    def fit(self, frame: pl.DataFrame, truth: Truth) -> Frequency:
        self._keys, counts, _ = _levels(frame, 1)
        self._rows, self._other = np.log1p(counts)[:, None], np.zeros(1)
        return self

    def outputs(self, columns: Sequence[str]) -> list[tuple[str, str]]:
        return [(f"{columns[0]} frequency", columns[0])]


@dataclass
class TargetMean(_Table):
    """The mean of the truth among training rows of the level (a class's share, one column a class if there are more
    than two), shrunk towards the overall mean as if ``prior`` rows of it had been seen too (Micci-Barreca 2001). Rows
    count by their weight.

    Fitted crosswise while training: see `Step`. A level never seen gets the overall mean.
    """

    supervised: ClassVar[bool] = True
    prior: float = 10.0
    _keys: list[str] = field(default_factory=list, init=False)
    _rows: NDArray[np.float64] = field(default_factory=lambda: _NONE, init=False)
    _other: NDArray[np.float64] = field(default_factory=lambda: _NONE[0:0, 0], init=False)

    def fit(self, frame: pl.DataFrame, truth: Truth) -> TargetMean:
        if len(frame) == 0:
            raise StepRefusal("no rows to take means over", where=", ".join(frame.columns))
        self._keys, _, _ = _levels(frame, 1)
        code = (
            frame.to_series()
            .fill_null(MISSING)
            .replace_strict(self._keys, range(len(self._keys)), return_dtype=pl.Int64)
        )
        self._rows, self._other = shrunk_means(code.to_numpy(), np.arange(len(frame)), truth, self.prior)
        return self

    def outputs(self, columns: Sequence[str]) -> list[tuple[str, str]]:
        if len(self._other) == 1:
            return [(f"{columns[0]} target mean", columns[0])]
        return [(f"{columns[0]} share of class {i}", columns[0]) for i in range(len(self._other))]


@dataclass
class Ladder(_Table):
    """An ordinal level's place in ``order`` (low to high, from 0), or missing: for what is missing and for a level that
    is not in it. Without an ``order`` that of the levels' names."""

    reads: ClassVar[tuple[ColumnKind, ...]] = ("ordinal",)
    order: tuple[str, ...] = ()
    _keys: list[str] = field(default_factory=list, init=False)
    _rows: NDArray[np.float64] = field(default_factory=lambda: _NONE, init=False)
    _other: NDArray[np.float64] = field(default_factory=lambda: np.array([np.nan]), init=False)

    def fit(self, frame: pl.DataFrame, truth: Truth) -> Ladder:
        self._keys = list(self.order) or sorted(frame.to_series().drop_nulls().unique().to_list())
        self._rows = np.arange(len(self._keys), dtype=np.float64)[:, None]
        return self

    def outputs(self, columns: Sequence[str]) -> list[tuple[str, str]]:
        return [(f"{columns[0]} place", columns[0])]


def shrunk_means(
    code: NDArray[np.int64], row: NDArray[np.int64], truth: Truth, prior: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The truth's mean for each ``code`` (0, 1, ...; each stands in the ``row`` beside it), as if ``prior`` rows of the
    overall mean had it too: (codes, w); and that mean: (w,). Rows count by their weight."""
    values, weight = known_values(truth), truth.weight
    overall = np.average(values, axis=0, weights=weight)
    counted = values if weight is None else values * weight[:, None]
    sums = np.stack([np.bincount(code, weights=v[row]) for v in counted.T], axis=1)
    counts = np.bincount(code, weights=None if weight is None else weight[row])[:, None]
    return (sums + prior * overall) / (counts + prior), overall


def known_values(truth: Truth) -> NDArray[np.float64]:
    """(n, 1): the truth; (n, classes): whether it is the class, when there are more than two."""
    if truth.task == "multiclass":
        return np.asarray(truth.values[:, None] == np.arange(truth.classes), dtype=np.float64)
    return np.asarray(truth.values[:, None], dtype=np.float64)
