"""Make a table fit a Schema, or say everything that keeps it from fitting."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl

from mlwright.contracts.errors import RowProblem, SchemaError, near_miss
from mlwright.contracts.records import Column, Schema
from mlwright.frames.foreign import settle
from mlwright.frames.values import boolean_of, moment_of, number_of
from mlwright.frames.vectors import MOMENT, MOST, Parsed, booleans, moments, numbers, present, scalars, texts, trimmed

WAY_OUT = "Give each row the columns and kinds of values that the model was trained on; a missing value is fine."
_TYPES: dict[str, Any] = {"numeric": pl.Float64, "boolean": pl.Boolean, "datetime": MOMENT, "text": pl.String}
_HINTS = 10  # near misses are looked up for this many missing columns; it is slow on wide tables


def conform(frame: pl.DataFrame, schema: Schema, where: str = "") -> pl.DataFrame:
    """The schema's feature columns, in its order, typed Float64, Boolean, Datetime("us") or String; missing is null.

    Other columns are ignored. Raises SchemaError with every problem found (at most 100): columns that are missing,
    values that can't be read as the column's kind, each with its row (0-based).
    """
    features = schema.features
    have = set(frame.columns)
    problems = missing_columns((c.name for c in features), frame.columns)
    found = [c for c in features if c.name in have]
    frame = settle(frame.select([c.name for c in found]))
    types = frame.schema  # made anew at each access
    groups: dict[str, list[str]] = {}  # one expression for all columns that are read alike: wide tables are quick
    for column in found:
        groups.setdefault(_manner(column, types[column.name]), []).append(column.name)
    quick = frame.select([_quick(manner, names) for manner, names in groups.items()]).select([c.name for c in found])
    slow: dict[str, pl.Series] = {}
    for column, lost in zip(found, _lost(frame, quick), strict=True):
        if not lost:
            continue
        parsed = _slow(column, frame[column.name])
        slow[column.name] = parsed.values
        problems += [RowProblem(why, row, column.name) for row, why in parsed.wrong]
    if problems:
        raise SchemaError(problems[:MOST], where=where, way_out=WAY_OUT)
    return quick.with_columns(slow.values()) if slow else quick


def missing_columns(wanted: Iterable[str], have: Iterable[str]) -> list[RowProblem]:
    """A problem for each column that is wanted and not there, with a near miss for the first ones."""
    have = dict.fromkeys(have)
    absent = [name for name in wanted if name not in have][:MOST]
    problems = []
    for position, name in enumerate(absent):
        hint = near_miss(name, have) if position < _HINTS and len(have) <= 2000 else ""
        problems.append(RowProblem("missing" + (f"; {hint}" if hint else ""), column=name))
    return problems


def _manner(column: Column, dtype: pl.DataType) -> str:
    """How one vectorised pass can read the column: "cast ...", "parse", "clean", or "leave ..." if it can't."""
    number = dtype.is_numeric() or dtype == pl.Boolean
    if column.kind == "numeric":
        return "cast numeric" if number else "parse" if dtype == pl.String else "leave numeric"
    if column.kind == "boolean":
        return "cast boolean" if dtype == pl.Boolean else "leave boolean"
    if column.kind == "datetime":
        return "cast datetime" if dtype in (pl.Date, pl.Datetime) else "leave datetime"
    if dtype == pl.String:
        return "clean"
    return "cast text" if dtype.is_integer() or dtype == pl.Boolean else "leave text"


def _quick(manner: str, names: list[str]) -> pl.Expr:
    """That reading, of columns of one manner; null where it fails or is left to the slow road."""
    values = pl.col(names)
    if manner == "parse":
        return trimmed(values).cast(pl.Float64, strict=False).fill_nan(None)
    if manner == "clean":
        return present(trimmed(values))
    way, kind = manner.split()
    dtype = _TYPES[kind]
    return values.cast(dtype) if way == "cast" else pl.when(False).then(values.is_null()).cast(dtype)


def _lost(frame: pl.DataFrame, quick: pl.DataFrame) -> list[bool]:
    """Which columns have more nulls than they came with: those need the slow road."""
    if not frame.width:
        return []
    before, after = frame.null_count().row(0), quick.null_count().row(0)
    return [a != b for a, b in zip(before, after, strict=True)]


def _slow(column: Column, series: pl.Series) -> Parsed:
    text = series.dtype == pl.String
    if column.kind == "numeric":
        return numbers(series) if text else scalars(series, number_of, pl.Float64)
    if column.kind == "boolean":
        return booleans(series) if text else scalars(series, boolean_of, pl.Boolean)
    if column.kind == "datetime":
        formats = column.formats or ("",)
        return moments(series, formats) if text else scalars(series, lambda value: moment_of(value, formats), MOMENT)
    return Parsed(texts(series), [])
