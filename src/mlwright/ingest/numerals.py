"""How the numbers of a text column are written, and what they measure: the Notation that reads all of them, if any.

A notation is only proposed where the texts leave no choice: the marks must group digits by threes, all units must be of
one kind (lengths, one currency, ...) and, where they turn into each other, every number must have one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mlwright import frames
from mlwright.contracts.records import Meaning, Notation
from mlwright.ingest import strays, units

_CORE = r"[0-9](?:[0-9.,' ]*[0-9])?\.?(?:[eE][+-]?[0-9]+)?|[.,][0-9]+"
_SHAPE = re.compile(
    rf"(?P<open>\()?[+-]? ?(?P<before>[^\d\s+().,-][^\d+()-]{{0,7}}?)? ?(?P<open2>\()?[+-]?(?P<core>{_CORE})"
    r" ?(?P<behind>[^\d\s()+.,-][^\d()+]{0,24}?)? ?-?(?:(?P<close>\))(?P<late> ?[^\d\s()+-]{1,4})?)?"
)
_MARKS = ((".", ","), (",", ""), (",", "."), (".", "'"), (".", " "), (",", " "), (",", "'"))
_MOSTLY = 0.5  # a sample of which less than this looks like numbers is not looked at further
_WORD = re.compile(r"[^\W\d_]{3,}(?: [^\W\d_]{2,})?")
_LETTERS_ALONE = 5  # a unit of one letter ("5m") needs so many different numbers not to be a code
_DAY = 86_400.0
_LASTING = re.compile(r"(?i)dura|elapsed|length|runtime|time_?(taken|spent|on)|lap|split|delay|wait|age|uptime")


class Amounts(NamedTuple):
    """A notation and what the numbers are."""

    notation: Notation
    meaning: Meaning


class _Parts(NamedTuple):
    cores: list[str]
    before: Counter[str]
    behind: Counter[str]
    brackets: bool
    bare: int  # numbers without a unit behind


def amounts(name: str, words: Sequence[str]) -> Amounts | None:
    """The notation of the texts (distinct, trimmed) of a column, words for "unknown" aside; None if they are no
    numbers, or could be read in several ways."""
    words = [frames.tidied(word) for word in words if not strays.says_unknown(word)]
    if len(words) < 2:
        return None
    return _clocks(name, words) or _sums(words) or _written(words)


def _clocks(name: str, words: Sequence[str]) -> Amounts | None:
    """Times of day and durations with colons, and those of ISO 8601."""
    for unit in (":", "P"):
        notation = Notation(unit="s", units={unit: 1.0})
        if unit == ":" and not all(":" in word for word in words):
            continue
        values = _read(words, notation)
        if values is None:
            continue
        day = unit == ":" and not _LASTING.search(name) and min(values) >= 0 and _DAY / 4 <= max(values) < _DAY
        return Amounts(notation, "time-of-day" if day else "duration")
    return None


def _sums(words: Sequence[str]) -> Amounts | None:
    """ "1h 30m", "5 ft 11 in": parts that add up, in a column where some text has several."""
    if not any(len(re.findall(r"[0-9]\s*[a-zA-Z'\"]", word)) > 1 for word in words):
        return None
    for family, unit, meaning in ((units.TIME, "s", "duration"), (units.LENGTH, "m", "quantity")):
        notation = Notation(unit=unit, units=dict(family))
        values = _read(words, notation)
        if values is not None and len(set(values)) > 1:
            return Amounts(notation, meaning)  # type: ignore[arg-type]
    return None


def _read(words: Iterable[str], notation: Notation) -> list[float] | None:
    parse = frames.number_parser(notation)
    values = []
    for word in words:
        if word.replace(".", "").isdigit():  # a number without a unit is none of these
            return None
        try:
            value = parse(word)
        except ValueError:
            return None
        if value is not None:
            values.append(value)
    return values or None


def _written(words: Sequence[str]) -> Amounts | None:
    parts = _parts(words)
    if parts is None:
        return None
    marks = _marks(parts.cores)
    if marks is None:
        return None
    found = _units(parts)
    if found is None:
        return None
    notation = Notation(decimal=marks[0], thousands=marks[1], brackets=parts.brackets, unit=found[1], units=found[2])
    if notation == Notation() and any(re.fullmatch("0[0-9]+", core) for core in parts.cores):
        return None  # codes
    return Amounts(notation, found[0])


def _parts(words: Sequence[str]) -> _Parts | None:
    matches = [_SHAPE.fullmatch(word) for word in words]
    fits = [match for match in matches if match is not None]
    if len(fits) < max(2, _MOSTLY * len(words)):
        return None
    before: Counter[str] = Counter()
    behind: Counter[str] = Counter()
    brackets = False
    bare = 0
    for match in fits:
        opened, closed = bool(match["open"] or match["open2"]), bool(match["close"])
        if opened != closed:
            return None
        brackets |= opened
        unit = (match["behind"] or match["late"] or "").strip()
        behind[unit] += bool(unit)
        bare += not unit
        if match["before"]:
            before[match["before"].strip()] += 1
    return _Parts([m["core"] for m in fits], before, +behind, brackets, bare)


def _marks(cores: Sequence[str]) -> tuple[str, str] | None:
    """The decimal and the thousands mark, the first pair that reads all numbers."""
    cores = [core for core in cores if not core.isdigit()]
    if all(re.fullmatch(r"(?:[0-9]*\.?[0-9]*)(?:[eE][+-]?[0-9]+)?", core) for core in cores):
        return ".", ""
    for decimal, thousands in _MARKS:
        point, mark = re.escape(decimal), re.escape(thousands)
        group = rf"[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})+|" if thousands else ""
        pattern = re.compile(rf"(?:{group}[0-9]+)?(?:{point}[0-9]*)?(?:[eE][+-]?[0-9]+)?")
        if all(pattern.fullmatch(core) for core in cores) and not _looks_like_codes(cores, thousands):
            return decimal, thousands
    return None


def _looks_like_codes(cores: Sequence[str], thousands: str) -> bool:
    """Digits in groups, all of one length: telephone numbers and addresses of machines, not amounts."""
    return thousands in (" ", ".") and len(set(map(len, cores))) == 1 and cores[0].count(thousands) > 1


def _units(parts: _Parts) -> tuple[Meaning, str, dict[str, float]] | None:
    """The meaning, the unit of the values and the factor of each unit that is written."""
    if any(unit not in units.CURRENCIES for unit in parts.before):
        return None
    money = set(parts.before)
    sizes: dict[str, float] = {}
    rest: Counter[str] = Counter()
    for unit, count in parts.behind.items():
        size, _, currency = unit.partition(" ")
        if unit in units.CURRENCIES:
            money.add(unit)
        elif size in units.MAGNITUDES and currency in units.CURRENCIES:
            money.add(currency)
            sizes[unit] = units.MAGNITUDES[size]
        elif unit in units.MAGNITUDES and (parts.before or unit in ("k", "K") or len(unit) > 1 or _has_k(parts)):
            sizes[unit] = units.MAGNITUDES[unit]
        else:
            rest[unit] = count
    if len({units.CURRENCIES[unit] for unit in money}) > 1 or (rest and (money or sizes)):
        return None
    if money or sizes:
        chosen = max(sorted(money), key=lambda unit: parts.before[unit] + parts.behind[unit]) if money else ""
        return "money" if money else "", chosen, dict.fromkeys(sorted(money), 1.0) | sizes
    return _measure(rest, parts) if rest else ("", "", {})


def _has_k(parts: _Parts) -> bool:
    return bool({"k", "K"} & set(parts.behind))


def _measure(written: Counter[str], parts: _Parts) -> tuple[Meaning, str, dict[str, float]] | None:
    if sum(written.values()) < 2:
        return None
    if all(len(unit) == 1 and unit.isalpha() for unit in written) and len(set(parts.cores)) < _LETTERS_ALONE:
        return None
    most = max(sorted(written), key=lambda unit: written[unit])
    for family in units.FAMILIES:
        if all(unit in family for unit in written):
            return _converted(family, most, written, parts)
    folded = {unit.lower() for unit in written}
    for family in units.FAMILIES:  # "Kg", "MIN": another case of a unit, where that is no other unit
        known = {unit.lower(): factor for unit, factor in family.items()}
        if len(known) == len({unit.lower() for unit in family}) and folded <= set(known):
            return _converted({unit: known[unit.lower()] for unit in written}, most, written, parts, family)
    if parts.bare:
        return None
    stems = {unit.lower().rstrip(".").removesuffix("s") for unit in written}
    word = len(stems) == 1 and all(_WORD.fullmatch(unit.rstrip(".")) for unit in written)
    if word or (len(written) == 1 and most in units.ALONE):
        return "quantity", most, dict.fromkeys(sorted(written), 1.0)
    return None


def _converted(
    family: dict[str, float],
    most: str,
    written: Counter[str],
    parts: _Parts,
    known: dict[str, float] | None = None,
) -> tuple[Meaning, str, dict[str, float]] | None:
    """All in the unit that most are in; durations in seconds."""
    home = known or family
    if home is units.PERCENT:
        return "percentage", "%", dict.fromkeys(sorted(written), 1.0)
    if parts.bare and len({family[unit] for unit in written}) > 1:
        return None  # a number without a unit among several
    if home is units.TIME:
        return "duration", "s", {unit: family[unit] for unit in sorted(written)}
    factors = {unit: family[unit] / family[most] for unit in sorted(written)}
    return "duration" if home is units.LONG_TIME else "quantity", most, factors
