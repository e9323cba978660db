"""Values far out and two units in one column are told; skew alone is not."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from mlwright.explore.numbers import odd_numbers
from mlwright.explore.strays import UNITS

RNG = np.random.default_rng(7)
N = 600
HEIGHTS = RNG.normal(172, 9, N)


def told(schema_of, **columns):
    frame = pl.DataFrame(columns)
    return {(finding.code, finding.column) for finding in odd_numbers(schema_of(frame), frame)[1]}


@pytest.mark.parametrize("factor", [2.54, 1000.0, 100.0, 2.2046, 1.6093])
def test_two_units_are_told_with_their_factor(schema_of, factor):
    values = np.where(RNG.random(N) < 0.3, HEIGHTS / factor, HEIGHTS)
    frame = pl.DataFrame({"height": values})
    (finding,) = [f for f in odd_numbers(schema_of(frame), frame)[1] if f.code == "mixed-units"]
    assert UNITS[min(UNITS, key=lambda known: abs(known - factor))] in finding.message


@pytest.mark.parametrize(
    "values",
    [
        HEIGHTS,
        np.where(RNG.random(N) < 0.3, RNG.normal(10, 1, N), RNG.normal(73, 2, N)),
        np.where(RNG.random(N) < 0.3, HEIGHTS / 1000, RNG.lognormal(5, 1.5, N)),
        RNG.lognormal(3, 2, N),
        RNG.integers(1, 4, N) * 1000.0,
        HEIGHTS - 172,
    ],
)
def test_other_shapes_are_one_unit(schema_of, values):
    assert ("mixed-units", "v") not in told(schema_of, v=values)


def test_a_value_farther_out_than_all_others_lie_apart_is_told(schema_of):
    out = HEIGHTS.copy()
    out[3] = 1720.0
    assert told(schema_of, out=out, fine=HEIGHTS) == {("extreme-value", "out")}
    assert told(schema_of, few=np.append(RNG.normal(size=50), 100.0)) == set(), "50 rows say nothing of a range"


def test_a_table_of_such_columns_gets_one_finding(schema_of):
    columns = {f"c{i}": np.append(HEIGHTS, 5000.0 + i) for i in range(8)}
    assert told(schema_of, **columns) == {("extreme-value", None)}
