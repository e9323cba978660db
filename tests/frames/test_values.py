"""The scalar parsers say what a text means; whole columns are read the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings, strategies as st

from mlwright import frames
from mlwright.frames import values, vectors

BLANK = st.sampled_from(["", " ", "\t", "\u00a0"])
# fmt: off
WORDS = st.sampled_from([
    "1", "0", "-1.5", "+.5", "1.", "1e5", "1E-3", "1e400", "inf", "-Infinity", "nan", "-nan", "NaN", "NA", "n/a",
    "?", "-", "--", "none", "null", "true", "FALSE", "Yes", "n", "on", "1_000", "1,5", "0x1f", "1f", "e5", ".",
    "²", "١", "+", "2020-01-31", "2020-02-30", "0000-01-01", "9999-12-31T23:59:59Z", "2020-01-31T24:00:00",
    "2020-01-31T10:00", "2020-01-31T10:00:00.25+02:00", "2020-1-1", "31/12/2020", "12/31/2020", "Mar-2018",
    "5.June.2020", "ünï", "2020-01-31 10:00:61",
])
# fmt: on
DIGITS = st.text(alphabet="0123456789+-.eE:/T Z", max_size=20)
TEXTS = st.builds(
    lambda a, b, c: a + b + c, BLANK, WORDS | DIGITS | st.floats().map(str) | st.datetimes().map(str), BLANK
)
FORMATS = ("", "%d/%m/%Y", "%b-%Y")


def scalar(read, text):
    try:
        return read(text), None
    except ValueError as problem:
        return None, str(problem)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("read", "vector"),
    [
        (frames.parse_number, frames.numbers),
        (frames.parse_boolean, frames.booleans),
        (lambda text: frames.parse_datetime(text, FORMATS), lambda column: frames.moments(column, FORMATS)),
    ],
    ids=["number", "boolean", "datetime"],
)
@settings(max_examples=150)
@given(texts=st.lists(TEXTS | st.none(), min_size=1, max_size=12))
def test_a_column_is_read_as_its_texts_are(read, vector, texts):
    parsed = vector(pl.Series("x", texts, dtype=pl.String))
    expected = [(None, None) if text is None else scalar(read, text) for text in texts]
    assert parsed.values.to_list() == [value for value, _ in expected]
    assert parsed.wrong == [(row, why) for row, (_, why) in enumerate(expected) if why]


@given(texts=st.lists(TEXTS | st.text(max_size=5), max_size=12))
def test_texts_of_a_column_are_the_texts_of_its_values(texts):
    texts = [values.whole(text) for text in texts]
    assert frames.texts(pl.Series("x", texts, dtype=pl.String)).to_list() == [frames.text_of(text) for text in texts]


@given(number=st.floats(allow_nan=False))
def test_a_number_survives_being_written_down(number):
    assert frames.parse_number(repr(number)) == number


@given(moment=st.datetimes())
def test_a_moment_survives_being_written_down(moment):
    assert frames.parse_datetime(moment.isoformat()) == moment


@given(moment=st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)), hours=st.integers(-12, 12))
def test_a_zone_is_turned_to_utc(moment, hours):
    moment = moment.replace(tzinfo=timezone(timedelta(hours=hours)))
    assert frames.parse_datetime(moment.isoformat()) == moment.astimezone(UTC).replace(tzinfo=None)
    assert values.moment_of(moment) == frames.parse_datetime(moment.isoformat())


@given(day=st.dates(min_value=date(1970, 1, 1), max_value=date(2068, 12, 31)))
@pytest.mark.parametrize("form", [form for form in frames.FORMATS if "%d" in form])
def test_every_form_reads_what_strftime_writes(form, day):
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    assert frames.parse_datetime(midnight.strftime(form), (form,)) == midnight.replace(tzinfo=None)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"),
        (3.0, "3"),
        (np.float32(2.0), "2"),
        (np.int8(2), "2"),
        (0.1, "0.1"),
        (1e300, "1e+300"),
        (True, "true"),
        (np.bool_(False), "false"),
        ("  a b ", "a b"),
        ("none", "none"),
        ("N/A", None),
        (float("nan"), None),
        (np.datetime64("NaT"), None),
        (None, None),
        (date(2020, 1, 2), "2020-01-02"),
        (b"caf\xe9", "caf\ufffd"),
        ("a\ud800b", "a\ufffdb"),
        ("\ud83d\ude00", "\U0001f600"),
        ([1, "a"], '[1,"a"]'),
    ],
)
def test_one_rule_gives_the_text_of_any_value(value, text):
    assert frames.text_of(value) == text


@pytest.mark.parametrize("value", [[1], {}, object(), "abc", date(2020, 1, 1), 10**400])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(ValueError, match=r"number"):
        values.number_of(value)


def test_only_the_first_problems_of_a_column_are_listed():
    assert len(frames.numbers(pl.Series(["x"] * 1000)).wrong) == vectors.MOST
