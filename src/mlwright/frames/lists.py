"""Lists in a cell: their items, one text each, joined by ITEM_MARK.

A list is a JSON or Python list as text, or items with the column's separator between them. Items are trimmed; empty
ones and those that mean "no value" are left out; a list without items is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import polars as pl

from mlwright.contracts.records import ITEM_MARK
from mlwright.frames.values import BLANK_TEXTS, SPACES, text_of

JSON = "["
# A list as Python writes it: texts in either quotes, or bare words and numbers, between commas.
_BARE = r"[^,\[\]'\"\s](?:[^,\[\]'\"]*[^,\[\]'\"\s])?"
_ITEM = rf"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|({_BARE})"""
_WRITTEN = re.compile(rf"\[\s*(?:(?:{_ITEM})\s*(?:,\s*(?=[^\]\s])|(?=\])))*\]", re.DOTALL)
_ITEMS = re.compile(_ITEM, re.DOTALL)


def items_of(value: Any, separator: str) -> list[str] | None:
    """The items of any value; None where there are none."""
    found = list(_texts(_parts(value, separator)))
    return found or None


def joined(value: Any, separator: str, spelling: Mapping[str, str] | None = None) -> str | None:
    """The items as one text, each replaced by what ``spelling`` says."""
    items = items_of(value, separator)
    if items is None:
        return None
    return ITEM_MARK.join(spelling.get(item, item) for item in items) if spelling else ITEM_MARK.join(items)


def written_list(text: str) -> list[Any] | None:
    """The items of a text that is a list as JSON or Python writes it, or None."""
    if not (text.startswith("[") and text.endswith("]")):
        return None
    try:
        found = msgspec.json.decode(text.encode())
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        if not _WRITTEN.fullmatch(text):
            return None
        return [a or b or c for a, b, c in _ITEMS.findall(text)]
    return found if isinstance(found, list) else None


def split(text: pl.Expr, separator: str) -> pl.Expr:
    """``joined`` of a trimmed String expression in which no text begins with a bracket."""
    marks = text.str.replace_all(separator, ITEM_MARK, literal=True) if separator not in ("", JSON) else text
    item = pl.element().str.strip_chars(SPACES)
    items = marks.str.split(ITEM_MARK).list.eval(item.filter(~item.is_in(sorted(BLANK_TEXTS))))
    return pl.when(items.list.len() > 0).then(items.list.join(ITEM_MARK))


def _parts(value: Any, separator: str) -> Any:
    if isinstance(value, list | tuple):
        return value
    text = text_of(value)
    if text is None:
        return ()
    found = written_list(text)
    if found is not None:
        return found
    if separator not in ("", JSON):
        text = text.replace(separator, ITEM_MARK)
    return text.split(ITEM_MARK)


def _texts(parts: Any) -> Iterator[str]:
    for part in parts:
        if isinstance(part, list | tuple):
            yield from _texts(part)
            continue
        text = text_of(part)
        if text is not None:
            yield from (kept for piece in text.split(ITEM_MARK) if (kept := piece.strip(SPACES)) not in BLANK_TEXTS)
