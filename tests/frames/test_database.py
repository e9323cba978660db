"""Databases for real: what is written into one comes back as it is, nothing in it is changed, and errors are told."""

from __future__ import annotations

import sqlite3
import sys
import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest

from mlwright import frames
from mlwright.contracts.errors import InputError
from mlwright.frames import database


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as connection:
        connection.execute('CREATE TABLE "Odd name" (id INTEGER, big REAL, "per cent %" TEXT)')
        connection.execute("INSERT INTO \"Odd name\" VALUES (1, 1.5, 'a:b'), (2, NULL, '50%'), (3, 2.5, 'é')")
        connection.execute("CREATE TABLE empty (a INTEGER)")
        connection.execute('CREATE VIEW large AS SELECT id, big FROM "Odd name" WHERE big > 2')
    connection.close()
    return path


ROWS = [
    {"id": 1, "big": 1.5, "per cent %": "a:b"},
    {"id": 2, "big": None, "per cent %": "50%"},
    {"id": 3, "big": 2.5, "per cent %": "é"},
]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("Odd name", ROWS),
        ("main.Odd name", ROWS),
        ("large", [{"id": 3, "big": 2.5}]),
        ('SELECT id FROM "Odd name" ORDER BY id DESC;', [{"id": 3}, {"id": 2}, {"id": 1}]),
        (" -- why\n/* and\nhow */ (select 1 as a)", None),
        ("with x as (select 7 as a) select a from x", [{"a": 7}]),
        ("values (1), (2)", [{"column1": 1}, {"column1": 2}]),
        ("SELECT id FROM \"Odd name\" WHERE \"per cent %\" LIKE '%0\\%' ESCAPE '\\' OR ':x' = ''", [{"id": 2}]),
        ("SELECT ';' AS a", [{"a": ";"}]),
    ],
)
def test_what_can_be_asked(file, query, rows):
    for place in (str(file), f"sqlite:///{file}"):
        if rows is None:  # SQLite takes no brackets around a whole statement, and says so
            with pytest.raises(InputError, match="syntax"):
                frames.fetch(place, query)
        else:
            assert frames.fetch(place, query).to_dicts() == rows


def test_a_table_may_stand_behind_the_address(file, postgres, tmp_path):
    for place in (f"{file}#large", f"sqlite:///{file}#large", f"{postgres.url()}#behind"):
        if "behind" in place:
            with postgres.connect() as connection:
                connection.execute("CREATE TABLE IF NOT EXISTS behind AS SELECT 3 AS id, 2.5::float8 AS big")
        assert frames.fetch(place).to_dicts() == [{"id": 3, "big": 2.5}]
        assert frames.fetch(place, "SELECT 1 AS a").to_dicts() == [{"a": 1}]
        assert pl.concat(frames.batches(place)).to_dicts() == [{"id": 3, "big": 2.5}]
    (tmp_path / "a#b.db").write_bytes(file.read_bytes())
    assert frames.fetch(str(tmp_path / "a#b.db"), "large").height == 1
    with pytest.raises(InputError, match="did you mean 'large'"):
        frames.fetch(f"{file}#lage")


def test_the_only_table_needs_no_name(tmp_path):
    with sqlite3.connect(tmp_path / "one.sqlite3") as connection:
        connection.execute("CREATE TABLE t (a INTEGER)")
        connection.execute("INSERT INTO t VALUES (1)")
    connection.close()
    asked = frames.read_database(str(tmp_path / "one.sqlite3"))
    assert asked.frame.to_dicts() == [{"a": 1}] and asked.query == 'SELECT * FROM "t"'


