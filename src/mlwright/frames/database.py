"""Tables out of databases, through SQLAlchemy: read only, a chunk of rows at a time.

SQLite comes with Python, PostgreSQL by the extra ``postgres``; any other database for which SQLAlchemy and a driver are
installed is read in the same way.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

import polars as pl

from mlwright.contracts.address import in_database, scheme, scrub, split_table
from mlwright.contracts.errors import InputError, near_miss
from mlwright.frames.answers import chunk_of, joined
from mlwright.frames.connection import connected, is_of_driver, read_every_moment, said_by
from mlwright.frames.foreign import refuse_width, settle

if TYPE_CHECKING:
    from sqlalchemy import Connection, Inspector
    from sqlalchemy.dialects.postgresql.base import PGInspector

FILES = (".db", ".db3", ".sqlite", ".sqlite3")
CHUNK = 20_000  # rows that are held as Python's objects at a time
_SHOWN = 20
_NO_ROWS = "the query gives no rows"
_SELECTS = re.compile(r"(?:\s|--[^\n]*\n|/\*.*?\*/|\()*(select|with|values|table)\b", re.IGNORECASE | re.DOTALL)
_WORD = re.compile(r"\w+")


class _Answer(NamedTuple):
    """The types that SQLite declares for the columns ("" where none), and their chunks as they come."""

    declared: list[str]
    chunks: Iterator[list[pl.Series]]


class Asked(NamedTuple):
    """What a database answered, and the SQL that it was asked."""

    frame: pl.DataFrame
    query: str


def is_database(place: str) -> bool:
    """Whether this is the URL of a database, or the path of an SQLite file by its name."""
    paths = () if scheme(place) else (place, split_table(place)[0])
    return in_database(place) or any(path.lower().endswith(FILES) for path in paths)


def read_database(place: str, query: str | None = None) -> Asked:
    """What ``query`` gives: one SELECT (or WITH, VALUES, TABLE), or the name of a table ("orders", "sales.orders");
    without one, the table that the place names behind a "#", or the only one that the database holds.

    Nothing is changed: see `connected`. Decimals are floats, JSON is nested, and what SQLite declares as a date or a
    boolean is one. Raises InputError, which names no credentials.
    """
    from sqlalchemy.exc import DataError

    where = scrub(place)
    place, table = _apart(place)
    query = table if query is None else query
    with connected(place, where) as connection:
        statement = _statement(connection, query, where)
        with _told(connection, statement, where):
            try:
                with _answer(connection, statement, where) as answer:
                    chunks = list(answer.chunks)
            except DataError as error:
                if not is_of_driver(connection, error):
                    raise
                connection.rollback()
                read_every_moment(connection)
                with _answer(connection, statement, where) as answer:
                    chunks = list(answer.chunks)
    if not chunks:
        raise InputError(_NO_ROWS, where=where, way_out="Look at its conditions.")
    columns = zip(*chunks, answer.declared, strict=True)
    return Asked(settle(pl.DataFrame([joined(parts, declared) for *parts, declared in columns])), statement)


def database_batches(place: str, query: str | None = None) -> Iterator[pl.DataFrame]:
    """The same in batches of at most CHUNK rows: memory does not grow with the table. The types of a column may differ
    from batch to batch, as its values do, until a Schema types them."""
    where, some = scrub(place), False
    place, table = _apart(place)
    query = table if query is None else query
    with connected(place, where) as connection:
        statement = _statement(connection, query, where)
        with _told(connection, statement, where):
            if connection.dialect.driver == "psycopg":
                read_every_moment(connection)
            with _answer(connection, statement, where) as answer:
                for chunk in answer.chunks:
                    columns = zip(chunk, answer.declared, strict=True)
                    yield settle(pl.DataFrame([joined([part], declared) for part, declared in columns]))
                    some = True
    if not some:
        raise InputError(_NO_ROWS, where=where, way_out="Look at its conditions.")


def _apart(place: str) -> tuple[str, str | None]:
    head, table = split_table(place)
    return (head, table) if table and not Path(place).is_file() else (place, None)


@contextmanager
def _answer(connection: Connection, statement: str, where: str) -> Iterator[_Answer]:
    declared = _declared(connection, statement)
    options = {"yield_per": CHUNK, "no_parameters": True}  # a cursor of the server's; no "%" is a parameter
    with connection.execution_options(**options).exec_driver_sql(statement) as result:
        names = list(result.keys())
        refuse_width(len(names), where)
        twice = [name for name, count in Counter(names).items() if count > 1]
        if twice:
            way_out = f"Give each a name of its own: SELECT a.{twice[0]} AS ..., b.{twice[0]} AS ..."
            raise InputError(f"two columns of the query are called {twice[0]!r}", where=where, way_out=way_out)
        chunks = (
            [chunk_of(name, values) for name, values in zip(names, zip(*rows, strict=True), strict=True)]
            for rows in result.partitions()
        )
        yield _Answer([declared.get(position, "") for position in range(len(names))], chunks)


def _declared(connection: Connection, statement: str) -> dict[int, str]:
    """SQLite: the declared types of the answer's columns, by place; a passing view knows them."""
    if connection.dialect.name != "sqlite":
        return {}
    connection.exec_driver_sql(f"CREATE TEMP VIEW mlwright_asked AS {statement.rstrip().rstrip(';')}")
    facts = connection.exec_driver_sql("PRAGMA temp.table_info(mlwright_asked)").all()
    return {position: str(fact[2]).upper() for position, fact in enumerate(facts)}


