"""Whether the texts of a column are lists, and what stands between their items."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from mlwright import frames

STRONG, WEAK = ("|", ";"), (",", "/")
"""Marks that hardly occur within an item, and marks that often do."""
_SOME = 0.1  # the least share of texts with several items
_SHARED = {"strong": 0.3, "weak": 0.6}
"""Of the items behind the first, the share that also stands first or in several texts: lists draw from one stock."""
_LONG = 8.0  # words an item has at most, on average
_FEWEST = {"strong": 2, "weak": 5}  # different texts with several items


def separator_of(texts: Sequence[str]) -> str | None:
    """What separates the items ("[" for lists as JSON or Python write them), or None if these are no lists.

    ``texts`` are distinct. Lists have different numbers of items, out of one stock of items; prose, addresses and names
    ("Doe, John") do not.
    """
    if len(texts) < 2:
        return None
    if all(text.startswith("[") and text.endswith("]") for text in texts):
        return "[" if all(frames.written_list(text) is not None for text in texts) else None
    for mark in (*STRONG, *WEAK):
        trust = "strong" if mark in STRONG else "weak"
        several = [text for text in texts if mark in text]
        if len(several) < max(_FEWEST[trust], _SOME * len(texts)):
            continue
        if _is_stock([frames.items_of(text, mark) or [] for text in texts], trust):
            return mark
    return None


def _is_stock(lists: Sequence[list[str]], mark: str) -> bool:
    lists = [items for items in lists if items]
    items = [item for found in lists for item in found]
    if not items or sum(item.count(" ") + 1 for item in items) / len(items) > _LONG:
        return False
    varied = len({len(found) for found in lists}) > 1
    numbers = all(_is_number(item) for item in items)
    if numbers:
        return varied and mark == "strong"
    rows = Counter(item for found in lists for item in set(found))
    first = {found[0] for found in lists}
    tail = [item for found in lists for item in found[1:]]
    shared = sum(item in first for item in tail) / len(tail) if tail else 0.0
    repeated = sum(rows[item] > 1 for item in tail) / len(tail) if tail else 0.0
    if mark == "strong":
        return varied and max(shared, repeated) >= _SHARED["strong"]
    words = sum(item.count(" ") + 1 for item in items) / len(items)
    return varied and shared >= _SHARED["weak"] and repeated >= _SHARED["weak"] and words <= _LONG / 2


def _is_number(item: str) -> bool:
    try:
        return frames.parse_number(item) is not None
    except ValueError:
        return False
