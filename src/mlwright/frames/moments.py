"""Dates and times written as text: ISO 8601 and a list of usual forms, read without the machine's locale."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
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
    "%Y-%m-%d",
    "%Y.%m.%d",
)
_CLOCKS = (" %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p")
_MONTHS = ("%Y-%m", "%b-%Y", "%b %Y", "%Y-%b", "%m/%Y", "%Y/%m", "%m-%Y", "%m.%Y", "%b-%y", "%Y %b")
_QUARTERS = ("%YQ%q", "%Y-Q%q", "%Y Q%q", "Q%q %Y", "Q%q-%Y", "Q%q/%Y", "%qQ%Y", "%Y-W%V", "%YW%V", "W%V %Y")
_RARE = (
    "%Y-%m-%d %H:%M:%S %Z",
    "%a, %d %b %Y %H:%M:%S %z",
    "%a %b %d %H:%M:%S %Y",
    "%d/%b/%Y:%H:%M:%S %z",
    "%a, %b %d, %Y",
    "%a %d %b %Y",
    "%Y%m%dT%H%M%S",
    "%Y%m%dT%H%M%S%z",
)
FORMATS = (
    "",
    *_DAYS,
    *(day + clock for day in _DAYS for clock in _CLOCKS),
    *(day + "," + clock for day in _DAYS[:12] for clock in _CLOCKS),
    *_MONTHS,
    *_QUARTERS,
    *_RARE,
)
"""The forms that are tried when a table is typed, likeliest first. In ``%b`` a month is written in full or by three
letters, in ``%a`` a day of the week (which says nothing); ``%q`` is a quarter and ``%V`` a week of ISO 8601, of which
the moment is the first day."""

_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PARTS = {
    "Y": r"(?P<Y>[0-9]{4})",
    "y": r"(?P<y>[0-9]{2})",
    "m": r"(?P<m>1[0-2]|0?[1-9])",
    "d": r"(?P<d>3[01]|[12][0-9]|0?[1-9])",
    "b": rf"(?P<b>{'|'.join(MONTHS)}|{'|'.join(m[:3] for m in MONTHS)}|sept)\.?",
    "a": rf"(?:{'|'.join(_WEEK)}|{'|'.join(d[:3] for d in _WEEK)})\.?",
    "q": r"(?P<q>[1-4])",
    "V": r"(?P<V>5[0-3]|[1-4][0-9]|0?[1-9])",
    "H": r"(?P<H>2[0-3]|[01]?[0-9])",
    "I": r"(?P<I>1[0-2]|0?[1-9])",
    "M": r"(?P<M>[0-5][0-9])",
    "S": r"(?P<S>[0-5][0-9])(?:\.(?P<f>[0-9]{1,9}))?",
    "p": r"(?P<p>[ap])\.?m\.?",
    "z": r"(?:GMT|UTC|Z|(?P<z>[+-][0-9]{2}:?[0-9]{2}))",
    "Z": r"(?:GMT|UTC)",
}
_TIGHT = {"m": r"(?P<m>1[0-2]|0[1-9])", "d": r"(?P<d>3[01]|[12][0-9]|0[1-9])", "H": r"(?P<H>2[0-3]|[01][0-9])"}
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


def chrono_form(form: str) -> tuple[str, str, str] | None:
    """For a form of digits only: a regular expression for its texts, what to replace a match by, and the strptime
    format (of Polars) of the outcome; None for other forms, and never for fractions of a second."""
    parts = re.findall(r"%([A-Za-z])", form)
    if not set(parts) <= set("YmdHIMSp") or not {"Y", "m"} <= set(parts):
        return None
    pattern = _pattern(form).replace(r"(?:\.(?P<f>[0-9]{1,9}))?", "")
    order, clock = "${Y}-${m}-" + ("${d}" if "d" in parts else "1"), "%Y-%m-%d"
    for letter in "HIMS":
        if letter in parts:
            order, clock = order + f" ${{{letter}}}", clock + f" %{letter}"
    if "p" in parts:
        order, clock = order + " ${p}m", clock + " %p"
    if not set(parts) & set("HI"):
        order, clock = order + " 0 0", clock + " %H %M"
    return f"(?i)^(?:{pattern})$", order, clock


def _read_form(text: str, form: str) -> datetime | None:
    match = _compiled(form).fullmatch(text)
    if match is None:
        return None
    part = match.groupdict()
    try:
        if "V" in part:
            return datetime.combine(date.fromisocalendar(_year(part), int(part["V"]), 1), time())
        moment = datetime(_year(part), _month(part), int(part.get("d") or 1), *_clock(part))
        return moment - _offset(part.get("z"))
    except (ValueError, OverflowError):
        return None


def _offset(zone: str | None) -> timedelta:
    if not zone:
        return timedelta()
    gap = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    return -gap if zone[0] == "-" else gap


def _year(part: dict[str, str]) -> int:
    if "Y" in part:
        return int(part["Y"])
    short = int(part["y"])
    return short + (2000 if short < 69 else 1900)  # POSIX's pivot


def _month(part: dict[str, str]) -> int:
    if "q" in part:
        return 3 * int(part["q"]) - 2
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
    return re.compile(_pattern(form), re.IGNORECASE | re.ASCII)


def _pattern(form: str) -> str:
    pieces = re.split(r"%([A-Za-z])", form)
    tight = (
        "".join(pieces[0::2]).strip("T") == "" and "b" not in pieces
    )  # nothing between the parts: each has all its digits
    fixed = [re.escape(piece).replace(r"\ ", " +") for piece in pieces[0::2]]
    parts = [_TIGHT.get(piece, _PARTS[piece]) if tight else _PARTS[piece] for piece in pieces[1::2]]
    return "".join(a + b for a, b in zip(fixed, [*parts, ""], strict=True))
