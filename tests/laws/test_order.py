"""Law 2: whatever the order of rows and columns, and whatever else stands in the table, predictions are the same."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given, settings, strategies as st


@given(st.randoms(use_true_random=False), st.integers(1, 60))
@settings(max_examples=25)
def test_order_and_extra_columns_change_nothing(model, table, random, rows):
    frame = table(rows, seed=1).drop("left")
    expected = model.predict_proba(frame)
    order = random.sample(range(rows), rows)
    columns = random.sample(frame.columns, len(frame.columns))
    shuffled = frame.select(columns)[order].with_columns(pl.lit("x").alias("left"), pl.lit(1).alias("unheard of"))
    assert np.array_equal(model.predict_proba(shuffled), expected[order])
    assert np.array_equal(model.predict(shuffled), model.predict(frame)[order])


def test_a_row_is_answered_alone_as_in_company(model, table):
    frame = table(50, seed=2).drop("left")
    together = model.predict_proba(frame)
    alone = np.concatenate([model.predict_proba(frame[i]) for i in range(len(frame))])
    assert np.abs(alone - together).max() <= 1e-6
    many = model.predict_proba(pl.concat([frame] * 200))  # in chunks, on all cores
    assert np.abs(many - np.tile(together, (200, 1))).max() <= 1e-6


def test_the_shape_in_which_rows_come_changes_nothing(model, table, tmp_path):
    frame = table(50, seed=3).drop("left")
    expected = model.predict_proba(frame)
    frame.write_parquet(tmp_path / "rows.parquet")
    frame.write_csv(tmp_path / "rows.csv")
    for same in (frame.to_dicts(), frame.to_dict(as_series=False), frame.to_pandas(), frame.to_arrow()):
        assert np.array_equal(model.predict_proba(same), expected)
    for name in ("rows.parquet", "rows.csv"):
        assert np.array_equal(model.predict_proba(tmp_path / name), expected)
