"""Text as Markdown: what came from a table is shown as it is and never read as markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")

LONGEST = 300
_MARKUP = re.compile(r"[\\`*<\[\]|~$]|&(?=#?\w+;)|(?<![^\W_])_|_(?![^\W_])")
_OPENING = re.compile(r"^(\d{0,9})([-+.)](?=\s|$)|[#>]|-(?=-))")


def plain(value: object, longest: int = LONGEST) -> str:
    """One line of text: what can't be printed and line ends become spaces, and what is too long is cut with "…"."""
    line = " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def escaped(value: object, longest: int = LONGEST) -> str:
    """``plain`` text that Markdown shows as it is, in a sentence, a list or a table."""
    return _OPENING.sub(r"\1\\\2", _MARKUP.sub(r"\\\g<0>", plain(value, longest)))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table; its cells are Markdown already."""
    return ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)]


def first(items: Sequence[T], most: int) -> tuple[Sequence[T], str]:
    """The first ``most`` items, and "and 5 more" for the rest of them (or nothing)."""
    rest = len(items) - most
    return items[:most], f"and {rest:,} more" if rest > 0 else ""
