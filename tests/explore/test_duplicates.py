"""Rows nearly the same, and rows the same but for the class."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from mlwright.contracts.records import TARGET
from mlwright.explore.duplicates import contradictions, near_copies

RNG = np.random.default_rng(9)
N = 400
FRAME = pl.DataFrame(
    {
        "x": RNG.normal(size=N),
        "z": RNG.lognormal(size=N),
        "when": pl.from_epoch(pl.Series(RNG.integers(1_500_000_000, 1_600_000_000, N)), "s").cast(pl.Datetime("us")),
        "city": [f"City {i}" for i in RNG.integers(0, 40, N)],
    }
)
SOME = FRAME.head(60)


def near(schema_of, more):
    frame = pl.concat([FRAME, more])
    return {finding.column: finding.message for finding in near_copies(schema_of(frame), frame)}


@pytest.mark.parametrize(
    "change",
    [
        pl.col("city").str.to_uppercase(),
        pl.col("city").str.replace(" ", "  "),
        pl.col("x") * (1 + 1e-9),
    ],
)
def test_rows_that_differ_in_what_hardly_matters_are_told(schema_of, change):
    found = near(schema_of, SOME.with_columns(change))
    assert list(found) == [None] and "60 of 460" in found[None]


@pytest.mark.parametrize("column", ["x", "when"])
def test_rows_that_differ_in_one_column_are_told_with_its_name(schema_of, column):
    other = SOME.with_columns(pl.col(column).reverse())
    assert list(near(schema_of, other)) == [column]


def test_rows_that_differ_or_are_exact_copies_are_not_near(schema_of):
    assert near(schema_of, FRAME[:0]) == {}
    assert near(schema_of, SOME) == {}
    assert near(schema_of, SOME.with_columns(pl.col("x").reverse(), pl.col("z") + 1)) == {}


def test_a_table_of_few_values_has_no_near_copies(schema_of):
    frame = pl.DataFrame({name: RNG.choice(list("abc"), N) for name in "pqrst"})
    assert near_copies(schema_of(frame), frame) == []


def labelled(frame, classes):
    return frame.with_columns(pl.Series(TARGET, classes, dtype=pl.Int32))


def test_the_best_that_a_model_can_reach_is_counted(schema_of):
    frame = pl.DataFrame({"a": ["p"] * 50 + ["q"] * 30 + ["r"] * 20})
    (finding,) = contradictions(schema_of(frame), labelled(frame, [0] * 40 + [1] * 10 + [0] * 15 + [1] * 15 + [1] * 20))
    assert "80 of 100 rows" in finding.message and "75.0%" in finding.message and finding.severity == "warning"


def test_rows_with_one_class_each_do_not_contradict(schema_of):
    frame = pl.DataFrame({"a": ["p"] * 50 + ["q"] * 50})
    assert contradictions(schema_of(frame), labelled(frame, [0] * 50 + [1] * 50)) == []
    assert contradictions(schema_of(FRAME), labelled(FRAME, RNG.integers(0, 2, N))) == []
