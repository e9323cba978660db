"""Columns get the kind that a person would give them, from a typed source or from texts."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, strategies as st

from mlwright import frames
from mlwright.contracts.records import Schema, Target
from mlwright.ingest import infer, readings
from mlwright.ingest.facts import Facts

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
        ("boolean", RNG.integers(0, 2, N)),
        ("boolean", some("0", "1", "")),
        ("numeric", RNG.integers(0, 3, N)),
        ("numeric", some(1, 2)),
        ("boolean", some("oui", "non")),
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


# What is written, what its kind and meaning are, and the value of the first text.
RICH = [
    (["$1,234.50", "$12", "-$3.00"], "numeric", "money", 1234.5),
    (["1.234,50 €", "2,5 €", "1.000 €"], "numeric", "money", 1234.5),
    (["USD 5", "USD 17.5", "usd 3"], "numeric", "money", 5.0),
    (["(1,200)", "350", "12,000"], "numeric", "", -1200.0),
    (["($1,200.00)", "$350.00"], "numeric", "money", -1200.0),
    (["$1.2k", "$3M", "$900"], "numeric", "money", 1200.0),
    (["1.2K", "3M", "900"], "numeric", "", 1200.0),
    (["5-", "7", "3.5-"], "numeric", "", -5.0),
    (["\u22125", "7", "3"], "numeric", "", -5.0),
    (["1'234.50", "2'000.00"], "numeric", "", 1234.5),
    (["1 234,5", "12,0", "3 000 000,0"], "numeric", "", 1234.5),
    (["3,14", "2,7", "1,5"], "numeric", "", 3.14),
    (["1,234", "2,345,678", "12"], "numeric", "", 1234.0),
    (["45%", "3.5 %", "-7%"], "numeric", "percentage", 45.0),
    (["12 kg", "3.5kg", "1 kg"], "numeric", "quantity", 12.0),
    (["3.5cm", "0.02 m", "4 cm"], "numeric", "quantity", 3.5),
    (["5'11\"", "6'2\"", "5'9\""], "numeric", "quantity", 1.8034),
    (["12 KB", "3 MB", "5 KB"], "numeric", "quantity", 12.0),
    (["1h 30m", "45m", "2h"], "numeric", "duration", 5400.0),
    (["90 min", "2 h", "15 min"], "numeric", "duration", 5400.0),
    (["2 days", "1 day", "7 days"], "numeric", "duration", 172800.0),
    (["PT1H30M", "PT45M", "P1D"], "numeric", "duration", 5400.0),
    (["00:03:25", "01:12:00", "00:59:59"], "numeric", "duration", 205.0),
    (["08:30", "17:45", "23:05"], "numeric", "time-of-day", 30600.0),
    (["5:30 PM", "8:05 AM", "11:00 PM"], "numeric", "time-of-day", 63000.0),
    (["3 rooms", "4 rooms", "1 room"], "numeric", "quantity", 3.0),
    (["$5", "€7", "$9"], "categorical", "", "$5"),
    (["12", "3 kg", "500 g"], "categorical", "", "12"),
    (["4g", "5g", "3g"], "categorical", "", "4g"),
    (["12A", "3B", "17C"], "categorical", "", "12A"),
    (["Room 12", "Room 4", "Room 7"], "categorical", "", "Room 12"),
    (["1.0.2", "1.0.10", "2.1.0"], "categorical", "", "1.0.2"),
    (["C++", "C#", "C"], "categorical", "", "C++"),
    (["2018Q1", "2018Q3", "2019Q4"], "datetime", "", datetime(2018, 1, 1)),
    (["Q2 2018", "Q3 2018", "Q4 2019"], "datetime", "", datetime(2018, 4, 1)),
    (["2018-W05", "2018-W17", "2020-W53"], "datetime", "", datetime(2018, 1, 29)),
    (["Mar-2018", "Feb-2018", "Dec-2019"], "datetime", "", datetime(2018, 3, 1)),
    (["Mar-18", "Feb-18", "Dec-19"], "datetime", "", datetime(2018, 3, 1)),
    (["2020-1-5", "2020-11-15", "2021-2-3"], "datetime", "", datetime(2020, 1, 5)),
    (["20180131", "20180228", "20191224"], "datetime", "", datetime(2018, 1, 31)),
    ([20180131, 20180228, 20191224], "datetime", "", datetime(2018, 1, 31)),
    (["Wed, 31 Jan 2018 10:00:00 +0200", "Thu, 01 Feb 2018 00:00:00 GMT"], "datetime", "", datetime(2018, 1, 31, 8)),
    (["31/Jan/2018:10:00:00 +0000", "01/Feb/2018:10:00:00 +0000"], "datetime", "", datetime(2018, 1, 31, 10)),
    (["low", "medium", "high"], "ordinal", "", "low"),
    (["Strongly agree", "Agree", "Neutral", "Disagree"], "ordinal", "", "Strongly agree"),
    (["S", "M", "L", "XL"], "ordinal", "", "S"),
    (["Jan", "Feb", "Dec"], "ordinal", "", "Jan"),
    (["Mon", "Tue", "Sun"], "ordinal", "", "Mon"),
    (["1-2 yr", "<1 year", "10+ years", "3-5 yrs"], "ordinal", "", "1-2 yr"),
    (["0-10", "10-20", "20-30"], "ordinal", "", "0-10"),
    (["18 to 24", "under 18", "25 and over"], "ordinal", "", "18 to 24"),
    (["<=50K", ">50K"], "ordinal", "", "<=50K"),
    (["$25,000 - $49,999", "$50,000 - $99,999", "$100,000+"], "ordinal", "", "$25,000 - $49,999"),
    (["1. low", "2. middle", "3. high"], "ordinal", "", "1. low"),
    (["Level 3", "Level 1", "Level 2"], "ordinal", "", "Level 3"),
    (["Stage II", "Stage I", "Stage IV"], "ordinal", "", "Stage II"),
    (["1st", "2nd", "3rd"], "ordinal", "", "1st"),
    (["Bachelor's degree", "PhD", "High school"], "ordinal", "", "Bachelor's degree"),
    (["low", "high"], "categorical", "", "low"),
    (["A", "B", "C"], "categorical", "", "A"),
    (["3-1", "2-2", "0-4", "1-1"], "categorical", "", "3-1"),
    (["red", "medium", "high"], "categorical", "", "red"),
    (["first", "second class", "red"], "categorical", "", "first"),
]


@pytest.mark.parametrize(("values", "kind", "meaning", "first"), RICH, ids=[str(row[0][0]) for row in RICH])
def test_what_people_write_is_read_as_they_mean_it(values, kind, meaning, first):
    frame = frames.adopt({"x": [*values, *some(*values)]})
    (column,) = infer(frame)
    assert (column.kind, column.meaning) == (kind, meaning)
    typed = frames.conform(frame, Schema(columns=(column,), target=Target(name="y", task="regression")))["x"]
    assert typed[0] == (pytest.approx(first) if isinstance(first, float) else first)
    assert typed.null_count() == column.missing == 0


@pytest.mark.parametrize(
    ("values", "order"),
    [
        (["1-2 yr", "<1 year", "10+ years", "3-5 yrs"], ("<1 year", "1-2 yr", "3-5 yrs", "10+ years")),
        (["high", "low", "Medium", "very low"], ("very low", "low", "Medium", "high")),
        (["Level 10", "Level 9", "Level 1"], ("Level 1", "Level 9", "Level 10")),
        (["Dec", "Jan", "Jul"], ("Jan", "Jul", "Dec")),
        (["65+", "under 18", "18-64"], ("under 18", "18-64", "65+")),
        (["> 1k", "<= 500", "501 - 1000"], ("<= 500", "501 - 1000", "> 1k")),
    ],
)
def test_the_order_of_a_scale(values, order):
    assert infer(frames.adopt({"x": some(*values)}))[0].order == order


@pytest.mark.parametrize(
    ("name", "values", "kind", "meaning"),
    [
        ("year", some(2001, 2014, 1999), "numeric", "year"),
        ("YearBuilt", some("1901", "2014", ""), "numeric", "year"),
        ("grade", some("A", "B", "C"), "ordinal", ""),
        ("sub_grade", some("A1", "B5", "C2"), "ordinal", ""),
        ("created_at", RNG.integers(1_500_000_000, 1_600_000_000, N), "datetime", "epoch"),
        ("amount", RNG.integers(1_500_000_000, 1_600_000_000, N), "numeric", ""),
        ("x", RNG.integers(1_500_000_000, 1_600_000_000, N) * 1000, "datetime", "epoch"),
        ("time", [str(n) for n in RNG.integers(15 * 10**17, 16 * 10**17, N)], "datetime", "epoch"),
        ("num_claims", RNG.integers(0, 2, N), "numeric", ""),
        ("claims", [0] * (N - 30) + [1] * 30, "numeric", ""),
        ("is_late", [0] * (N - 30) + [1] * 30, "boolean", ""),
        ("claims", [0] * (N - 60) + [1] * 60, "boolean", ""),
        ("customer_id", RNG.permutation(N), "identifier", "key"),
        ("x", list(range(N)), "identifier", "running-number"),
        ("code", [f"7590-{i:05}" for i in RNG.permutation(N)], "identifier", "key"),
        ("runtime", some("01:30:00", "09:10:00"), "numeric", "duration"),
    ],
)
def test_names_tell_where_values_do_not(name, values, kind, meaning):
    (column,) = infer(frames.adopt({name: values}))
    assert (column.kind, column.meaning) == (kind, meaning)


@pytest.mark.parametrize(
    ("name", "values", "digits"),
    [
        ("x", RNG.integers(0, 2, N), True),
        ("x", some("0", "1"), True),
        ("x", some(0.0, 1.0), True),
        ("x", some(True, False), False),
        ("is_late", RNG.integers(0, 2, N), False),
    ],
)
def test_flags_of_digits_may_be_counts_unless_their_name_says_otherwise(name, values, digits):
    (column,) = infer(frames.adopt({name: values}))
    assert (column.kind, column.digits) == ("boolean", digits)


GENRES = ["Drama", "Comedy", "Action", "Film noir", "Short"]


def lists(mark):
    return [mark.join(RNG.permutation(GENRES)[: 1 + i % 4].tolist()) for i in range(N)]


@pytest.mark.parametrize(
    ("values", "separator"),
    [
        (lists("|"), "|"),
        (lists(" | "), "|"),
        (lists(";"), ";"),
        (lists(", "), ","),
        (['["a","b"]', '["b"]', "[]"] * 20, "["),
        (["['a', 'b']", "['b']", "[]"] * 20, "["),
        ([" | ".join(map(str, RNG.integers(1, 999, 1 + i % 3))) for i in range(N)], "|"),
        ([f"{a}, {b}" for a in ("Boston", "Lynn", "Salem") for b in ("MA", "OR", "NY")] * 20, ""),
        ([f"{a}, {b}" for a in PEOPLE[:9] for b in ("Jr", "Mr")] * 9, ""),
        ([f"on the {i}, we went; then, at {i + 1}, we came back, tired" for i in range(N)], ""),
    ],
)
def test_lists_are_told_from_prose(values, separator):
    (column,) = infer(frames.adopt({"x": values}))
    assert column.separator == separator and (column.kind == "list") == bool(separator)


@pytest.mark.parametrize(
    ("usual", "stray", "count", "kind", "blanks"),
    [
        (("1.5", "2", "3"), "unknown", 30, "numeric", ("unknown",)),
        (("1.5", "2", "3"), "oops", 1, "numeric", ("oops",)),
        (("1.5", "2", "3"), "oops", 30, "categorical", ()),
        (("$1,000", "$2"), "n.a.", 30, "numeric", ("n.a.",)),
        (("2020-01-31", "2021-01-31"), "0000-00-00", 30, "datetime", ("0000-00-00",)),
        (("low", "medium", "high"), "Unknown", 30, "ordinal", ("Unknown",)),
        (("02134", "10001"), "unknown", 30, "categorical", ()),
    ],
)
def test_words_for_unknown_and_rare_slips_are_blanks(usual, stray, count, kind, blanks):
    values = [stray] * count + [usual[i % len(usual)] for i in range(3 * N)]
    (column,) = infer(frames.adopt({"x": values}))
    assert (column.kind, column.blanks, column.missing) == (kind, blanks, count if blanks else 0)


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


@given(
    st.lists(st.dates(datetime(1900, 1, 1).date(), datetime(2100, 1, 1).date()), max_size=30),
    st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%b %d %Y", "%Y-%m-%d %H:%M:%S"]),
    st.lists(st.sampled_from([None, "", "NA", "unknown", "31.01.2018", "0000-00-00", "no date"]), max_size=3),
)
def test_dates_read_at_once_are_those_that_are_read_by_their_counts(days, form, others):
    values = pl.Series("x", [day.strftime(form) for day in days] + others, dtype=pl.String)
    at_once = readings.dated_at_once(values)
    if at_once is not None:
        slow = readings.of_texts(Facts.of_texts(values))
        assert at_once.column == slow.column
        assert at_once.values.equals(slow.values)


def test_a_column_of_one_form_of_dates_is_read_at_once():
    assert readings.dated_at_once(pl.Series([str(m) for m in MOMENTS] + [None])) is not None
    assert readings.dated_at_once(pl.Series([str(m) for m in MOMENTS] + ["no date"])) is None
    assert readings.dated_at_once(pl.Series(["2020-01-01"] * 5)) is None


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