@pytest.mark.parametrize(
    ("query", "told"),
    [
        (None, "3 tables: 'Odd name', 'empty', 'large'"),
        ("", "the query is empty"),
        ("lage", "did you mean 'large'"),
        ("Odd", "no table 'Odd'"),
        ("empty", "no rows"),
        ("SELECT ig FROM large", "did you mean 'big'"),
        ("SELECT id FROM larg", "did you mean 'large'"),
        ("SELECT id FORM large", "syntax"),
        ("SELECT id, id FROM large", "two columns of the query are called 'id'"),
        ("DELETE FROM large WHERE 1", "no query that only reads"),
        ("PRAGMA writable_schema = 1", "no query that only reads"),
        ("SELECT 1; DELETE FROM empty", "one statement"),
        ("WITH x AS (SELECT 1) DELETE FROM empty", "can't be answered"),
    ],
)
def test_what_can_not_be_asked_is_told_with_the_way_out(file, query, told):
    before = file.read_bytes()
    with pytest.raises(InputError) as caught:
        frames.fetch(str(file), query)
    assert told in caught.value.what and caught.value.way_out and caught.value.where
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("sqlite:///shp.db", "'shop.db'"),
        ("shp.db", "'shop.db'"),
        ("sqlite://", "no such file"),
        ("sqlite:///torn.db", "not a database"),
        ("postgresq://ann:pw@h/db", "did you mean 'postgresql'"),
        ("mysql+nodriver://ann:pw@h/db", "nothing here reads"),
        ("mssql+pymssql://ann:pw@h/db", "not installed"),
        ("postgresql://ann:pw@h:port/db", "no address"),
        ("postgresql://ann:pw@127.0.0.1:1/db", "can't be opened"),
        ("postgresql://ann:pw@no-such-host.invalid/db", "no-such-host.invalid"),
        ("table.csv", "a query can't be asked of a file"),
    ],
)
def test_a_place_that_is_no_database_is_told_without_its_password(file, monkeypatch, place, told):
    monkeypatch.chdir(file.parent)
    (file.parent / "torn.db").write_text("no database" * 100)
    (file.parent / "table.csv").write_text("a\n1\n")
    with pytest.raises(InputError) as caught:
        frames.fetch(place, "large")
    assert told in caught.value.what and caught.value.way_out and "pw" not in str(caught.value)


def test_a_missing_driver_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(InputError) as caught:
        frames.fetch("postgresql://ann:pw@h/db", "t")
    assert "pip install 'mlwright[postgres]'" in caught.value.way_out and "pw" not in str(caught.value)


@pytest.mark.parametrize("chunk", [1, 2, 1000])
def test_chunks_do_not_show(tmp_path, monkeypatch, chunk):
    rows = [
        (1, 1, None, 1, "2020-01-01", "2020-01-01 10:00:00", 0, '{"a": 1}', 3.0, b"x"),
        (2, 2.5, None, "x", "2020-01-02", None, 1, '{"a": 2, "b": [1]}', "y", None),
        (3, None, 7, 2.0, None, "2020-01-03 10:00:00.5", None, None, 4, b"\xff"),
    ]
    columns = "a INTEGER, b, c INTEGER, d, e DATE, f TIMESTAMP, g BOOLEAN, h JSON, i, j BLOB"
    with sqlite3.connect(tmp_path / "x.db") as connection:
        connection.execute(f"CREATE TABLE t ({columns})")
        connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    connection.close()
    monkeypatch.setattr(database, "CHUNK", chunk)
    found = frames.fetch(str(tmp_path / "x.db"))
    assert found["b"].to_list() == [1.0, 2.5, None] and found["c"].to_list() == [None, None, 7]
    assert found["d"].to_list() == ["1", "x", "2"] and found["i"].to_list() == ["3", "y", "4"]
    assert found["e"].to_list() == [date(2020, 1, 1), date(2020, 1, 2), None]
    assert found["f"].to_list() == [datetime(2020, 1, 1, 10), None, datetime(2020, 1, 3, 10, 0, 0, 500_000)]
    assert found["g"].to_list() == [False, True, None] and found["j"].to_list() == [b"x", None, b"\xff"]
    assert found["h.a"].to_list() == [1, 2, None] and found["h.b"].to_list() == [None, "[1]", None]


