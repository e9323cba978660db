"""Two tables side by side: what moved is seen, what did not is left in peace."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from mlwright.contracts.records import Column
from mlwright.explore.comparison import Other, compare, index

RNG = np.random.default_rng(0)
COLUMNS = (
    Column(name="x", kind="numeric"),
    Column(name="c", kind="categorical"),
    Column(name="d", kind="datetime"),
    Column(name="b", kind="boolean"),
)


def table(rows, shift=0.0, levels="aaabbc"):
    return pl.DataFrame(
        {
            "x": RNG.normal(shift, 1, rows),
            "c": [levels[i] for i in RNG.integers(0, len(levels), rows)],
            "d": pl.Series(RNG.integers(0, 10**15, rows)).cast(pl.Datetime("us")),
            "b": RNG.random(rows) < 0.5,
        }
    )


def other(frame, unreadable=None):
    return Other("there", frame, tuple(frame.columns), unreadable or {})


def test_two_draws_of_one_population_are_steady():
    found = compare(COLUMNS, table(3000), other(table(900)))
    assert {one.change for one in found.drifts} == {"steady"}
    assert all(one.index < 0.05 for one in found.drifts)


def test_a_shift_a_new_level_and_a_lost_one_are_seen_the_most_first():
    found = compare(COLUMNS, table(3000), other(table(2000, shift=1.0, levels="bbbbzz")))
    assert [one.column for one in found.drifts[:2]] == ["c", "x"]
    assert {one.change for one in found.drifts[:2]} == {"moved a lot"}
    levels = found.drifts[0]
    assert ([level.name for level in levels.fresh], [level.name for level in levels.gone]) == (["z"], ["a", "c"])
    assert all(sum(one.before) == pytest.approx(1.0) and sum(one.after) == pytest.approx(1.0) for one in found.drifts)


def test_missing_values_and_columns_are_told():
    here, there = table(1000), table(1000)
    there = there.with_columns(pl.when(pl.Series(RNG.random(1000) < 0.4)).then("x").alias("x"), n=1).drop("b")
    found = compare(COLUMNS, here, other(there))
    assert (found.added, found.removed) == (("n",), ("b",))
    drift = next(one for one in found.drifts if one.column == "x")
    assert (drift.change, drift.missing[0]) == ("moved a lot", 0.0)
    assert "missing" in drift.story[-1]


def test_values_that_can_not_be_read_are_a_move():
    found = compare(COLUMNS, table(500), other(table(500), {"x": 3}))
    assert found.drifts[0].change == "moved a lot"
    assert "3 values there" in found.drifts[0].story[0]


def test_an_empty_column_is_no_failure():
    empty = pl.DataFrame(
        {"x": pl.Series([None, None], dtype=pl.Float64), "c": pl.Series([None, None], dtype=pl.String)}
    )
    found = compare(COLUMNS[:2], table(50).select("x", "c"), other(empty))
    assert {one.column for one in found.drifts} == {"x", "c"}


def test_the_index_is_the_textbooks_less_chance():
    before, after = np.array([5000.0, 3000.0, 2000.0]), np.array([3000.0, 3000.0, 4000.0])
    a, b = before / before.sum(), after / after.sum()
    assert index(before, after) == pytest.approx(float(((b - a) * np.log(b / a)).sum()), abs=2e-3)
    draws = [index(RNG.multinomial(300, a), RNG.multinomial(300, a)) for _ in range(300)]
    assert np.mean(draws) < 0.01
