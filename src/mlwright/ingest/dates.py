"""Whether texts or numbers are dates, and in which forms."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from mlwright import frames
from mlwright.ingest import facts, strays

_SAMPLE = 50
_GLANCE, _LOOK = 3, 20
_HEAD = 1000
_MOST_FORMS = 3
_CLOCK_NAME = re.compile(
    r"(?i)time|date|epoch|created|updated|modified|changed|posted|seen|since|(^|_)at$|_at(_|$)|(^|_)(ts|dt|on)($|_)"
)
_NOT_CLOCK = re.compile(r"(?i)dura|elapsed|(^|_)(num|count|n|number|total)(_|$)|times$")
# What a number since 1970 may be, by its unit: 1976 to 2065 where the name says so, else 2000 to 2037.
_NAMED, _UNNAMED = (2e8, 3e9), (9.4e8, 2.15e9)
_UNITS = {"@s": 1.0, "@ms": 1e3, "@us": 1e6, "@ns": 1e9}
_DIGITS = {"%Y%m%d": (18000101, 22001231, 3), "%Y%m": (180001, 220012, 12), "%Y%m%d%H%M%S": (18e12, 22e12, 3)}
"""The least and the greatest number, and how many different ones there must be not to be chance."""


class Dated(NamedTuple):
    """The formats of a column of dates, the words in it that mean "missing", and the dates."""

    formats: tuple[str, ...]
    blanks: tuple[str, ...]
    moments: pl.Series


def date_formats(values: pl.Series) -> tuple[str, ...]:
    """The formats, at most three, in which all values of a String column are dates; () if they are not."""
    found = dated(values, values.drop_nulls().unique())
    return () if found is None or found.blanks else found.formats


def dated(values: pl.Series, distinct: pl.Series) -> Dated | None:
    """How a String column with these ``distinct`` values is read as dates; None if it is not. A few words that are no
    dates may stand for "missing"."""
    known = distinct.filter(~distinct.str.to_lowercase().is_in(sorted(strays.UNKNOWN)))
    for most in (_SAMPLE, len(known)):  # all, for rare forms, or for a day above 12 that settles the order
        words = facts.some_of(known, most)
        formats = _first_formats(words) if len(words) else ()
        if not formats and most == _SAMPLE:
            formats = _mostly(words)
        if not formats:
            return None
        moments, wrong = frames.moments(values, formats)
        blanks = strays.blanks(values, moments) if wrong else ()
        if blanks is not None:
            return Dated(formats, blanks, moments)
    return None


def dated_at_once(values: pl.Series) -> Dated | None:
    """The same for most columns of dates, those in which all texts are of the one form that the first of them have."""
    words = values.head(_HEAD).drop_nulls().unique(maintain_order=True).head(_SAMPLE).to_list()
    if not words or not look_like_dates(words):
        return None
    formats = _first_formats(words)
    if len(formats) != 1:
        return None
    moments, wrong = frames.moments(values, formats)
    return None if wrong else Dated(formats, (), moments)


def look_like_dates(words: Sequence[str]) -> bool:
    """Whether most of a few words are dates in some form: a quick look before all are read."""
    known = [word for word in words if not strays.says_unknown(word)]
    few = known[:: max(1, len(known) // _LOOK)]
    if not any(_reads(word, form) for word in few[:_GLANCE] for form in frames.FORMATS):
        return False
    dated = sum(any(c.isdigit() for c in word) and any(_reads(word, form) for form in frames.FORMATS) for word in few)
    return dated >= max(1, 0.8 * len(few))


def _mostly(words: Sequence[str]) -> tuple[str, ...]:
    """The formats of the words that look like dates, if most do."""
    dated = [word for word in words if any(_reads(word, form) for form in frames.FORMATS)]
    return _first_formats(dated) if len(dated) > 1 and len(dated) >= 0.9 * len(words) else ()


def _first_formats(words: Sequence[str]) -> tuple[str, ...]:
    chosen: list[str] = []
    left = list(words)
    while left and len(chosen) < _MOST_FORMS:
        # Month first and day first in one column would be guessing, value by value.
        fits = [form for form in frames.FORMATS if _reads(left[0], form) and _swapped(form) not in chosen]
        if not fits:
            return ()
        rests = [[word for word in left if not _reads(word, form)] for form in fits]
        best = min(range(len(fits)), key=lambda i: len(rests[i]))
        chosen.append(fits[best])
        left = rests[best]
    return () if left else tuple(chosen)


def _swapped(form: str) -> str:
    return form.replace("%m", "%_").replace("%d", "%m").replace("%_", "%d")


def _reads(word: str, form: str) -> bool:
    return frames.read_moment(word, form) is not None


def number_format(name: str, numbers: pl.Series, unique: int) -> str | None:
    """The form in which all numbers are dates: digits of a calendar, or a time since 1970; None if they are not.

    A time in seconds needs a name that speaks of time; in finer units the size alone is telling.
    """
    low, high = numbers.min(), numbers.max()
    if low is None or unique < 2 or not isinstance(low, int | float) or not isinstance(high, int | float):
        return None
    for form, (first, last, least) in _DIGITS.items():
        if first <= low and high <= last and unique >= least and _all_dates(numbers, form):
            return form
    named = bool(_CLOCK_NAME.search(name)) and not _NOT_CLOCK.search(name)
    for form, scale in _UNITS.items():
        least_number, most_number = _NAMED if named else _UNNAMED
        if least_number * scale <= low and high <= most_number * scale and (named or form != "@s"):
            return form
    return None


def _all_dates(numbers: pl.Series, form: str) -> bool:
    whole = numbers.drop_nulls()
    if whole.dtype.is_float() and not bool((whole == whole.round()).all()):
        return False
    whole = whole.cast(pl.Int64).unique()
    sample = whole.head(_SAMPLE)
    return not frames.moments(sample, (form,)).wrong and not frames.moments(whole, (form,)).wrong
