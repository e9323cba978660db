"""Rich columns (notations, ordinals, lists, epochs, blanks, spellings): columns, single rows and scalars agree."""

from __future__ import annotations

import json
import math
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings, strategies as st

from mlwright import frames
from mlwright.contracts.errors import SchemaError
from mlwright.contracts.records import ITEM_MARK, Column, Notation, Schema, Target
from mlwright.frames import cells, lists, notation, vectors

SWISS = Notation(decimal=".", thousands="'", unit="CHF", units={"CHF": 1.0, "Fr.": 1.0, "k": 1e3, "k CHF": 1e3})
EURO = Notation(decimal=",", thousands=".", brackets=True, unit="EUR", units={"€": 1.0, "EUR": 1.0})
SPACED = Notation(decimal=",", thousands=" ", unit="cm", units={"cm": 1.0, "m": 100.0, "mm": 0.1})
TIME = Notation(unit="s", units={"h": 3600.0, "m": 60.0, "min": 60.0, "s": 1.0, ":": 1.0, "P": 1.0})
BARE = Notation()
NOTATIONS = (SWISS, EURO, SPACED, TIME, BARE)

# fmt: off
UNITS = st.sampled_from(["", "CHF", "chf", "Fr.", "€", "EUR", "cm", "m", "MM", "k", "K CHF", "h", "min", "P",
    "PT", ":", "$"])
NUMBERS = st.sampled_from([
    "1", "0", "12", "1'234", "1.234", "1 234", "1\u202f234,5", "1.234,50", "1,5", "1.5", ".5", ",5", "5.", "1e3",
    "1e400", "007", "1.234.567", "0.123", "12:30", "01:30:00", "2 days 03:04:05", "5:30 PM", "13:00 pm", "1H30M",
    "PT1H30M", "P1D", "P1Y",
    "1h 30m", "1h30min", "1 h, 5 s", "inf", "nan", "NA", "-", "none", "abc", "", "٣", "1 2", "1'23",
])
SIGNS = st.sampled_from(["", "-", "+", "\u2212", "- "])
ENDS = st.sampled_from(["", "-", ")", " ", "\u00a0"])
# fmt: on
WRITTEN = st.builds(
    lambda left, sign, before, number, behind, right: f"{left}{sign}{before}{number}{behind}{right}",
    st.sampled_from(["", "(", "-(", " "]),
    SIGNS,
    UNITS,
    NUMBERS,
    UNITS | UNITS.map(lambda unit: " " + unit),
    ENDS,
)  # fmt: skip


def outcome(read, value):
    try:
        return read(value)
    except ValueError:
        return "wrong"


@pytest.mark.slow
@pytest.mark.parametrize("form", NOTATIONS, ids=lambda form: form.unit or "bare")
@settings(max_examples=150)
@given(texts=st.lists(WRITTEN | NUMBERS | st.text(alphabet="0123456789.,' ()-+€hmk:P", max_size=9), max_size=12))
def test_a_column_in_a_notation_is_read_as_its_texts_are(form, texts):
    parsed = frames.numbers(pl.Series("x", texts, dtype=pl.String), form)
    expected = [outcome(notation.parser(form), text) for text in texts]
    assert parsed.values.to_list() == [None if value == "wrong" else value for value in expected]
    assert [row for row, _ in parsed.wrong] == [row for row, value in enumerate(expected) if value == "wrong"]


@given(number=st.floats(-1e12, 1e12).map(lambda n: round(n, 2)))
def test_a_number_survives_being_written_in_a_notation(number):
    written = f"{number:,.2f}"
    assert notation.parser(SWISS)("CHF " + written.replace(",", "'")) == number
    continental = written.translate(str.maketrans(",.", ".,"))
    assert notation.parser(EURO)(continental + " €") == number
    assert notation.parser(EURO)(f"({continental.removeprefix('-')})") == -abs(number)


@pytest.mark.parametrize(
    ("form", "text", "value"),
    [
        (SWISS, "Fr. 1'200.50", 1200.5),
        (SWISS, "CHF -3k", -3000.0),
        (SWISS, "2 K CHF", 2000.0),
        (EURO, "(1.234,50 €)", -1234.5),
        (EURO, "€ 5-", -5.0),
        (SPACED, "1,5 m", 150.0),
        (SPACED, "1 200", 1200.0),
        (TIME, "1h 30min", 5400.0),
        (TIME, "-01:30", -5400.0),
        (TIME, "2 days 00:00:01.5", 172801.5),
        (TIME, "12:15 am", 900.0),
        (TIME, "PT1H30M", 5400.0),
        (EURO, "n/a", None),
    ],
)
def test_what_a_notation_reads(form, text, value):
    assert notation.parser(form)(text) == value


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (SWISS, "5 €"),
        (EURO, "1.5"),
        (EURO, "1,234.5"),
        (SPACED, "12 345 6"),
        (SWISS, "(5)"),
        (TIME, "P1Y"),
        (TIME, "5 km"),
    ],
)
def test_what_a_notation_refuses(form, text):
    with pytest.raises(ValueError, match="is not a number"):
        notation.parser(form)(text)


def column(name, kind, **options):
    return Column(name=name, kind=kind, **options)


