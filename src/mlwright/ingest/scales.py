"""Whether the values of a column are steps of a scale, and in which order.

Three things are known: usual scales of words (low to high, months, school degrees, ...), ranges ("<1 year", "1-2 yr",
"10+ years") that don't overlap, and levels that number themselves ("1. low", "Level 3", "2nd"). All values must fit.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from mlwright.frames import bare
from mlwright.ingest import strays
from mlwright.ingest.ladders import SCALES

MOST = 60  # values of a scale
_FEWEST = 3
_INF = float("inf")


_GRADE_NAME = re.compile(r"(?i)grade|rating|tier|rank|note$|score|mark|class$")
_GRADE = re.compile(r"([A-Ha-h])([+-]|[0-9]{1,2})?")
_ROMAN = {
    "i": 1,
    "ii": 2,
    "iii": 3,
    "iv": 4,
    "v": 5,
    "vi": 6,
    "vii": 7,
    "viii": 8,
    "ix": 9,
    "x": 10,
    "xi": 11,
    "xii": 12,
}
_LEVEL_WORDS = (
    "level|lvl|grade|stage|class|tier|phase|rank|step|priority|severity|band|year|week|month|day|round|generation|gen"
    "|quartile|quintile|decile|degree|order|difficulty"
)
_LEVEL = re.compile(rf"(?:{_LEVEL_WORDS})[ _#-]?(?P<number>[0-9]{{1,2}}|[ivx]+)|(?P<roman>[ivx]+)", re.IGNORECASE)
_NUMBERED = re.compile(r"(?P<number>[0-9]{1,2}) ?[.):=\u2013-] ?(?P<words>[^\W\d].*)")
_NTH = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)(?: .*)?", re.IGNORECASE)
_NUMBER = r"[$\u20ac\u00a3]? ?(-?[0-9][0-9,]*(?:\.[0-9]+)?) ?([km%]\b)?"
_UNIT = r" ?(?P<unit>[^\W\d_][^\d]*?)?"
_UNDER = re.compile(
    rf"(?:<=?|\u2264|under|below|less than|up to|at most|fewer than|until) ?{_NUMBER}{_UNIT}", re.IGNORECASE
)
_UNDER_BEHIND = re.compile(
    rf"{_NUMBER}(?: ?(?P<unit>[^\W\d_]\w*))? ?(?:and|or) (?:under|below|less|fewer|younger)", re.IGNORECASE
)
_OVER = re.compile(rf"(?:>=?|\u2265|over|above|more than|at least|older than) ?{_NUMBER}{_UNIT}", re.IGNORECASE)
_MORE = r"(?:\+|(?:and|or) (?:over|above|more|older|up))"
_OVER_BEHIND = re.compile(
    rf"{_NUMBER}(?: ?(?P<unit>[^\W\d_]\w*?))? ?{_MORE}(?: ?(?P<unit2>[^\W\d_]\w*))?", re.IGNORECASE
)
_BETWEEN = re.compile(
    rf"[\[(]?{_NUMBER}(?: ?[^\W\d_]+)?? ?(?:-|\u2013|\u2014|to|\.\.|,|;|<=?[a-z]<=?) ?{_NUMBER}{_UNIT}[\])]?",
    re.IGNORECASE,
)
_SINGLE = re.compile(rf"{_NUMBER}{_UNIT}", re.IGNORECASE)


class Scale(NamedTuple):
    """The values from low to high, and those that say "unknown"."""

    order: tuple[str, ...]
    blanks: tuple[str, ...]


class _Span(NamedTuple):
    low: float
    high: float
    unit: str
    open: bool  # written as a range, not as one number


def scale_of(name: str, values: Sequence[str]) -> Scale | None:
    """The scale that the distinct ``values`` of the column ``name`` are steps of, or None."""
    if not 2 <= len(values) <= MOST:
        return None
    for finder in (_usual, _grades, _ranges, _levels, _numbered):
        for blanks in ((), tuple(value for value in values if strays.says_unknown(value))):
            ranks = finder(name, [value for value in values if value not in blanks])
            if ranks is not None:
                return Scale(tuple(sorted(ranks, key=lambda value: (ranks[value], value))), blanks)
    return None


Ranks = dict[str, float]


def _usual(name: str, values: Sequence[str]) -> Ranks | None:
    keys = [bare(value) for value in values]
    for scale in SCALES:
        if len(set(keys)) >= _FEWEST and all(key in scale for key in keys):
            ranks = {value: float(scale[key]) for value, key in zip(values, keys, strict=True)}
            if len(set(ranks.values())) >= _FEWEST and any(len(key) > 1 for key in keys):
                return ranks
    small = {"s", "m", "l"}  # sizes of one letter: only the usual three, all of them
    return {value: float("sml".index(bare(value))) for value in values} if set(keys) == small else None


def _grades(name: str, values: Sequence[str]) -> Ranks | None:
    """School marks and ratings: A is best, A+ before A before A-, A1 before A2. Bare letters say this by the name."""
    matches = [_GRADE.fullmatch(value) for value in values]
    if len(values) < _FEWEST or not all(matches) or not _GRADE_NAME.search(name):
        return None
    ranks: Ranks = {}
    for value, match in zip(values, matches, strict=True):
        letter, sign = match.groups()  # type: ignore[union-attr]
        step = {"+": 0.3, "-": -0.3, None: 0.0}.get(sign) if sign in ("+", "-", None) else -int(sign) / 100
        ranks[value] = -float(ord(letter.lower())) + (step or 0.0)
    return ranks


def _ranges(name: str, values: Sequence[str]) -> Ranks | None:
    spans = [_span(" ".join(value.split())) for value in values]
    if not all(spans) or not any(span.open for span in spans if span):
        return None
    found = sorted((span, value) for span, value in zip(spans, values, strict=True) if span)
    units = {_stem(span.unit) for span, _ in found} - {""}
    if len(units) > 1 or (len(values) < _FEWEST and not all(span.open for span, _ in found)):
        return None
    for (earlier, _), (later, _) in itertools.pairwise(found):
        if later.low < earlier.high or (earlier.low, earlier.high) == (later.low, later.high):
            return None
    return {value: float(rank) for rank, (_, value) in enumerate(found)}


def _span(text: str) -> _Span | None:
    readings: tuple[tuple[re.Pattern[str], Callable[[float, float], tuple[float, float]]], ...] = (
        (_UNDER, lambda a, _: (-_INF, a)),
        (_UNDER_BEHIND, lambda a, _: (-_INF, a)),
        (_OVER, lambda a, _: (a, _INF)),
        (_OVER_BEHIND, lambda a, _: (a, _INF)),
        (_BETWEEN, lambda a, b: (a, b)),
        (_SINGLE, lambda a, _: (a, a)),
    )
    for pattern, ends in readings:
        match = pattern.fullmatch(text)
        if match is None:
            continue
        groups = match.groups()
        first = _amount(groups[0], groups[1] or (groups[3] if pattern is _BETWEEN else None))
        second = _amount(groups[2], groups[3]) if pattern is _BETWEEN else first
        low, high = ends(first, second)
        named = match.groupdict()
        unit = (named.get("unit") or named.get("unit2") or "").strip()
        return None if low > high else _Span(low, high, unit, pattern is not _SINGLE)
    return None


def _amount(digits: str, size: str | None) -> float:
    return float(digits.replace(",", "")) * {"k": 1e3, "m": 1e6}.get((size or "").lower(), 1.0)


def _stem(unit: str) -> str:
    """ "yr", "yrs", "year" and "years" are one unit; "old" and "of age" say nothing."""
    word = re.sub(r" (?:old|of age|of experience|or so)$", "", unit.lower().strip(". "))
    word = word if len(word) < 3 else word.removesuffix("s")
    return {"yr": "year", "y": "year", "mo": "month", "hr": "hour", "h": "hour", "d": "day", "wk": "week"}.get(
        word, word
    )


def _levels(name: str, values: Sequence[str]) -> Ranks | None:
    """ "Level 3", "Stage II", "I" to "IV", "2nd"."""
    ranks: Ranks = {}
    nth = all(_NTH.fullmatch(value) for value in values)
    for value in values:
        match = _NTH.fullmatch(value) if nth else _LEVEL.fullmatch(value)
        if match is None:
            return None
        word = match[1] if nth else (match["number"] or match["roman"])
        number = int(word) if word.isdigit() else _ROMAN.get(word.lower())
        if number is None:
            return None
        ranks[value] = float(number)
    plain_roman = all(value.isalpha() and value.lower() in _ROMAN for value in values)
    if plain_roman and not {1.0, 2.0} <= set(ranks.values()):
        return None
    enough = len(values) >= (2 if nth or not plain_roman else _FEWEST)
    return ranks if enough and len(set(ranks.values())) == len(values) else None


def _numbered(name: str, values: Sequence[str]) -> Ranks | None:
    """ "1. low", "2 - middle": every number once, with hardly a gap, each with words of its own."""
    matches = [_NUMBERED.fullmatch(value) for value in values]
    if len(values) < _FEWEST or not all(matches):
        return None
    numbers = [int(match["number"]) for match in matches if match]
    words = {match["words"].casefold() for match in matches if match}
    tight = max(numbers) - min(numbers) < 2 * len(numbers)
    if len(set(numbers)) < len(numbers) or len(words) < len(numbers) or not tight:
        return None
    return {value: float(number) for value, number in zip(values, numbers, strict=True)}
