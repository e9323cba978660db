"""Data from a file, a database or elsewhere is one table, with where it came from."""

from __future__ import annotations

import datetime as dt
import sqlite3
from hashlib import sha256

import numpy as np
import polars as pl
import pytest

from mlwright.contracts.errors import InputError
from mlwright.contracts.records import Problem
from mlwright.ingest import infer, ingest
from mlwright.ingest.source import load


def table(rows=300):
    """Every kind of column, with gaps."""
    rng = np.random.default_rng(0)
    days = [dt.date(2023, 1, 1) + dt.timedelta(days=int(d)) for d in rng.integers(0, 700, rows)]
    frame = pl.DataFrame(
        {
            "key": [f"k{i:05}" for i in range(rows)],
            "count": rng.integers(0, 1000, rows),
            "share": rng.random(rows).round(6),
            "paid": rng.random(rows) < 0.5,
            "town": rng.choice(["north", "south", "east"], rows),
            "day": days,
            "at": [dt.datetime.combine(day, dt.time(i % 24, i % 60)) for i, day in enumerate(days)],
            "note": [f"{a} and then {b} again" for a, b in zip(rng.integers(0, 99, rows), days, strict=True)],
            "same": ["one"] * rows,
            "none": pl.Series([None] * rows, dtype=pl.String),
        }
    )
    gaps = [name for name in frame.columns if name not in ("key", "same")]
    rows_at = pl.int_range(pl.len())
    return frame.with_columns(
        pl.when((rows_at * 7 + place) % 13 > 0).then(pl.col(name)).alias(name) for place, name in enumerate(gaps)
    )


SQL = {pl.Int64: "BIGINT", pl.Float64: "DOUBLE PRECISION", pl.Boolean: "BOOLEAN", pl.String: "TEXT", pl.Date: "DATE"}


def columns(frame):
    return ", ".join(f'"{name}" {SQL.get(dtype.base_type(), "TIMESTAMP")}' for name, dtype in frame.schema.items())


def into_sqlite(frame, path):
    moments = [name for name, dtype in frame.schema.items() if dtype.is_temporal()]
    cells = frame.with_columns(pl.col(moments).cast(pl.String).str.strip_suffix(".000000"))
    marks = ", ".join("?" * frame.width)
    with sqlite3.connect(path) as connection:
        connection.execute(f"CREATE TABLE t ({columns(frame)})")
        connection.executemany(f"INSERT INTO t VALUES ({marks})", cells.rows())
    connection.close()
    return str(path)


def into_postgres(frame, server):
    with server.connect() as connection:
        connection.execute("DROP TABLE IF EXISTS t")
        connection.execute(f"CREATE TABLE t ({columns(frame)})")
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO t VALUES ({', '.join(['%s'] * frame.width)})", frame.rows())
    return server.url()


def test_a_database_gives_the_schema_that_a_file_gives(tmp_path, postgres):
    frame = table()
    frame.write_parquet(tmp_path / "t.parquet")
    expected = infer(load(tmp_path / "t.parquet").frame)
    assert len({column.kind for column in expected}) >= 7
    assert infer(load(into_sqlite(frame, tmp_path / "t.db")).frame) == expected
    assert infer(load(into_postgres(frame, postgres), "t").frame) == expected


def test_the_origin_of_a_file_is_its_bytes(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,2\n3,4\n")
    before = dt.datetime.now(dt.UTC).replace(microsecond=0)
    origin = load(path).origin
    assert (origin.name, origin.rows, origin.taken, origin.query) == (str(path), 2, 2, "")
    assert origin.fingerprint == sha256(path.read_bytes()).hexdigest()
    assert before <= dt.datetime.fromisoformat(origin.read) <= dt.datetime.now(dt.UTC)
    path.write_text("a,c\n1,2\n3,4\n")
    assert load(path).origin.layout != origin.layout


def test_the_origin_of_a_query_is_what_it_gave(tmp_path):
    path = into_sqlite(table(20), tmp_path / "t.db")
    all_rows, again, some = (load(path, query).origin for query in ("t", None, 'SELECT * FROM t WHERE "count" > 500'))
    assert all_rows.query == 'SELECT * FROM "t"' and some.query == 'SELECT * FROM t WHERE "count" > 500'
    assert all_rows.fingerprint == again.fingerprint != some.fingerprint
    assert all_rows.layout == some.layout and some.rows < all_rows.rows == 20
    assert load(f"sqlite:///{path}", "t").frame.equals(load(path, "t").frame)


def test_a_query_needs_a_database(tmp_path):
    (tmp_path / "t.csv").write_text("a\n1\n")
    for data in (tmp_path / "t.csv", pl.DataFrame({"a": [1]}), "https://user:pw@localhost/x.csv"):
        with pytest.raises(InputError, match="query") as caught:
            load(data, "SELECT 1")
        assert "pw" not in str(caught.value)


def test_ingest_asks_the_database_and_keeps_no_password(tmp_path, postgres):
    frame = table().with_columns(left=pl.Series(["yes", "no"] * 150))
    place = into_postgres(frame, postgres)
    query = "SELECT * FROM t WHERE left <> 'maybe'".replace("left", '"left"')
    found = ingest(place, Problem(target="left", query=query, test=into_sqlite(frame, tmp_path / "t.db")), tmp_path)
    assert [origin.query for origin in found.origins] == [query, 'SELECT * FROM "t"']
    assert found.source == found.origins[0].name == place.replace(postgres.password, "***")
    assert postgres.password not in repr(found)
