"""Numbers as people say them, for every sentence and page."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime

from mlwright.contracts.records import ColumnKind, Meaning

_LARGE, _SMALL = 1e15, 1e-4


def spoken(value: float) -> str:
    """Up to four digits, and no exponent where people would not write one: ``"1,235"``, ``"0.0521"``, ``"12"``."""
    if not math.isfinite(value):
        return "infinite" if value > 0 else "minus infinite" if value < 0 else "unknown"
    size = abs(value)
    if size >= _LARGE or 0 < size < _SMALL:
        return f"{value:.2e}"
    if size >= 1000:
        return f"{value:,.0f}"
    text = f"{value:.{max(0, 3 - math.floor(math.log10(size)))}f}" if size else "0"
    return text.rstrip("0").rstrip(".") if "." in text else text


def compact(value: float) -> str:
    """As short as an axis needs it: ``"120M"``, ``"4.5k"``, ``"0.25"``."""
    for least, size, letter in ((1e12, 1e12, "T"), (1e9, 1e9, "B"), (1e6, 1e6, "M"), (1e4, 1e3, "k")):
        if least <= abs(value) < _LARGE:
            return f"{spoken(value / size)}{letter}"
    return spoken(value).replace(",", "")


def percent(share: float) -> str:
    """``"9.6%"``, ``"42%"``; never 0% of what is there, nor 100% of what is not all."""
    if 0 < share < 0.001:
        return "under 0.1%"
    if 0.999 < share < 1:
        return "over 99.9%"
    return f"{share:.0%}" if share in (0, 1) or 0.1 <= share <= 0.99 else f"{share:.1%}"


def day(seconds: float) -> str:
    """The date of a moment, and its time of day if it has one: ``"2013-12-10"``, ``"2013-12-10 13:15"``."""
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return spoken(seconds)
    return moment.strftime("%Y-%m-%d" if seconds % 86_400 == 0 else "%Y-%m-%d %H:%M")


def teller(kind: ColumnKind, meaning: Meaning = "") -> Callable[[float], str]:
    """How the numbers of a column are said: moments as dates, years without marks, others as ``spoken``."""
    return day if kind == "datetime" else "{:.0f}".format if meaning == "year" else spoken


def counted(count: int, noun: str) -> str:
    """``"1 row"``, ``"2,000 rows"``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
