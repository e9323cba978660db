"""Codes for "missing", impossible values and defaults are seen; what is odd but right is left alone."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given, strategies as st
from sklearn.datasets import load_breast_cancer, load_iris, load_wine

from mlwright.explore.distinct import Values, values_of
from mlwright.explore.numbers import SAMPLE, odd_numbers, sentinels

RNG = np.random.default_rng(5)
N = 500
AGES = RNG.integers(18, 80, N).astype(float)
COUNTS = RNG.poisson(8, N).astype(float)
BELL = RNG.normal(120, 20, N).clip(60).round()
MONEY = RNG.lognormal(6, 1, N).round(2)


def put(values, odd, rows=12):
    changed = np.array(values, dtype=float)
    changed[RNG.permutation(len(changed))[:rows]] = odd
    return changed


def odd(schema_of, **columns):
    frame = pl.DataFrame(columns)
    found, _ = odd_numbers(schema_of(frame), frame)
    return {(one.finding.code, one.column): one.values for one in found}


@pytest.mark.parametrize(
    ("values", "code"),
    [
        (put(AGES, 999), 999.0),
        (put(AGES, -1), -1.0),
        (put(MONEY, -9999), -9999.0),
        (put(BELL - 200, 9999), 9999.0),
        (put(COUNTS, 99), 99.0),
        (put(COUNTS, -9), -9.0),
        (put(MONEY, 999999999), 999999999.0),
        (put(AGES, -2147483648.0), -2147483648.0),
        (put(RNG.random(N), -999), -999.0),
        (put(RNG.random(N), -1), None),
        (put(RNG.random(N) / 4, -1), -1.0),
    ],
)
def test_a_code_apart_from_all_else_is_seen(schema_of, values, code):
    assert odd(schema_of, v=values) == ({} if code is None else {("sentinel-values", "v"): (code,)})


def test_codes_beside_codes_are_seen_together(schema_of):
    values = put(put(put(COUNTS, 99), 98), -1)
    assert odd(schema_of, v=values) == {("sentinel-values", "v"): (-1.0, 98.0, 99.0)}


@pytest.mark.parametrize(
    "values",
    [
        RNG.choice([-1.0, 0.0, 1.0], N),
        RNG.integers(0, 100, N).astype(float),
        RNG.integers(0, 1000, N).astype(float),
        RNG.normal(0, 1, N).round(),
        RNG.integers(-9, 10, N).astype(float),
        put(AGES, 99, 2),
        put(AGES, 99),
        put(AGES, 150.5),
        np.full(N, 999.0),
        np.where(RNG.random(N) < 0.5, 999.0, 9999.0),
        np.full(N, np.nan),
        MONEY,
    ],
    ids=str,
)
def test_what_may_be_a_value_is_no_code(schema_of, values):
    assert odd(schema_of, v=values) == {}


@given(st.lists(st.floats(-1e6, 1e6, allow_nan=False), max_size=60))
def test_a_code_never_lies_between_other_values(cells):
    found = sentinels(values_of(pl.Series(cells, dtype=pl.Float64), pl.Series(cells, dtype=pl.Float64)))
    rest = [v for v in cells if v not in found]
    assert all(code < min(rest) or code > max(rest) for code in found)


@pytest.mark.parametrize(
    ("name", "values", "beyond"),
    [
        ("age", put(AGES, 230, 3), (230.0,)),
        ("Age", put(AGES, -4, 2), (-4.0,)),
        ("customerAge", put(AGES, 1970, 4), (1970.0,)),
        ("patient_age", put(put(AGES, 300, 1), -20, 1), (-20.0, 300.0)),
        ("latitude", put(RNG.normal(48, 3, N), 480, 2), (480.0,)),
        ("home.lon", put(RNG.normal(8, 3, N), -999.5, 2), (-999.5,)),
    ],
)
def test_a_value_that_its_name_rules_out_is_seen(schema_of, name, values, beyond):
    assert odd(schema_of, **{name: values}) == {("impossible-values", name): beyond}


@pytest.mark.parametrize("name", ["LotFrontage", "mileage", "average", "page", "agent", "Usage", "Height", "plate"])
def test_a_name_that_only_looks_like_one_rules_nothing_out(schema_of, name):
    assert odd(schema_of, **{name: put(AGES, 230.5, 3)}) == {}


def test_a_name_that_most_values_contradict_rules_nothing_out(schema_of):
    assert odd(schema_of, age=RNG.normal(1950, 20, N)) == {}, "a year of birth, or days"


def test_nought_where_nothing_can_be_nought_is_seen(schema_of):
    found = odd(schema_of, pressure=put(BELL, 0), count=COUNTS, money=put(MONEY, 0))
    assert found == {("zero-for-missing", "pressure"): (0.0,)}


def test_a_table_that_writes_nought_for_missing_twice_is_believed_to_do_so_elsewhere(schema_of):
    skew = RNG.integers(15, 400, N).astype(float)
    many = put(skew, 0, 200)
    assert odd(schema_of, a=put(BELL, 0), skew=many) == {("zero-for-missing", "a"): (0.0,)}
    found = odd(schema_of, a=put(BELL, 0), b=put(BELL / 3, 0), skew=many, count=COUNTS)
    assert {column for _, column in found} == {"a", "b", "skew"}


def test_nought_where_another_column_is_missing_means_that_there_is_none(schema_of):
    area = put(BELL, 0)
    finish = [None if v == 0 else "rough" for v in area]
    assert odd(schema_of, area=area, finish=finish) == {}
    assert odd(schema_of, area=area, finish=["rough"] * N) != {}


@pytest.mark.parametrize("day", [dt.datetime(1900, 1, 1), dt.datetime(1970, 1, 1), dt.datetime(9999, 12, 31)])
def test_a_default_date_is_seen(schema_of, day):
    days = [dt.datetime(2015, 1, 1) + dt.timedelta(days=int(d)) for d in RNG.integers(0, 2000, N)]
    assert odd(schema_of, day=days) == {}
    seen = odd(schema_of, day=[day] * 5 + days[5:])
    assert seen == {("default-dates", "day"): (day.replace(tzinfo=dt.UTC).timestamp(),)}


def test_a_first_of_january_among_its_like_is_a_date(schema_of):
    days = [dt.datetime(1969, 1, 1) + dt.timedelta(days=int(d)) for d in RNG.integers(0, 366, N)]
    assert odd(schema_of, day=[dt.datetime(1970, 1, 1)] * 5 + days) == {}


@pytest.mark.parametrize("load", [load_breast_cancer, load_iris, load_wine])
def test_a_clean_table_has_nothing_odd(schema_of, load):
    frame = pl.from_numpy(load().data)
    found, _ = odd_numbers(schema_of(frame), frame)
    assert [one for one in found if one.finding.code != "zero-for-missing"] == []


def test_the_ends_of_all_rows_are_seen_and_the_middle_of_a_sample():
    whole = pl.Series(np.concatenate([np.arange(SAMPLE * 2.0), [-999.0] * 2]))
    values = values_of(whole.head(10), whole)
    assert values.distinct[0] == -999.0 and values.distinct[-1] == SAMPLE * 2 - 1
    assert (np.diff(values.distinct) > 0).all() and len(values.distinct) == len(values.counts)


def test_the_values_of_nothing():
    empty = pl.Series([None, None], dtype=pl.Float64)
    distinct, counts, rows = values_of(empty, empty)
    assert len(distinct) == len(counts) == 0 and rows == 2
    assert len(sentinels(Values(distinct, counts, rows))) == 0
