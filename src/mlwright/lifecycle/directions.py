"""Which way an answer may go with a column, as people write it: up, down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mlwright.contracts.errors import InputError, near_miss
from mlwright.contracts.records import Direction

_WAYS: dict[str, Direction] = {
    "up": "up",
    "increasing": "up",
    "down": "down",
    "decreasing": "down",
}
_WHERE = "--monotone"


def directions(given: Any) -> dict[str, Direction]:
    """The direction of each column, from a mapping of columns to words, or from None. Raises InputError."""
    if not isinstance(given, Mapping | None):
        what = f"a {type(given).__name__} names no columns"
        raise InputError(what, where=_WHERE, way_out='Write {"price": "down"}.')
    return {str(name): _direction(name, way) for name, way in (given or {}).items()}


def by_column(words: Iterable[str]) -> dict[str, str]:
    """Words such as price=down, by their column. Raises InputError."""
    found: dict[str, str] = {}
    for text in words:
        name, mark, way = text.rpartition("=")
        if not (name and mark and way):
            raise InputError(f"{text!r} names no column", where=_WHERE, way_out="Write --monotone price=down")
        if name in found:
            raise InputError(f"the column {name!r} is given twice", where=_WHERE, way_out="Give it once.")
        found[name] = way
    return found


def _direction(name: str, way: str) -> Direction:
    folded = str(way).strip().lower()
    if folded not in _WAYS:
        hint = near_miss(folded, _WAYS)
        what = f"{way!r} is no direction for {name!r}" + (f"; {hint}" if hint else "")
        raise InputError(what, where=_WHERE, way_out="It is up or down.")
    return _WAYS[folded]