@contextmanager
def _told(connection: Connection, statement: str, where: str) -> Iterator[None]:
    """Turn what the database says against the statement into an InputError that names what was meant."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except SQLAlchemyError as error:
        said = said_by(error)
        try:
            connection.rollback()
            hint, way_out = _meant(connection, statement, said)
        except SQLAlchemyError:
            hint, way_out = "", "Look whether the database still answers, and at your rights."
        what = f"the query can't be answered: {said}" + (f"; {hint}" if hint else "")
        raise InputError(what, where=where, way_out=way_out) from None


def _meant(connection: Connection, statement: str, said: str) -> tuple[str, str]:
    """A near miss for a word of the statement that the database complains of, and what there is."""
    from sqlalchemy import inspect

    inspector = inspect(connection)
    tables = _tables(inspector)
    words, folded = _WORD.findall(statement), statement.lower()
    used = [table for table in tables if re.search(rf"\b{re.escape(table.rpartition('.')[2].lower())}\b", folded)]
    columns = {table: _column_names(inspector, table) for table in used[:5]}
    known = [*tables, *(name for names in columns.values() for name in names)]
    blamed = [word for word in words if word in _WORD.findall(said) and word not in known]
    hint = next((found for word in blamed if (found := near_miss(word, known))), "")
    if columns:
        return hint, " ".join(f"The columns of {table} are: {_listed(names)}." for table, names in columns.items())
    return hint, f"The tables are: {_listed(tables)}."


def _column_names(inspector: Inspector, table: str) -> list[str]:
    schema, _, name = table.rpartition(".")
    return [column["name"] for column in inspector.get_columns(name, schema or None)]


def _statement(connection: Connection, query: str | None, where: str) -> str:
    """The SQL to run. Raises InputError for what is neither a table's name nor a statement that only reads."""
    from sqlalchemy import inspect
    from sqlalchemy.exc import SQLAlchemyError

    asked = (query or "").strip()
    if asked and _SELECTS.match(asked):
        return asked
    if query is not None and (not asked or (re.search(r"[\s;(]", asked) and len(asked.split()) > 2)):
        what = "this is no query that only reads" if asked else "the query is empty"
        raise InputError(what, where="--query", way_out="Give one SELECT, or the name of a table.")
    try:
        inspector = inspect(connection)
        tables = _tables(inspector)
        asked = asked.removeprefix(f"{inspector.default_schema_name}.")
    except SQLAlchemyError as error:
        way_out = "Look whether this is a database, and at your rights."
        raise InputError(f"the tables can't be listed: {said_by(error)}", where=where, way_out=way_out) from None
    finally:
        connection.rollback()
    if asked in tables or (asked and not tables):
        return _select(connection, asked)
    if len(tables) == 1 and not asked:
        return _select(connection, tables[0])
    raise _no_table(asked, tables, where)


def _no_table(asked: str, tables: list[str], where: str) -> InputError:
    if not tables:
        return InputError("the database holds no tables", where=where, way_out="Look at its name and your rights.")
    if not asked:
        what = f"the database holds {len(tables)} tables: {_listed(tables)}"
        return InputError(
            what, where=where, way_out="Name one by --query TABLE or by #TABLE behind the address, or give SQL."
        )
    hint = near_miss(asked, tables)
    what = f"there is no table {asked!r}" + (f"; {hint}" if hint else "")
    return InputError(what, where=where, way_out=f"The tables are: {_listed(tables)}.")


def _tables(inspector: Inspector) -> list[str]:
    """Tables and views, those outside the schema that is looked in first as "schema.table"."""
    usual = inspector.default_schema_name
    others = [s for s in inspector.get_schema_names() if s != usual and s not in ("information_schema", "temp")]
    named = [("", None), *((f"{schema}.", schema) for schema in others if usual is not None)]
    found = []
    for prefix, schema in named:
        found += [prefix + name for name in sorted(inspector.get_table_names(schema))]
        found += [prefix + name for name in sorted(inspector.get_view_names(schema))]
        if inspector.dialect.name == "postgresql":
            foreign = cast("PGInspector", inspector).get_foreign_table_names(schema)
            found += [prefix + name for name in sorted((*inspector.get_materialized_view_names(schema), *foreign))]
    return found


def _select(connection: Connection, table: str) -> str:
    """SELECT * of a table, its name quoted as SQL has it (MySQL: as it has it)."""
    mark = "`" if connection.dialect.name in ("mysql", "mariadb") else '"'
    parts = table.split(".", 1) if connection.dialect.name != "sqlite" else [table]
    return "SELECT * FROM " + ".".join(mark + part.replace(mark, 2 * mark) + mark for part in parts)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:_SHOWN])) + (", ..." if len(names) > _SHOWN else "")
