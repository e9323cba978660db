"""The fast path for rows gives what whole tables give, and both tell the same problems."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import msgspec
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings, strategies as st

from mlwright import frames
from mlwright.contracts.errors import SchemaError
from mlwright.contracts.records import Column, Schema, Target

KINDS = ("numeric", "boolean", "datetime", "categorical", "text")
FORMATS = ("", "%d.%m.%Y")
SCHEMA = Schema(
    columns=(
        *(Column(name=kind, kind=kind, formats=FORMATS if kind == "datetime" else ()) for kind in KINDS),
        Column(name="key", kind="identifier"),
        Column(name="same", kind="constant"),
    ),
    target=Target(name="y", task="regression"),
)
DTYPES = (
    (pl.Float64, st.floats() | st.sampled_from([0.0, 1.0])),
    (pl.Int64, st.integers(-(2**63), 2**63 - 1) | st.integers(0, 1)),
    (pl.UInt8, st.integers(0, 255)),
    (pl.Boolean, st.booleans()),
    (pl.String, st.sampled_from(["1.5", "yes", "0", " N/A", "none", "2020-01-01", "31.12.2020", "a b", "x", "é "])),
    (pl.Date, st.dates()),
    (pl.Datetime("us"), st.datetimes()),
    (pl.Datetime("us", "Europe/Zurich"), st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1))),
    (pl.Duration("us"), st.timedeltas(timedelta(days=-40_000), timedelta(days=40_000))),
    (pl.Time, st.times()),
    (pl.Categorical, st.sampled_from(["yes", "no", "1", "?"])),
    (pl.List(pl.Int64), st.lists(st.integers(0, 3), max_size=2)),
    (pl.Binary, st.binary(max_size=3)),
)


@st.composite
def tables(draw):
    """A table with the schema's columns, each of any type, and one that nobody asked for."""
    rows = draw(st.integers(0, 5))
    columns = []
    for name in (*KINDS, "extra"):
        dtype, cells = draw(st.sampled_from(DTYPES))
        values = draw(st.lists(st.none() | cells, min_size=rows, max_size=rows))
        zone = getattr(dtype, "time_zone", None)
        series = pl.Series(name, values, dtype=pl.Datetime("us") if zone else dtype)
        columns.append(series.dt.replace_time_zone("UTC").dt.convert_time_zone(zone) if zone else series)
    return pl.DataFrame(columns)


def outcome(make):
    try:
        made = make()
    except SchemaError as error:
        return {(p.row, p.column) for p in error.problems}
    return made


def same(left, right):
    assert type(left) is type(right), (left, right)
    if isinstance(left, set):
        return left == right
    assert left["numbers"].flags.c_contiguous and right["numbers"].flags.c_contiguous
    numbers = np.array_equal(left["numbers"], right["numbers"], equal_nan=True)
    return numbers and left["strings"].shape == right["strings"].shape and (left["strings"] == right["strings"]).all()


def by_table(frame):
    return outcome(lambda: frames.feeds(frames.conform(frame, SCHEMA), SCHEMA))


@pytest.mark.slow
@settings(max_examples=120)
@given(frame=tables())
def test_rows_and_tables_give_the_same_feeds_or_the_same_problems(frame):
    assert same(by_table(frame), outcome(lambda: frames.row_feeds(frame.to_dicts(), SCHEMA)))


@settings(max_examples=25)
@given(frame=tables(), order=st.permutations(range(6)))
def test_the_order_of_columns_and_columns_unasked_for_change_nothing(frame, order):
    shuffled = frame.select([frame.columns[i] for i in order])
    assert same(by_table(frame), by_table(shuffled)) and same(by_table(frame), by_table(frame.drop("extra")))


@settings(max_examples=40)
@given(frame=tables())
def test_conforming_again_changes_nothing(frame):
    try:
        typed = frames.conform(frame, SCHEMA)
    except SchemaError:
        return
    assert typed.dtypes == [pl.Float64, pl.Boolean, pl.Datetime("us"), pl.String, pl.String]
    assert frames.conform(typed, SCHEMA).equals(typed)


def pandas_table(rows):
    return pd.DataFrame(
        {
            "numeric": np.arange(rows, dtype=np.int32),
            "boolean": pd.array([True, None, False] * rows, dtype="boolean")[:rows],
            "datetime": pd.to_datetime(["2020-01-01 10:00", None, "2021-01-01 11:00"] * rows, utc=True)[:rows],
            "categorical": pd.Categorical(["a", None, "b"] * rows)[:rows],
            "text": (["x", None, "NA"] * rows)[:rows],
            "unasked": [object()] * rows,
        }
    )


@pytest.mark.parametrize("unasked", [0, 30])
@pytest.mark.parametrize("rows", [0, 1, 2, 64, 65])
def test_few_rows_of_pandas_take_a_short_way_to_the_same_feeds(rows, unasked):
    data = pandas_table(rows).assign(**{f"unasked{i}": [i] * rows for i in range(unasked)})
    read = frames.RowReader(SCHEMA)
    if rows > 64:
        assert read.short(data) is None
    else:
        assert same(by_table(frames.adopt(data)), outcome(lambda: read.short(data)))


def of_kind(kind, count, **facts):
    return Schema(columns=tuple(Column(name=f"c{i}", kind=kind, **facts) for i in range(count)), target=SCHEMA.target)