COLUMNS = (
    column("money", "numeric", notation=EURO, blanks=("k.A.", "-999")),
    column("plain", "numeric", blanks=("unknown", "-1")),
    column("flag", "boolean", words=("nein", "ja"), blanks=("?!",)),
    column("few", "boolean", digits=True, blanks=("-999",)),
    column("stamp", "datetime", formats=("@ms",), blanks=("0",)),
    column("digits", "datetime", formats=("%Y%m%d", "%d.%m.%Y %H:%M")),
    column("level", "ordinal", order=("low", "high"), blanks=("unknown",), spellings={"LOW": "low"}),
    column("state", "categorical", spellings={"N.Y.": "NY", "1": "one"}, blanks=("x",)),
    column("tags", "list", separator="|", spellings={"B": "b"}),
    column("json", "list", separator="["),
)
SCHEMA = Schema(columns=COLUMNS, target=Target(name="y", task="regression"))
# fmt: off
CELLS = st.sampled_from([
    "1.234,50 €", "-999", "-1", "-1.0", "k.A.", "unknown", "ja", "nein", "yes", "0", "1", "1600000000000", "1e12",
    "20200131", "31.01.2020 10:30", "20201331", "LOW", "low", "N.Y.", "x", "a|b", " a | B ||NA", '["a", "B"]',
    "['a', \"b c\", 1]", "[]",
    "[", "[x", "", " NA ", "none", "é", f"a{ITEM_MARK}b", "?!",
])
# fmt: on
DTYPES = (
    (pl.String, CELLS),
    (pl.String, CELLS),
    (pl.String, CELLS),
    (pl.Int64, st.sampled_from([0, 1, -1, -999, 5, 20200131, 1600000000000, 2**62])),
    (pl.Float64, st.sampled_from([0.0, 1.0, -1.0, -999.0, 2.5, 20200131.0, 1.6e12, math.inf, math.nan])),
    (pl.Boolean, st.booleans()),
    (pl.Datetime("us"), st.datetimes()),
    (pl.Categorical, st.sampled_from(["ja", "x", "1", "a|b", "unknown"])),
)


@st.composite
def tables(draw):
    rows = draw(st.integers(0, 4))
    series = []
    for each in COLUMNS:
        dtype, values = draw(st.sampled_from(DTYPES))
        series.append(
            pl.Series(each.name, draw(st.lists(st.none() | values, min_size=rows, max_size=rows)), dtype=dtype)
        )
    return pl.DataFrame(series)


def fed(make):
    try:
        made = make()
    except SchemaError as error:
        return {(problem.row, problem.column) for problem in error.problems}
    return made["numbers"].tolist(), made["strings"].tolist()


@pytest.mark.slow
@settings(max_examples=200)
@given(frame=tables())
def test_rows_and_tables_of_rich_columns_give_the_same_feeds(frame):
    table = fed(lambda: frames.feeds(frames.conform(frame, SCHEMA), SCHEMA))
    rows = fed(lambda: frames.row_feeds(frame.to_dicts(), SCHEMA))
    assert table == rows if isinstance(table, set) else str(table) == str(rows)  # as texts: NaN equals NaN


@pytest.mark.slow
@settings(max_examples=60)
@given(frame=tables())
def test_conforming_a_rich_table_again_changes_nothing(frame):
    try:
        typed = frames.conform(frame, SCHEMA)
    except SchemaError:
        return
    assert frames.conform(typed, SCHEMA).equals(typed)


@pytest.mark.parametrize(
    ("value", "items"),
    [
        ("a | b|  c d ", ["a", "b", "c d"]),
        ("|NA|x|", ["x"]),
        ('["a", 1, null, [2, "b"]]', ["a", "1", "2", "b"]),
        ("['it''s', \"b\"]", None),
        (["a", None, 2.0], ["a", "2"]),
        ("[]", None),
        ("", None),
        (None, None),
        (5, ["5"]),
    ],
)
def test_the_items_of_a_list(value, items):
    if isinstance(value, str) and "''" in value:
        items = [value]  # no list of any writing: one item
    assert lists.items_of(value, "|") == items


@given(items=st.lists(st.text(alphabet="ab c'\"\\1,é", min_size=1, max_size=5), max_size=4))
def test_a_list_survives_json(items):
    kept = [text for item in items if (text := frames.text_of(item)) is not None]
    assert lists.items_of(json.dumps(items), "[") == (kept or None)
    assert lists.items_of(items, "[") == (kept or None)


@given(moment=st.datetimes(datetime(1980, 1, 1), datetime(2060, 1, 1)).map(lambda m: m.replace(microsecond=0)))
@pytest.mark.parametrize(("form", "scale"), [("@s", 1), ("@ms", 10**3), ("@us", 10**6), ("@ns", 10**9)])
def test_a_time_since_1970_is_a_moment(form, scale, moment):
    number = (moment - datetime(1970, 1, 1)) // timedelta(seconds=1) * scale
    read = cells.reader(column("t", "datetime", formats=(form,)))
    assert read(number) == read(str(number)) == moment
    assert vectors.moments(pl.Series([number]), (form,)).values.to_list() == [moment]


def test_a_nested_row_is_read_by_the_names_of_its_parts():
    schema = Schema(columns=(column("a.b", "numeric"), column("c", "text")), target=SCHEMA.target)
    feeds = frames.row_feeds([{"a": {"b": 1}, "c": "x"}, {"a.b": 2, "c": "y"}, {"a": None, "c": "z"}], schema)
    assert np.array_equal(feeds["numbers"], [[1.0], [2.0], [np.nan]], equal_nan=True)
    with pytest.raises(SchemaError) as caught:
        frames.row_feeds([{"c": "x"}], schema)
    assert [(p.row, p.column) for p in caught.value.problems] == [(0, "a.b")]


def test_a_column_named_like_the_wildcard_is_itself():
    schema = Schema(columns=(column("*", "numeric"), column("ab", "text")), target=SCHEMA.target)
    frame = pl.DataFrame({"*": ["1", "2"], "other": ["p", "q"], "ab": [1, 2]})
    assert frames.conform(frame, schema).to_dict(as_series=False) == {"*": [1.0, 2.0], "ab": ["1", "2"]}
