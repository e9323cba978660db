"""What a database's driver gives, rows of Python's objects, as columns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import polars as pl

from mlwright.frames.foreign import column_of
from mlwright.frames.vectors import moments, texts

_INT64 = 2**63
_JSON = msgspec.json.Encoder(enc_hook=str, decimal_format="number")


def chunk_of(name: str, values: Sequence[Any]) -> pl.Series:
    """Some values of a column; nested ones as JSON, which ``settle`` understands."""
    kinds = set(map(type, values)) - {type(None)}
    if kinds == {Decimal}:
        return pl.Series(name, [None if value is None else float(value) for value in values], dtype=pl.Float64)
    if kinds == {datetime} and not any(value.tzinfo for value in values if value is not None):
        return pl.Series(name, values, dtype=pl.Datetime("us"))
    if kinds == {date}:
        return pl.Series(name, values, dtype=pl.Date)
    if kinds in ({bool}, {float}):
        return pl.Series(name, values)
    if kinds == {int} and all(-_INT64 <= value < _INT64 for value in values if value is not None):
        return pl.Series(name, values, dtype=pl.Int64)
    if kinds & {dict, list}:
        values = [_JSON.encode(value).decode() if isinstance(value, dict | list) else value for value in values]
    return column_of(name, values)


def joined(parts: Sequence[pl.Series], declared: str) -> pl.Series:
    """The chunks of a column as one, whatever types its values showed in each: numbers together are numbers, a
    mixture is its texts. ``declared`` is the type that SQLite's table declares for it ("" where none)."""
    types = {part.dtype for part in parts} - {pl.Null()}
    if len(types) > 1:
        if all(dtype.is_numeric() for dtype in types):
            parts = [part.cast(pl.Float64) for part in parts]
        elif all(dtype.is_temporal() for dtype in types):
            parts = [part.cast(pl.Datetime("us")) for part in parts]
        else:
            parts = [texts(part) for part in parts]
    dtype = next((part.dtype for part in parts if part.dtype != pl.Null), pl.Null())
    return _as_declared(pl.concat([part.cast(dtype) for part in parts]), declared)


def _as_declared(series: pl.Series, declared: str) -> pl.Series:
    """SQLite keeps booleans as 0 and 1, and moments as texts: read them back where every value agrees."""
    if declared.startswith("BOOL") and series.dtype == pl.Int64 and series.drop_nulls().is_in([0, 1]).all():
        return series.cast(pl.Boolean)
    if declared.startswith(("DATE", "TIMESTAMP")) and series.dtype == pl.String:
        read = moments(series, ("",))
        if not read.wrong:
            return read.values.cast(pl.Date) if declared == "DATE" else read.values
    return series
