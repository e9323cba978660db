"""The SHA-256 of what a run was given: a file's bytes, or a table's content."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import polars as pl


class _Digest(io.RawIOBase):
    """A file that only remembers the SHA-256 of what was written to it."""

    def __init__(self) -> None:
        self.sha = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        view = memoryview(cast(bytes, data)).cast("B")
        self.sha.update(view)
        return len(view)


def of_file(path: Path) -> str:
    """Of the file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def of_files(paths: Sequence[Path]) -> str:
    """Of one file's bytes, or of the names and sums of several."""
    if len(paths) == 1:
        return of_file(paths[0])
    return hashlib.sha256(repr([(path.name, of_file(path)) for path in paths]).encode()).hexdigest()


def of_frame(frame: pl.DataFrame) -> str:
    """Of names, types and values in order, however the table lies in memory; what lies under a null does not count."""
    words = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Categorical | pl.Enum)]
    nulls = frame.null_count().row(0) if frame.width else ()
    gaps = [name for name, count in zip(frame.columns, nulls, strict=True) if count]
    digest = _Digest()
    digest.sha.update(f"{frame.shape}{gaps}".encode())
    frame = frame.with_columns(pl.col(words).cast(pl.String)).rechunk()
    types = frame.schema
    for part in (frame.with_columns(_filled(name, types[name]) for name in gaps), frame.select(pl.col(gaps).is_null())):
        if part.width:
            part.write_ipc_stream(cast(io.BytesIO, digest), compat_level=pl.CompatLevel.oldest())
    return digest.sha.hexdigest()


def of_layout(frame: pl.DataFrame) -> str:
    """Of the columns' names and types, in their order."""
    layout = [(name, str(dtype)) for name, dtype in frame.schema.items()]
    return hashlib.sha256(repr(layout).encode()).hexdigest()


def _filled(name: str, dtype: pl.DataType) -> pl.Expr:
    value = pl.col(name)
    if dtype == pl.String:
        return value.fill_null("")
    if dtype == pl.Binary:
        return value.fill_null(b"")
    if dtype.is_temporal():
        value = value.to_physical()
    return value.fill_null(False) if dtype == pl.Boolean else value.fill_null(0)
