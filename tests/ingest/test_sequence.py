"""Time is seen in moments, in calendars that run through the rows and in clocks; not in rows that were shuffled."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from mlwright import frames
from mlwright.contracts.records import Schema, Target
from mlwright.ingest.kinds import infer
from mlwright.ingest.sequence import alike, beside, in_time

ROWS = 600
HOURS = [datetime(2024, 1, 1) + timedelta(hours=6 * i) for i in range(ROWS)]
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
NOISE = np.random.default_rng(0).normal(size=ROWS)


def sequence(shuffled=False, **columns):
    frame = pl.DataFrame({"noise": NOISE, **columns})
    frame = frame.sample(fraction=1.0, shuffle=True, seed=0) if shuffled else frame
    kinds = infer(frame)
    schema = Schema(columns=kinds, target=Target("y", "regression"))
    return in_time(frames.conform(frame, schema, "here"), schema)


CALENDARS = {
    "moments": ({"at": HOURS}, "at"),
    "newest-first": ({"at": HOURS[::-1]}, "at"),
    "months": ({"month": [MONTHS[(i // 40 + 3) % 12] for i in range(ROWS)]}, None),
    "days": ({"day": [1 + i // 5 % 31 for i in range(ROWS)]}, None),
    "half-hours": ({"period": [i % 48 / 47 for i in range(ROWS)]}, None),
}


@pytest.mark.parametrize(("columns", "named"), CALENDARS.values(), ids=CALENDARS)
def test_what_runs_through_the_rows_like_time_is_seen(columns, named):
    found = sequence(**columns)
    assert found.column == named
    assert found.witness == next(iter(columns))


@pytest.mark.parametrize(("columns", "named"), CALENDARS.values(), ids=CALENDARS)
def test_shuffled_rows_lie_in_no_order(columns, named):
    assert sequence(shuffled=True, **columns) is None


FACTORIALS = {
    "levels-that-cycle": {"dose": [float(i % 4) for i in range(ROWS)]},
    "a-ladder": {"frequency": [100.0 * 1.25 ** (i % 20) for i in range(ROWS)]},
    "sorted": {"month": sorted(MONTHS[i % 12] for i in range(ROWS))},
    "sizes": {"size": [["small", "medium", "large"][i // 20 % 3] for i in range(ROWS)]},
}


@pytest.mark.parametrize("columns", FACTORIALS.values(), ids=FACTORIALS)
def test_designs_and_sorted_columns_are_no_time(columns):
    assert sequence(**columns) is None


def test_the_correlation_with_the_next_row():
    assert beside(np.arange(100.0)) > 0.95
    assert abs(beside(NOISE)) < 0.15
    assert beside(np.ones(5)) == 0.0
    assert beside(np.array([1.0, np.nan, 2.0, np.nan, 3.0, 4.0])) > 0


@pytest.mark.parametrize(("values", "seen"), [(np.sort(NOISE), True), (NOISE, False)], ids=["sorted", "noise"])
def test_rows_are_alike_where_neighbours_are(values, seen):
    frame = pl.DataFrame({"x": values, "noise": NOISE[::-1]})
    assert alike(frame, Schema(columns=infer(frame), target=Target("y", "regression"))) == seen
