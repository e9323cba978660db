"""Reading a table from a file: CSV, TSV, Parquet, JSON Lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from mlwright.contracts.errors import InputError, near_miss
from mlwright.frames.delimited import read_delimited
from mlwright.frames.foreign import adopt, refuse_width, settle

TEXT = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")
PARQUET = (".parquet", ".pq")
LINES = (".jsonl", ".ndjson")
_KINDS = f"Files that can be read: {', '.join((*TEXT, *PARQUET, *LINES))}."


def is_text_file(path: str | Path) -> bool:
    """Whether the file's extension is one in which every value is a text (CSV, TSV)."""
    return str(path).lower().endswith(TEXT)


def read(path: str | Path) -> pl.DataFrame:
    """The table in a file: CSV and TSV (also .gz) with every column String, Parquet and JSON Lines with their own
    types.

    In a .csv the separator is a comma, or ";" or a tab if the header has no comma. Raises InputError, with the place
    and the way out, for everything that keeps the file from being read whole.
    """
    path = Path(path)
    _there(path)
    name = path.name.lower()
    if is_text_file(path):
        return read_delimited(path)
    try:
        if name.endswith(PARQUET):
            return _settled(pl.read_parquet(path, glob=False), path)
        if name.endswith(LINES):
            return _read_lines(path)
    except OSError as error:
        raise InputError(f"can't be opened: {error.strerror or error}", where=str(path)) from error
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        what = f"this is not a whole Parquet file ({_first_line(error)})"
        way_out = "Write the file again, or look whether it was copied whole."
        raise InputError(what, where=str(path), way_out=way_out) from error
    hint = near_miss(path.suffix, (*TEXT, *PARQUET, *LINES))
    what = f"a file named {path.suffix or path.name!r} can't be read" + (f"; {hint}" if hint else "")
    raise InputError(what, where=str(path), way_out=_KINDS)


def _there(path: Path) -> None:
    try:
        if path.is_dir():
            raise InputError("this is a folder, not a file", where=str(path), way_out="Name one file in it. " + _KINDS)
        if path.is_file():
            if path.stat().st_size == 0:
                raise InputError("the file is empty", where=str(path), way_out="Give a file with a header and rows.")
            with path.open("rb"):
                return
        siblings = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    except OSError as error:
        what = f"can't be opened: {error.strerror or error}"
        raise InputError(what, where=str(path), way_out="Look at the path and its rights.") from error
    if path.parent.is_dir():
        hint = near_miss(path.name, siblings)
        what = "there is no such file" + (f"; {hint}" if hint else "")
        raise InputError(what, where=str(path), way_out="Look at the path.")
    raise InputError(f"there is no folder {str(path.parent)!r}", where=str(path), way_out="Look at the path.")


def _read_lines(path: Path) -> pl.DataFrame:
    """JSON Lines. Polars reads the plain case; what it can't (mixed types in a column, a bad line) is read line by
    line."""
    try:
        frame = pl.read_ndjson(path, infer_schema_length=None)
        if frame.width:
            return _settled(frame, path)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, UnicodeDecodeError):
        pass
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        try:
            rows.append(msgspec.json.decode(line, type=dict[str, Any]))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            what = f"line {number} is not a JSON object ({error})"
            raise InputError(what, where=str(path), way_out="Each line is one JSON object, in UTF-8.") from error
    if not rows:
        raise InputError("the file has no rows", where=str(path), way_out="Give a file with one JSON object a line.")
    return adopt(rows)


def _settled(frame: pl.DataFrame, path: Path) -> pl.DataFrame:
    refuse_width(frame.width, str(path))
    return settle(frame)


def _first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
