"""Columns on their own, against NumPy, pandas and SciPy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, strategies as st
from scipy import stats

from mlwright.contracts.records import ITEM_MARK, TARGET, Column, Target
from mlwright.explore.aim import aim, wilson
from mlwright.explore.distribution import bars, base, look, parts, quantile

FINITE = st.floats(allow_nan=False, allow_infinity=False, width=32)


@given(st.lists(FINITE, min_size=1, max_size=60))
def test_every_value_is_in_a_bar_or_told_to_lie_beyond(values):
    ordered = np.sort(np.array(values, dtype=np.float64))
    found = bars(ordered)
    assert sum(found.counts) + found.below + found.above == len(values)
    assert len(found.edges) == len(found.counts) + 1
    assert list(found.edges) == sorted(found.edges)


@given(st.lists(FINITE, min_size=1, max_size=60), st.floats(0, 1))
def test_quantiles_are_numpys(values, share):
    ordered = np.sort(np.array(values, dtype=np.float64))
    assert quantile(ordered, share) == pytest.approx(float(np.quantile(ordered, share)), rel=1e-6, abs=1e-30)


def test_numbers_are_as_pandas_has_them():
    values = np.random.default_rng(0).lognormal(size=500)
    series = pl.Series("x", [*values.tolist(), 0.0, -1.0, None, float("inf")])
    found = base(look(Column(name="x", kind="numeric"), series), 504).numbers
    known = pd.Series([*values, 0.0, -1.0])
    assert found.mean == pytest.approx(known.mean())
    assert found.deviation == pytest.approx(known.std())
    assert found.quantiles == pytest.approx(tuple(known.quantile([0.05, 0.25, 0.5, 0.75, 0.95])))
    assert found.skew == pytest.approx(stats.skew(known), rel=0.01)
    assert (found.zeros, found.negative, found.infinite) == (1, 1, 1)


def test_whole_numbers_get_a_bar_each_and_wide_ones_grow_by_a_factor():
    counted = bars(np.array([1.0, 1.0, 2.0, 5.0]))
    assert (counted.edges[0], counted.counts) == (0.5, (2, 1, 0, 0, 1))
    grown = bars(np.sort(np.random.default_rng(0).lognormal(0, 3, 1000)))
    assert grown.log
    steps = np.diff(np.log(grown.edges))
    np.testing.assert_allclose(steps, steps[0], rtol=1e-6)


def test_a_few_far_values_do_not_flatten_the_bars():
    found = bars(np.sort(np.concatenate((np.random.default_rng(0).normal(size=1000), [1e6]))))
    assert found.above >= 1
    assert found.edges[-1] < 10


@pytest.mark.parametrize(
    ("column", "series"),
    [
        (Column(name="x", kind="numeric"), pl.Series("x", [1.5, None, 3.0, float("inf"), *map(float, range(40))])),
        (Column(name="x", kind="categorical"), pl.Series("x", [f"v{i % 15}" for i in range(60)] + [None])),
        (Column(name="x", kind="boolean", words=("no", "yes")), pl.Series("x", [True, False, None, True])),
        (Column(name="x", kind="text"), pl.Series("x", ["a b", None, "a longer one", "word"])),
        (Column(name="x", kind="list"), pl.Series("x", [f"a{ITEM_MARK}b", None, "a"])),
        (Column(name="x", kind="datetime"), pl.Series("x", [0, None, 86_400_000_000]).cast(pl.Datetime("us"))),
        (Column(name="x", kind="numeric"), pl.Series("x", [None, None], dtype=pl.Float64)),
    ],
)
def test_each_row_is_in_one_part(column, series):
    codes, names = parts(look(column, series))
    assert codes.null_count() == 0
    assert codes.min() >= 0 and codes.max() < len(names)
    missing = [names[code] == "missing" for code in codes.to_list()]
    assert missing == series.is_null().to_list()


def test_a_boolean_is_told_in_its_own_words():
    looked = look(Column(name="x", kind="boolean", words=("no", "yes")), pl.Series("x", [True, True, False]))
    codes, names = parts(looked)
    assert [(level.name, level.rows) for level in looked.levels] == [("yes", 2), ("no", 1)]
    assert [names[code] for code in codes.to_list()] == ["yes", "yes", "no"]


def test_words_and_items_are_counted():
    words = look(Column(name="x", kind="text"), pl.Series("x", ["Good film", "a good one", "bad"]))
    assert [(level.name, level.rows) for level in words.levels] == [("good", 2)]
    items = look(Column(name="x", kind="list"), pl.Series("x", [f"a{ITEM_MARK}b", "a", "a"]))
    assert [(level.name, level.rows) for level in items.levels] == [("a", 3)]
    np.testing.assert_array_equal(items.ordered, [1, 1, 2])


@pytest.mark.parametrize(("hits", "rows"), [(0, 10), (3, 10), (10, 10), (500, 2000)])
def test_the_interval_of_a_share_is_wilsons(hits, rows):
    known = stats.binomtest(hits, rows).proportion_ci(method="wilson")
    assert wilson(hits / rows, rows) == pytest.approx((known.low, known.high), abs=1e-6)


def test_slices_hold_shares_and_means():
    target = Target(name="y", task="binary", classes=("no", "yes"))
    values = pl.Series(TARGET, [0, 1, 1, None, 1], dtype=pl.Int32)
    found = aim(target, values)
    assert found.goal.values == (0.75,)
    part = pl.Series("part", [0, 0, 1, 1, None], dtype=pl.Int32)
    slices = found.slices(part, ("a", "b"), values)
    assert [(one.name, one.rows, one.values) for one in slices] == [("a", 2, (0.5,)), ("b", 1, (1.0,))]

    numbers = pl.Series(TARGET, [1.0, 3.0, 5.0, None, 7.0])
    mean = aim(Target(name="y", task="regression"), numbers)
    assert (mean.goal.values, mean.goal.spread) == ((4.0,), pytest.approx(numbers.std()))
    first = mean.slices(part, ("a", "b"), numbers)[0]
    assert (first.values, first.low < 2.0 < first.high) == ((2.0,), True)

    many = aim(Target(name="y", task="multiclass", classes=("a", "b", "c")), pl.Series(TARGET, [2, 2, 0, 1, 1, 1]))
    assert many.goal.classes == ("b", "c", "a")
    assert sum(many.goal.values) == pytest.approx(1.0)
