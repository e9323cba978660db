"""Rows unlike all others, planted among usual ones."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from mlwright.contracts.records import Column
from mlwright.explore.oddity import odd_rows, stand_apart

ROWS = 1000
COLUMNS = (*(Column(name, "numeric") for name in "abdefg"), Column("c", "categorical"))


def usual(seed=0):
    rng = np.random.default_rng(seed)
    numbers = {name: rng.normal(50, 10, ROWS) for name in "abdefg"}
    return pl.DataFrame({**numbers, "c": rng.choice(["x", "y", "z"], ROWS)})


def with_row(at, **cells):
    frame = usual().with_row_index("at")
    return frame.with_columns(
        pl.when(pl.col("at") == at).then(pl.lit(value, frame.schema[name])).otherwise(name).alias(name)
        for name, value in cells.items()
    ).drop("at")


@pytest.mark.parametrize(
    ("cells", "named"),
    [
        ({"a": 5000.0, "b": 99.0, "d": -2.0}, {"a": "high", "b": "high", "d": "low"}),
        ({"a": -900.0, "c": "never", "e": 1e6}, {"a": "low", "c": "", "e": "high"}),
        ({"a": None, "b": None, "d": None}, {"a": "missing", "b": "missing", "d": "missing"}),
    ],
)
def test_a_planted_row_is_the_oddest_and_its_rare_cells_are_named(cells, named):
    apart, rows = odd_rows(COLUMNS, with_row(417, **cells))
    assert apart >= 1
    assert rows[0].row == 417
    assert named.items() <= {cell.column: cell.side for cell in rows[0].cells}.items()


def test_nothing_stands_apart_among_usual_rows():
    assert [odd_rows(COLUMNS, usual(seed))[0] for seed in range(10)] == [0] * 10
    assert stand_apart(COLUMNS, usual()) == []


def test_the_row_is_found_where_only_a_sample_is_looked_at():
    large = pl.concat([with_row(417, a=9e9, b=9e9, d=-9e9, c="never"), *(usual(seed) for seed in range(1, 30))])
    found = {row.row for row in odd_rows(COLUMNS, large)[1]}
    assert found <= {417}


LITTLE = (usual().head(10), usual().select("a"), usual().clear(), usual().with_columns(a=None))


@pytest.mark.parametrize("frame", LITTLE)
def test_little_to_look_at_is_no_error(frame):
    assert odd_rows(COLUMNS, frame)[0] == 0


def test_what_is_infinite_or_long_is_told():
    (finding,) = stand_apart(COLUMNS, with_row(3, a=float("inf"), b=7e7, c="w" * 500))
    assert (finding.code, finding.severity) == ("odd-rows", "info")
    assert "1 row of 1,000 stands apart" in finding.message
    assert "'a' is infinite" in finding.message
    assert len(finding.message) < 300
