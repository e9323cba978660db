"""Make a table fit a Schema, or say everything that keeps it from fitting."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from mlwright.contracts.errors import RowProblem, SchemaError, near_miss
from mlwright.contracts.records import Column, Schema
from mlwright.frames.foreign import settle
from mlwright.frames.values import boolean_of, moment_of, number_of
from mlwright.frames.vectors import MOMENT, MOST, Parsed, booleans, moments, numbers, present, scalars, texts, trimmed

WAY_OUT = "Give each row the columns and kinds of values that the model was trained on; a missing value is fine anywhere."
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
    quick = frame.select([_quick(c, frame.schema[c.name]) for c in found])
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


def _quick(column: Column, dtype: pl.DataType) -> pl.Expr:
    """The reading that one vectorised pass can do; null where it can't."""
    value = pl.col(column.name)
    if column.kind == "numeric" and (dtype.is_numeric() or dtype == pl.Boolean):
        return value.cast(pl.Float64)
    if column.kind == "numeric" and dtype == pl.String:
        return trimmed(value).cast(pl.Float64, strict=False).fill_nan(None)
    if column.kind == "boolean" and dtype == pl.Boolean:
        return value
    if column.kind == "datetime" and dtype in (pl.Date, pl.Datetime):
        return value.cast(MOMENT)
    if column.kind in ("categorical", "text"):
        if dtype == pl.String:
            return present(trimmed(value))
        if dtype.is_integer() or dtype == pl.Boolean:
            return value.cast(pl.String)
    typed = {"numeric": pl.Float64(), "boolean": pl.Boolean(), "datetime": MOMENT}
    return pl.lit(None, dtype=typed.get(column.kind, pl.String())).alias(column.name)


def _lost(frame: pl.DataFrame, quick: pl.DataFrame) -> list[bool]:
    """Which columns have more nulls than they came with: those need the slow road."""
    if not frame.width:
        return []
    if quick.height != frame.height:  # nothing but literals came out of the quick pass
        return [True] * frame.width
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
