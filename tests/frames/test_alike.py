"""Which rows are the same, told by hashes."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given, strategies as st

from mlwright.frames import cell_hashes, codes, pairs, row_hashes

CELLS = st.lists(
    st.tuples(st.sampled_from([0.0, 1.5, None]), st.sampled_from(["a", "b", "", None])), min_size=1, max_size=40
)


@given(CELLS)
def test_codes_are_equal_just_where_rows_are(rows):
    frame = pl.DataFrame(rows, schema={"n": pl.Float64, "s": pl.String}, orient="row")
    found = codes(row_hashes(cell_hashes(frame)))
    for i, row in enumerate(rows):
        assert [found[i] == code for code in found] == [row == other for other in rows]


@given(st.lists(st.integers(0, 5), max_size=30))
def test_codes_number_what_is_met_in_order_and_pairs_count_what_agrees(values):
    found = codes(np.array(values, np.uint64))
    assert found.tolist() == [list(dict.fromkeys(values)).index(value) for value in values]
    same = sum(values[i] == values[j] for i in range(len(values)) for j in range(i))
    assert pairs(np.array(values, np.uint64)) == same


def test_a_column_taken_off_leaves_the_others():
    frame = pl.DataFrame({"a": [1.0, 1.0, 2.0], "b": ["x", "y", "x"]})
    cells = cell_hashes(frame)
    whole = row_hashes(cells)
    assert pairs(whole) == 0
    assert (whole - cells[:, 1])[0] == (whole - cells[:, 1])[1]
    assert (whole - cells[:, 0])[0] == (whole - cells[:, 0])[2]


def test_the_same_cell_in_another_column_is_another():
    cells = cell_hashes(pl.DataFrame({"a": ["x", "y"], "b": ["y", "x"]}))
    assert pairs(row_hashes(cells)) == 0
    assert cell_hashes(pl.DataFrame()).shape == (0, 0)
