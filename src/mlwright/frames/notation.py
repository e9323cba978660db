"""Numbers as people write them: marks between thousands, a decimal comma, brackets, units, lengths and times of day.

``parser`` makes the scalar reading of one Notation, which is the truth; ``quick`` is the same as one expression over a
column, null where it can't say, for the parser to settle.

Read are, with the marks and units that the Notation names and no others:

- a sign before or behind the number, a minus of typography too, and brackets for a number below zero;
- units before and behind the number ("$1,234.50", "12 kg", "USD 3M"), each with its factor; another case of a unit
  is taken where it is not ambiguous;
- sums of parts, each with a unit ("1h 30m", "5 ft 11 in"), where the Notation has two units or more;
- with the unit ":", hours, minutes and seconds ("1:30:00", "2 days 03:00:00", "5:30 PM"), in seconds;
- with the unit "P", ISO 8601 durations ("PT1H30M"), in seconds; years and months, of no fixed length, are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import polars as pl

from mlwright.contracts.records import Notation
from mlwright.frames.values import MISSING, SPACES, shown

CLOCK, PERIOD = ":", "P"
_MARKS = {"\u00a0": " ", "\u202f": " ", "\u2007": " ", "\u2009": " ", "\u2019": "'", "\u2032": "'", "\u2033": '"'}
_MARKS |= {"\u2212": "-", "\u00b5": "\u03bc"}
_TABLE = str.maketrans(_MARKS)
_BRACKETS = r"^([^()]*)\(([^()]*)\)([^()]*)$"
_TRAILING = r"^([^-+]*[0-9][^-+]*)-$"
_CLOCK = re.compile(
    r"(-?)(?:([0-9]+) ?d(?:ays?)?,? ?)?([0-9]{1,4}):([0-5][0-9])(?::([0-5][0-9](?:\.[0-9]+)?))?(?: ?([ap])\.?m\.?)?",
    re.IGNORECASE | re.ASCII,
)
_PERIOD = re.compile(
    r"([+-]?)P(?=[0-9T])(?:([0-9]+)W)?(?:([0-9]+)D)?(?:T(?=[0-9])(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+(?:\.[0-9]+)?)S)?)?",
    re.ASCII,
)
_GLUE = re.compile(r"(?: |,|and|und|et|y)*", re.IGNORECASE)


def tidied(text: str) -> str:
    """The text trimmed, with one form for the marks that typography has many of."""
    text = text.strip(SPACES)
    return text if text.isascii() else text.translate(_TABLE)


def parser(notation: Notation) -> Callable[[str], float | None]:
    """The reading of one text: a number, None for a missing value; raises ValueError for anything else."""
    exact = _Amount(notation, notation.units, folded=False)
    lenient = _Amount(notation, _folded(notation.units), folded=True)

    def parse(text: str) -> float | None:
        neat = tidied(text)
        for amount in (exact, lenient):
            found = amount.read(neat)
            if found is not None:
                return found
        if neat.lower() in MISSING:
            return None
        written = f" in {notation.unit}" if notation.unit else ""
        raise ValueError(f"{shown(text)} is not a number{written} as this column writes them")

    return parse


def quick(text: pl.Expr, notation: Notation) -> pl.Expr:
    """A trimmed String expression as Float64; null where a text is not the plain case."""
    text = text.str.replace_many(list(_MARKS), list(_MARKS.values()))
    if notation.brackets:
        text = text.str.replace(_BRACKETS, "-${1}${2}${3}")
    text = text.str.replace(_TRAILING, "-${1}")
    part = text.str.extract_groups(f"^{_pattern(notation, notation.units)}$").struct
    digits = part.field("number")
    if notation.thousands:
        digits = digits.str.replace_all(notation.thousands, "", literal=True)
    if notation.decimal != ".":
        digits = digits.str.replace(notation.decimal, ".", literal=True)
    value = digits.cast(pl.Float64, strict=False)
    first, second = part.field("first").fill_null(""), part.field("second").fill_null("")
    if any(factor != 1.0 for factor in notation.units.values()):
        for name in ("before", "behind"):
            value = value * part.field(name).replace_strict(notation.units, default=1.0, return_dtype=pl.Float64)
    one_sign = (first == "") | (second == "")
    return pl.when(one_sign).then(pl.when((first == "-") | (second == "-")).then(-value).otherwise(value))


class _Amount:
    """One way to read texts: with the units as they are written, or with their case folded."""

    def __init__(self, notation: Notation, units: dict[str, float], folded: bool):
        flags = re.ASCII | (re.IGNORECASE if folded else 0)
        self._notation, self._units, self._folded = notation, units, folded
        self._whole = re.compile(_pattern(notation, units), flags)
        spoken = [unit for unit in units if unit not in (CLOCK, PERIOD)]
        several = len(spoken) > 1
        self._part = re.compile(f"({_digits(notation)}) ?({_either(spoken)})", flags) if several else None

    def read(self, text: str) -> float | None:
        """The number, or None."""
        if self._notation.brackets and "(" in text:
            text = re.sub(_BRACKETS, r"-\1\2\3", text)
        if text.endswith("-"):
            text = re.sub(_TRAILING, r"-\1", text)
        match = self._whole.fullmatch(text)
        if match is not None:
            return self._single(match)
        if CLOCK in self._units:
            found = _seconds_of_clock(text)
            if found is not None:
                return found * self._units[CLOCK]
        if PERIOD in self._units:
            found = _seconds_of_period(text)
            if found is not None:
                return found * self._units[PERIOD]
        return self._sum(text) if self._part is not None else None

    def _single(self, match: re.Match[str]) -> float | None:
        first, before, second, number, behind = match.group("first", "before", "second", "number", "behind")
        if first and second:
            return None
        value = self._number(number)
        for unit in (before, behind):
            if unit:
                value *= self._factor(unit)
        return -value if "-" in (first, second) else value

    def _sum(self, text: str) -> float | None:
        sign, rest = (-1.0, text[1:]) if text.startswith("-") else (1.0, text)
        total, end, parts = 0.0, 0, 0
        for match in self._part.finditer(rest):  # type: ignore[union-attr]
            if not _GLUE.fullmatch(rest[end : match.start()]):
                return None
            total += self._number(match[1]) * self._factor(match[2])
            end, parts = match.end(), parts + 1
        return sign * total if parts > 1 and end == len(rest) else None

    def _number(self, digits: str) -> float:
        if self._notation.thousands:
            digits = digits.replace(self._notation.thousands, "")
        return float(digits.replace(self._notation.decimal, "."))

    def _factor(self, unit: str) -> float:
        return self._units[unit.casefold() if self._folded else unit]


def _seconds_of_clock(text: str) -> float | None:
    match = _CLOCK.fullmatch(text)
    if match is None:
        return None
    sign, days, hours, minutes, seconds, half = match.groups()
    hour = int(hours)
    if half is not None:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half in "pP" else 0)
    value = int(days or 0) * 86_400.0 + hour * 3600.0 + int(minutes) * 60.0 + float(seconds or 0)
    return -value if sign else value


def _seconds_of_period(text: str) -> float | None:
    match = _PERIOD.fullmatch(text)
    if match is None:
        return None
    sign, *parts = match.groups()
    value = sum(float(part or 0) * each for part, each in zip(parts, (604_800, 86_400, 3600, 60, 1), strict=True))
    return -value if sign == "-" else value


def _pattern(notation: Notation, units: Iterable[str]) -> str:
    """One regular expression for Python and for Polars: a number, its sign and units on both sides."""
    unit = _either([unit for unit in units if unit not in (CLOCK, PERIOD)])
    before, behind = (f"(?P<{name}>{unit})?" if unit else f"(?P<{name}>a^)?" for name in ("before", "behind"))
    return rf"(?P<first>[+-])?{before} ?(?P<second>[+-])?(?P<number>{_digits(notation)}) ?{behind}"


def _digits(notation: Notation) -> str:
    point = re.escape(notation.decimal)
    whole = "[0-9]+"
    if notation.thousands:
        whole = f"(?:[1-9][0-9]{{0,2}}(?:{re.escape(notation.thousands)}[0-9]{{3}})+|[0-9]+)"
    return rf"(?:{whole}(?:{point}[0-9]*)?|{point}[0-9]+)(?:[eE][+-]?[0-9]+)?"


def _either(units: Iterable[str]) -> str:
    """The longest first, so that "min" is not read as "m"."""
    return "|".join(re.escape(unit) for unit in sorted(units, key=lambda unit: (-len(unit), unit)))


def _folded(units: dict[str, float]) -> dict[str, float]:
    """The units whose case says nothing, in lower case: not "m" where there is an "M" of another factor."""
    factors: dict[str, set[float]] = {}
    for unit, factor in units.items():
        factors.setdefault(unit.casefold(), set()).add(factor)
    return {unit: found.pop() for unit, found in factors.items() if len(found) == 1}
