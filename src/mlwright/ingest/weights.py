"""How much each row counts: a column of numbers, 0 or more, that is no feature."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from mlwright import frames
from mlwright.contracts.errors import InputError
from mlwright.contracts.records import WEIGHT, Column, Finding, Problem
from mlwright.ingest.target import Reading

UNEVEN = 0.1  # of the rows; where they say no more than so many that count alike, it is told
_WAY_OUT = "Give each row a number: 1 counts it once, 2 twice, 0 leaves it out."


class Weights(NamedTuple):
    """``values`` (Float64, 0 or more; null only where there is no target) and what to tell. None: all rows count
    alike."""

    values: pl.Series | None
    findings: tuple[Finding, ...] = ()

    def counted(self, reading: Reading) -> Reading:
        """The target without that of rows that don't count: what has none is left out."""
        if self.values is None:
            return reading
        labels = pl.select(pl.when(self.values > 0).then(reading.labels)).to_series().alias(reading.labels.name)
        return reading._replace(labels=labels)

    def beside(self, features: pl.DataFrame) -> pl.DataFrame:
        """The features with WEIGHT."""
        return features if self.values is None else features.with_columns(self.values.alias(WEIGHT))


def weigh(frame: pl.DataFrame, columns: Sequence[Column], problem: Problem, where: str) -> Weights:
    """The weights of the rows to learn from. Raises InputError unless all rows with a target have one and one is above
    0."""
    name = problem.weight
    if name is None:
        return Weights(None)
    known = frames.texts(frame[problem.target]).is_not_null()
    values = read_weight(frame[name], columns, known, where)
    return Weights(values, _told(values.filter(known), name))


def read_weight(column: pl.Series, columns: Sequence[Column], known: pl.Series, where: str) -> pl.Series:
    """The weights in ``column`` (one of the schema's ``columns``) as Float64. Raises InputError for what is no number,
    infinite or below 0, where a row with a ``known`` target has none, and where none of these is above 0."""
    values, name = _numbers(column, columns, where), column.name
    bad = (~values.is_between(0.0, float("inf"), closed="left")).fill_null(False).arg_true()
    if len(bad):
        shown = f"{values[bad[0]]:g}, which is " + ("below 0" if values[bad[0]] < 0 else "not finite")
        raise InputError(f"row {bad[0]}: the weight {name!r} is {shown}", where=where, way_out=_WAY_OUT)
    gaps = (values.is_null() & known).arg_true()
    if len(gaps):
        what = f"the weight {name!r} is missing in {len(gaps)} rows (the first: {gaps[0]})"
        raise InputError(what, where=where, way_out=_WAY_OUT)
    if not (values.filter(known) > 0).any():
        raise InputError(f"the weight {name!r} is 0 in every row", where=where, way_out=_WAY_OUT)
    return values


def _numbers(column: pl.Series, columns: Sequence[Column], where: str) -> pl.Series:
    """Float64; missing is null."""
    if column.dtype.is_temporal() or column.dtype.is_nested():
        raise InputError(f"the weight {column.name!r} holds no numbers", where=where, way_out=_WAY_OUT)
    if column.dtype.is_numeric() or column.dtype == pl.Boolean:
        return column.cast(pl.Float64).fill_nan(None)
    notation = next((c.notation for c in columns if c.name == column.name), None)
    values, wrong = frames.numbers(frames.texts(column), notation)
    if wrong:
        row, why = wrong[0]
        raise InputError(f"row {row}: the weight {column.name!r}: {why}", where=where, way_out=_WAY_OUT)
    return values


def mean_one(frame: pl.DataFrame) -> pl.DataFrame:
    """Rows with WEIGHT, if they have it, brought to a mean of 1."""
    if WEIGHT not in frame.columns:
        return frame
    share = pl.col(WEIGHT) / pl.col(WEIGHT).max()  # the sum of huge ones would not be finite
    return frame.with_columns(share / share.mean())


def _told(counting: pl.Series, name: str) -> tuple[Finding, ...]:
    """That rows are left out, that all count alike, or that few make up for nearly all; ``counting`` are the weights of
    rows with a target."""
    above = counting.filter(counting > 0)
    found = []
    if len(above) < len(counting):
        message = f"{len(counting) - len(above):,} of {len(counting):,} rows have the weight 0 and were left out."
        found.append(Finding(code="zero-weight", severity="info", message=message, column=name))
    if above.min() == above.max():
        message = f"The weight {name!r} is the same in every row that counts: it changes nothing."
        found.append(Finding(code="equal-weights", severity="info", message=message, column=name))
    share = above / above.max()
    worth = float(share.sum()) ** 2 / float((share * share).sum())  # Kish 1965: rows that count alike, as sure as these
    if worth < UNEVEN * len(above):
        message = (
            f"The weight {name!r} is so uneven that the {len(above):,} rows say about as much as {worth:,.0f} would "
            "that count alike."
        )
        remedy = "If a few rows should not decide nearly everything, limit their weight."
        found.append(Finding(code="uneven-weights", severity="warning", message=message, column=name, remedy=remedy))
    return tuple(found)
