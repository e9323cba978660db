"""Whole columns read as numbers, booleans, moments or texts: Polars for what is plain, the scalar parsers for the
rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import polars as pl

from mlwright.frames.values import BLANK_TEXTS, SPACES, boolean_of, moment_of, number_of, text_of

MOMENT = pl.Datetime("us")
MOST = 100
_BLANKS = sorted(BLANK_TEXTS)
_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_SECONDS = "%Y-%m-%dT%H:%M:%S"
_SECOND = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-5][0-9]:[0-5][0-9]$"


class Parsed(NamedTuple):
    """``values`` typed, null where missing or wrong; ``wrong`` the first MOST rows (0-based) that could not be read,
    and why."""

    values: pl.Series
    wrong: list[tuple[int, str]]


def trimmed(column: pl.Expr) -> pl.Expr:
    """A String expression without the blanks around each text."""
    return column.str.strip_chars(SPACES)


def present(column: pl.Expr) -> pl.Expr:
    """A trimmed String expression with the tokens that mean "no value" as null."""
    return pl.when(~column.is_in(_BLANKS)).then(column)


def numbers(column: pl.Series) -> Parsed:
    """A String column as Float64."""
    text = column.str.strip_chars(SPACES)
    return _settle(text, text.cast(pl.Float64, strict=False).fill_nan(None), number_of)


def booleans(column: pl.Series) -> Parsed:
    """A String column as Boolean."""
    return _settle(column, pl.repeat(None, len(column), dtype=pl.Boolean, eager=True), boolean_of)


def moments(column: pl.Series, formats: tuple[str, ...]) -> Parsed:
    """A String column as Datetime in microseconds, without a zone."""
    text = column.str.strip_chars(SPACES)
    values = pl.repeat(None, len(text), dtype=MOMENT, eager=True)
    if formats[:1] == ("",):
        day = pl.when(pl.col("t").str.contains(_DAY)).then("t").str.to_date("%Y-%m-%d", strict=False).cast(MOMENT)
        stamp = pl.col("t").str.replace(" ", "T", literal=True).str.strip_suffix("Z")
        stamp = pl.when(stamp.str.contains(_SECOND)).then(stamp)
        second = stamp.str.to_datetime(_SECONDS, time_unit="us", strict=False)
        values = pl.DataFrame({"t": text}).select(pl.coalesce(day, second)).to_series()
        values = values.set(values.dt.year() < 1, None) if values.dt.year().min() == 0 else values
    return _settle(text, values, lambda value: moment_of(value, formats))


def texts(column: pl.Series) -> pl.Series:
    """Any column as trimmed String with null where missing: ``values.text_of`` of each value."""
    kind = column.dtype
    if kind.is_integer() or kind == pl.Boolean or isinstance(kind, pl.Categorical | pl.Enum):
        column = column.cast(pl.String)
    elif kind != pl.String:
        return _each(column, text_of, pl.String).values
    return column.to_frame("t").select(present(trimmed(pl.col("t")))).to_series().alias(column.name)


def scalars(column: pl.Series, read: Callable[[Any], Any], dtype: Any) -> Parsed:
    """Any column through a scalar parser: the slow road, for types that are rare where ``dtype`` is expected."""
    if isinstance(column.dtype, pl.Categorical | pl.Enum):
        column = column.cast(pl.String)
    return _each(column, read, dtype)


def _each(column: pl.Series, read: Callable[[Any], Any], dtype: Any) -> Parsed:
    values: list[Any] = []
    wrong: list[tuple[int, str]] = []
    for row, value in enumerate(column.to_list()):
        try:
            values.append(read(value))
        except ValueError as problem:
            values.append(None)
            if len(wrong) < MOST:
                wrong.append((row, str(problem)))
    return Parsed(pl.Series(column.name, values, dtype=dtype), wrong)


def _settle(text: pl.Series, values: pl.Series, read: Callable[[Any], Any]) -> Parsed:
    """Send what the fast cast could not read through the scalar parser, each distinct text once."""
    values = values.alias(text.name)
    left = text.is_not_null() & values.is_null()
    if not left.any():
        return Parsed(values, [])
    known: dict[str, Any] = {}
    reasons: dict[str, str] = {}
    for word in text.filter(left).unique().to_list():
        try:
            known[word] = read(word)
        except ValueError as problem:
            reasons[word] = str(problem)
    if any(value is not None for value in known.values()):
        found = text.replace_strict(list(known), list(known.values()), default=None, return_dtype=values.dtype)
        values = values.zip_with(~left, found)
    if not reasons:
        return Parsed(values, [])
    rows = (left & text.is_in(list(reasons))).arg_true().head(MOST)
    return Parsed(values, [(row, reasons[text[row]]) for row in rows.to_list()])
