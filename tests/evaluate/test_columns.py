"""Columns become parts that people can name; names that speak of people are noticed, words that hold one are not."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from mlwright.evaluate.columns import cut, suspected


@pytest.mark.parametrize(
    "name",
    [
        *(
            "sex",
            "Sex",
            "applicant_gender",
            "age",
            "AGE",
            "customerAge",
            "Age at entry",
            "race",
            "ethnicity",
            "religion",
        ),
        *("marital-status", "MaritalStatus", "native-country", "nationality", "foreign_worker", "HasDisability"),
    ],
)
def test_names_that_speak_of_people(name: str) -> None:
    assert suspected(name)


@pytest.mark.parametrize(
    "name", ["mortgage", "usage", "message", "average", "sexton", "percentage", "country", "trace"]
)
def test_names_that_only_hold_such_a_word(name: str) -> None:
    assert not suspected(name)


def test_levels_are_parts_and_rare_ones_are_none() -> None:
    made = cut(pl.Series("plan", ["a"] * 50 + ["b"] * 40 + ["c"] * 3 + [None] * 30), 20)
    assert made is not None
    assert made.names == ("a", "b", "missing")
    assert made.codes.tolist() == [0] * 50 + [1] * 40 + [-1] * 3 + [2] * 30
    assert made.where(1) == "plan: b"


def test_numbers_are_cut_into_ranges_that_hold_each_row_once() -> None:
    values = np.arange(100.0)
    made = cut(pl.Series("age", values), 20)
    assert made is not None
    assert made.names == ("24.75 or less", "24.75 to 49.5", "49.5 to 74.25", "above 74.25")
    assert np.bincount(made.codes).tolist() == [25, 25, 25, 25]
    few = cut(pl.Series("stars", np.tile([1.0, 2.0, 5.0], 20)), 20)
    assert few is not None
    assert few.names == ("1", "2", "5")


def test_moments_and_flags_have_parts() -> None:
    days = [dt.datetime(2024, 1, 1) + dt.timedelta(days=d) for d in range(100)]
    made = cut(pl.Series("day", days), 20)
    assert made is not None
    assert made.names[-1] == "above 2024-03-15"
    flags = cut(pl.Series("member", [True] * 30 + [False] * 30 + [None] * 5), 20)
    assert flags is not None
    assert set(flags.names) == {"true", "false"}


@pytest.mark.parametrize(
    "column",
    [
        pl.Series("key", [f"k{i}" for i in range(100)]),
        pl.Series("same", [1.0] * 100),
        pl.Series("gaps", [None] * 100, dtype=pl.Float64),
        pl.Series("tags", ["a\x1fb", "a"] * 50),
        pl.Series("none", [], dtype=pl.String),
    ],
    ids=lambda column: column.name,
)
def test_columns_without_parts(column: pl.Series) -> None:
    assert cut(column, 20) is None
