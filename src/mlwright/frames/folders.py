"""A folder or a pattern of files as one table."""

from __future__ import annotations

import glob
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import polars as pl

from mlwright.contracts.errors import InputError, near_miss
from mlwright.frames.vectors import texts

_NOWHERE = "__HIVE_DEFAULT_PARTITION__"
_SAME = "Files that are read as one table have the same columns (in any order), under the same names."


class Part(NamedTuple):
    """A file of a table, and its table."""

    path: Path
    frame: pl.DataFrame


def is_pattern(path: Path) -> bool:
    """Whether the path is a pattern (with * ? or []) and not the name of a file."""
    return glob.has_magic(str(path)) and not path.exists()


def candidates(path: Path) -> list[Path]:
    """The files of a folder (and of the folders in it) or pattern, by name; hidden ones and those that writers leave
    beside the data ("_SUCCESS") are none."""
    if is_pattern(path):
        base = _fixed(path)
        found = list(base.glob(str(path.relative_to(base))))
    else:
        found, base = list(path.rglob("*")), path
    files = [file for file in found if file.is_file() and not _is_litter(file, base)]
    return sorted(files, key=lambda file: file.parts)


def partitions(file: Path, path: Path) -> dict[str, str | None]:
    """The columns that the folders between ``path`` and a file of it name, as ``key=value``."""
    base = _fixed(path) if is_pattern(path) else path
    pairs = (part.partition("=") for part in file.relative_to(base).parent.parts)
    return {unquote(key): None if value == _NOWHERE else unquote(value) for key, mark, value in pairs if key and mark}


def joined(parts: list[Part], note: Callable[[str], None]) -> pl.DataFrame:
    """The tables below each other, columns in the order of the first. Raises InputError for one that has others."""
    first = parts[0]
    frames = [first.frame]
    for part in parts[1:]:
        _same_columns(part, first)
        frames.append(part.frame.select(first.frame.columns))
    if len(parts) > 1:
        note(f"{len(parts):,} files were read as one table, from {first.path.name} to {parts[-1].path.name}")
    return pl.concat(_alike(parts, frames), how="vertical_relaxed")


def _alike(parts: list[Part], frames: list[pl.DataFrame]) -> list[pl.DataFrame]:
    """The frames with types that go together: numbers in one and texts in another are texts, as they are in one file.
    Raises InputError for types that don't, as dates and numbers."""
    schemas = [frame.schema for frame in frames]  # made anew at each access
    worded = []
    for name in frames[0].columns:
        natures = {_nature(schema[name]): place for place, schema in reversed([*enumerate(schemas)])}
        natures.pop("", None)
        if set(natures) - {"number", "text"} and len(natures) > 1:
            place = max(natures.values())
            what = f"the column {name!r} holds {schemas[place][name]} values, in {parts[0].path} {schemas[0][name]}"
            raise InputError(what, where=str(parts[place].path), way_out=_SAME)
        if "text" in natures and len({schema[name] for schema in schemas}) > 1:
            worded.append(name)
    return [frame.with_columns(texts(frame[name]) for name in worded) for frame in frames] if worded else frames


def _nature(dtype: pl.DataType) -> str:
    """What a type's values are; "" for one that holds none."""
    if dtype.is_numeric() or dtype == pl.Boolean:
        return "number"
    if dtype == pl.String or isinstance(dtype, pl.Categorical | pl.Enum):
        return "text"
    return "" if dtype == pl.Null else "moment" if dtype.is_temporal() else "bytes"


def _same_columns(part: Part, first: Part) -> None:
    have, wanted = part.frame.columns, first.frame.columns
    absent = [name for name in wanted if name not in set(have)]
    more = [name for name in have if name not in set(wanted)]
    if not absent and not more:
        return
    hint = near_miss(absent[0], more) if absent else ""
    says = [f"no column {absent[0]!r}" + (f" ({hint})" if hint else "")] if absent else []
    says += [f"a column {more[0]!r} that is not there"] if more and not hint else []
    what = f"its columns are not those of {first.path}: {', '.join(says)}"
    raise InputError(what, where=str(part.path), way_out=_SAME)


def _fixed(pattern: Path) -> Path:
    """The folder in which a pattern begins."""
    parts = []
    for part in pattern.parts[:-1]:
        if glob.has_magic(part):
            break
        parts.append(part)
    return Path(*parts)


def _is_litter(file: Path, base: Path) -> bool:
    """Hidden, or left by a writer; a folder ``_key=value`` is data."""
    inside = file.relative_to(base).parts
    return any(part.startswith((".", "_")) and "=" not in part for part in inside) or file.suffix == ".crc"
