"""Writing a table: the whole file or none of it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

import polars as pl

from mlwright.contracts.errors import InputError, near_miss

_WRITERS: dict[str, Callable[[pl.DataFrame, IO[bytes]], object]] = {
    ".csv": lambda frame, file: frame.write_csv(file),
    ".parquet": lambda frame, file: frame.write_parquet(file),
    ".jsonl": lambda frame, file: frame.write_ndjson(file),
    ".arrow": lambda frame, file: frame.write_ipc(file, compression="uncompressed"),
}
_WAY_OUT = "Write to a .csv, .parquet, .jsonl or .arrow file in a folder that exists and has room."


def write(frame: pl.DataFrame, path: str | Path) -> None:
    """Write the table to ``path`` in the form that its extension names: .csv, .parquet, .jsonl or .arrow.

    The file appears whole or not at all. Raises InputError for another extension, a folder that is missing or can't
    be written to, a full disk.
    """
    path = Path(path)
    writer = _writer(path)
    try:
        handle, half = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    except OSError as error:
        raise InputError(f"can't write here: {error.strerror}", where=str(path), way_out=_WAY_OUT) from error
    try:
        with os.fdopen(handle, "wb") as file:
            writer(frame, file)
            file.flush()
            os.fsync(file.fileno())
        Path(half).chmod(0o666 & ~_umask())
        os.replace(half, path)
    except (OSError, pl.exceptions.PolarsError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"can't write the file: {reason}", where=str(path), way_out=_WAY_OUT) from error
    finally:
        Path(half).unlink(missing_ok=True)


def check_output(path: str | Path) -> None:
    """Raise InputError, as ``write`` would, if ``path`` has an extension or lies in a folder that rule it out."""
    path = Path(path)
    _writer(path)
    if path.is_dir():
        raise InputError("a folder stands in the file's place", where=str(path), way_out=_WAY_OUT)
    if not path.parent.is_dir():
        raise InputError(f"there is no folder {str(path.parent)!r}", where=str(path), way_out=_WAY_OUT)


def _writer(path: Path) -> Callable[[pl.DataFrame, IO[bytes]], object]:
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        hint = near_miss(path.suffix, _WRITERS)
        what = f"can't write a {path.suffix!r} file" + (f"; {hint}" if hint else "")
        raise InputError(what, where=str(path), way_out=_WAY_OUT)
    return writer


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
