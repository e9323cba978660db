"""Reading ARFF, Weka's format: https://waikato.github.io/weka-wiki/formats_and_processing/arff_stable/"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple, NoReturn

import polars as pl

from mlwright.contracts.errors import InputError
from mlwright.frames.encoding import as_utf8
from mlwright.frames.foreign import header_names, settle
from mlwright.frames.packed import Content

_TOKEN = re.compile(r"""\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^,\t]*))\s*(?:[,\t]|$)""")
_NAME = re.compile(
    r"""@attribute\s+(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(\S+?))\s*(\{.*|\s\S.*)$""", re.IGNORECASE
)
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}
_WEIGHT = re.compile(r",\s*\{\s*[0-9.eE+-]+\s*\}\s*$")
# Java's letters for parts of a date: https://docs.oracle.com/javase/8/docs/api/java/text/SimpleDateFormat.html
_DATE = (
    ("yyyy", "%Y"),
    ("yy", "%y"),
    ("MMM", "%b"),
    ("MM", "%m"),
    ("dd", "%d"),
    ("HH", "%H"),
    ("mm", "%M"),
    ("ss", "%S"),
)


class _Attribute(NamedTuple):
    """``kind`` is "numeric", "integer", "nominal" (with its ``levels``), "string" or "date" (with its form)."""

    name: str
    kind: str
    levels: tuple[str, ...] = ()
    form: str = ""


def read_arff(content: Content, note: Callable[[str], None]) -> pl.DataFrame:
    """An ARFF file, dense or sparse: numbers Float64 or Int64, nominal attributes Enum, dates Datetime; "?" is null.

    Raises InputError with the line of what can't be read.
    """
    data, said = as_utf8(content.all(), "utf-8")
    if said:
        note(said)
    lines = enumerate(data.decode().splitlines(), 1)
    attributes = _attributes(lines, content.where)
    names = header_names(content.where, [attribute.name for attribute in attributes])
    cells: list[list[str | None]] = [[] for _ in attributes]
    rows: list[int] = []
    for number, line in lines:
        if not line.strip() or line.lstrip().startswith("%"):
            continue
        record = _record(line, attributes, f"{content.where}, line {number}")
        rows.append(number)
        for column, cell in zip(cells, record, strict=True):
            column.append(cell)
    if not rows:
        raise InputError("there is no row of data", where=content.where, way_out="Give a file with rows below @data.")
    columns = [
        _column(attribute._replace(name=name), column, rows, content.where)
        for attribute, name, column in zip(attributes, names, cells, strict=True)
    ]
    return settle(pl.DataFrame(columns))


def _attributes(lines: Iterator[tuple[int, str]], where: str) -> list[_Attribute]:
    """The header, up to @data."""
    found: list[_Attribute] = []
    for number, line in lines:
        line = line.strip()
        word = line.split(None, 1)[0].lower() if line else ""
        if word == "@data":
            if not found:
                break
            return found
        if word == "@attribute":
            found.append(_attribute(line, f"{where}, line {number}"))
        elif word and word != "@relation" and not word.startswith("%"):
            _refuse(f"{line[:40]!r} is not a part of a header", f"{where}, line {number}")
    what = "there is no @data" if found else "there is no @attribute"
    raise InputError(what, where=where, way_out="Look whether it is an ARFF file and was copied whole.")


def _attribute(line: str, where: str) -> _Attribute:
    match = _NAME.match(line)
    if match is None:
        _refuse(f"{line[:60]!r} does not say a name and a type", where)
    name = _plain(match[1] if match[1] is not None else match[2]) if match[3] is None else match[3]
    said = match[4].strip()
    if said.startswith("{"):
        levels = tuple(level for level in _tokens(said.strip("{} \t"), where) if level is not None)
        return _Attribute(name, "nominal", tuple(dict.fromkeys(levels)))
    kind, _, form = said.partition(" ")
    kind = {"real": "numeric"}.get(kind.lower(), kind.lower())
    if kind not in ("numeric", "integer", "string", "date"):
        _refuse(f"attributes of type {kind!r} can't be read", where)
    return _Attribute(name, kind, form=form.strip().strip("\"'"))


def _record(line: str, attributes: list[_Attribute], where: str) -> list[str | None]:
    text = line.strip()
    if text.startswith("{"):
        return _sparse(text, attributes, where)
    if text.endswith("}"):
        text = _WEIGHT.sub("", text)
    record = _tokens(text, where)
    if len(record) != len(attributes):
        _refuse(f"{len(record)} values, there are {len(attributes)} attributes", where)
    return record


def _sparse(text: str, attributes: list[_Attribute], where: str) -> list[str | None]:
    """``{place value, ...}``; what is not named is 0, or the first level."""
    record: list[str | None] = [a.levels[0] if a.levels else "0" for a in attributes]
    inside = text[1 : text.rindex("}")] if "}" in text else _refuse("the brace is not closed", where)
    while inside.strip():
        place, _, rest = inside.lstrip().partition(" ")
        match = _TOKEN.match(rest)
        if not place.isdigit() or int(place) >= len(attributes) or match is None:
            _refuse(f"{inside.strip()[:40]!r} is not the place of an attribute and its value", where)
        record[int(place)] = _value(match)
        inside = rest[match.end() :]
    return record


def _tokens(text: str, where: str) -> list[str | None]:
    if "'" not in text and '"' not in text:
        cells = [cell.strip() for cell in (text.split(",") if "," in text else text.split("\t"))]
        return [None if cell in ("?", "") else cell for cell in cells]
    found: list[str | None] = []
    place = 0
    while place < len(text) or text[place - 1 : place] == ",":
        match = _TOKEN.match(text, place)
        if match is None:
            _refuse(f"the quotes in {text[place : place + 40]!r} are not in order", where)
        found.append(_value(match))
        if place == match.end():
            break
        place = match.end()
    return found


def _value(match: re.Match[str]) -> str | None:
    quoted = match[1] if match[1] is not None else match[2]
    if quoted is not None:
        return _plain(quoted)
    cell = match[3].strip()
    return None if cell in ("?", "") else cell


def _plain(quoted: str) -> str:
    return _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), quoted)


def _column(attribute: _Attribute, cells: list[str | None], rows: list[int], where: str) -> pl.Series:
    text = pl.Series(attribute.name, cells, dtype=pl.String)
    if attribute.kind == "string":
        return text
    if attribute.kind == "nominal":
        made = text.cast(pl.Enum(attribute.levels), strict=False)
    elif attribute.kind == "date":
        form = _form(attribute.form)
        if form is None:
            return text
        made = text.str.to_datetime(form, time_unit="us", strict=False)
    else:
        made = text.cast(pl.Int64 if attribute.kind == "integer" else pl.Float64, strict=False)
        if attribute.kind == "integer" and made.null_count() != text.null_count():
            made = text.cast(pl.Float64, strict=False)
    lost = (text.is_not_null() & made.is_null()).arg_true()
    if len(lost):
        what = f"{text[lost[0]]!r} is not a {attribute.kind} value of {attribute.name!r}"
        _refuse(what, f"{where}, line {rows[lost[0]]}")
    return made


def _form(java: str) -> str | None:
    """Java's pattern of a date in strptime's letters; None where there are others in it."""
    java = java or "yyyy-MM-dd'T'HH:mm:ss"  # what Weka takes when nothing is said
    for letters, directive in _DATE:
        java = java.replace(letters, directive)
    bare = re.sub(r"'[^']*'|%[A-Za-z]", "", java)
    return None if re.search("[A-Za-z]", bare) else java.replace("'", "")


def _refuse(what: str, where: str) -> NoReturn:
    raise InputError(what, where=where, way_out="Correct this line; quote values with blanks, commas or braces.")
