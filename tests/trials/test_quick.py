"""The quick matrix: a column or several for every feature that trees can read at once."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from mlwright.contracts.records import Column, Schema, Target
from mlwright.trials import quick_matrix


def test_each_kind_becomes_what_trees_can_read():
    rows = pl.DataFrame(
        {
            "n": [1.5, None, 3.0],
            "b": [True, False, None],
            "day": [dt.datetime(1970, 1, 2, 6), None, dt.datetime(1970, 1, 1)],
            "level": ["x", "y", "x"],
            "text": ["one word", "two words", "three"],
        }
    )
    kinds = {"n": "numeric", "b": "boolean", "day": "datetime", "level": "categorical", "text": "text"}
    schema = Schema(
        columns=tuple(Column(name=name, kind=kind) for name, kind in kinds.items()),
        target=Target(name="y", task="binary", classes=("no", "yes")),
    )
    made = quick_matrix(rows, schema)
    assert made.names == ("", "n", "b", "day", "day", "day", "level")
    expected = np.array(
        [[0, 1.5, 1, 1.25, 6, 1, 0], [0, np.nan, 0, np.nan, np.nan, np.nan, 1], [0, 3, np.nan, 0, 0, 0, 0]]
    )
    assert made.values.dtype == np.float32
    np.testing.assert_allclose(made.values, expected)