def test_declared_types_that_the_values_do_not_keep_are_not_believed(tmp_path):
    with sqlite3.connect(tmp_path / "x.db") as connection:
        connection.execute("CREATE TABLE t (a BOOLEAN, b DATE, c DATETIME)")
        connection.execute("INSERT INTO t VALUES (2, 'soon', 1577836800), (1, '2020-01-01', 1577836801)")
    connection.close()
    found = frames.fetch(str(tmp_path / "x.db"))
    assert found.to_dict(as_series=False) == {"a": [2, 1], "b": ["soon", "2020-01-01"], "c": [1577836800, 1577836801]}


def test_the_types_of_postgres(postgres):
    with postgres.connect() as connection:
        connection.execute("DROP TABLE IF EXISTS every")
        connection.execute(
            "CREATE TABLE every (i int, n numeric, f float8, b boolean, d date, t timestamp, z timestamptz, s interval,"
            ' j jsonb, l int[], x bytea, u uuid, c char(3), "Odd %" text, m money, h time, e inet)'
        )
        key = uuid.UUID(int=7)
        connection.execute(
            "INSERT INTO every VALUES (1, 1.25, 'NaN', true, '2020-01-02', '2020-01-02 03:04:05',"
            " '2020-01-02 03:04:05+02', '1 day 2 hours', '{\"a\": 1, \"b\": {\"c\": \"x\"}}', '{1,2}', '\\x00ff', %s,"
            " 'ab', 'p', 12.5, '10:11', '10.0.0.1')",
            [key],
        )
        connection.execute("INSERT INTO every (i, n) VALUES (NULL, 'NaN')")
    found = frames.fetch(postgres.url(), "every")
    first, second = found.to_dicts()
    assert (first["i"], first["n"], first["f"], first["b"]) == (1, 1.25, None, True)
    assert first["d"] == date(2020, 1, 2) or first["d"] == datetime(2020, 1, 2)
    assert first["t"] == datetime(2020, 1, 2, 3, 4, 5) and first["z"] == datetime(2020, 1, 2, 1, 4, 5)
    assert first["s"] == timedelta(days=1, hours=2).total_seconds() and first["x"] == b"\x00\xff"
    assert first["u"] == str(key) and first["Odd %"] == "p" and first["h"] == "10:11:00" and first["e"] == "10.0.0.1"
    assert set(second.values()) <= {None}
    nested = frames.adopt(pl.DataFrame({"j": [{"a": 1, "b": {"c": "x"}}, None], "l": [[1, 2], None]}))
    assert "j.b.c" in nested.columns and found.select(nested.columns).equals(nested)


def test_moments_that_postgres_alone_knows_are_missing(postgres):
    query = (
        "SELECT * FROM (VALUES (1, timestamp 'infinity', date '-infinity', timestamptz 'infinity'),"
        " (2, '2020-01-01', '2020-01-01', '2020-01-01 00:00:00+00')) AS t (a, b, c, d)"
    )
    found = frames.fetch(postgres.url(), query)
    assert found["b"].to_list() == found["d"].to_list() == [None, datetime(2020, 1, 1)] and found["c"].null_count() == 1


def test_postgres_is_only_read(postgres):
    with postgres.connect() as connection:
        connection.execute("DROP TABLE IF EXISTS precious")
        connection.execute("CREATE TABLE precious AS SELECT 1 AS a")
        connection.execute(
            "CREATE OR REPLACE FUNCTION spoil() RETURNS int LANGUAGE sql AS 'DELETE FROM precious; SELECT 1'"
        )
        for query in (
            "DELETE FROM precious WHERE true",
            "SELECT spoil()",
            "SELECT 1; DELETE FROM precious",
            "SELECT 1; COMMIT; DROP TABLE precious",
            "WITH gone AS (DELETE FROM precious RETURNING a) SELECT a FROM gone",
        ):
            with pytest.raises(InputError):
                frames.fetch(postgres.url(), query)
        assert connection.execute("SELECT a FROM precious").fetchall() == [(1,)]


