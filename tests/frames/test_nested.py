"""Objects in cells are columns of their parts, whether they come as a table, as texts or as rows."""

from __future__ import annotations

import json
from datetime import datetime

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, strategies as st

from mlwright import frames
from mlwright.contracts.errors import InputError, SchemaError
from mlwright.contracts.records import Column, Schema, Target

ROWS = [{"id": 1, "a": {"b": 1.5, "c": {"d": "x"}}}, {"id": 2, "a": {"c": None, "b": None}}, {"id": 3, "a": None}]
FLAT = {"id": [1, 2, 3], "a.b": [1.5, None, None], "a.c.d": ["x", None, None]}


@pytest.mark.parametrize(
    "make",
    [
        lambda: ROWS,
        lambda: pl.DataFrame(ROWS),
        lambda: pd.DataFrame(ROWS),
        lambda: pl.DataFrame({"id": [1, 2, 3], "a": [json.dumps(row["a"]) if row["a"] else None for row in ROWS]}),
        lambda: {"id": [1, 2, 3], "a": [row["a"] for row in ROWS]},
    ],
)
def test_objects_become_columns_however_they_come(make):
    assert frames.adopt(make()).to_dict(as_series=False) in (FLAT, FLAT | {"a.c": [None] * 3})


def test_lists_become_their_json():
    moment = datetime(2024, 1, 2, 3)
    assert frames.adopt({"x": [["\ud800"]]})["x"].item() == '["\\ud800"]'
    values = [["a", 1], (2.5, None), np.array([1, 2]), {"q"}, [{"b": [moment]}], None, []]
    texts = ['["a",1]', "[2.5,null]", "[1,2]", '["q"]', '[{"b":["2024-01-02T03:00:00"]}]', None, "[]"]
    assert frames.adopt({"x": values})["x"].to_list() == texts
    assert frames.adopt(pl.DataFrame({"x": [[1, 2], None]}))["x"].to_list() == ["[1,2]", None]


def test_what_lies_too_deep_stays_one_text():
    value = 1
    for _ in range(12):
        value = {"a": value}
    (name,) = frames.adopt([value]).columns
    assert name == ".".join("a" * 9) and frames.adopt([value])[name].item().startswith('{"a":')


def test_a_clash_of_names_is_refused():
    with pytest.raises(InputError, match=r"'a\.b'"):
        frames.flatten(pl.DataFrame({"a": [{"b": 1}], "a.b": [2]}))


def test_a_text_that_is_wanted_stays_though_it_is_an_object():
    frame = pl.DataFrame({"a": ['{"b": 1}'], "c": ["x"]})
    assert frames.flatten(frame).columns == ["a.b", "c"]
    assert frames.flatten(frame, ["a", "c"])["a"].to_list() == ['{"b": 1}']


def test_a_part_that_no_row_has_is_null_and_a_parent_that_is_absent_is_missed():
    assert frames.flatten(pl.DataFrame({"a": [{"b": 1}]}), ["a.b", "a.z"]).to_dicts() == [{"a.b": 1, "a.z": None}]
    assert frames.flatten_row({"a": {"b": 1}}, ["a.b", "a.z", "q.z"]) == {"a.b": 1, "a.z": None}
    assert frames.flatten_row({"a": None}, ["a.b"]) == {"a": None, "a.b": None}
    assert frames.flatten_row({"a.b": 1, "a": {"b": 2}}) == {"a.b": 1}


COLUMNS = (
    Column(name="id", kind="numeric"),
    Column(name="a.b", kind="numeric"),
    Column(name="a.c.d", kind="categorical"),
    Column(name="t", kind="text"),
)
SCHEMA = Schema(columns=COLUMNS, target=Target(name="y", task="regression"))
NUMBER = st.none() | st.integers(-9, 9) | st.floats(-9, 9).map(lambda x: round(x, 3))
TEXT = st.none() | st.sampled_from(["x", "{", '{"b": 1}', "[1]", ""])
INNER = st.none() | st.fixed_dictionaries({}, optional={"d": TEXT, "e": NUMBER})
PARENT = st.none() | st.fixed_dictionaries({}, optional={"b": NUMBER, "c": INNER, "z": TEXT})
TABLE = st.lists(st.fixed_dictionaries({"id": NUMBER, "a": PARENT, "t": TEXT}), min_size=1, max_size=4)


FULL = {"id": 0, "a": {"b": 1, "c": {"d": "x", "e": 1}, "z": "x"}, "t": "x"}  # so that a table has every part


@given(rows=TABLE)
def test_rows_are_read_as_the_table_of_them_is(rows):
    rows = [*rows, FULL]
    by_row = frames.RowReader(SCHEMA)(rows)
    by_table = frames.feeds(frames.conform(frames.adopt(rows), SCHEMA), SCHEMA)
    texts = [row | {"a": None if row["a"] is None else json.dumps(row["a"])} for row in rows]
    by_text = frames.RowReader(SCHEMA)(texts)
    for other in (by_table, by_text):
        np.testing.assert_array_equal(by_row["numbers"], other["numbers"])
        np.testing.assert_array_equal(by_row["strings"], other["strings"])


def test_a_column_within_an_absent_parent_is_told():
    for read in (frames.RowReader(SCHEMA), lambda rows: frames.conform(frames.adopt(rows), SCHEMA)):
        with pytest.raises(SchemaError) as caught:
            read([{"id": 1, "t": "x", "aa": {"b": 1}}])
        assert {problem.column for problem in caught.value.problems} == {"a.b", "a.c.d"}
