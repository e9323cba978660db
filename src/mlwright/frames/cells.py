"""How the cells of one column are read: the one rule for a value on its own and for a whole column.

``reader`` gives the scalar rule, which is the truth; ``read_column`` reads a Series by it, vectorised where that is the
same. Blanks come first, then what the kind says, then spellings.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

from mlwright.contracts.records import Column
from mlwright.frames import lists, notation, vectors
from mlwright.frames.values import SPACES, boolean_of, moment_of, number_of, parse_number, text_of

Reader = Callable[[Any], Any]


def reader(column: Column) -> Reader:
    """The reading of one value of any type: a float, bool, datetime or str, or None where it is missing. Raises
    ValueError for what can't be read."""
    if column.kind == "numeric":
        return _number_reader(column)
    if column.kind == "boolean":
        words, digits = column.words or (), column.digits
        return _without(column.blanks, lambda value: boolean_of(value, words, digits))
    if column.kind == "datetime":
        formats = column.formats or ("",)
        return _without(column.blanks, lambda value: moment_of(value, formats))
    if column.kind == "list":
        separator, spellings = column.separator, column.spellings
        return _without(column.blanks, lambda value: lists.joined(value, separator, spellings))
    return _text_reader(column)


def read_column(column: Column, series: pl.Series) -> vectors.Parsed:
    """A settled Series typed Float64, Boolean, Datetime("us") or String: ``reader`` of each value."""
    if isinstance(series.dtype, pl.Categorical | pl.Enum):
        series = series.cast(pl.String)
    if column.kind == "numeric":
        return _numbers(column, series)
    if column.blanks:
        words = vectors.texts(series)
        series = series.set(words.is_in(list(column.blanks)).fill_null(False), None)
    text = series.dtype == pl.String
    if column.kind == "boolean":
        if series.dtype.is_numeric():
            return vectors.flags(series, column.digits)
        read = reader(column)
        return vectors.settled(series, pl.Boolean, read) if text else vectors.scalars(series, read, pl.Boolean)
    if column.kind == "datetime":
        formats = column.formats or ("",)
        if text or series.dtype.is_numeric():
            return vectors.moments(series, formats)
        return vectors.scalars(series, lambda value: moment_of(value, formats), vectors.MOMENT)
    if column.kind == "list":
        return _lists(column, vectors.texts(series))
    found = vectors.texts(series)
    return vectors.Parsed(found.replace(column.spellings) if column.spellings else found, [])


def _number_reader(column: Column) -> Reader:
    parse = parse_number if column.notation is None else notation.parser(column.notation)
    words = frozenset(column.blanks)
    if not words:
        return lambda value: number_of(value, parse)
    gaps = _numbers_among(column.blanks, parse)

    def read(value: Any) -> float | None:
        if isinstance(value, str) and value.strip(SPACES) in words:
            return None
        found = number_of(value, parse)
        return None if found in gaps else found

    return read


def _numbers_among(words: tuple[str, ...], parse: Callable[[str], float | None]) -> frozenset[float]:
    found = set()
    for word in words:
        try:
            number = parse(word)
        except ValueError:
            continue
        if number is not None:
            found.add(number)
    return frozenset(found)


def _without(blanks: tuple[str, ...], read: Reader) -> Reader:
    if not blanks:
        return read
    words = frozenset(blanks)
    return lambda value: None if text_of(value) in words else read(value)


def _text_reader(column: Column) -> Reader:
    spellings, blanks = column.spellings, frozenset(column.blanks)
    if not spellings and not blanks:
        return text_of

    def read(value: Any) -> str | None:
        text = text_of(value)
        return None if text is None or text in blanks else spellings.get(text, text)

    return read


def _numbers(column: Column, series: pl.Series) -> vectors.Parsed:
    parse = parse_number if column.notation is None else notation.parser(column.notation)
    if series.dtype == pl.String:
        if column.blanks:
            words = series.str.strip_chars(SPACES)
            series = series.set(words.is_in(list(column.blanks)).fill_null(False), None)
        found = vectors.numbers(series, column.notation)
    elif series.dtype.is_numeric() or series.dtype == pl.Boolean:
        found = vectors.Parsed(series.cast(pl.Float64).fill_nan(None), [])
    else:
        found = vectors.scalars(series, lambda value: number_of(value, parse), pl.Float64)
    gaps = _numbers_among(column.blanks, parse)
    if gaps:
        values = found.values.set(found.values.is_in(sorted(gaps)).fill_null(False), None)
        found = vectors.Parsed(values, found.wrong)
    return found


def _lists(column: Column, texts: pl.Series) -> vectors.Parsed:
    read = reader(column)
    bracket = bool(texts.str.starts_with(lists.JSON).any())
    if bracket or column.spellings:
        return vectors.settled(texts, pl.String, read)
    frame = texts.alias("t").to_frame().select(lists.split(pl.col("t"), column.separator))
    return vectors.Parsed(frame.to_series().alias(texts.name), [])