def test_tables_of_postgres_by_name(postgres):
    with postgres.connect() as connection:
        connection.execute("CREATE SCHEMA IF NOT EXISTS sales")
        connection.execute('DROP TABLE IF EXISTS sales."Orders"')
        connection.execute('CREATE TABLE sales."Orders" AS SELECT 5 AS "Amount"')
        connection.execute("CREATE TABLE IF NOT EXISTS here AS SELECT 6 AS a")
        connection.execute("CREATE MATERIALIZED VIEW IF NOT EXISTS kept AS SELECT 7 AS a")
    assert frames.fetch(postgres.url(), "sales.Orders").to_dicts() == [{"Amount": 5}]
    assert frames.fetch(postgres.url(), "public.here").to_dicts() == [{"a": 6}]
    assert frames.fetch(postgres.url(), "kept").to_dicts() == [{"a": 7}]
    for query, told in (
        ("sales.Order", "did you mean 'sales.Orders'"),
        ('SELECT amunt FROM sales."Orders"', "did you mean 'Amount'"),
        ("SELECT a FROM heer", "did you mean 'here'"),
        ("SELECT a FORM here", "syntax"),
    ):
        with pytest.raises(InputError) as caught:
            frames.fetch(postgres.url(), query)
        assert told in caught.value.what and caught.value.way_out


def test_a_password_comes_from_the_url_or_the_environment_and_is_never_told(postgres, monkeypatch):
    assert frames.fetch(postgres.url(), "SELECT 1 AS a").height == 1
    without = f"postgresql://{postgres.user}@127.0.0.1:{postgres.port}/postgres"
    hidden = without.replace("@", ":***@", 1)
    for place in (without, hidden):
        for name in ("MLWRIGHT_PASSWORD", "PGPASSWORD"):
            if place == hidden and name == "PGPASSWORD":
                continue
            with monkeypatch.context() as patch:
                patch.setenv(name, postgres.password)
                assert frames.fetch(place, "SELECT 1 AS a").height == 1
        with pytest.raises(InputError, match="password"):
            frames.fetch(place, "SELECT 1 AS a")
    for place, told in (
        (postgres.url(password="wr0ng/p@ss"), "password authentication failed"),
        (postgres.url("nowhere"), '"nowhere"'),
    ):
        with pytest.raises(InputError) as caught:
            frames.fetch(place, "SELECT 1 AS a")
        error = caught.value
        assert told in error.what and error.way_out
        said = f"{error}{error.__cause__}"
        assert "p@ss" not in said and "wr0ng" not in said and "s3cret" not in said


def test_a_server_that_goes_away_is_told(postgres):
    with pytest.raises(InputError, match="terminat") as caught:
        frames.fetch(postgres.url(), "SELECT pg_terminate_backend(pg_backend_pid())")
    assert caught.value.way_out and postgres.password not in str(caught.value)


def test_numbers_with_a_point_are_floats(postgres):
    found = frames.fetch(postgres.url(), "SELECT x::numeric / 2 AS x FROM generate_series(1, 3) AS x")
    assert found["x"].to_list() == [float(Decimal(x) / 2) for x in (1, 2, 3)]


def test_moments_with_a_zone_are_utc(postgres):
    query = "SELECT timestamptz '2020-06-01 12:00:00+00' AS t"
    assert frames.fetch(f"{postgres.url()}?options=-ctimezone=Asia/Tokyo", query)["t"].to_list() == [
        datetime(2020, 6, 1, 12, tzinfo=UTC).replace(tzinfo=None)
    ]


def test_batches_of_a_table_are_the_table(postgres, tmp_path, monkeypatch):
    monkeypatch.setattr(database, "CHUNK", 100)
    query = (
        "SELECT x, x * 0.5 AS half, 'n' || x AS name, date '2020-01-01' + x AS day FROM generate_series(1, 950) AS x"
    )
    whole = frames.fetch(postgres.url(), query)
    batches = list(frames.batches(postgres.url(), 70, query))
    assert max(batch.height for batch in batches) <= 70 and pl.concat(batches).equals(whole)
    stopped = frames.batches(postgres.url(), 70, query)
    assert next(stopped).equals(whole[:70])
    stopped.close()
