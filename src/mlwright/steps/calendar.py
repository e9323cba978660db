"""Steps on moments in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import ClassVar

import numpy as np
import polars as pl

from mlwright.contracts.errors import StepRefusal
from mlwright.contracts.protocols import Truth
from mlwright.contracts.records import ColumnKind
from mlwright.graph import Tensor, apply, cast, clip, columns, concat
from mlwright.steps.base import Step

DAY = 86_400.0
YEAR_0, YEAR_9999 = -62_167_219_200.0, 253_402_300_799.0  # a moment outside is taken as the nearest inside


@dataclass
class Calendar(Step):
    """Year, month, day of the month, weekday (Monday is 0), day of the year and, where moments have a time of day, the
    hour; days elapsed since the first training row; with ``cyclic`` also sine and cosine of the year, week and day.

    Proleptic Gregorian calendar in UTC, computed from day numbers (Howard Hinnant, chrono-compatible date algorithms).
    """

    reads: ClassVar[tuple[ColumnKind, ...]] = ("datetime",)
    cyclic: bool = False
    _start: list[float] = field(default_factory=list, init=False)
    _hours: bool = field(default=False, init=False)

    def fit(self, frame: pl.DataFrame, truth: Truth) -> Calendar:
        finite = frame.select(pl.when(pl.all().is_finite()).then(pl.all()))
        self._start = [float(v or 0.0) for v in finite.min().row(0)]
        self._hours = any(finite.select((pl.all() % DAY != 0).any()).row(0))
        return self

    def emit(self, x: Tensor) -> Tensor:
        x = clip(x, YEAR_0, YEAR_9999)
        days = _floor(x / DAY)
        year, month, day, of_year = _civil(days)
        weekday = _modulo(days + 3.0, 7.0)
        second = x - days * DAY
        hour = _floor(second / 3600.0)
        elapsed = (x - np.array(self._start)) / DAY
        parts = [year, month, day, weekday, of_year, elapsed] + ([hour] if self._hours else [])
        if self.cyclic:
            turns = [of_year / 365.2425, weekday / 7.0] + ([second / DAY] if self._hours else [])
            for turn in turns:
                parts += [apply("Sin", turn * (2 * np.pi)), apply("Cos", turn * (2 * np.pi))]
        return concat(parts)

    def outputs(self, columns: Sequence[str]) -> list[tuple[str, str]]:
        parts = ["year", "month", "day", "weekday", "day of year", "days elapsed"] + (["hour"] if self._hours else [])
        if self.cyclic:
            for turn in ["year", "week"] + (["day"] if self._hours else []):
                parts += [f"sine of {turn}", f"cosine of {turn}"]
        return [(f"{column} {part}", column) for part in parts for column in columns]


@dataclass
class MomentGaps(Step):
    """Days from each moment to each later column's, for the first ``most`` pairs of columns; missing where one is."""

    reads: ClassVar[tuple[ColumnKind, ...]] = ("datetime",)
    most: int = 30
    _pairs: list[tuple[int, int]] = field(default_factory=list, init=False)

    def fit(self, frame: pl.DataFrame, truth: Truth) -> MomentGaps:
        self._pairs = list(combinations(range(frame.width), 2))[: self.most]
        if not self._pairs:
            raise StepRefusal("a gap lies between two moments", where=", ".join(frame.columns))
        return self

    def emit(self, x: Tensor) -> Tensor:
        x = clip(x, YEAR_0, YEAR_9999)
        return (columns(x, [b for _, b in self._pairs]) - columns(x, [a for a, _ in self._pairs])) / DAY

    def outputs(self, columns: Sequence[str]) -> list[tuple[str, str]]:
        return [(f"days from {columns[a]} to {columns[b]}", columns[b]) for a, b in self._pairs]


def _floor(x: Tensor) -> Tensor:
    return apply("Floor", x)


def _modulo(x: Tensor, n: float) -> Tensor:
    return x - _floor(x / n) * n


def _civil(days: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Year, month, day and day of the year (from 0) of day numbers since 1970, in whole float64 numbers."""
    z = days + 719_468.0  # days since 1 March of year 0
    era = _floor(z / 146_097.0)
    of_era = z - era * 146_097.0
    year_of_era = _floor(
        (of_era - _floor(of_era / 1_460.0) + _floor(of_era / 36_524.0) - _floor(of_era / 146_096.0)) / 365.0
    )
    of_year = of_era - (year_of_era * 365.0 + _floor(year_of_era / 4.0) - _floor(year_of_era / 100.0))
    shifted = _floor((of_year * 5.0 + 2.0) / 153.0)  # months since March
    day = of_year - _floor((shifted * 153.0 + 2.0) / 5.0) + 1.0
    late = cast(apply("Greater", shifted, 9.5), "float64")  # January and February end the year that March began
    month = shifted + 3.0 - late * 12.0
    year = year_of_era + era * 400.0 + late
    leap = _leap(year)
    # from a year that starts in March to one that starts in January
    january = of_year - 306.0
    return year, month, day, january * late + (of_year + 59.0 + leap) * (late * -1.0 + 1.0)


def _leap(year: Tensor) -> Tensor:
    def divides(n: float) -> Tensor:
        return cast(apply("Less", _modulo(year, n), 0.5), "float64")

    return divides(4.0) - divides(100.0) + divides(400.0)
