"""Make a table fit a Schema, or say everything that keeps it from fitting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import polars as pl
from polars import selectors

from mlwright.contracts.errors import RowProblem, SchemaError, near_miss
from mlwright.contracts.records import Column, Schema
from mlwright.frames.cells import read_column
from mlwright.frames.foreign import settle
from mlwright.frames.nested import with_parents
from mlwright.frames.vectors import MOMENT, MOST, present, trimmed

WAY_OUT = "Give each row the columns and kinds of values that the model was trained on; a missing value is fine."
_TYPES: dict[str, Any] = {"numeric": pl.Float64, "boolean": pl.Boolean, "datetime": MOMENT, "text": pl.String}
_HINTS = 10  # near misses are looked up for this many missing columns; it is slow on wide tables


Known = Mapping[str, tuple[Column, pl.Series]]
"""Values that were read already, by the name of their column, and by which Column they were."""


def conform(frame: pl.DataFrame, schema: Schema, where: str = "", known: Known | None = None) -> pl.DataFrame:
    """The schema's feature columns, in its order, typed Float64, Boolean, Datetime("us") or String; missing is null.
    What is ``known`` of the frame's columns, read by the very Column of the schema, is not read again.

    Other columns are ignored. Raises SchemaError with every problem found (at most 100): columns that are missing,
    values that can't be read as the column's kind, each with its row (0-based).
    """
    done = {c.name: _as_typed(*known[c.name]) for c in schema.features if known and known.get(c.name, (None,))[0] == c}
    if done:
        left = msgspec.structs.replace(schema, columns=tuple(c for c in schema.features if c.name not in done))
        rest = conform(frame, left, where)
        # by name: of a list of them, Polars would rename one whose name is empty
        return pl.DataFrame({c.name: done[c.name] if c.name in done else rest[c.name] for c in schema.features})
    features = schema.features
    brought = frame.columns
    frame = settle(*with_parents(frame, [c.name for c in features]))
    have = set(frame.columns)
    absent = dict.fromkeys(c.name for c in features if c.name not in have)
    problems = missing_columns(absent, (name for name in brought if name not in absent))
    found = [c for c in features if c.name in have]
    names = [c.name for c in found]
    frame = frame.select(selectors.by_name(*names))
    types = frame.schema  # made anew at each access
    groups: dict[str, list[str]] = {}  # one expression for all columns that are read alike: wide tables are quick
    for column in found:
        groups.setdefault(_manner(column, types[column.name]), []).append(column.name)
    quick = frame.select([_quick(manner, alike) for manner, alike in groups.items()]).select(selectors.by_name(*names))
    slow: dict[str, pl.Series] = {}
    for column, lost in zip(found, _lost(frame, quick), strict=True):
        if not lost:
            continue
        parsed = read_column(column, frame[column.name])
        slow[column.name] = parsed.values
        problems += [RowProblem(why, row, column.name) for row, why in parsed.wrong]
    if problems:
        raise SchemaError(problems[:MOST], where=where, way_out=WAY_OUT)
    return quick.with_columns(slow.values()) if slow else quick


def _as_typed(column: Column, values: pl.Series) -> pl.Series:
    return values.cast(_TYPES[column.kind if column.kind in _TYPES else "text"]).alias(column.name)


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
    text = dtype == pl.String
    kind = column.kind if column.kind in _TYPES else "text"
    if column.blanks or column.spellings or column.kind == "list" or (text and (column.notation or column.words)):
        return f"leave {kind}"
    if column.kind == "numeric":
        return "cast numeric" if number else "parse" if text else "leave numeric"
    if column.kind == "boolean":
        return "cast boolean" if dtype == pl.Boolean else "leave boolean"
    if column.kind == "datetime":
        return "cast datetime" if dtype in (pl.Date, pl.Datetime) else "leave datetime"
    if text:
        return "clean"
    return "cast text" if dtype.is_integer() or dtype == pl.Boolean else "leave text"


def _quick(manner: str, names: list[str]) -> pl.Expr:
    """That reading, of columns of one manner; null where it fails or is left to the slow road."""
    values = selectors.by_name(*names).as_expr()  # never pl.col: a column may be called "*"
    if manner == "parse":
        return values.cast(pl.Float64, strict=False).fill_nan(None)  # with blanks around it: the slow road
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
