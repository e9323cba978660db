"""A table from wherever it is: a path, the URL of a file, or a database."""

from __future__ import annotations

import os

import polars as pl

from mlwright.contracts.address import scrub
from mlwright.contracts.errors import InputError
from mlwright.frames.database import is_database, read_database
from mlwright.frames.files import read
from mlwright.frames.remote import local


def fetch(place: str | os.PathLike[str], query: str | None = None) -> pl.DataFrame:
    """The table at a path or URL; of a database, what ``query`` (SQL or a table's name) gives.

    Raises InputError, with the place and the way out, for everything that keeps it from being read whole.
    """
    place = os.fspath(place)
    if is_database(place):
        return read_database(place, query).frame
    refuse_query(place, query)
    with local(place) as path:
        return read(path)


def refuse_query(place: str, query: str | None) -> None:
    """Raise InputError for a query to what is no database."""
    if query is not None:
        way_out = "Leave the query out, or give a database: sqlite:///FILE.db, postgresql://USER@HOST/NAME."
        raise InputError("a query can't be asked of a file", where=scrub(place), way_out=way_out)
