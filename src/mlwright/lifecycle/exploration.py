"""Exploring a table: it is read and typed, and becomes a Portrait and a page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from mlwright import ingest
from mlwright.contracts.errors import InputError
from mlwright.contracts.portrait import Portrait
from mlwright.contracts.records import TARGET, Finding, Schema
from mlwright.explore import Other, Sight, explore as find, portray
from mlwright.lifecycle import amounts
from mlwright.report import MARK, page as drawn
from mlwright.store import atomic_write
from mlwright.trials import allowed_memory


def explore(
    data: Any,
    target: str | None = None,
    *,
    compare: Any = None,
    out: str | os.PathLike[str] | None = None,
    schema: str | os.PathLike[str] | None = None,
    query: str | None = None,
    memory: float | str | None = None,
) -> Portrait:
    """What the table ``data`` (a path or URL, or a pandas, Polars or Arrow table) is, as a frozen record.

    With ``target`` every column is set against it, with ``compare`` (another table) the two side by side. A page is
    written to the file ``out`` if that is given. ``schema`` is a file that says what the columns are: it is read if it
    is there, else written. ``query`` is SQL for data in a database, ``memory`` ("8GB") what may be taken (three
    quarters of what is free unless given): of a table that is too large for it, a sample is looked at. Raises
    InputError, which says what to do about it.
    """
    page = None if out is None else Path(out)
    if page is not None:
        check_page(page)
    corrected = Path(schema) if schema is not None else None
    given = str(corrected) if corrected is not None and corrected.exists() else None
    room = allowed_memory(amounts.memory(memory))
    seen = ingest.survey(data, ingest.Wanted(target, query, room, given))
    if corrected is not None and given is None:
        ingest.write_schema([c for c in seen.table.schema.columns if c.name != target], corrected)
    other = None
    if compare is not None:
        beside = ingest.beside(compare, seen.table.schema, room)
        other = Other(beside.name, beside.frame, beside.names, beside.unreadable)
    columns, stored = seen.table.schema.columns, isinstance(data, str | os.PathLike)
    sight = Sight(seen.frame, columns, seen.origin, seen.target, _findings(seen), other, stored)
    portrait = portray(sight)
    if page is not None:
        atomic_write(page, drawn(portrait).encode())
    return portrait


def check_page(path: Path, mark: bytes = MARK) -> None:
    """Raises InputError if something stands at ``path`` that is no page of ours, with its ``mark``."""
    if not path.exists():
        return
    if not path.is_file() or mark not in path.read_bytes()[:4096]:
        writer = mark.partition(b"mlwright ")[2].partition(b'"')[0].decode()
        what = f"there is something already, and it is not a page that {writer} wrote"
        raise InputError(what, where=str(path), way_out="Choose another place with --out.")


def _findings(seen: ingest.Survey) -> tuple[Finding, ...]:
    """What was found on the way in and what exploring before a training would find."""
    target = seen.table.schema.target
    columns = tuple(c for c in seen.table.schema.columns if c.name != target.name)
    table = msgspec.structs.replace(seen.table, schema=Schema(columns=columns, target=target))
    names = [c.name for c in table.schema.features]
    if seen.target is None:  # a target that never changes: nothing is found that has to do with it
        rows = seen.frame.select(names).with_columns(pl.lit(0.0).alias(TARGET))
    else:
        rows = seen.frame.select(*names, TARGET).drop_nulls(TARGET)
    return (*seen.table.findings, *(find(table, rows).findings if names else ()))
