"""The Schema as a file that people read and correct: written as TOML, one table a column, and read back.

A correction wins over what was inferred. Only what can be corrected is a key; what was seen is a comment.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import msgspec
import polars as pl

from mlwright import frames
from mlwright.contracts.errors import InputError, near_miss
from mlwright.contracts.records import Column, ColumnKind, Finding, Meaning, Notation
from mlwright.ingest import dates, facts, items, numerals, scales
from mlwright.store import atomic_write

KINDS = (*get_args(ColumnKind), "ignore")
_NOTATION = ("decimal", "thousands", "brackets", "unit", "units")
_KEYS: dict[str, tuple[str, ...]] = {
    "numeric": ("meaning", *_NOTATION, "blanks"),
    "boolean": ("words", "blanks"),
    "datetime": ("meaning", "formats", "blanks"),
    "categorical": ("spellings", "blanks"),
    "ordinal": ("order", "spellings", "blanks"),
    "text": ("spellings", "blanks"),
    "list": ("separator", "spellings", "blanks"),
    "identifier": ("meaning",),
    "constant": (),
}
_ALL = tuple(dict.fromkeys(("kind", *(key for keys in _KEYS.values() for key in keys))))
_HEAD = """\
# What each column is. Correct it and give it back: mlwright train DATA --target COLUMN --schema {name}
# kind is one of {kinds};
# "ignore" leaves a column out. Lines behind # are what was seen. A column that is not in here is typed as it is found.
"""
_SHOWN = 5
_MOST_BLANKS = 1000


class _Entry(msgspec.Struct, frozen=True):
    """The keys of one column, as they stand in the file."""

    kind: str
    meaning: Meaning = ""
    words: tuple[str, str] | None = None
    formats: tuple[str, ...] = ()
    decimal: str = "."
    thousands: str = ""
    brackets: bool = False
    unit: str = ""
    units: dict[str, float] = {}
    order: tuple[str, ...] = ()
    separator: str = ""
    spellings: dict[str, str] = {}
    blanks: tuple[str, ...] = ()


def write_schema(columns: Sequence[Column], path: str | Path) -> None:
    """Write the columns as TOML, whole or not at all. Raises InputError if the file can't be written."""
    path = Path(path)
    head = _HEAD.format(name=path.name, kinds=", ".join(get_args(ColumnKind)))
    text = "\n".join([head, *(_written(column) for column in columns)])
    atomic_write(path, text.encode())


def correct(columns: Sequence[Column], frame: pl.DataFrame, path: str | Path | None) -> tuple[Column, ...]:
    """The columns as the file at ``path`` corrects them (all as they are if it is None): see Column.corrected.

    ``frame`` is the table that they were inferred from; it may have more columns (the target), which the file may name
    without effect. Values that the user's kind can't read become ``blanks``. Raises InputError for an unknown column,
    key or kind, with a near miss, and for a correction that most values contradict.
    """
    if path is None:
        return tuple(columns)
    entries = _read(Path(path))
    strange = [name for name in entries if name not in frame.columns]
    if strange:
        hint = near_miss(strange[0], frame.columns)
        what = f"there is no column {strange[0]!r}" + (f"; {hint}" if hint else "")
        raise InputError(what, where=str(path), way_out="Name columns as the table names them, or leave this one out.")
    return tuple(
        _corrected(column, frame[column.name], entries[column.name], str(path)) if column.name in entries else column
        for column in columns
    )


def told(columns: Sequence[Column], frame: pl.DataFrame) -> tuple[Finding, ...]:
    """A finding for each column in which some words were read as missing."""
    found = []
    for column in columns:
        if not column.blanks or column.name not in frame.columns:
            continue
        rows = int(frames.texts(frame[column.name]).is_in(list(column.blanks)).sum())
        words = ", ".join(map(repr, column.blanks[:_SHOWN])) + (", ..." if len(column.blanks) > _SHOWN else "")
        message = f"{rows} values of {column.name!r} are read as missing: {words}."
        remedy = f'If they mean something, say so in the schema file: kind = "categorical" for {column.name!r}.'
        found.append(
            Finding(code="read-as-missing", severity="info", message=message, column=column.name, remedy=remedy)
        )
    return tuple(found)


def _entry(column: Column) -> _Entry:
    notation = column.notation or Notation()
    return _Entry(
        kind=column.kind,
        meaning=column.meaning,
        words=column.words,
        formats=column.formats,
        decimal=notation.decimal,
        thousands=notation.thousands,
        brackets=notation.brackets,
        unit=notation.unit,
        units=notation.units,
        order=column.order,
        separator=column.separator,
        spellings=column.spellings,
        blanks=column.blanks,
    )


