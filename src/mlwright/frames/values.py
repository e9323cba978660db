"""What one value means: the only truth of how a text is read. Everything vectorised is checked against this.

A text is read in three ways, as a number, as true or false, or as a moment; each parser returns None for a missing
value and raises ValueError, with a message for people, for anything else. ``number_of``, ``boolean_of``, ``moment_of``
and ``text_of`` take any Python value, as it comes from JSON or from a row of a table.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from mlwright.frames.moments import read_moment
from mlwright.frames.nested import NESTED, json_text

# Trimmed from both ends of every text: the ASCII blanks, no-break space, ideographic space, byte order mark.
SPACES = " \t\r\n\f\v\u00a0\u3000\ufeff"
# These stand for "no value" everywhere, in any case.
BLANKS = ("", "na", "n/a", "nan", "null", "?", "#n/a", "<na>")
# These too where a number or a moment is expected; among categories "none" or "-" may be a real answer.
MISSING = frozenset((*BLANKS, "none", "nil", "-", "--", ".", "missing", "nat", "+nan", "-nan"))
TRUE_WORDS = frozenset(("true", "t", "yes", "y", "on"))
FALSE_WORDS = frozenset(("false", "f", "no", "n", "off"))

_DIGITS = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?"
_NUMBER = re.compile(rf"[+-]?(?:{_DIGITS}|inf|infinity)", re.IGNORECASE | re.ASCII)
_EPOCH = datetime(1970, 1, 1)
EPOCHS = {"@s": (1e6, 1.0), "@ms": (1e3, 1.0), "@us": (1.0, 1.0), "@ns": (1.0, 1e3)}
"""Forms of a number since 1970: what it is multiplied and divided by to be in microseconds."""
_PLAIN_NUMBERS = frozenset((float, int, np.float64, np.float32, np.int64, np.int32))  # what most cells are
FIRST_MICRO, LAST_MICRO = -62_135_596_800e6, 253_402_300_799e6  # the years 1 to 9999


def _cases(word: str) -> list[str]:
    return ["".join(letters) for letters in itertools.product(*({c.lower(), c.upper()} for c in word))]


BLANK_TEXTS = frozenset(text for word in BLANKS for text in _cases(word))
"""BLANKS in every case: one look-up instead of folding each text."""


def parse_number(text: str) -> float | None:
    """``"1.5"``, ``"-2e3"``, ``"inf"``. A decimal comma or thousands marks are not numbers (they are ambiguous)."""
    text = text.strip(SPACES)
    if _NUMBER.fullmatch(text):
        return float(text)
    if text.lower() in MISSING:
        return None
    raise ValueError(f"{shown(text)} is not a number")


def parse_boolean(text: str, words: Sequence[str] = (), digits: bool = False) -> bool | None:
    """true/false, yes/no, t/f, y/n, on/off in any case, and the numbers 1 and 0; before them the (false, true)
    ``words`` of the column. With ``digits`` any other number is the nearer of 1 and 0 (0.5 is false)."""
    text = text.strip(SPACES)
    if text in words:
        return text == words[1]
    folded = text.lower()
    if folded in TRUE_WORDS:
        return True
    if folded in FALSE_WORDS:
        return False
    if folded in BLANK_TEXTS:
        return None
    if _NUMBER.fullmatch(text) and (digits or float(text) in (0.0, 1.0)):
        return float(text) > 0.5
    raise ValueError(f"{shown(text)} is neither true nor false")


def parse_datetime(text: str, formats: Sequence[str] = ("",)) -> datetime | None:
    """A moment in one of ``formats`` (strptime's; "" is ISO 8601), the first that fits; with a zone it is turned to
    UTC.

    Returned without a zone, to the microsecond.
    """
    text = text.strip(SPACES)
    for pattern in formats:
        moment = _since_1970(text, pattern) if pattern in EPOCHS else read_moment(text, pattern)
        if moment is not None:
            return moment
    if text.lower() in MISSING:
        return None
    raise ValueError(f"{shown(text)} is not a date")


def number_of(value: Any, parse: Callable[[str], float | None] = parse_number) -> float | None:
    """A number from any value, a text by ``parse``; missing is None. Raises ValueError."""
    kind = type(value)
    if kind is str:
        return parse(value)
    if kind not in _PLAIN_NUMBERS:
        if value is None or is_missing(value):
            return None
        value = plain(value)
        if isinstance(value, str):
            return parse(value)
        if not isinstance(value, int | float):
            raise ValueError(f"{shown(value)} is not a number")
    try:
        number = float(value)
    except OverflowError:
        raise ValueError(f"{shown(value)} is too large a number") from None
    return number if number == number else None


def boolean_of(value: Any, words: Sequence[str] = (), digits: bool = False) -> bool | None:
    """True or false from any value, as parse_boolean reads it; missing is None. Raises ValueError."""
    if type(value) is bool:
        return value
    if type(value) in _PLAIN_NUMBERS and (value == 0 or value == 1):
        return bool(value)
    if value is None or is_missing(value):
        return None
    value = plain(value)
    if isinstance(value, str):
        return parse_boolean(value, words, digits)
    if isinstance(value, int | float) and (digits or value in (0, 1)):
        return value > 0.5
    raise ValueError(f"{shown(value)} is neither true nor false")


def moment_of(value: Any, formats: Sequence[str] = ("",)) -> datetime | None:
    """A moment, without a zone, from any value; missing is None. Raises ValueError.

    A number is one only where ``formats`` say so: "@s" and its like, or a form of digits alone (20260131).
    """
    if type(value) is str:
        return parse_datetime(value, formats)
    if value is None or is_missing(value):
        return None
    value = plain(value)
    if isinstance(value, str):
        return parse_datetime(value, formats)
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return parse_datetime(_worded(value), formats)
    raise ValueError(f"{shown(value)} is not a date")


def since_1970(value: float, form: str) -> datetime | None:
    """The moment of a number since 1970 in the unit of ``form`` ("@s", "@ms", "@us", "@ns"), to the microsecond below;
    None outside the calendar."""
    times, over = EPOCHS[form]
    micros = value * times / over
    if not FIRST_MICRO <= micros <= LAST_MICRO:
        return None
    return _EPOCH + timedelta(microseconds=math.floor(micros))


def _since_1970(text: str, form: str) -> datetime | None:
    return since_1970(float(text), form) if _NUMBER.fullmatch(text) else None


def seconds_of(moment: datetime) -> float:
    """Seconds since 1970, by the same arithmetic as whole columns: microseconds divided as floats."""
    gap = moment - _EPOCH
    return float((gap.days * 86_400 + gap.seconds) * 1_000_000 + gap.microseconds) / 1e6


def text_of(value: Any) -> str | None:
    """The text of any value, trimmed; missing is None. 3 and 3.0 give "3", True gives "true", a date its ISO form."""
    if type(value) is not str:
        if value is None or is_missing(value):
            return None
        value = _worded(plain(value))
    text: str = value.strip(SPACES)
    if not text.isascii():
        text = whole(text)
    return None if text in BLANK_TEXTS else text


def whole(text: str) -> str:
    """The text with lone surrogates (half characters, which no encoding can write) replaced by U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def is_missing(value: Any) -> bool:
    """None, NaN of any library, pandas' NA and NaT."""
    if value is None:
        return True
    if isinstance(value, float | np.floating | Decimal):
        return bool(value != value)
    return type(value).__name__ in ("NAType", "NaTType") or (isinstance(value, np.datetime64) and bool(np.isnat(value)))


def plain(value: Any) -> Any:
    """NumPy's and pandas' scalars as Python's own; a moment with a zone as UTC without one; a duration as seconds, a
    decimal as a float, a time of day as text: what ``settle`` makes of columns of them."""
    if isinstance(value, np.datetime64):
        value = value.astype("datetime64[us]").item()
    elif isinstance(value, np.timedelta64):
        value = value.astype("timedelta64[us]").item()
    elif isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, datetime):
        if type(value) is not datetime:
            value = datetime.combine(value.date(), value.time(), value.tzinfo)
        if value.tzinfo is not None:
            try:
                value = value.astimezone(UTC).replace(tzinfo=None)
            except OverflowError:
                raise ValueError(f"{shown(str(value))} lies outside the calendar") from None
    elif isinstance(value, timedelta):
        value = float((value.days * 86_400 + value.seconds) * 1_000_000 + value.microseconds) / 1e6
    elif isinstance(value, Decimal):
        value = float(value)
    elif isinstance(value, time):
        value = value.isoformat()
    return value


def _worded(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("utf-8", "replace")
    return json_text(value) if isinstance(value, NESTED) else str(value)


def shown(value: Any) -> str:
    """A value for a message, cut to 60 characters."""
    text = repr(whole(value)) if isinstance(value, str) else repr(value)
    return text if len(text) <= 60 else f"{text[:56]}...{text[-1]}"
