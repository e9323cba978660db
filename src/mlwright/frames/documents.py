"""Reading JSON: an array of objects, an object of columns, an object with one list inside, or a line a row."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import polars as pl

from mlwright.contracts.errors import InputError
from mlwright.frames.encoding import as_utf8, encoding_of
from mlwright.frames.foreign import adopt, refuse_width, settle
from mlwright.frames.packed import CHUNK, Content

_SHAPES = "Give an array of objects, an object of columns, an object with one list of objects, or one object a line."
_DEEPEST = 4  # a list of rows is looked for so far within
_FAILURES = (pl.exceptions.PolarsError, pl.exceptions.PanicException, UnicodeDecodeError)


def read_lines(content: Content, note: Callable[[str], None]) -> pl.DataFrame:
    """JSON Lines. Polars reads the plain case; what it can't (mixed types in a column, a bad line) is read line by
    line."""
    try:
        frame = pl.read_ndjson(content.source, infer_schema_length=None)
        if frame.width:
            refuse_width(frame.width, content.where)
            return settle(frame)
    except _FAILURES:
        pass
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(_utf8(content, note).splitlines(), 1):
        if not line.strip():
            continue
        try:
            rows.append(_decoded(line, dict[str, Any]))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            what = f"line {number} is not a JSON object ({error})"
            raise InputError(what, where=content.where, way_out="Each line is one JSON object, in UTF-8.") from error
    if not rows:
        way_out = "Give a file with one JSON object a line."
        raise InputError("the file has no rows", where=content.where, way_out=way_out)
    return adopt(rows)


def read_document(content: Content, note: Callable[[str], None]) -> pl.DataFrame:
    """One JSON document, or JSON Lines in a file that is named like one. Raises InputError."""
    data = _utf8(content, note)
    try:
        document = _decoded(data, Any)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        lines = data.strip().split(b"\n")
        if len(lines) > 1 and all(line.strip()[:1] == b"{" and line.strip()[-1:] == b"}" for line in lines[:2]):
            note("there is one JSON object a line")
            return read_lines(content._replace(source=data), note)
        what = f"this is not whole JSON ({error})"
        raise InputError(what, where=content.where, way_out="Look whether the file was copied whole.") from error
    return _table(document, content, note)


def _utf8(content: Content, note: Callable[[str], None]) -> bytes:
    encoding = encoding_of(content.head(CHUNK))
    try:
        data, said = as_utf8(content.all(), encoding or "utf-8")
    except UnicodeDecodeError as error:
        what = f"the text is not whole {encoding.upper()}"
        raise InputError(what, where=content.where, way_out="Look whether the file was copied whole.") from error
    if said:
        note(said)
    return data


def _decoded(data: bytes, kind: Any) -> Any:
    """JSON; also with the NaN and Infinity that Python's own writer puts into it."""
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.DecodeError:
        if not any(word in data for word in (b"NaN", b"Infinity")):
            raise
        try:
            return msgspec.convert(json.loads(data), kind)
        except (ValueError, RecursionError) as error:
            raise msgspec.DecodeError(str(error)) from error


def _table(document: Any, content: Content, note: Callable[[str], None]) -> pl.DataFrame:
    if isinstance(document, Mapping):
        parts = _split(document) or _columns(document)
        if parts is not None:
            return _adopted(parts, content)
        inside = _lists(document, "", _DEEPEST)
        if len(inside) != 1:
            found = ", ".join(repr(path) for path, _ in inside[:10])
            what = f"the lists {found} are in one object" if inside else "there is no list of rows in this JSON object"
            raise InputError(what, where=content.where, way_out=_SHAPES)
        path, document = inside[0]
        note(f"the rows are those of {path!r}")
    if not isinstance(document, list):
        raise InputError("this JSON is one value, not a table", where=content.where, way_out=_SHAPES)
    if document and all(isinstance(row, list) for row in document):
        return _adopted(_of_lists(document, content.where), content)
    strange = next((place for place, row in enumerate(document) if not isinstance(row, Mapping)), None)
    if not document or strange is not None:
        what = "the list of rows is empty" if strange is None else f"row {strange} is not a JSON object"
        raise InputError(what, where=content.where, way_out=_SHAPES)
    return _adopted(document, content)


def _adopted(data: Any, content: Content) -> pl.DataFrame:
    try:
        frame = _quickly(data)
        frame = adopt(data) if frame is None else frame
        refuse_width(frame.width, content.where)
    except InputError as error:
        raise InputError(error.what, where=content.where, way_out=error.way_out) from error
    if not frame.height:
        raise InputError("the file has no rows", where=content.where, way_out=_SHAPES)
    return frame


def _quickly(data: Any) -> pl.DataFrame | None:
    """Rows read by Polars, many times as quick as one by one; None if their types are mixed, or they are no rows."""
    if not isinstance(data, list):
        return None
    try:
        frame = pl.read_ndjson(msgspec.json.Encoder().encode_lines(data), infer_schema_length=None)
    except _FAILURES:
        return None
    return settle(frame) if frame.width else None


def _columns(document: Mapping[str, Any]) -> Any:
    """Columns by name: lists of one length, or objects by row label (as pandas writes); None if they are not."""
    values = list(document.values())
    if values and all(isinstance(value, list) for value in values):
        plain = not any(isinstance(item, dict) for value in values for item in value[:1])
        return dict(document) if plain and len({len(value) for value in values}) == 1 else None
    if not values or not all(isinstance(value, dict) for value in values):
        return None
    labels = values[0].keys()
    if not labels or any(value.keys() != labels for value in values):
        return None
    if all(label.isdigit() for label in document):  # by row, then by column
        return values
    return {name: list(column.values()) for name, column in document.items()}


def _split(document: Mapping[str, Any]) -> Any:
    """pandas' orient="split": names and rows apart; None if it is not."""
    names, rows = document.get("columns"), document.get("data")
    if not (isinstance(names, list) and isinstance(rows, list) and all(isinstance(row, list) for row in rows)):
        return None
    if not all(len(row) == len(names) for row in rows):
        return None
    return [dict(zip(map(str, names), row, strict=True)) for row in rows]


def _lists(document: Mapping[str, Any], path: str, depth: int) -> list[tuple[str, list[Any]]]:
    """Every list of objects within objects, and where it is."""
    found: list[tuple[str, list[Any]]] = []
    for name, value in document.items():
        here = f"{path}.{name}" if path else name
        if isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
            found.append((here, value))
        elif isinstance(value, Mapping) and depth > 1:
            found += _lists(value, here, depth - 1)
    return found


def _of_lists(rows: list[list[Any]], where: str) -> list[dict[str, Any]]:
    """Rows as lists of values, the first of which has the names."""
    names = rows[0]
    if not all(isinstance(name, str) for name in names) or len(set(names)) != len(names):
        what = "the first of the lists does not name the columns"
        raise InputError(what, where=where, way_out=_SHAPES)
    for place, row in enumerate(rows[1:]):
        if len(row) != len(names):
            what = f"row {place} has {len(row)} values, there are {len(names)} names"
            raise InputError(what, where=where, way_out="Give each row a value for each name.")
    return [dict(zip(names, row, strict=True)) for row in rows[1:]]
