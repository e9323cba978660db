"""Whole columns read as numbers, booleans, moments or texts: Polars for what is plain, the scalar parsers for the
rest."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from mlwright.contracts.records import Notation
from mlwright.frames import notation as notations
from mlwright.frames.moments import chrono_form
from mlwright.frames.values import (
    BLANK_TEXTS,
    EPOCHS,
    FIRST_MICRO,
    LAST_MICRO,
    SPACES,
    boolean_of,
    moment_of,
    parse_number,
    shown,
    text_of,
)

MOMENT = pl.Datetime("us")
MOST = 100
_BLANKS = sorted(BLANK_TEXTS)
_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_SECOND = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}%s[0-9]{2}:[0-5][0-9]:[0-5][0-9]%sZ?$"
_ISO_FORMS = (
    (_SECOND % ("T", ""), "%Y-%m-%dT%H:%M:%S"),
    (_SECOND % (" ", ""), "%Y-%m-%d %H:%M:%S"),
    (_SECOND % ("T", r"\.[0-9]{1,6}"), "%Y-%m-%dT%H:%M:%S%.f"),
    (_SECOND % (" ", r"\.[0-9]{1,6}"), "%Y-%m-%d %H:%M:%S%.f"),
)


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


def numbers(column: pl.Series, notation: Notation | None = None) -> Parsed:
    """A String column as Float64, written plainly or in a notation."""
    text = column.str.strip_chars(SPACES)
    if notation is None:
        return _settle(text, text.cast(pl.Float64, strict=False).fill_nan(None), parse_number)
    values = text.alias("t").to_frame().select(notations.quick(pl.col("t"), notation)).to_series()
    return _settle(text, values, notations.parser(notation))


def booleans(column: pl.Series) -> Parsed:
    """A String column as Boolean."""
    return settled(column, pl.Boolean, boolean_of)


def flags(column: pl.Series, digits: bool = False) -> Parsed:
    """A numeric column as Boolean: 1 is true, 0 is false; with ``digits`` other numbers are the nearer of both."""
    column = column.fill_nan(None) if column.dtype.is_float() else column
    values = column > 0.5
    if not digits:
        values = values.set((column != 0) & (column != 1), None)
    rows = (values.is_null() & column.is_not_null()).arg_true().head(MOST).to_list()
    why = "{} is neither true nor false"
    return Parsed(values.alias(column.name), [(row, why.format(shown(column[row]))) for row in rows])


def settled(column: pl.Series, dtype: Any, read: Callable[[str], Any]) -> Parsed:
    """A String column through a scalar reader, each distinct text once."""
    return _settle(column, pl.repeat(None, len(column), dtype=dtype, eager=True), read)


def moments(column: pl.Series, formats: tuple[str, ...]) -> Parsed:
    """A String or numeric column as Datetime in microseconds, without a zone."""
    if column.dtype.is_float() and formats[0] not in EPOCHS:
        column = texts(column)
    if column.dtype.is_numeric():
        if formats[0] in EPOCHS:
            return _settle(
                column.cast(pl.String), _since_1970(column, formats[0]), lambda text: moment_of(text, formats)
            )
        column = column.cast(pl.String)
    text = column.str.strip_chars(SPACES)
    if formats[0] in EPOCHS:
        values = _since_1970(text.cast(pl.Float64, strict=False), formats[0])
    else:
        values = _plain_moments(text, formats)
    return _settle(text, values, lambda value: moment_of(value, formats))


def _since_1970(numbers: pl.Series, form: str) -> pl.Series:
    times, over = EPOCHS[form]
    micros = numbers.cast(pl.Float64).to_numpy() * times / over  # by NumPy: Polars divides by multiplying
    inside = (micros >= FIRST_MICRO) & (micros <= LAST_MICRO)
    whole = np.floor(np.where(inside, micros, 0.0)).astype(np.int64)
    return pl.Series(numbers.name, whole).set(pl.Series(~inside), None).cast(MOMENT)


def _plain_moments(text: pl.Series, formats: tuple[str, ...]) -> pl.Series:
    """What Polars reads by itself: the formats in their order, up to the first that it doesn't know."""
    readings: list[pl.Expr] = []
    known = text.is_not_null().arg_max()
    first = text[known] or "" if known is not None and len(text) else ""
    day = pl.when(pl.col("t").str.contains(_DAY)).then("t").str.to_date("%Y-%m-%d", strict=False).cast(MOMENT)
    for form in formats:
        if form == "":
            readings += [day, *_iso(first)] if re.search(_DAY, first) else [*_iso(first), day]
            continue
        chrono = chrono_form(form)
        if chrono is None:
            break
        pattern, order, clock = chrono
        neat = pl.when(pl.col("t").str.contains(pattern)).then(pl.col("t").str.replace(pattern, order))
        readings.append(neat.str.to_datetime(clock, time_unit="us", strict=False))
    values = pl.repeat(None, len(text), dtype=MOMENT, eager=True)
    frame = text.alias("t").to_frame()
    for reading in readings:  # one after the other: most columns are of one form
        if values.null_count() == text.null_count():
            break
        values = pl.select(pl.coalesce(values, frame.select(reading).to_series())).to_series()
    return values.set(values.dt.year() < 1, None) if values.dt.year().min() == 0 else values


def _iso(first: str) -> list[pl.Expr]:
    """The forms of ISO 8601 that no text has two of; that of the ``first`` text comes first."""
    readings: list[pl.Expr] = []
    for pattern, form in _ISO_FORMS:
        stamp = pl.when(pl.col("t").str.contains(pattern)).then("t").str.strip_suffix("Z")
        reading = stamp.str.to_datetime(form, time_unit="us", strict=False)
        readings.insert(0 if re.search(pattern, first) else len(readings), reading)
    return readings


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
