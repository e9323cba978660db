"""Reaching a database: its URL, the driver, a connection that only reads, and what goes wrong on the way."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from mlwright.contracts.address import HIDDEN, scheme, scrub_text, split_login
from mlwright.contracts.errors import InputError, near_miss

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine
    from sqlalchemy.exc import DataError

PASSWORD = "MLWRIGHT_PASSWORD"
_ALIASES = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}


@contextmanager
def connected(place: str, where: str) -> Iterator[Connection]:
    """A connection to a database, in a transaction that only reads (PostgreSQL, SQLite) or is rolled back in the end.

    A user without a password in the URL has it taken from the variable MLWRIGHT_PASSWORD. Raises InputError.
    """
    from sqlalchemy.exc import SQLAlchemyError

    engine = _engine(place, where)
    try:
        connection = engine.connect()
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(postgresql_readonly=True)
    except SQLAlchemyError as error:
        password = split_login(place)[2] or ""
        said = said_by(error).replace(password, HIDDEN) if password else said_by(error)
        way_out = f"Look at host, port, database, user and password (in the address, or the variable {PASSWORD})."
        raise InputError(f"the database can't be opened: {said}", where=where, way_out=way_out) from None
    try:
        with connection:  # rolls back
            yield connection
    finally:
        engine.dispose()


def said_by(error: Exception) -> str:
    """What the driver says, in one line, without the statement and what SQLAlchemy adds."""
    cause = getattr(error, "orig", None) or error
    primary = getattr(getattr(cause, "diag", None), "message_primary", None)
    return " ".join(scrub_text(str(primary or cause)).split())[:300] or type(cause).__name__


def is_of_driver(connection: Connection, error: DataError) -> bool:
    """Whether it is not the server that complains but psycopg, which has read a moment such as "infinity"."""
    return connection.dialect.driver == "psycopg" and getattr(error.orig, "sqlstate", None) is None


def read_every_moment(connection: Connection) -> None:
    """Have psycopg read a moment that Python has none for ("infinity", years BC or beyond 9999) as missing. Its own
    readers are quicker, so these are for the tables that need them."""
    from psycopg import DataError
    from psycopg.adapt import Loader
    from psycopg.types import datetime

    def lenient(base: type[Loader]) -> type[Loader]:
        class Lenient(base):  # type: ignore[misc, valid-type]
            def load(self, data: Any) -> Any:
                try:
                    return super().load(data)
                except DataError:
                    return None

        return Lenient

    adapters = cast(Any, connection.connection.driver_connection).adapters
    for name, base in (
        ("date", datetime.DateLoader),
        ("timestamp", datetime.TimestampLoader),
        ("timestamptz", datetime.TimestamptzLoader),
    ):
        adapters.register_loader(name, lenient(base))


def _engine(place: str, where: str) -> Engine:
    from sqlalchemy import create_engine
    from sqlalchemy.engine import URL, make_url
    from sqlalchemy.exc import NoSuchModuleError, SQLAlchemyError
    from sqlalchemy.pool import NullPool

    if scheme(place) in ("", "sqlite"):
        path = _sqlite_file(place, where)
        return create_engine("sqlite://", creator=lambda: _open_sqlite(path), poolclass=NullPool)
    name, user, password, rest = split_login(place)
    if user is not None and password in (None, HIDDEN):
        password = os.environ.get(PASSWORD)
    try:
        url: URL = make_url(f"{_ALIASES.get(name.lower(), name)}://{rest}").set(username=user, password=password)
        patience = {"connect_timeout": 15} if url.get_backend_name() == "postgresql" else {}
        return create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=patience)
    except NoSuchModuleError:
        hint = near_miss(name, ("sqlite", "postgresql", "mysql", "mariadb", "oracle", "mssql", "https", "s3", "gs"))
        what = f"nothing here reads {name}:// addresses" + (f"; {hint}" if hint else "")
        way_out = (
            "Databases are sqlite:///FILE.db and postgresql://USER@HOST/NAME; files http(s)://, s3://, gs://, az://."
        )
        raise InputError(what, where=where, way_out=way_out) from None
    except ImportError as error:
        package = "'mlwright[postgres]'" if name.lower().startswith("postgres") else error.name or "its driver"
        what = f"the driver for {name} is not installed ({error.name or error})"
        raise InputError(what, where=where, way_out=f"Install it: pip install {package}") from None
    except (SQLAlchemyError, ValueError):
        way_out = "Write it as postgresql://USER@HOST:5432/NAME."
        raise InputError("this is no address of a database", where=where, way_out=way_out) from None


def _sqlite_file(place: str, where: str) -> Path:
    path = Path(place.partition(":///")[2].partition("?")[0] if scheme(place) else place)
    if path.is_file():
        return path
    siblings = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    hint = near_miss(path.name, siblings) if path.name else ""
    what = "there is no such file" + (f"; {hint}" if hint else "")
    raise InputError(what, where=where, way_out="Write sqlite:///FOLDER/FILE.db, or the path alone.")


def _open_sqlite(path: Path) -> Any:
    import sqlite3

    connection = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True)
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    return connection
