"""The rows of a child table that belong to a row, summed up: what only the past knows.

A row is asked at a moment, and looks only at rows of the child strictly before it. Both tables are put in one order of
(key, time); the rows that a row looks at are then a stretch of the sorted child, from the first of its key to the last
before its moment, found by two binary searches. What runs along a key (count, sum, mean, min, max, last, distinct,
since) is read off at the end of the stretch; what needs its values together (mode, items) gathers them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray

from mlwright.contracts.errors import SchemaError
from mlwright.contracts.records import ITEM_MARK, Column, Relation, Schema, Target
from mlwright.frames.typed import conform, missing_columns
from mlwright.frames.vectors import MOMENT, texts

RECENT = 50
"""Where there is a clock, mode and items look at so many of the latest rows; else one long history, asked for row by
row, would be gathered over and over."""
LONGEST = 30
"""Values in a list of items: the most frequent ones."""
_PAIRS = 4_000_000  # values gathered at a time
_DAY = 86_400e6  # microseconds
_NOTHING = Target(name="", task="regression")
_GATHERED = ("mode", "items")

Integers = NDArray[np.int64]


class _Child(NamedTuple):
    """The rows of the child that anyone asks for, sorted: "key" (index of the asked key), "time" and the columns."""

    rows: pl.DataFrame
    columns: dict[str, str]  # the child's own names -> ours, which can't meet "key" and "time"


class _Stretch(NamedTuple):
    """For each row that asks, the stretch first:last of the sorted child; nothing is looked at where they are equal."""

    first: Integers
    last: Integers

    def latest(self, rows: int) -> _Stretch:
        """The last rows of each stretch."""
        return _Stretch(np.maximum(self.first, self.last - rows), self.last)


def aggregate(frame: pl.DataFrame, child: pl.DataFrame, relation: Relation, where: str = "") -> pl.DataFrame:
    """The n rows of ``frame``, in their order, with a column for each of the relation's aggregates behind its own.

    ``frame`` has the columns ``relation.parent`` and ``relation.moment``, ``child`` the key and the relation's columns.
    Keys are compared as texts. A row without a key, or without a moment where there is one, looks at nothing; a row of
    the child without a key, or without a time where there is a moment, is not looked at. Of nothing the count, the sum
    and the number of distinct values are 0, everything else is missing. Where rows share their time, "last" goes by the
    order of their values, so that the order in which the child came does not matter. Raises SchemaError.
    """
    keys = texts(frame[relation.parent])
    asked = keys.drop_nulls().unique().sort().to_frame("text").with_row_index("key")
    rows = _sorted(child, asked, relation, where)
    places = keys.to_frame("text").join(asked, on="text", how="left", maintain_order="left")["key"]
    moments = _moments(frame, relation)
    stretch = _stretches(rows.rows, places, moments)
    recent = stretch if relation.moment is None else stretch.latest(RECENT)
    made = {**dict(_read_off(relation, rows, stretch, moments)), **dict(_gathered(relation, rows, recent))}
    return frame.with_columns(made[name].alias(name) for name in relation.names)


def typed_child(child: pl.DataFrame, relation: Relation, where: str = "") -> pl.DataFrame:
    """The key of a child table, as text, and behind it the relation's columns, typed as conform does. Raises
    SchemaError."""
    place = where or relation.name
    absent = missing_columns((relation.key,), child.columns)
    if absent:
        raise SchemaError(absent, where=place, way_out=f"The table {relation.name!r} needs its key.")
    keys = texts(child[relation.key]).to_frame()
    return keys.hstack(conform(child, Schema(relation.columns, _NOTHING), place)) if relation.columns else keys


def clock_of(frame: pl.DataFrame, column: Column, where: str = "") -> pl.Series:
    """A column of times as what is compared: Int64 microseconds since 1970, or Float64. Raises SchemaError."""
    values = conform(frame.select(column.name), Schema((column,), _NOTHING), where)[column.name]
    return values.to_physical() if values.dtype == MOMENT else values


def _sorted(child: pl.DataFrame, asked: pl.DataFrame, relation: Relation, where: str) -> _Child:
    typed = typed_child(child, relation, where)
    names = {name: f"value {position}" for position, name in enumerate(typed.columns) if position}
    rows = typed.rename({relation.key: "text", **names})
    if relation.moment is None or relation.time is None:
        rows = rows.with_columns(time=pl.lit(0, dtype=pl.Int64))
    else:
        rows = rows.with_columns(time=pl.col(names[relation.time]).to_physical())
    rows = rows.drop_nulls("time").join(asked, on="text", how="inner").drop("text")
    return _Child(rows.sort("key", "time", *names.values()), names)


def _moments(frame: pl.DataFrame, relation: Relation) -> pl.Series:
    """When each row was asked; 1 where nothing says so, after every row of the child."""
    if relation.moment is None or relation.asked is None:
        return pl.repeat(1, frame.height, dtype=pl.Int64, eager=True)
    moments = clock_of(frame, relation.asked)
    if not relation.days:
        return moments
    return moments.cast(MOMENT).dt.truncate("1d").to_physical()


def _stretches(rows: pl.DataFrame, places: pl.Series, moments: pl.Series) -> _Stretch:
    """The stretch that each row looks at. Times and moments are ranked together, from 1; a key and a rank make one
    integer that sorts as both do."""
    ranks = pl.concat([rows["time"], moments], rechunk=True).rank("dense").cast(pl.Int64).fill_null(0).to_numpy()
    width = int(ranks.max(initial=0)) + 1
    order = rows["key"].cast(pl.Int64).to_numpy() * width + ranks[: rows.height]
    base = places.cast(pl.Int64).fill_null(-1).to_numpy() * width
    first = np.searchsorted(order, base, side="left")
    last = np.searchsorted(order, base + ranks[rows.height :], side="left")  # left: strictly before the moment
    return _Stretch(first, np.where(base < 0, first, last))


def _read_off(
    relation: Relation, child: _Child, stretch: _Stretch, moments: pl.Series
) -> Iterator[tuple[str, pl.Series]]:
    """The aggregates that run along the key, by name."""
    running = {item.name: item for item in relation.aggregates if item.function not in (*_GATHERED, "count", "since")}
    ends = pl.Series(stretch.last - 1).set(pl.Series(stretch.last <= stretch.first), None)
    so_far = child.rows.select(
        "time", *(_running(child.columns[item.column], item.function).alias(name) for name, item in running.items())
    )
    # Our own "time" stands first; an aggregate is called TABLE.COLUMN FUNCTION and can't be it.
    at_end = so_far.select(pl.all().gather(ends))
    for item in relation.aggregates:
        if item.function == "count":
            yield item.name, pl.Series(stretch.last - stretch.first).cast(pl.Float64)
        elif item.function == "since":
            gap = moments - at_end["time"]
            yield item.name, gap / _DAY if moments.dtype == pl.Int64 else gap.cast(pl.Float64)
        elif item.name in running:
            values = at_end[item.name]
            yield item.name, values.fill_null(0.0) if item.function in ("sum", "distinct") else values


def _running(name: str, function: str) -> pl.Expr:
    """A function of the rows of the same key so far, in every row."""
    value = pl.col(name)
    if function == "last":
        return value.forward_fill().over("key")
    if function == "distinct":
        return (value.is_not_null() & pl.struct("key", name).is_first_distinct()).cast(pl.Float64).cum_sum().over("key")
    if function in ("sum", "mean"):
        number = value.cast(pl.Float64)
        known = number.is_finite().fill_null(False)  # one infinity would swallow all later rows
        total = pl.when(known).then(number).otherwise(0.0).cum_sum().over("key")
        count = known.cast(pl.Float64).cum_sum().over("key")
        return total if function == "sum" else pl.when(count > 0).then(total / count)
    extreme = value.cum_min() if function == "min" else value.cum_max()
    return extreme.forward_fill().over("key")


def _gathered(relation: Relation, child: _Child, stretch: _Stretch) -> Iterator[tuple[str, pl.Series]]:
    """The aggregates that need a stretch's values together, by name: the most frequent value (the first in alphabetical
    order where several are), or the different values, the most frequent first, as a JSON list."""
    wanted = [item for item in relation.aggregates if item.function in _GATHERED]
    spans = pl.DataFrame({"first": stretch.first, "last": stretch.last})
    different = spans.filter(pl.col("last") > pl.col("first")).unique().sort("first", "last")
    for column in dict.fromkeys(item.column for item in wanted):
        values = child.rows[child.columns[column]]
        values = values if values.dtype == pl.String else texts(values)
        parts = [_together(part, values) for part in _portions(different)]
        found = spans.join(pl.concat(parts), on=["first", "last"], how="left", maintain_order="left") if parts else None
        for item in wanted:
            if item.column == column:
                nothing = pl.repeat(None, spans.height, dtype=pl.String, eager=True)
                yield item.name, nothing if found is None else found[item.function]


def _portions(spans: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The spans in parts of a bounded number of rows of the child."""
    part = ((spans["last"] - spans["first"]).cum_sum() // _PAIRS).alias("part")
    return iter(spans.with_columns(part).partition_by("part", include_key=False, maintain_order=True))


def _together(spans: pl.DataFrame, values: pl.Series) -> pl.DataFrame:
    """The "mode" and the "items" of each span that has any value."""
    pairs = spans.with_columns(at=pl.int_ranges("first", "last")).explode("at")
    pairs = pairs.with_columns(value=values.gather(pairs["at"]).str.split(ITEM_MARK)).explode("value")
    counts = pairs.drop_nulls("value").group_by("first", "last", "value").len()
    counts = counts.sort("first", "last", "len", "value", descending=[False, False, True, False])
    made = counts.group_by("first", "last", maintain_order=True).agg(
        mode=pl.col("value").first(), items=pl.col("value").head(LONGEST)
    )
    encode = msgspec.json.Encoder().encode
    lists = pl.Series([encode(items).decode() for items in made["items"].to_list()], dtype=pl.String)
    return made.with_columns(items=lists)
