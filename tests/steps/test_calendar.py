"""Calendar arithmetic in the graph against the standard library's, over every year that it knows."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings, strategies as st

from mlwright.contracts.errors import StepRefusal
from mlwright.contracts.protocols import Truth
from mlwright.graph import Inputs, Session, compile, numbers
from mlwright.steps.calendar import Calendar, MomentGaps
from mlwright.testing.steps import run

EPOCH = dt.datetime(1970, 1, 1)


def fitted(moments, cyclic=False):
    seconds = pl.DataFrame({"t": [(m - EPOCH).total_seconds() for m in moments]}, schema={"t": pl.Float64})
    return Calendar(cyclic=cyclic).fit(seconds, Truth("regression", np.zeros(len(moments)), 0))


def session(step):
    return Session(compile({"x": step.emit(numbers(("t",)))}, Inputs(("t",), ())))


START = dt.datetime(2000, 1, 1, 12)
STEP = fitted([START, START + dt.timedelta(days=3)])
SESSION = session(STEP)


def parts(moments):
    seconds = np.array([[(m - EPOCH) / dt.timedelta(seconds=1)] for m in moments])
    found = SESSION({"numbers": seconds})["x"]
    names = [name.removeprefix("t ") for name, _ in STEP.outputs(["t"])]
    return {name: found[:, i] for i, name in enumerate(names)}


def check(moments):
    found = parts(moments)
    expected = {
        "year": [m.year for m in moments],
        "month": [m.month for m in moments],
        "day": [m.day for m in moments],
        "weekday": [m.weekday() for m in moments],
        "day of year": [m.timetuple().tm_yday - 1 for m in moments],
        "hour": [m.hour for m in moments],
    }
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values, name)
    elapsed = [(m - START) / dt.timedelta(days=1) for m in moments]
    np.testing.assert_allclose(found["days elapsed"], elapsed, rtol=1e-12, atol=1e-9)


@settings(max_examples=200)
@given(st.lists(st.datetimes(), min_size=1, max_size=30))
def test_any_moment_is_read_as_the_standard_library_does(moments):
    # Whole seconds: float64 holds microseconds for 285 years from 1970 only, so a moment before midnight may round up.
    check([m.replace(microsecond=0) for m in moments])


def test_the_ends_of_every_month_of_every_fourth_year():
    first = [dt.datetime(year, month, 1) for year in range(2, 10_000, 4) for month in range(1, 13)]
    check(first)
    check([m - dt.timedelta(seconds=1) for m in first])


@pytest.mark.parametrize("year", [4, 100, 400, 1600, 1700, 1900, 1968, 1972, 2000, 2023, 2024, 2100, 9996, 9999])
def test_every_day_of_a_year(year):
    first = dt.datetime(year, 1, 1, 23, 59, 59)
    check([first + dt.timedelta(days=i) for i in range((dt.date(year, 12, 31) - dt.date(year, 1, 1)).days + 1)])


def test_fractions_of_a_second_do_not_reach_the_next_hour():
    check([dt.datetime(1969, 12, 31, 23, 59, 59, 999_999), dt.datetime(2024, 2, 29, 23, 59, 59, 999_999)])


def test_missing_stays_missing_and_moments_beyond_the_calendar_become_the_nearest():
    found = SESSION({"numbers": np.array([[np.nan], [np.inf], [1e30], [-np.inf], [-1e30]])})["x"]
    assert np.isnan(found[0]).all()
    assert np.isfinite(found[1:]).all()
    assert found[:, 0].tolist()[1:] == [9999, 9999, 0, 0]


def test_hours_are_given_only_where_there_are_some():
    dates = fitted([dt.datetime(2020, 1, 1), dt.datetime(2021, 5, 5)])
    assert "t hour" not in [name for name, _ in dates.outputs(["t"])]
    assert "t hour" in [name for name, _ in STEP.outputs(["t"])]


@pytest.mark.parametrize("hour", [0, 6])
def test_turns_close(hour):
    step = fitted([dt.datetime(2020, 1, 1, hour), dt.datetime(2020, 2, 1)], cyclic=True)
    names = [name for name, _ in step.outputs(["t"])]
    moments = [dt.datetime(2020, 1, 1) + dt.timedelta(hours=11 * i) for i in range(700)]
    seconds = np.array([[(m - EPOCH).total_seconds()] for m in moments])
    found = dict(zip(names, session(step)({"numbers": seconds})["x"].T, strict=True))
    turns = ["year", "week"] + (["day"] if hour else [])
    assert [n for n in names if "sine" in n] == [f"t {f} of {turn}" for turn in turns for f in ("sine", "cosine")]
    for turn in turns:
        np.testing.assert_allclose(found[f"t sine of {turn}"] ** 2 + found[f"t cosine of {turn}"] ** 2, 1.0, atol=1e-6)
    weekday = np.array([m.weekday() for m in moments])
    np.testing.assert_allclose(found["t cosine of week"], np.cos(2 * np.pi * weekday / 7), atol=1e-6)


def test_several_columns_come_out_part_by_part():
    frame = pl.DataFrame({"a": [0.0, 86_400.0], "b": [1e9, None]})
    step = Calendar().fit(frame, Truth("regression", np.zeros(2), 0))
    model = compile({"x": step.emit(numbers(("a", "b")))}, Inputs(("a", "b"), ()))
    found = Session(model)({"numbers": np.array([[0.0, 1e9]])})["x"][0]
    by_name = dict(zip([name for name, _ in step.outputs(["a", "b"])], found, strict=True))
    assert (by_name["a year"], by_name["b year"], by_name["b month"], by_name["b day"]) == (1970, 2001, 9, 9)
    assert [origin for _, origin in step.outputs(["a", "b"])][:4] == ["a", "b", "a", "b"]


@given(st.lists(st.tuples(*[st.one_of(st.none(), st.integers(-(10**10), 10**10))] * 3), min_size=1, max_size=5))
@settings(max_examples=40)
def test_gaps_between_moments_are_days(rows):
    frame = pl.DataFrame(rows, schema={"a": pl.Float64, "b": pl.Float64, "c": pl.Float64}, orient="row")
    step = MomentGaps().fit(frame, Truth("regression", np.zeros(len(rows)), 0))
    assert step.outputs(["a", "b", "c"])[0] == ("days from a to b", "b")
    expected = [
        [np.nan if None in pair else (pair[1] - pair[0]) / 86_400 for pair in ((a, b), (a, c), (b, c))]
        for a, b, c in rows
    ]
    np.testing.assert_allclose(run(step, frame), expected, rtol=1e-12)


def test_one_moment_has_no_gap():
    with pytest.raises(StepRefusal):
        MomentGaps().fit(pl.DataFrame({"t": [0.0]}), Truth("regression", np.zeros(1), 0))
