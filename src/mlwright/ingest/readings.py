"""What the texts of a column are beyond numbers: true and false, dates, amounts, steps of a scale, lists; or words."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import polars as pl

from mlwright import frames
from mlwright.contracts.records import Column, ColumnKind, Notation
from mlwright.ingest import dates, items, numerals, scales, strays
from mlwright.ingest.facts import Facts, Typed

ENOUGH = 20  # with fewer values, "each is different" says nothing
PROSE = ((2.0, 0.5, ENOUGH), (5.0, 0.1, 50))
"""Texts are prose from this many words on average, if this share of them are different, and this many."""
_OPPOSITES = (
    ("no", "yes"),
    ("n", "y"),
    ("false", "true"),
    ("f", "t"),
    ("off", "on"),
    ("non", "oui"),
    ("nein", "ja"),
    ("no", "si"),
    ("no", "s\u00ed"),
    ("n\u00e3o", "sim"),
    ("nie", "tak"),
)
_SAMPLE, _LARGE_SAMPLE = 300, 20_000


def of_texts(facts: Facts) -> Typed:
    """The first reading that all values fit; else an identifier, prose or categories."""
    words = _words(facts)
    if words:
        return facts.read(Column(name=facts.name, kind="boolean", unique=facts.unique, words=words))
    if facts.unique >= 2:
        for found in _readings(facts):
            return found
    kind = _text_kind(facts)
    return facts.made(kind, facts.values, "key" if kind == "identifier" else "")


def dated_at_once(values: pl.Series) -> Typed | None:
    """A String column as dates, if all its texts are of the form that the first have: then its different texts, which
    take longer to count than all take to read, need not be known."""
    found = dates.dated_at_once(values)
    if found is None:
        return None
    facts = Facts.of_others(values, found.moments)
    if facts.unique < 2:
        return None
    column = Column(name=facts.name, kind="datetime", unique=facts.unique, formats=found.formats)
    return facts.told(column, found.moments)


def scale(facts: Facts) -> Typed | None:
    """The column as steps of a scale, if it is one; a scale is short, and its steps come again."""
    filled = len(facts.values) - facts.missing
    if facts.unique > scales.MOST or (filled >= ENOUGH and facts.unique > filled / 2):
        return None
    found = scales.scale_of(facts.name, facts.sampled(scales.MOST))
    if found is None:
        return None
    column = Column(name=facts.name, kind="ordinal", unique=facts.unique, order=found.order, blanks=found.blanks)
    return facts.read(column)


def _readings(facts: Facts) -> Iterator[Typed]:
    sample = facts.sampled(_SAMPLE)
    for made in (_dated(facts, sample), _amount(facts, sample), scale(facts)):
        if made is not None:
            yield made
    separator = items.separator_of(sample)
    if separator and (facts.unique <= _SAMPLE or items.separator_of(facts.sampled(_LARGE_SAMPLE)) == separator):
        yield facts.read(Column(name=facts.name, kind="list", unique=facts.unique, separator=separator))


def _dated(facts: Facts, sample: list[str]) -> Typed | None:
    if not dates.look_like_dates(sample):
        return None
    found = dates.dated(facts.values, facts.distinct)
    if found is None:
        return None
    column = Column(name=facts.name, kind="datetime", unique=facts.unique, formats=found.formats, blanks=found.blanks)
    return facts.told(column, found.moments)


def _amount(facts: Facts, sample: list[str]) -> Typed | None:
    """A sample may lack a unit that the column has: then more texts are looked at."""
    for words in (sample, facts.sampled(_LARGE_SAMPLE) if facts.unique > _SAMPLE else []):
        amounts = numerals.amounts(facts.name, words)
        if amounts is None:
            return None
        blanks = strays.blanks(facts.values, frames.numbers(facts.values, amounts.notation).values)
        if blanks is not None:
            column = Column(
                name=facts.name, kind="numeric", unique=facts.unique, meaning=amounts.meaning, blanks=blanks
            )
            if amounts.notation != Notation() or frames.read_column(column, facts.values).wrong:
                column = msgspec.structs.replace(column, notation=amounts.notation)
            return facts.read(column)
    return None


def _words(facts: Facts) -> tuple[str, str] | None:
    """The (false, true) words, if two words that are each other's opposite are all there is."""
    if facts.unique != 2:
        return None
    by_name = {word.lower(): word for word in facts.distinct.to_list()}
    for false, true in _OPPOSITES:
        if set(by_name) == {false, true}:
            return by_name[false], by_name[true]
    return None


def _text_kind(facts: Facts) -> ColumnKind:
    texts = facts.values
    share = facts.unique / (len(texts) - facts.missing)
    spaces = facts.distinct.str.count_matches(" ", literal=True) * facts.counts["rows"]
    words = 1.0 + float(spaces.sum()) / (len(texts) - facts.missing)
    if any(words >= least and share >= different and facts.unique >= many for least, different, many in PROSE):
        return "text"
    if facts.unique >= ENOUGH and share >= 0.99:
        ascii_only = bool((facts.distinct.str.len_bytes() == facts.distinct.str.len_chars()).all())
        return "identifier" if ascii_only else "text"  # without blanks between words: a script such as Chinese
    return "categorical"