def _written(column: Column) -> str:
    entry = _entry(column)
    lines = [f"[columns.{_toml(column.name)}]", f"kind = {_toml(column.kind)}"]
    for key in _KEYS[column.kind]:
        value = getattr(entry, key)
        if value not in ("", (), {}, None, False) and not (key == "decimal" and value == "."):
            lines.append(f"{key} = {_toml(value)}")
    if column.notation is not None and len(lines) == 2:
        lines.append('decimal = "."')  # numbers with signs of their own ("5-"), and nothing else to say about them
    lines += [f"# {note}" for note in _notes(column)]
    return "\n".join(lines) + "\n"


def _notes(column: Column) -> list[str]:
    notes = [f"missing: {column.missing}, different: {column.unique}, example: {_toml(str(column.example))[:80]}"]
    if column.kind == "numeric" and column.low is not None and column.high is not None:
        notes.append(f"from {column.low:g} to {column.high:g}")
    if column.kind == "categorical" and column.levels:
        some = ", ".join(_toml(level) for level in column.levels[:_SHOWN])
        notes.append(f"most frequent: {some}"[:200])
    return notes


def _toml(value: Any) -> str:
    """A TOML value: a JSON text is one, but for the character DEL."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_toml(k)} = {_toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, float):
        return repr(value)
    return msgspec.json.encode(value).decode().replace("\x7f", "\\u007f")


def _read(path: Path) -> dict[str, dict[str, Any]]:
    try:
        tables = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        way_out = "Write one with: mlwright explore DATA --schema FILE"
        raise InputError(f"can't be opened: {error.strerror or error}", where=str(path), way_out=way_out) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        way_out = "Put texts into double quotes and lists into brackets, as in the file that was written."
        raise InputError(f"this is no TOML: {error}", where=str(path), way_out=way_out) from error
    for key in tables:
        if key != "columns":
            what = f"unknown key {key!r}" + _hint(key, ("columns",))
            raise InputError(what, where=str(path), way_out='Every column is a table [columns."NAME"].')
    columns = tables.get("columns", {})
    if not isinstance(columns, dict):
        raise InputError("'columns' is no table", where=str(path), way_out='Write [columns."NAME"] above its keys.')
    return {name: _checked(name, table, str(path)) for name, table in columns.items()}


def _checked(name: str, table: Any, where: str) -> dict[str, Any]:
    """The keys of a column, all known and of their types."""
    where = f"{where}, column {name!r}"
    if not isinstance(table, dict) or "kind" not in table:
        raise InputError("there is no kind", where=where, way_out=f"The kinds are {', '.join(KINDS)}.")
    for key in table:
        if key not in _ALL:
            raise InputError(
                f"unknown key {key!r}" + _hint(key, _ALL), where=where, way_out=f"Keys: {', '.join(_ALL)}."
            )
    if table["kind"] not in KINDS:
        what = f"unknown kind {table['kind']!r}" + _hint(str(table["kind"]), KINDS)
        raise InputError(what, where=where, way_out=f"The kinds are {', '.join(KINDS)}.")
    try:
        msgspec.convert(table, _Entry)
    except msgspec.ValidationError as error:
        way_out = "Write the value in the form of the file that was written."
        raise InputError(str(error), where=where, way_out=way_out) from error
    return table


def _hint(word: str, known: Sequence[str]) -> str:
    hint = near_miss(word, known)
    return f"; {hint}" if hint else ""


def _corrected(found: Column, series: pl.Series, given: dict[str, Any], where: str) -> Column:
    where = f"{where}, column {found.name!r}"
    if given["kind"] == "ignore":
        given = {"kind": "identifier"}
    inferred = _entry(found)
    known = {key: getattr(inferred, key) for key in _ALL}
    said = {key: value for key, value in msgspec.structs.asdict(msgspec.convert(given, _Entry)).items() if key in given}
    # What is left out stays as it was found, as far as it goes with the kind.
    entry = _Entry(
        **{key: known[key] for key in _KEYS[given["kind"]] if key in known and found.kind == given["kind"]} | said
    )
    if entry == inferred:
        return found
    for key, value in said.items():
        if key in ("kind", *_KEYS[entry.kind]) or value == known[key]:
            continue
        owners = ", ".join(kind for kind, keys in _KEYS.items() if key in keys)
        what = f"{key!r} says nothing about a column of kind {entry.kind}"
        raise InputError(what, where=where, way_out=f"It goes with: {owners}. Correct the kind, or leave it out.")
    series = frames.settle(series.to_frame()).to_series()
    if isinstance(series.dtype, pl.Categorical | pl.Enum):
        series = series.cast(pl.String)
    return _fitted(_guessed(_column(found, entry), series, where), series, where)


def _column(found: Column, entry: _Entry) -> Column:
    """The column as the entry has it: keys of another kind are gone."""
    keys = _KEYS[entry.kind]
    kept = {key: getattr(entry, key) for key in keys if key not in _NOTATION}
    notation = Notation(**{key: getattr(entry, key) for key in _NOTATION}) if "unit" in keys else None
    if notation == Notation() and found.notation is None:
        notation = None
    column = Column(name=found.name, kind=entry.kind, unique=found.unique, notation=notation, corrected=True)  # type: ignore[arg-type]
    return msgspec.structs.replace(column, **kept)


def _guessed(column: Column, series: pl.Series, where: str) -> Column:
    """What the user's kind needs and the file does not say, from the values. Raises InputError."""
    texts = frames.texts(series)
    words = texts.drop_nulls().unique().sort().to_list()
    change = msgspec.structs.replace
    if column.kind == "numeric" and column.notation is None and series.dtype == pl.String:
        amounts = numerals.amounts(column.name, words)
        plain = amounts is None or amounts.notation == Notation()
        return column if plain or amounts is None else change(column, notation=amounts.notation)
    if column.kind == "datetime" and not column.formats and series.dtype not in (pl.Date, pl.Datetime):
        form = dates.number_format(column.name, series, len(words)) if series.dtype.is_numeric() else None
        formats = (form,) if form else () if series.dtype.is_numeric() else dates.date_formats(texts)
        if not formats:
            way_out = 'Give formats = ["%d.%m.%Y"] with the letters of strptime; "@s" and "@ms" count from 1970.'
            raise InputError("the form of these dates is not known", where=where, way_out=way_out)
        return change(column, formats=formats)
    if column.kind == "list" and not column.separator:
        separator = items.separator_of(words) or next((mark for mark in "|;,/" if any(mark in w for w in words)), "")
        if not separator:
            raise InputError("these are no lists", where=where, way_out='Give separator = "|".')
        return change(column, separator=separator)
    if column.kind == "ordinal":
        return _ordered(column, [word for word in words if word not in column.blanks], where)
    return column


