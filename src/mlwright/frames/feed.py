"""What goes into the graph: two arrays, made from a typed table or straight from a few rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from polars import selectors

from mlwright.contracts.errors import RowProblem, SchemaError, near_miss
from mlwright.contracts.records import Column, Schema
from mlwright.frames import cells
from mlwright.frames.foreign import OneRow, adopt_rows
from mlwright.frames.nested import flatten_row
from mlwright.frames.typed import WAY_OUT
from mlwright.frames.values import seconds_of
from mlwright.frames.vectors import MOMENT, MOST

Arrays = dict[str, NDArray[Any]]
_NAN = float("nan")


def feeds(typed: pl.DataFrame, schema: Schema) -> Arrays:
    """The graph's inputs for a conformed table of n rows: "numbers" (n, k) float64 in C order and "strings" (n, m) of
    str.

    Booleans are 0.0 and 1.0, moments seconds since 1970; missing is NaN and "".
    """
    numbers = np.empty((typed.height, len(schema.numbers)))
    if schema.numbers:
        cells = typed.select(selectors.by_name(*schema.numbers).to_physical().cast(pl.Float64).fill_null(_NAN))
        numbers = cells.to_numpy(order="c", writable=True)
        moments = [dtype == MOMENT for dtype in typed.select(selectors.by_name(*schema.numbers)).dtypes]
        if any(moments):  # divided here, since Polars multiplies by the inverse: the last bit differs
            numbers[:, moments] /= 1e6
    strings = np.empty((typed.height, len(schema.strings)), dtype=object)
    for position, name in enumerate(schema.strings):
        strings[:, position] = typed[name].fill_null("").to_numpy()
    return {"numbers": numbers, "strings": strings}


class RowReader:
    """Reads a few JSON-like rows for one Schema, without a table: make it once, call it for every request.

    ``reader(rows)`` gives the same feeds as ``feeds(conform(table of the rows, schema), schema)``. Keys that the
    schema doesn't know are ignored; a key that is not there is a problem, a null is not. Raises SchemaError with the
    problems of all rows (at most 100). A column ``parent.child`` is also found in an object under ``parent``.
    """

    def __init__(self, schema: Schema, where: str = ""):
        names = (*schema.numbers, *schema.strings)
        columns = {c.name: c for c in schema.columns}
        self._where = where
        self._names = names
        self._readers = [_reader(columns[name]) for name in names]
        self._numbers = len(schema.numbers)
        self._values: Callable[[Mapping[str, Any]], Sequence[Any]] = _getter(names)
        self._one = OneRow(names)
        self._numeric = all(columns[name].kind == "numeric" for name in names)
        self._gaps = [place for place, name in enumerate(names) if columns[name].blanks]

    def __call__(self, rows: Sequence[Any]) -> Arrays:
        """Feeds for n rows: see the class."""
        try:
            lines = self._lines(rows)
        except (KeyError, TypeError, ValueError):
            rows = [flatten_row(row, self._names) if isinstance(row, Mapping) else row for row in rows]
            problems = self._problems(rows)
            if problems:
                raise SchemaError(problems, where=self._where, way_out=WAY_OUT) from None
            lines = self._lines(rows)
        return self._arrays(lines)

    def short(self, data: Any) -> Arrays | None:
        """Feeds for a table that `adopt_rows` takes; None for a larger table and for other data."""
        numbers = self._one.numbers(data) if self._numeric else None
        if numbers is not None:
            for place in self._gaps:
                numbers[place] = self._readers[place](numbers[place])
            return {"numbers": numbers[None], "strings": np.empty((1, 0), dtype=object)}
        cells = self._one(data)
        if cells is not None:
            try:
                return self._arrays([self._line(cells)])
            except (TypeError, ValueError):
                pass  # told below, with all else that is wrong
        rows = adopt_rows(data)
        return None if rows is None else self(rows)

    def _arrays(self, lines: list[list[Any]]) -> Arrays:
        count, split = len(lines), self._numbers
        numbers = np.array([line[:split] for line in lines], dtype=np.float64).reshape(count, split)
        strings = np.array([line[split:] for line in lines], dtype=object).reshape(count, len(self._names) - split)
        return {"numbers": numbers, "strings": strings}

    def _lines(self, rows: Sequence[Any]) -> list[list[Any]]:
        return [self._line(self._values(row)) for row in rows]

    def _line(self, values: Sequence[Any]) -> list[Any]:
        return [read(value) for read, value in zip(self._readers, values, strict=True)]

    def _problems(self, rows: Sequence[Any]) -> list[RowProblem]:
        found: list[RowProblem] = []
        for position, row in enumerate(rows):
            if len(found) >= MOST:
                break
            if not isinstance(row, Mapping):
                what = f"a row is an object with a value for each column, not {type(row).__name__}"
                found.append(RowProblem(what, position))
                continue
            for name, read in zip(self._names, self._readers, strict=True):
                try:
                    read(row[name])
                except KeyError:
                    hint = near_miss(name, (key for key in row if isinstance(key, str) and key not in self._names))
                    found.append(RowProblem("missing" + (f"; {hint}" if hint else ""), position, name))
                except ValueError as problem:
                    found.append(RowProblem(str(problem), position, name))
        return found[:MOST]


def row_feeds(rows: Sequence[Any], schema: Schema) -> Arrays:
    """The feeds of a few rows, once. Whoever reads many requests keeps a RowReader."""
    return RowReader(schema)(rows)


def _getter(names: tuple[str, ...]) -> Callable[[Mapping[str, Any]], Sequence[Any]]:
    if len(names) > 1:
        return itemgetter(*names)
    return lambda row: [row[name] for name in names]


def _reader(column: Column) -> Callable[[Any], Any]:
    read = cells.reader(column)

    def number(value: Any) -> float:
        if type(value) is float:
            return value
        found = read(value)
        return _NAN if found is None else found

    def checked(value: Any) -> float:
        found = read(value)
        return _NAN if found is None else float(found)

    def moment(value: Any) -> float:
        found = read(value)
        return _NAN if found is None else seconds_of(found)

    def text(value: Any) -> str:
        return read(value) or ""

    if column.kind == "numeric":
        return checked if column.blanks else number
    return {"boolean": checked, "datetime": moment}.get(column.kind, text)