@given(numbers=st.lists(st.integers(-(2**53), 2**53) | st.floats() | st.just(-9), min_size=1, max_size=3))
@pytest.mark.parametrize(
    "schema", [of_kind("categorical", 3), of_kind("numeric", 3), of_kind("numeric", 3, blanks=("-9",))]
)
def test_one_pandas_row_of_numbers_keeps_them(schema, numbers):
    schema = msgspec.structs.replace(schema, columns=schema.columns[: len(numbers)])
    data = pd.DataFrame({f"c{i}": [number] for i, number in enumerate(numbers)})
    table = frames.feeds(frames.conform(frames.adopt(data), schema), schema)
    assert same(table, frames.RowReader(schema).short(data))
    assert data["c0"].tolist() == numbers[:1] or numbers[0] != numbers[0]  # the caller's table is as it was


@pytest.mark.parametrize(
    "cells", [["1.5", "2"], [True, 2], [True, False], ["x", 1], [None, 1], [2**63, -1], pd.array([1, None], "Int64")]
)
def test_numbers_then_the_same_columns_of_other_types(cells):
    schema = of_kind("numeric", 2)
    data = pd.DataFrame([[1.5, 2.5]], columns=["c0", "c1"])
    read = frames.RowReader(schema)
    read.short(data)
    other = pd.DataFrame({"c0": cells[:1], "c1": cells[1:]})
    other.columns = data.columns
    table = outcome(lambda: frames.feeds(frames.conform(frames.adopt(other), schema), schema))
    assert same(table, outcome(lambda: read.short(other)))


def test_where_columns_stand_is_looked_up_anew_for_other_columns():
    read, data = frames.RowReader(SCHEMA), pandas_table(3)
    turned = data[data.columns[::-1]]
    texts = pd.DataFrame([[None, "x", "2020-01-01", True, 7]], columns=data.columns[[4, 3, 2, 1, 0]])
    alike = data.astype({"numeric": "object"})  # the same columns of other types
    for table in (data, turned, texts, alike, data):
        for row in (table.iloc[i : i + 1] for i in range(len(table))):
            assert same(by_table(frames.adopt(row)), outcome(lambda row=row: read.short(row)))


@pytest.mark.parametrize(
    "wrong",
    [
        pandas_table(1).drop(columns="numeric"),
        pandas_table(1).assign(numeric=["abc"]),
        pandas_table(1).assign(boolean=[[1]], numeric=["abc"]),
    ],
)
def test_what_is_wrong_with_one_pandas_row_is_told_whole(wrong):
    read = frames.RowReader(SCHEMA)
    read.short(pandas_table(1))
    with pytest.raises(SchemaError) as told:
        frames.feeds(frames.conform(frames.adopt(wrong), SCHEMA), SCHEMA)
    with pytest.raises(SchemaError) as found:
        read.short(wrong)
    assert {p.column for p in found.value.problems} == {p.column for p in told.value.problems}


def test_no_rows_are_fine():
    empty = frames.row_feeds([], SCHEMA)
    assert empty["numbers"].shape == (0, 3) and empty["strings"].shape == (0, 2)


def test_all_problems_are_told_at_once():
    good = {"numeric": 1, "boolean": True, "datetime": "2020-01-01", "categorical": "new", "text": None}
    rows = [good, {**good, "numeric": "abc", "boolean": 7}, {"numeric": 1}, "no row"]
    with pytest.raises(SchemaError) as caught:
        frames.row_feeds(rows, SCHEMA)
    found = {(problem.row, problem.column) for problem in caught.value.problems}
    absent = {(2, name) for name in ("boolean", "datetime", "categorical", "text")}
    assert found == {(1, "numeric"), (1, "boolean"), (3, None)} | absent


def test_a_missing_column_is_told_with_its_near_miss():
    frame = pl.DataFrame({"Numeric ": [1], "boolean": [True], "datetime": [None], "categorical": [1]})
    with pytest.raises(SchemaError) as caught:
        frames.conform(frame, SCHEMA, where="new.csv")
    assert [(p.column, p.row) for p in caught.value.problems] == [("numeric", None), ("text", None)]
    assert "'Numeric '" in caught.value.problems[0].message and caught.value.where == "new.csv"


@pytest.mark.parametrize(("value", "read"), [(2, 1.0), ("3", 1.0), (-1, 0.0), (0.5, 0.0), (0.7, 1.0), (10**400, 1.0)])
def test_what_was_0_and_1_alone_reads_other_numbers_as_the_nearer_of_both(value, read):
    schema = Schema(columns=(Column(name="x", kind="boolean", digits=True),), target=SCHEMA.target)
    assert frames.row_feeds([{"x": value}], schema)["numbers"].tolist() == [[read]]
    with pytest.raises(SchemaError, match="neither true nor false"):
        frames.row_feeds([{"x": "so so"}], schema)


def test_infinite_numbers_and_unseen_categories_pass():
    row = {"numeric": float("inf"), "boolean": 1, "datetime": date(1970, 1, 2), "categorical": "a\ud800", "text": 1.0}
    feeds = frames.row_feeds([row], SCHEMA)
    assert feeds["numbers"].tolist() == [[np.inf, 1.0, 86400.0]] and feeds["strings"].tolist() == [["a\ufffd", "1"]]
