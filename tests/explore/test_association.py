"""Strengths and tests against SciPy's, where it has them."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy import stats

from mlwright.contracts.records import Column
from mlwright.explore.association import Side, adjusted, associate, corrected, side, toward

RNG = np.random.default_rng(0)
N = 400
NUMBERS = RNG.normal(size=N).round(1)  # with ties
OTHER = NUMBERS + RNG.normal(size=N)
GROUPS = np.where(RNG.random(N) < 0.3, 2, RNG.integers(0, 2, N))


def numbers(values):
    return Side("n", np.asarray(values, dtype=float), None)


def groups(codes):
    return Side("g", None, np.asarray(codes, dtype=np.int64))


def test_two_of_numbers_are_as_scipy_has_them():
    found, known = associate(numbers(NUMBERS), numbers(-OTHER)), stats.spearmanr(NUMBERS, -OTHER)
    assert found.strength * found.sign == pytest.approx(known.statistic)
    assert found.p == pytest.approx(known.pvalue)
    assert found.sign == -1


def test_numbers_and_groups_are_as_scipy_has_them():
    shifted = NUMBERS + 0.3 * GROUPS
    found = associate(numbers(shifted), groups(GROUPS))
    known = stats.kruskal(*(shifted[code == GROUPS] for code in range(3)))
    assert found.p == pytest.approx(known.pvalue)
    assert found.strength**2 == pytest.approx((known.statistic - 2) / (N - 3))
    assert associate(groups(GROUPS), numbers(shifted)).strength == found.strength


def test_two_of_groups_are_as_scipy_has_them():
    other = np.where(RNG.random(N) < 0.5, GROUPS, RNG.integers(0, 4, N))
    table = stats.contingency.crosstab(GROUPS, other).count
    found = associate(groups(GROUPS), groups(other))
    assert found.p == pytest.approx(stats.chi2_contingency(table, correction=False).pvalue)
    assert 0 < found.strength < stats.contingency.association(table, method="cramer")  # the bias is gone


def test_what_follows_from_another_column_is_one_and_noise_is_nearly_nothing():
    assert associate(groups(GROUPS), groups(2 - GROUPS)).strength == pytest.approx(1.0, abs=1e-9)
    assert associate(numbers(NUMBERS), numbers(np.exp(NUMBERS))).strength == 1.0
    noise = [associate(groups(RNG.integers(0, 20, N)), groups(RNG.integers(0, 20, N))).strength for _ in range(50)]
    assert np.mean(noise) < 0.06  # Cramer's V with its bias would be about 0.22


def test_rows_that_miss_a_value_do_not_count():
    gappy = np.where(RNG.random(N) < 0.2, np.nan, NUMBERS)
    there = ~np.isnan(gappy)
    found, known = associate(numbers(gappy), numbers(OTHER)), stats.spearmanr(gappy[there], OTHER[there])
    assert (found.strength * found.sign, found.rows) == (pytest.approx(known.statistic), int(there.sum()))
    holed = np.where(RNG.random(N) < 0.2, -1, GROUPS)
    kept = holed >= 0
    known = stats.kruskal(*(NUMBERS[holed == code] for code in range(3)))
    found = associate(numbers(NUMBERS), groups(holed))
    assert (found.p, found.rows) == (pytest.approx(known.pvalue), int(kept.sum()))


@pytest.mark.parametrize(
    "pair",
    [
        (numbers([1.0] * 20), numbers(range(20))),
        (numbers([np.nan] * 20), numbers(range(20))),
        (numbers(range(20)), groups([0] * 20)),
        (groups([0] * 20), groups([0, 1] * 10)),
        (groups([-1] * 20), groups([0, 1] * 10)),
        (numbers([1.0, 2.0]), groups([0, 1])),
    ],
)
def test_where_nothing_varies_nothing_is_said(pair):
    found = associate(*pair)
    assert (found.strength, found.p) == (0.0, 1.0)


def test_what_rises_and_falls_is_seen_toward_a_target():
    x = RNG.uniform(-1, 1, 2000)
    bowl = toward(Side("x", x, None), Side("y", x**2, None))
    assert bowl.bent and bowl.strength > 0.9
    straight = toward(Side("x", x, None), Side("y", x + RNG.normal(size=2000), None))
    assert not straight.bent
    edges = toward(Side("x", x, None), Side("y", None, (np.abs(x) > 0.7).astype(np.int64)))
    assert edges.bent and edges.strength > 0.7


def test_many_tests_are_paid_for():
    pairs = [associate(Side(f"c{i}", RNG.normal(size=100), None), numbers(RNG.normal(size=100))) for i in range(200)]
    found = corrected(pairs)
    assert sum(one.p < 0.05 for one in found) > 3
    assert not any(one.q < 0.05 for one in found)
    assert [one.strength for one in found] == sorted((one.strength for one in found), reverse=True)
    assert adjusted([]) == []


def test_each_kind_has_its_side():
    frame = pl.DataFrame({"o": ["low", "high", None], "t": ["one", "three", None], "c": ["a", "b", None]})
    ordinal = side(Column(name="o", kind="ordinal", order=("low", "high")), frame["o"])
    np.testing.assert_array_equal(ordinal.values, [0.0, 1.0, np.nan])
    text = side(Column(name="t", kind="text"), frame["t"])
    np.testing.assert_array_equal(text.values, [3.0, 5.0, np.nan])
    assert text.length
    np.testing.assert_array_equal(side(Column(name="c", kind="categorical"), frame["c"]).codes, [0, 1, -1])
    assert side(Column(name="k", kind="identifier"), frame["c"]) is None