def _ordered(column: Column, words: Sequence[str], where: str) -> Column:
    words = sorted({column.spellings.get(word, word) for word in words})
    if not column.order:
        scale = scales.scale_of(column.name, words)
        if scale is None:
            shown = ", ".join(map(_toml, words[:_SHOWN]))
            raise InputError(
                "the order is not known", where=where, way_out=f"Give order = [{shown}, ...], low to high."
            )
        return msgspec.structs.replace(column, order=scale.order, blanks=column.blanks or scale.blanks)
    lacking = [word for word in words if word not in column.order]
    if lacking:
        what = f"order lacks {lacking[0]!r}" + _hint(lacking[0], column.order)
        raise InputError(what, where=where, way_out="Put every value into order, spellings or blanks.")
    return column


def _fitted(column: Column, series: pl.Series, where: str) -> Column:
    """The column with what it can't read as blanks, and described by what it can."""
    if column.kind in ("identifier", "constant"):
        return facts.describe(column, series, series)
    typed, wrong = frames.read_column(column, series)
    if wrong:
        texts = frames.texts(series)
        lost = texts.filter(texts.is_not_null() & typed.is_null() & ~texts.is_in(list(column.blanks)).fill_null(True))
        words = [word for word in lost.unique().sort().to_list() if word.lower() not in frames.MISSING]
        if typed.null_count() == len(typed) or len(lost) * 2 > len(texts) or len(words) > _MOST_BLANKS:
            what = (
                f"{len(lost)} of {len(texts)} values can't be read as {column.kind} (row {wrong[0][0]}: {wrong[0][1]})"
            )
            way_out = "Correct the kind, or say how they are written (words, formats, unit, decimal, ...)."
            raise InputError(what, where=where, way_out=way_out)
        column = msgspec.structs.replace(column, blanks=(*column.blanks, *words))
        typed = frames.read_column(column, series).values
    return facts.describe(column, series, typed)
