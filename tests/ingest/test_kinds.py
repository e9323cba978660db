"""Columns get the kind that a person would give them, from a typed source or from texts."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, strategies as st

from mlwright import frames
from mlwright.contracts.records import Schema, Target
from mlwright.ingest import infer

RNG = np.random.default_rng(0)
N = 200
MOMENTS = [datetime(2020, 1, 1) + timedelta(hours=7 * i) for i in range(N)]
PEOPLE = [f"{first} {middle} {last}" for first in "ABCDEF" for middle in "GHIJKL" for last in "MNOPQR"][:N]


def some(*values):
    return [values[i] for i in RNG.integers(0, len(values), N)]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("numeric", RNG.random(N)),
        ("numeric", RNG.integers(0, 2, N)),
        ("numeric", some(1, 2, None)),
        ("numeric", some("1.5", " 2", "", "?", "none", "-3e4")),
        ("numeric", np.arange(N) * 1.5),
        ("numeric", RNG.permutation(N * 3)[:N]),
        ("numeric", list(range(1950, 1950 + N))),
        ("boolean", some(True, False, None)),
        ("boolean", some("Yes", "No")),
        ("boolean", some("true", "FALSE", "")),
        ("boolean", some("Y", "N", "NA")),
        ("categorical", some("Yes", "No", "No internet")),
        ("categorical", some("yes", "none")),
        ("categorical", some("Y", None)),
        ("categorical", some("1", "2", "A")),
        ("categorical", some("02134", "10001")),
        ("categorical", some("Police department", "Department of health")),
        ("categorical", some(*(f"N{i}" for i in range(60)))),
        ("categorical", pl.Series(some("1", "2"), dtype=pl.Categorical)),
        ("categorical", pl.Series(some("a", "b"), dtype=pl.Enum(["a", "b"]))),
        ("datetime", MOMENTS),
        ("datetime", [m.date() for m in MOMENTS]),
        ("datetime", [m.isoformat() + "Z" for m in MOMENTS]),
        ("datetime", [str(m) for m in MOMENTS]),
        ("datetime", [m.strftime("%m/%d/%Y") for m in MOMENTS]),
        ("datetime", [m.strftime("%d/%m/%Y %H:%M") for m in MOMENTS]),
        ("datetime", [m.strftime(("%b %d %Y", "%Y-%m-%d")[i % 2]) for i, m in enumerate(MOMENTS)]),
        ("datetime", some("Mar-2018", "Feb-2018", None)),
        ("categorical", some("13/01/2020", "01/13/2020")),
        ("text", PEOPLE),
        ("text", some(*(f"a rather long description of thing {i}, repeated" for i in range(60)))),
        ("text", [f"漢字{i}漢字" for i in range(N)]),
        ("identifier", [f"7590-{i:05}" for i in RNG.permutation(N)]),
        ("identifier", list(range(N))),
        ("identifier", list(range(5, 5 + 3 * N, 3))),
        ("identifier", [str(i) for i in range(1, N + 1)]),
        ("identifier", [f"{i:06}" for i in range(N)]),
        ("constant", ["x"] * N),
        ("constant", [None] * N),
        ("constant", ["", "NA"] * (N // 2)),
    ],
)
def test_the_kind_of_a_column(kind, values):
    (column,) = infer(frames.adopt({"x": values}))
    assert column.kind == kind


@pytest.mark.parametrize(
    "name", ["id", "Id", "ID", "customer_id", "customerId", "basket_ID", "id_order", "row number", "key"]
)
def test_different_integers_in_a_column_named_like_a_key_are_one(name):
    values = RNG.permutation(N * 3)[:N]
    assert infer(frames.adopt({name: values}))[0].kind == "identifier"
    assert infer(frames.adopt({name: values // 2}))[0].kind == "numeric"
    assert infer(frames.adopt({"paid": values}))[0].kind == "numeric"


CELLS = st.one_of(
    st.lists(st.none() | st.floats(allow_nan=True), max_size=30),
    st.lists(st.none() | st.integers(-(2**40), 2**40), max_size=30),
    st.lists(st.none() | st.booleans(), max_size=30),
    st.lists(st.none() | st.datetimes(), max_size=30),
    st.lists(st.none() | st.text(max_size=8), max_size=30),
    st.lists(
        st.sampled_from(["1", "2.5", "yes", "no", "", "?", "none", "01/02/2020", "31/01/2020", "2020-01-01"]),
        max_size=30,
    ),
)


@given(values=CELLS)
def test_what_was_inferred_fits_the_table_it_was_inferred_from(values):
    frame = frames.adopt({"x": values})
    columns = infer(frame)
    schema = Schema(columns=columns, target=Target(name="y", task="regression"))
    typed = frames.conform(frame, schema)
    for column in schema.features:
        assert typed[column.name].null_count() == column.missing
        assert typed[column.name].drop_nulls().n_unique() <= column.unique


@given(values=CELLS.filter(len), seed=st.integers(0, 9))
def test_kinds_do_not_hang_on_the_order_of_rows_but_for_running_numbers(values, seed):
    frame = frames.adopt({"x": values})
    (column,), (shuffled,) = infer(frame), infer(frame.sample(fraction=1.0, shuffle=True, seed=seed))
    if "identifier" not in (column.kind, shuffled.kind):
        same = ("kind", "missing", "unique", "words", "formats", "low", "high", "levels")
        assert [getattr(column, field) for field in same] == [getattr(shuffled, field) for field in same]


def test_what_a_column_remembers():
    frame = frames.adopt(
        {
            "n": [3.5, None, float("inf"), -1.0, 2.0],
            "t": ["1970-01-02", "1970-01-01 00:00:30", None, "NA", "1970-01-01"],
            "c": ["b", "a", "a", "b", "c"],
            "b": ["yes", "no", "yes", None, "no"],
        }
    )
    n, t, c, b = infer(frame)
    assert (n.low, n.high, n.missing, n.unique, n.example) == (-1.0, 3.5, 1, 4, 3.5)
    assert (t.kind, t.low, t.high, t.missing, t.formats) == ("datetime", 0.0, 86400.0, 2, ("",))
    assert (c.levels, c.unique, c.example) == (("a", "b", "c"), 3, "b")
    assert (b.words, b.example, b.missing) == (("no", "yes"), True, 1)


def test_bytes_are_not_read():
    assert infer(frames.adopt({"x": [b"\x89PNG", b"\xff"] * 20}))[0].kind == "identifier"
