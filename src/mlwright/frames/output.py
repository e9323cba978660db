"""Writing a table: the whole file or none of it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
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
_APPENDED: dict[str, Callable[[pl.DataFrame, IO[bytes], bool], object]] = {  # the last: whether it is the first batch
    ".csv": lambda frame, file, first: frame.write_csv(file, include_header=first),
    ".jsonl": lambda frame, file, first: frame.write_ndjson(file),
}
_WAY_OUT = "Write to a .csv, .parquet, .jsonl or .arrow file in a folder that exists and has room."


def write(frame: pl.DataFrame, path: str | Path) -> None:
    """Write the table to ``path`` in the form that its extension names: .csv, .parquet, .jsonl or .arrow.

    The file appears whole or not at all. Raises InputError for another extension, a folder that is missing or can't
    be written to, a full disk.
    """
    path = Path(path)
    writer = _writer(path)
    with _whole(path) as half, half.open("wb") as file:
        writer(frame, file)
        _settle(file)


def write_batches(batches: Iterable[pl.DataFrame], path: str | Path) -> int:
    """Write tables of the same columns one below the other, in memory that does not grow with their number; the rows
    written. Raises what ``write`` does, and what ``batches`` raises; the file appears whole or not at all."""
    path = Path(path)
    _writer(path)
    ending = path.suffix.lower()
    with _whole(path) as half:
        if ending in _APPENDED:
            return _append(batches, half, _APPENDED[ending])
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
            return _join(batches, Path(folder), half)


def _append(
    batches: Iterable[pl.DataFrame], half: Path, writer: Callable[[pl.DataFrame, IO[bytes], bool], object]
) -> int:
    rows = 0
    with half.open("wb") as file:
        for batch in batches:
            writer(batch, file, rows == 0)
            rows += batch.height
        _settle(file)
    return rows


def _join(batches: Iterable[pl.DataFrame], folder: Path, half: Path) -> int:
    """Forms with an index at their end: the batches become files of their own, and Polars streams them into one."""
    rows, parts = 0, []
    for number, batch in enumerate(batches):
        parts.append(folder / f"{number:06d}.parquet")
        batch.write_parquet(parts[-1], compression="lz4")
        rows += batch.height
    table = pl.scan_parquet(parts, glob=False)
    if half.suffixes[-2] == ".parquet":
        table.sink_parquet(half)
    else:
        table.sink_ipc(half, compression="uncompressed")
    with half.open("rb") as file:
        os.fsync(file.fileno())
    return rows


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A temporary file beside ``path`` that takes its place when nothing went wrong, and is gone otherwise."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}.", suffix=f"{path.suffix.lower()}.tmp")
    except OSError as error:
        raise InputError(f"can't write here: {error.strerror}", where=str(path), way_out=_WAY_OUT) from error
    os.close(handle)
    half = Path(name)
    try:
        yield half
        half.chmod(0o666 & ~_umask())
        os.replace(half, path)
    except (OSError, pl.exceptions.PolarsError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"can't write the file: {reason}", where=str(path), way_out=_WAY_OUT) from error
    finally:
        half.unlink(missing_ok=True)


def _settle(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


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
