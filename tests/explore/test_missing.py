"""What missingness means: together, by design, or neither."""

from __future__ import annotations

import numpy as np
import polars as pl

from mlwright.explore.missing import missingness

RNG = np.random.default_rng(8)
N = 600
GONE = RNG.random(N) < 0.2


def holes(mask, values=None):
    values = RNG.random(N) if values is None else values
    return [None if gone else value for value, gone in zip(values, mask, strict=True)]


def told(schema_of, **columns):
    frame = pl.DataFrame(columns)
    return {(finding.code, finding.column): finding.message for finding in missingness(schema_of(frame), frame)}


def test_columns_without_a_value_in_the_same_rows_are_one_finding(schema_of):
    words = RNG.choice(list("ab"), N).tolist()
    found = told(schema_of, area=holes(GONE), kind=holes(GONE, words), other=holes(RNG.random(N) < 0.2))
    (message,) = found.values()
    assert list(found) == [("missing-together", "area")]
    assert "'area' and 'kind'" in message and "'other'" not in message


def test_a_column_missing_where_another_says_so_is_by_design(schema_of):
    single = np.where(GONE, "single", "joint").tolist()
    found = told(schema_of, income=holes(GONE), debt=holes(GONE), application=single)
    assert list(found) == [("missing-by-design", "income")]
    assert "'application' is 'single'" in found["missing-by-design", "income"]


def test_a_number_or_a_flag_may_say_so_too(schema_of):
    cars = np.where(GONE, 0.0, RNG.integers(1, 4, N).astype(float))
    assert "'cars' is 0," in told(schema_of, finish=holes(GONE), cars=cars)["missing-by-design", "finish"]
    assert "'none' is true" in told(schema_of, finish=holes(GONE), none=GONE)["missing-by-design", "finish"]


def test_several_levels_may_say_so(schema_of):
    kind = np.where(GONE, RNG.choice(["a", "b"], N), RNG.choice(["c", "d"], N)).tolist()
    assert "'a' or 'b'" in told(schema_of, v=holes(GONE), kind=kind)["missing-by-design", "v"]


def test_what_goes_missing_by_itself_is_no_finding(schema_of):
    noise = {f"n{i}": holes(RNG.random(N) < 0.3) for i in range(6)}
    assert told(schema_of, kind=RNG.choice(list("abcdef"), N).tolist(), flag=RNG.random(N) < 0.5, **noise) == {}


def test_nearly_is_not_enough_when_a_twentieth_differs(schema_of):
    flipped = GONE ^ (RNG.random(N) < 0.05)
    assert told(schema_of, a=holes(GONE), b=holes(flipped), by=np.where(flipped, "x", "y").tolist()) != {}
    assert told(schema_of, a=holes(GONE), by=np.where(flipped, "x", "y").tolist()) == {}


def test_a_few_gaps_are_no_pattern(schema_of):
    few = np.arange(N) < 5
    assert told(schema_of, a=holes(few), b=holes(few)) == {}


def test_no_rows(schema_of):
    frame = pl.DataFrame(schema={"a": pl.Float64, "b": pl.String})
    assert missingness(schema_of(frame), frame) == []


def test_many_columns_that_are_mostly_missing_are_one_finding(schema_of):
    empty = {f"c{i}": holes(RNG.random(N) < 0.7) for i in range(7)}
    found = told(schema_of, **empty)
    assert list(found) == [("mostly-missing", None)] and "2 more columns" in found["mostly-missing", None]
    assert list(told(schema_of, c0=empty["c0"])) == [("mostly-missing", "c0")]
