"""Dates and times written as text: ISO 8601 and a list of usual forms, read without the machine's locale."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)

_DAYS = (
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%m/%d/%y",
    "%d/%m/%y",
    "%Y/%m/%d",
    "%m-%d-%Y",
    "%d-%m-%Y",
    "%d.%m.%Y",
    "%d.%m.%y",
    "%b %d %Y",
    "%b %d, %Y",
    "%d %b %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%d%b%Y",
)
_CLOCKS = (" %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p")
FORMATS = ("", *_DAYS, *(day + clock for day in _DAYS for clock in _CLOCKS), "%Y-%m", "%b-%Y", "%b %Y", "%Y-%b")
"""The forms that are tried when a table is typed, likeliest first. In ``%b`` a month is written in full or by three
letters."""

_PARTS = {
    "Y": r"(?P<Y>[0-9]{4})",
    "y": r"(?P<y>[0-9]{2})",
    "m": r"(?P<m>1[0-2]|0?[1-9])",
    "d": r"(?P<d>3[01]|[12][0-9]|0?[1-9])",
    "b": rf"(?P<b>{'|'.join(MONTHS)}|{'|'.join(m[:3] for m in MONTHS)})\.?",
    "H": r"(?P<H>2[0-3]|[01]?[0-9])",
    "I": r"(?P<I>1[0-2]|0?[1-9])",
    "M": r"(?P<M>[0-5][0-9])",
    "S": r"(?P<S>[0-5][0-9])(?:\.(?P<f>[0-9]{1,9}))?",
    "p": r"(?P<p>[ap])\.?m\.?",
}
_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,9})?)? ?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)


def read_moment(text: str, form: str) -> datetime | None:
    """The moment that ``text`` writes in ``form`` (strptime's directives; "" is ISO 8601), or None if it does not."""
    return _read_iso(text) if form == "" else _read_form(text, form)


def _read_iso(text: str) -> datetime | None:
    if not _ISO.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text.replace(" Z", "Z").replace(" +", "+") if " " in text[11:] else text)
        return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


def _read_form(text: str, form: str) -> datetime | None:
    match = _compiled(form).fullmatch(text)
    if match is None:
        return None
    part = match.groupdict()
    try:
        return datetime(_year(part), _month(part), int(part.get("d") or 1), *_clock(part))
    except ValueError:
        return None


def _year(part: dict[str, str]) -> int:
    if "Y" in part:
        return int(part["Y"])
    short = int(part["y"])
    return short + (2000 if short < 69 else 1900)  # POSIX's pivot


def _month(part: dict[str, str]) -> int:
    if "b" not in part:
        return int(part["m"])
    return 1 + next(i for i, month in enumerate(MONTHS) if month.startswith(part["b"].lower()[:3]))


def _clock(part: dict[str, str]) -> tuple[int, int, int, int]:
    hour = int(part.get("H") or 0)
    if "I" in part:
        hour = int(part["I"]) % 12 + (12 if part["p"].lower() == "p" else 0)
    return hour, int(part.get("M") or 0), int(part.get("S") or 0), int((part.get("f") or "0").ljust(6, "0")[:6])


@lru_cache(maxsize=256)
def _compiled(form: str) -> re.Pattern[str]:
    pieces = re.split(r"%([A-Za-z])", form)
    fixed = [re.escape(piece).replace(r"\ ", " +") for piece in pieces[0::2]]
    parts = [_PARTS[piece] for piece in pieces[1::2]]
    pattern = "".join(a + b for a, b in zip(fixed, [*parts, ""], strict=True))
    return re.compile(pattern, re.IGNORECASE | re.ASCII)
