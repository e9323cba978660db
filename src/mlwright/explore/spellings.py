"""Categories that are written in several ways: proposed for merging, never merged unasked."""

from __future__ import annotations

import msgspec
import polars as pl

from mlwright import frames
from mlwright.contracts.records import Finding, Schema

SAMPLE = 100_000
_SHOWN = 3  # values named in the message
_WRITTEN = 20  # spellings in the line to paste
_TOLD = 10


def variants(schema: Schema, frame: pl.DataFrame) -> list[Finding]:
    """A finding "category-variants" a column: "N.Y.", "NY" and "ny". Its remedy holds the line of a schema file that
    makes them one."""
    rows = frame.head(SAMPLE)
    found: list[Finding] = []
    for column in schema.features:
        if column.kind in ("categorical", "ordinal") and len(found) < _TOLD:
            groups = frames.variants(rows[column.name])
            if groups:
                found.append(_told(column.name, groups))
    return found


def _told(name: str, groups: list[tuple[str, tuple[str, ...]]]) -> Finding:
    some = [f"{_seen(first)} also as {', '.join(map(_seen, others[:_SHOWN]))}" for first, others in groups[:_SHOWN]]
    more = f"; and {len(groups) - _SHOWN} more" if len(groups) > _SHOWN else ""
    merged = [(other, first) for first, others in groups for other in others][:_WRITTEN]
    line = ", ".join(f"{_quoted(other)} = {_quoted(first)}" for other, first in merged)
    return Finding(
        code="category-variants",
        severity="info",
        message=f"{name!r} seems to write one thing in several ways: {'; '.join(some)}{more}.",
        column=name,
        remedy=f"If they are one, put this under [columns.{_quoted(name)}] in the schema: spellings = {{{line}}}",
    )


def _seen(text: str) -> str:
    """The text in quotes, with blanks that would be lost on a page made visible."""
    return repr(text.replace("  ", "\u2423\u2423"))


def _quoted(text: str) -> str:
    """A TOML basic string, which a JSON string is too; two blanks are written so that no page or terminal makes one of
    them."""
    return msgspec.json.encode(text).decode().replace("  ", "\\u0020\\u0020")
