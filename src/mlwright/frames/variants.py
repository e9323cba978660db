"""Values of one column that look like spellings of the same thing: "N.Y.", "NY" and "ny ", "Café" and "cafe"."""

from __future__ import annotations

import re
import unicodedata

import polars as pl

_MOST = 20_000  # distinct values that are looked at
# Marks that carry no meaning between letters. A sign at an end ("A+", "<1") or between digits ("1.5", "10-20") does.
_INNER = re.compile(r"(?<=[^\W\d])[\s.,'\u2019_/&-]+(?=[^\W\d])|(?<=[^\W\d])[\s._]+(?=\d)|(?<=\d)[\s_]+(?=[^\W\d])")
_ENDS = re.compile(r"^[\s.,'\"\u2019_]+(?=[^\W\d])|(?<=[^\W\d])[\s.,'\"\u2019_]+$")


def variants(values: pl.Series) -> list[tuple[str, tuple[str, ...]]]:
    """(spelling, its other spellings) of every value that is written in several ways: case, accents, spaces and
    punctuation aside. The first is the most frequent; the pairs with most rows come first. Nothing is merged here.

    ``values`` are texts; a column with more than 20,000 different ones is no set of categories and has none.
    """
    texts = values.cast(pl.String).drop_nulls()
    counts = texts.alias("value").value_counts(name="rows")
    if counts.height > _MOST:
        return []
    groups: dict[str, list[tuple[int, str]]] = {}
    for value, rows in counts.iter_rows():
        groups.setdefault(bare(value), []).append((rows, value))
    found = []
    for key, group in groups.items():
        if key and len(group) > 1:
            group.sort(key=lambda pair: (-pair[0], pair[1]))
            found.append((sum(rows for rows, _ in group[1:]), group[0][1], tuple(value for _, value in group[1:])))
    found.sort(key=lambda entry: (-entry[0], entry[1]))
    return [(spelling, others) for _, spelling, others in found]


def bare(text: str) -> str:
    """The text without case, accents, spaces and the punctuation that stands between or around letters."""
    letters = unicodedata.normalize("NFKD", text)
    letters = "".join(c for c in letters if not unicodedata.combining(c)).casefold().strip()
    return _ENDS.sub("", _INNER.sub("", letters))
