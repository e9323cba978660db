"""Values within values: an object in a cell becomes columns ``parent.child``, a list becomes its JSON text."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import polars as pl
from polars import selectors

from mlwright.contracts.errors import InputError

NESTED = (list, tuple, dict, set, frozenset, np.ndarray)
DEEPEST = 8  # objects within objects; what lies deeper stays one JSON text


def flatten_row(row: Mapping[str, Any], names: Iterable[str] = ()) -> dict[str, Any]:
    """The row with ``parent.child`` in the place of each object (also one written as JSON text, which then stays too).

    Each of ``names`` whose parent is in the row is there in the end: None if the parent lacks it. A value that is
    written under its full name counts more than one in an object.
    """
    flat: dict[str, Any] = {}
    _spread(row, "", 1, flat)
    for name in names:
        if name in row:
            flat[name] = row[name]
        elif name not in flat and any(parent in row for parent in _parents(name)):
            flat[name] = None
    return flat


def flatten(frame: pl.DataFrame, names: Sequence[str] = ()) -> pl.DataFrame:
    """The same for a table: columns of objects, and of texts that are all JSON objects, become columns of their parts.

    Each of ``names`` that has a parent in the table is there in the end (null where the parent lacks it). Raises
    InputError when a part has the name of another column.
    """
    before = frame.columns
    for _ in range(DEEPEST):
        structs = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Struct)]
        if not structs:
            break
        frame = _unnested(frame, structs)
    wanted = [name for name in names if name not in frame.columns and any(p in before for p in _parents(name))]
    asked = {parent for name in wanted for parent in _parents(name)}
    for name in _promising(frame, asked):
        if name in asked or _all_objects(frame[name]):
            frame = _parsed(frame, name, keep=name in names)
    gaps = [pl.lit(None, dtype=pl.Null).alias(name) for name in wanted if name not in frame.columns]
    return frame.with_columns(gaps) if gaps else frame


def with_parents(frame: pl.DataFrame, names: Sequence[str]) -> tuple[pl.DataFrame, Sequence[str]]:
    """The columns that are wanted or may hold one that is, and ``names`` again: what ``settle`` is to be given."""
    have = set(frame.columns)
    wanted = dict.fromkeys(name for name in names if name in have)
    inside = [parent for name in names if name not in have for parent in _parents(name) if parent in have]
    return frame.select(selectors.by_name(*wanted, *dict.fromkeys(inside))), names


def json_text(value: Any) -> str:
    """A list or an object as JSON; what JSON does not know is written as text."""
    try:
        return msgspec.json.encode(value, enc_hook=_known).decode()
    except UnicodeEncodeError:  # half a character, which only an escape can write
        return json.dumps(value, default=_known, separators=(",", ":"))


def _parents(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts))]


def _spread(row: Mapping[str, Any], prefix: str, depth: int, flat: dict[str, Any]) -> None:
    for key, value in row.items():
        name = f"{prefix}{key}"
        inner = value if isinstance(value, Mapping) else _object(value) if type(value) is str else None
        if inner is None or depth > DEEPEST:
            flat[name] = value
            continue
        if not isinstance(value, Mapping) or not value:
            flat[name] = value or None
        parts: dict[str, Any] = {}
        _spread(inner, f"{name}.", depth + 1, parts)
        flat.update((part, held) for part, held in parts.items() if prefix or part not in row)


def _object(text: str) -> dict[str, Any] | None:
    """The JSON object that a text is, or None."""
    if "{" not in text[:8] or not text.lstrip().startswith("{"):
        return None
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None


def _unnested(frame: pl.DataFrame, structs: list[str]) -> pl.DataFrame:
    pieces: list[pl.Expr | pl.Series] = []
    names: list[str] = []
    for name, dtype in frame.schema.items():
        fields = [field.name for field in dtype.fields] if isinstance(dtype, pl.Struct) and name in structs else None
        if fields:
            pieces += [pl.col(name).struct.field(field).alias(f"{name}.{field}") for field in fields]
            names += [f"{name}.{field}" for field in fields]
        else:
            pieces.append(pl.col(name) if fields is None else pl.lit(None, dtype=pl.Null).alias(name))
            names.append(name)
    twice = next((name for name in names if names.count(name) > 1), None) if len(names) <= 2000 else None
    if twice is not None:
        what = f"there is a column {twice!r} and a value of that name within another column"
        raise InputError(what, way_out="Rename one of them.")
    return frame.select(pieces)


def _promising(frame: pl.DataFrame, asked: Container[str]) -> list[str]:
    """The String columns that are asked for, or of which the first value looks like an object."""
    names = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    if not names or not frame.height:
        return [name for name in names if name in asked]
    texts = selectors.by_name(*names)
    first = frame.select(texts.get(texts.is_not_null().arg_max()).str.contains(r"^\s*\{")).row(0)
    return [name for name, found in zip(names, first, strict=True) if found or name in asked]


def _all_objects(column: pl.Series) -> bool:
    """Whether every text is a JSON object."""
    texts = column.drop_nulls().unique()
    return bool(texts.str.strip_chars().str.starts_with("{").all()) and all(_object(t) is not None for t in texts)


def _parsed(frame: pl.DataFrame, name: str, keep: bool) -> pl.DataFrame:
    """The column's texts parsed, its parts in its place (behind it, if it is wanted itself)."""
    column = frame[name]
    flat = [{} if text is None else flatten_row({name: _object(text) or {}}) for text in column.to_list()]
    parts = dict.fromkeys(part for row in flat for part in row if part != name and part not in frame.columns)
    made = [objects(part, [row.get(part) for row in flat]) for part in parts]
    place = frame.columns.index(name)
    columns = frame.get_columns()
    kept = [column] if keep or not made else []
    return pl.DataFrame([*columns[:place], *kept, *made, *columns[place + 1 :]])


def objects(name: str, values: Sequence[Any]) -> pl.Series:
    """JSON values as a column: of one type it keeps the type, numbers together are numbers, a mixture is its texts."""
    values = [json_text(value) if isinstance(value, list | dict) else value for value in values]
    types = {type(value) for value in values} - {type(None)}
    if types <= {int, float} and types:
        whole = types == {int} and all(value is None or -(2**63) <= value < 2**63 for value in values)
        if whole:
            return pl.Series(name, values, dtype=pl.Int64)
        return pl.Series(name, [None if value is None else float(value) for value in values], dtype=pl.Float64)
    if types <= {bool}:
        return pl.Series(name, values, dtype=pl.Boolean if types else pl.Null)
    texts = [value if value is None or isinstance(value, str) else json_text(value) for value in values]
    return pl.Series(name, texts, dtype=pl.String)


def _known(value: Any) -> Any:
    """What the encoder does not know by itself."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, set | frozenset):
        return sorted(value, key=str)
    return str(value)
