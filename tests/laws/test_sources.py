"""Wherever rows are read from, a model says the same of them."""

from __future__ import annotations

import sqlite3

import numpy as np
import polars as pl
import pytest

from mlwright.lifecycle import recheck

COLUMNS = 'size DOUBLE PRECISION, paid BOOLEAN, town TEXT, day DATE, note TEXT, "left" TEXT'


@pytest.mark.slow
def test_rows_of_a_database_are_answered_as_those_of_a_file(model, table, tmp_path, postgres):
    frame = table(60, seed=4)
    expected = model.predict_proba(frame)
    with sqlite3.connect(tmp_path / "rows.db") as connection:
        connection.execute(f"CREATE TABLE rows ({COLUMNS})")
        rows = frame.with_columns(pl.col("day").cast(pl.String)).rows()
        connection.executemany("INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?)", rows)
    connection.close()
    with postgres.connect() as connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS rows_of_a_law")
        cursor.execute(f"CREATE TABLE rows_of_a_law ({COLUMNS})")
        cursor.executemany("INSERT INTO rows_of_a_law VALUES (%s, %s, %s, %s, %s, %s)", frame.rows())
    assert np.array_equal(model.predict_proba(tmp_path / "rows.db"), expected)
    assert np.array_equal(model.predict_proba(f"sqlite:///{tmp_path / 'rows.db'}"), expected)
    scored = pl.concat(model.score_batches(postgres.url(), "rows_of_a_law"))
    assert scored.equals(model.score_frame(frame))
    here, there = recheck(model, frame), recheck(model, postgres.url(), query="SELECT * FROM rows_of_a_law")
    assert here == there
