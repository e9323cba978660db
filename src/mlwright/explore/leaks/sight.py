"""The rows that the searches for leaks look at, read once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mlwright.contracts.records import NUMBER_KINDS, TARGET, Column, Finding, Severity, Table
from mlwright.explore.leaks.goal import FEWEST, Floats, Goal, bins, levels

_SAMPLE, _LEAST, _CELLS = 20_000, 2_000, 1_000_000  # rows at most, rows at least, cells at most


@dataclass(frozen=True)
class Leak:
    """What tells the target: its ``columns`` (none: the order of the rows), by how much (0 to 1), and in words."""

    code: str
    columns: tuple[str, ...]
    strength: float
    message: str
    remedy: str
    severity: Severity = "warning"

    @property
    def finding(self) -> Finding:
        """As it is told."""
        column = self.columns[0] if self.columns else None
        return Finding(self.code, self.severity, self.message, column, self.remedy)


@dataclass(frozen=True)
class Sight:
    """A Table and its rows to learn from. What is looked at is a sample of them, in the table's order."""

    table: Table
    frame: pl.DataFrame
    _told: dict[str, float] = field(default_factory=dict)

    @cached_property
    def rows(self) -> pl.DataFrame:
        """20,000 rows at most, fewer of a wide table."""
        most = int(np.clip(_CELLS // max(1, len(self.table.schema.features)), _LEAST, _SAMPLE))
        if self.frame.height <= most:
            return self.frame
        picked = np.random.default_rng(0).permutation(self.frame.height)[:most]
        return self.frame[np.sort(picked)]

    @cached_property
    def goal(self) -> Goal:
        """The target of `rows`."""
        return goal_of(self.table, self.rows)

    @property
    def classes(self) -> bool:
        """Whether the target is a class."""
        return self.table.schema.target.task != "regression"

    @cached_property
    def numeric(self) -> tuple[Column, ...]:
        """Features that are numbers or moments."""
        return tuple(c for c in self.table.schema.features if c.kind in NUMBER_KINDS)

    @cached_property
    def matrix(self) -> Floats:
        """(rows, numeric columns), missing is NaN."""
        return as_numbers(self.rows, [c.name for c in self.numeric])

    @cached_property
    def numbers(self) -> dict[str, Floats]:
        """By name, the numeric features of `rows`."""
        return {column.name: self.matrix[:, at] for at, column in enumerate(self.numeric)}

    @cached_property
    def codes(self) -> dict[str, NDArray[Any]]:
        """By name, features with levels that come back, as codes; missing is a level."""
        return {
            c.name: self.rows[c.name].rank("dense").fill_null(0).to_numpy()
            for c in self.table.schema.features
            if c.kind in ("categorical", "ordinal", "boolean")
        }

    def told(self, name: str) -> float:
        """How much of the target a feature tells alone, in the rows where it has a value."""
        if name not in self._told:
            self._told[name] = self._measured(name)
        return self._told[name]

    def _measured(self, name: str) -> float:
        if name in self.numbers:
            values = self.numbers[name]
            there = ~np.isnan(values)
            if there.sum() < FEWEST:
                return 0.0
            whole = bool(there.all())
            return (self.goal if whole else self.goal.at(there)).told_by(bins(values if whole else values[there]))
        if name not in self.codes:
            return 0.0
        there = self.rows[name].is_not_null().to_numpy()
        if there.sum() < FEWEST:
            return 0.0
        whole = bool(there.all())
        codes = self.codes[name]
        return (self.goal if whole else self.goal.at(there)).told_by(levels(codes if whole else codes[there]))


def goal_of(table: Table, rows: pl.DataFrame) -> Goal:
    """The target of rows."""
    return Goal(table.schema.target.task, rows[TARGET].cast(pl.Float64).to_numpy())


def as_numbers(rows: pl.DataFrame, names: list[str]) -> Floats:
    """(rows, names) numbers; missing is NaN, and so is what is endless."""
    if not names:
        return np.zeros((rows.height, 0))
    values = rows.select(pl.col(names).to_physical().cast(pl.Float64).fill_null(float("nan"))).to_numpy()
    return np.where(np.isfinite(values), values, np.nan)
