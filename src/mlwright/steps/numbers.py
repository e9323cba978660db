"""Steps on numbers. They work on all their columns at once: a few operators, however wide the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import ndtri

from mlwright.contracts.errors import StepRefusal
from mlwright.contracts.protocols import Truth
from mlwright.contracts.records import ColumnKind
from mlwright.graph import Tensor, apply, cast, clip, columns, concat, piecewise, where
from mlwright.steps.base import Step

Floats = NDArray[np.float64]
LARGEST = 3.0e38  # below float32's largest, so that a number that is cast stays finite
_NONE = np.zeros(0)


def _finite(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(pl.when(pl.all().is_finite()).then(pl.all()))


def _row(frame: pl.DataFrame, fill: float) -> Floats:
    return np.asarray(frame.fill_null(fill).to_numpy()[0], dtype=np.float64)


@dataclass
class Clip(Step):
    """Limits numbers to the range seen in training; a column never seen with a number becomes 0 (or stays missing)."""

    reads: ClassVar[tuple[ColumnKind, ...]] = ("numeric", "boolean", "datetime")
    _low: Floats = field(default_factory=lambda: _NONE, init=False)
    _high: Floats = field(default_factory=lambda: _NONE, init=False)

    def fit(self, frame: pl.DataFrame, truth: Truth) -> Clip:
        finite = _finite(frame)
        self._low = np.clip(_row(finite.min(), 0.0), -LARGEST, LARGEST)
        self._high = np.clip(_row(finite.max(), 0.0), -LARGEST, LARGEST)
        return self

    def emit(self, x: Tensor) -> Tensor:
        return clip(x, self._low, self._high)


@dataclass
class Impute(Step):
    """Fills what is missing with the training median; a column in which something was missing also gets an
    indicator."""

    reads: ClassVar[tuple[ColumnKind, ...]] = ("numeric", "boolean", "datetime")
    indicator: bool = True
    _median: Floats = field(default_factory=lambda: _NONE, init=False)
    _gaps: list[int] = field(default_factory=list, init=False)

    def fit(self, frame: pl.DataFrame, truth: Truth) -> Impute:
        self._median = _row(_finite(frame).median(), 0.0)
        gaps = frame.null_count().row(0)
        self._gaps = [i for i, count in enumerate(gaps) if 0 < count < len(frame)] if self.indicator else []
        return self

    def emit(self, x: Tensor) -> Tensor:
        missing = apply("IsNaN", x)
        filled = where(missing, self._median.astype(x.dtype), x)
        if not self._gaps:
            return filled
        return concat([filled, columns(cast(missing, x.dtype), self._gaps)])

    def outputs(self, columns: Sequence[str]) -> list[tuple[str, str]]:
        return [(c, c) for c in columns] + [(f"{columns[i]} is missing", columns[i]) for i in self._gaps]


@dataclass
class Standardise(Step):
    """Centres and scales to mean 0 and standard deviation 1; a column that does not vary becomes 0."""

    reads: ClassVar[tuple[ColumnKind, ...]] = ("numeric", "boolean", "datetime")
    _mean: Floats = field(default_factory=lambda: _NONE, init=False)
    _scale: Floats = field(default_factory=lambda: _NONE, init=False)

    def fit(self, frame: pl.DataFrame, truth: Truth) -> Standardise:
        finite = _finite(frame)
        self._mean = _row(finite.mean(), 0.0)
        spread = _row(finite.select(pl.all().std(ddof=0)), 0.0)
        still = ~(spread > 1e-12 * (1 + np.abs(self._mean)))
        self._scale = np.where(still, np.inf, spread)
        return self

    def emit(self, x: Tensor) -> Tensor:
        return (x - self._mean) / self._scale


@dataclass
class Squash(Standardise):
    """Standardises, and brings what lies far out nearer, smoothly, so that nothing lies further out than ``within``
    standard deviations: the few rows that are far out in many columns don't lead all others ("smooth clipping" of
    Holzmüller et al. 2024, "Better by Default: Strong Pre-Tuned MLPs and Boosted Trees on Tabular Data"). Of numbers
    that are clipped before: the square of what is far beyond training might not be finite."""

    within: float = 3.0

    def emit(self, x: Tensor) -> Tensor:
        far = (x - self._mean) / (self._scale * self.within)
        return far / apply("Sqrt", far * far + 1.0) * self.within


@dataclass
class Quantiles(Step):
    """Maps each column through its training quantiles, piecewise linear, to a uniform [0, 1] or a normal distribution.

    Like scikit-learn's QuantileTransformer with ``knots`` quantiles. Missing stays missing.
    """

    reads: ClassVar[tuple[ColumnKind, ...]] = ("numeric", "datetime")
    knots: int = 33
    shape: Literal["uniform", "normal"] = "normal"
    _at: Floats = field(default_factory=lambda: _NONE, init=False)  # (columns, knots)
    _level: Floats = field(default_factory=lambda: _NONE, init=False)

    def fit(self, frame: pl.DataFrame, truth: Truth) -> Quantiles:
        finite = _finite(frame)
        level = np.linspace(0.0, 1.0, self.knots)
        rows = [_row(finite.select(pl.all().quantile(q, "linear")), 0.0) for q in level]
        self._at = np.clip(np.stack(rows, axis=1), -LARGEST, LARGEST)
        edge = 1.0 / (2 * self.knots)
        self._level = ndtri(np.clip(level, edge, 1 - edge)) if self.shape == "normal" else level
        return self

    def emit(self, x: Tensor) -> Tensor:
        return piecewise(x, self._at, np.broadcast_to(self._level, self._at.shape))


@dataclass
class Values(Step):
    """Of each column, a column for each of the ``most`` most frequent values that ``least`` rows have at least: codes
    that look like numbers have no order, and counts no even steps."""

    reads: ClassVar[tuple[ColumnKind, ...]] = ("numeric",)
    most: int = 30
    least: int = 5
    _place: list[int] = field(default_factory=list, init=False)
    _value: Floats = field(default_factory=lambda: _NONE, init=False)

    def fit(self, frame: pl.DataFrame, truth: Truth) -> Values:
        found = []
        for place, column in enumerate(_finite(frame).iter_columns()):
            seen = column.drop_nulls().rename("value").value_counts(name="count").filter(pl.col("count") >= self.least)
            frequent = seen.sort(["count", "value"], descending=[True, False])["value"].head(self.most)
            found += [(place, value) for value in frequent.sort()]
        if not found:
            raise StepRefusal(f"no value stands in {self.least} rows", where=", ".join(frame.columns))
        self._place, self._value = [place for place, _ in found], np.array([value for _, value in found])
        return self

    def emit(self, x: Tensor) -> Tensor:
        return cast(apply("Equal", columns(x, self._place), self._value[None, :]), x.dtype)

    def outputs(self, columns: Sequence[str]) -> list[tuple[str, str]]:
        told = zip(self._place, self._value.tolist(), strict=True)
        return [(f"{columns[place]} = {repr(value).removesuffix('.0')}", columns[place]) for place, value in told]
