"""Words that stand where a value is not known, and how many of them a column of numbers or dates may have."""

from __future__ import annotations

import polars as pl

from mlwright import frames

_WRITTEN = """
unknown | unk | unk. | n.a. | n.a | n/a. | n / a | not available | not applicable | not known | not stated |
not reported | not provided | not specified | not recorded | not given | no data | no value | no answer |
missing | none | nil | undefined | undisclosed | unspecified | tbd | tba | pending | error | #ref! | #div/0! |
#value! | #name? | #null! | #num! | x | xx | xxx | * | ** | *** | . | .. | ... | \u2026 | \u2014 | \u2013 | - | -- |
--- | \\n | (null) | (blank) | (none) | (missing) | (unknown) | blank | empty | not set | not entered | varies |
don't know | dont know | refused | prefer not to say | prefer not to answer | 0000-00-00 | 0000-00-00 00:00:00 |
00/00/0000 | [null] | invalid | invalid date | nat | k.a. | s/d
"""
UNKNOWN = frozenset(word.strip() for word in _WRITTEN.split("|"))
_FEWEST = 20  # values; with fewer, each says too much
_MANY, _RARE, _KINDS = 200, 0.01, 10
"""Among so many values, so small a share of so few different words is taken for slips, whatever they say."""


def says_unknown(word: str) -> bool:
    """Whether the word is one that people write where they have no value."""
    return word.lower() in UNKNOWN


def blanks(values: pl.Series, read: pl.Series) -> tuple[str, ...] | None:
    """The words that would have to mean "missing" for ``values`` (trimmed texts) to be what was ``read`` of them: () if
    none, None if they are too many to say so."""
    bad = values.filter(values.is_not_null() & read.is_null())
    bad = bad.filter(~bad.str.to_lowercase().is_in(sorted(frames.MISSING)))  # these are missing without being told
    if not len(bad):
        return ()
    filled = len(values) - values.null_count()
    if filled < _FEWEST or len(bad) > filled / 2:
        return None
    words = bad.unique().sort().to_list() if bad.n_unique() <= 1000 else None
    if words is None:
        return None
    if all(map(says_unknown, words)):
        return tuple(words)
    slips = filled >= _MANY and len(bad) <= _RARE * filled and len(words) <= _KINDS
    return tuple(words) if slips else None
