"""Reading a table in batches, in memory that does not grow with the file.

Parquet and Arrow files are sliced; text (CSV, TSV, JSON Lines, packed or not) is cut between two records, and each
piece is read as the whole would be. What lies in other forms (a workbook, a JSON array, a zip) is read whole.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import polars as pl

from mlwright.contracts.errors import InputError
from mlwright.frames import files, folders
from mlwright.frames.database import database_batches, is_database
from mlwright.frames.fetch import fetch, refuse_query
from mlwright.frames.foreign import refuse_width, settle
from mlwright.frames.nested import flatten
from mlwright.frames.packed import packing
from mlwright.frames.pieces import delimited_pieces, first_lines, line_pieces, share_read
from mlwright.frames.remote import local

BATCH = 50_000  # rows
SMALL = 16 << 20  # bytes on disk up to which a table is read whole: nothing is gained by less
_SLICE = 500_000  # rows of a Parquet or Arrow file that are read at once
_LOOKED = 50_000  # rows by which the size of the others is judged


class Extent(NamedTuple):
    """How large a table is: its rows (an estimate for text), its columns, and the bytes that it takes in memory."""

    rows: int
    columns: int
    bytes: int


def batches(
    place: str | os.PathLike[str], rows: int = BATCH, query: str | None = None, small: int = SMALL
) -> Iterator[pl.DataFrame]:
    """The table that ``fetch(place, query)`` would give, in its order, in frames of at most ``rows`` rows (one without
    rows for an empty table). Files of ``small`` bytes together are read whole.

    Raises InputError as ``fetch`` does.
    """
    place = os.fspath(place)
    if is_database(place):
        yield from _in_frames(database_batches(place, query), rows)
        return
    if place == files.INPUT:
        yield from _in_frames(iter((fetch(place, query),)), rows)
        return
    refuse_query(place, query)
    with local(place) as path:
        yield from _in_frames(_streamed(path) if _is_large(path, small) else iter((files.read(path),)), rows)


def extent(path: str | os.PathLike[str], small: int = SMALL) -> Extent | None:
    """How large the table in these files is: by a Parquet or Arrow file's own count, or by the first rows of text.

    None for what ``batches`` reads whole. Raises InputError as ``read`` does.
    """
    path = os.fspath(path)
    if path == files.INPUT or not _is_large(path, small):
        return None
    rows, columns, size = 0, 0, 0.0
    for member in files.members(path):
        count, first = _measured(member)
        rows, columns = rows + count, max(columns, first.width)
        size += count * first.estimated_size() / max(first.height, 1)
    return Extent(rows, columns, int(size))


def _is_large(path: str, small: int) -> bool:
    """Whether all files at a path are of a form that can be streamed, and more than a few bytes."""
    members = files.members(path)
    if not all(member.is_file() and _streams(member) for member in members):
        return False
    return sum(member.stat().st_size for member in members) > small


def _streams(path: Path) -> bool:
    form = files.form_of(path)
    with path.open("rb") as file:
        head = file.read(8)
    kind = packing(head)
    if form in ("text", "lines"):
        return kind != ".zip" and not head.startswith((b"PAR1", b"ARROW1"))
    return not kind and head.startswith({"parquet": b"PAR1", "arrow": b"ARROW1"}.get(form, b"\0"))


def _streamed(path: str) -> Iterator[pl.DataFrame]:
    """The files one after the other, their columns and types as ``read`` joins them."""
    members = files.members(path)
    heads = [_with_partitions(_head(member), member, Path(path)) for member in members]
    parts = [folders.Part(member, head) for member, head in zip(members, heads, strict=True)]
    schema = folders.joined(parts, lambda said: None).schema if len(parts) > 1 else None
    for member in members:
        for frame in _whole_errors(member):
            frame = _with_partitions(frame, member, Path(path))
            yield frame if schema is None else frame.select(pl.col(n).cast(t) for n, t in schema.items())


def _with_partitions(frame: pl.DataFrame, member: Path, path: Path) -> pl.DataFrame:
    found = folders.partitions(member, path) if member != path else {}
    return frame.with_columns(pl.lit(v, dtype=pl.String).alias(k) for k, v in found.items() if k not in frame.columns)


def _head(member: Path) -> pl.DataFrame:
    """The columns of a file, without rows."""
    return next(_whole_errors(member)).clear()


def _whole_errors(member: Path) -> Iterator[pl.DataFrame]:
    try:
        yield from _of_file(member)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, EOFError) as error:
        what = f"the file can't be read as a table ({str(error).strip().partition(chr(10))[0]})"
        raise InputError(what, where=str(member), way_out="Look whether it was copied whole.") from error


def _of_file(path: Path) -> Iterator[pl.DataFrame]:
    """One file's frames, of whatever size is easy."""
    form = files.form_of(path)
    if form == "text":
        for frame in delimited_pieces(path):
            yield flatten(frame)
    elif form == "lines":
        yield from line_pieces(path)
    else:
        yield from _slices(_scan(path), str(path))


def _scan(path: Path) -> pl.LazyFrame:
    return (pl.scan_parquet if files.form_of(path) == "parquet" else pl.scan_ipc)(path, glob=False)


def _slices(table: pl.LazyFrame, where: str) -> Iterator[pl.DataFrame]:
    """By row numbers: Polars keeps a whole row group in memory otherwise, and a file may have a single one."""
    refuse_width(len(table.collect_schema()), where)
    for start in range(0, max(_height(table), 1), _SLICE):
        yield settle(table.slice(start, _SLICE).collect(engine="streaming"))


def _in_frames(tables: Iterator[pl.DataFrame], rows: int) -> Iterator[pl.DataFrame]:
    for table in tables:
        for start in range(0, max(table.height, 1), rows):
            yield table.slice(start, rows)


def _measured(path: Path) -> tuple[int, pl.DataFrame]:
    """A file's rows, and the first of them."""
    form = files.form_of(path)
    if form in ("text", "lines"):
        first = first_lines(path) if form == "lines" else next(_whole_errors(path))
        return int(first.height * share_read(path)), first
    return _height(_scan(path)), settle(_scan(path).head(_LOOKED).collect(engine="streaming"))


def _height(table: pl.LazyFrame) -> int:
    return int(table.select(pl.len()).collect().item())
