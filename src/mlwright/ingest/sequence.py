"""Whether rows lie in the order of time: by a column of moments, or by what runs through them like a calendar."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mlwright.contracts.records import Column, Schema

BESIDE = 0.95  # correlation of ranks with the next row: rows near in time lie near in the table
_FEWEST = 20  # different moments
_RUNS, _SHORTEST, _FORWARD = 6, 2, 0.9  # of a calendar: runs at least, rows in each, share that goes on forward
_STEP = 3  # units that a calendar goes forward at most
_CYCLE, _REGULAR = 7, 0.8  # of a clock: steps at least, share of rows that are one step after the row before
_NEAR = 6.0  # standard errors by which rows beside each other are more alike than by chance
_UNITS = {
    12: re.compile(r"(?i)(^|[_\W])(month|months|mon|mnth|monat|mois)([_\W]|$)"),
    7: re.compile(r"(?i)(^|[_\W])(weekday|day_?of_?week|dow|wday)([_\W]|$)"),
    31: re.compile(r"(?i)(^|[_\W])(day|dom|mday|tag|jour)([_\W]|$)"),
    24: re.compile(r"(?i)(^|[_\W])(hour|hours|hr|hrs|stunde|heure)([_\W]|$)"),
}
_NAMES = {12: {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}}
_NAMES[7] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"}


class Sequence(NamedTuple):
    """Time by the values of ``column``; or, where that is None, by the order of the rows, as ``witness`` shows."""

    column: str | None
    witness: str


def in_time(rows: pl.DataFrame, schema: Schema) -> Sequence | None:
    """The sequence that typed ``rows`` lie in, if there is evidence that it is time."""
    dated = [c for c in schema.features if c.kind == "datetime" or c.meaning in ("year", "epoch")]
    for column in sorted(dated, key=lambda c: -c.unique):
        values = rows[column.name].to_physical().cast(pl.Float64).to_numpy()
        if column.unique >= _FEWEST and np.isfinite(values).all() and beside(values) >= BESIDE:
            return Sequence(column.name, column.name)
    for column in schema.features:
        if _runs_on(rows[column.name], column) or _ticks(rows[column.name], column):
            return Sequence(None, column.name)
    return None


def alike(rows: pl.DataFrame, schema: Schema) -> bool:
    """Whether rows that lie beside each other are more alike than by chance."""
    numbers = [c.name for c in schema.features if c.kind in ("numeric", "boolean", "datetime")]
    return any(
        beside(rows[name].to_physical().cast(pl.Float64).to_numpy()) * np.sqrt(rows.height) > _NEAR for name in numbers
    )


def beside(values: NDArray[Any]) -> float:
    """The correlation of the values' ranks with those of the next row; 0 where nothing varies."""
    known = values[np.isfinite(values)]
    _, place, count = np.unique(known, return_inverse=True, return_counts=True)
    if len(count) < 2:
        return 0.0
    rank = (np.cumsum(count) - count / 2)[place]
    rank = (rank - rank.mean()) / rank.std()
    return float((rank[1:] * rank[:-1]).mean())


def _runs_on(values: pl.Series, column: Column) -> bool:
    """Whether months (days, hours) follow each other through the rows, and start again."""
    for period, name in _UNITS.items():
        if column.kind == "ordinal" and {level[:3].lower() for level in column.order} <= _NAMES.get(period, set()):
            place = pl.Series(range(len(column.order)))
            codes = values.replace_strict(pl.Series(column.order), place, default=None, return_dtype=pl.Float64)
            return _goes_round(codes.to_numpy(), period)
        if column.kind == "numeric" and name.search(column.name) and (column.high or 0.0) <= period:
            return _goes_round(values.to_numpy(), period)
    return False


def _goes_round(codes: NDArray[Any], period: int) -> bool:
    codes = codes[np.isfinite(codes)]
    steps = np.diff(codes)
    steps = steps[steps != 0]
    enough = _RUNS <= len(steps) + 1 <= len(codes) / _SHORTEST and (steps < 0).any()
    return bool(enough and ((steps % period) <= _STEP).mean() >= _FORWARD)


def _ticks(values: pl.Series, column: Column) -> bool:
    """Whether a number goes up by the same step from row to row, and starts again: a time of day, a week."""
    if column.kind != "numeric" or not values.is_finite().all() or len(values) < 2 * _CYCLE:
        return False
    steps = np.round(np.diff(values.to_numpy()) / max(1e-300, (column.high or 0.0) - (column.low or 0.0)), 4)
    usual, count = np.unique(steps, return_counts=True)
    step = usual[np.argmax(count)]
    regular = count.max() >= _REGULAR * len(steps) and 0 < step <= 1 / (_CYCLE - 1)
    return bool(regular and (steps < 0).any() and (usual[count > 1] != 0).all())
