"""Numbers and moments that can't be what they say: codes for "missing", impossible values, strays, mixed units.

Each column is looked at by itself (where 0 may be missing: beside the others), on 100,000 rows at most and at its ends
on all, and never at the target.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from mlwright.contracts.records import Column, Finding, Schema
from mlwright.explore.distinct import Floats, Values, values_of
from mlwright.explore.strays import strays

SAMPLE = 100_000
FEWEST = 3  # rows that a code stands in: fewer may be any value
CODES = frozenset(
    [-1.0, -9.0]
    + [sign * float("9" * digits) for digits in range(2, 10) for sign in (-1, 1)]
    + [2147483647.0, -2147483648.0]
)
_BESIDE = frozenset(
    float(sign * (10**digits - less)) for digits in (2, 3, 4) for less in (2, 3, 4) for sign in (-1, 1)
) | {-8.0, -7.0, -2.0, 66.0, 77.0, 88.0, -66.0, -77.0, -88.0, 777.0, 888.0, 7777.0, 8888.0}
"""Surveys write 97 and 98 beside 99: refused, doesn't know."""
_AT_MOST = 5  # codes at one end
_AGE = re.compile(r"(?i:(^|[\W_])(age|ages|alter|edad)([\W_]|$))|[a-z]Age([A-Z_]|$)|^age[A-Z]")
_OLDEST = 130.0
_NAMED_LIMITS = (
    (_AGE, 0.0, _OLDEST, "an age"),
    (re.compile(r"(?i)(^|[\W_])(lat|latitude)([\W_]|$)"), -90.0, 90.0, "a latitude"),
    (re.compile(r"(?i)(^|[\W_])(lon|lng|long|longitude)([\W_]|$)"), -180.0, 180.0, "a longitude"),
)
_RARE = 0.05  # of the rows: more of them can't be mistakes
_DAY = 86_400.0
_DEFAULTS = {
    -62135596800.0: "0001-01-01",
    -6847804800.0: "1753-01-01",
    -2209161600.0: "1899-12-30",
    -2209075200.0: "1899-12-31",
    -2208988800.0: "1900-01-01",
    0.0: "1970-01-01",
    4102444800.0: "2100-01-01",
    4133894400.0: "2100-12-31",
    32503593600.0: "2999-12-31",
    253402214400.0: "9999-12-31",
}


class Odd(NamedTuple):
    """Numbers of a column (seconds since 1970 for moments) that stand for "missing", and what tells so."""

    column: str
    values: tuple[float, ...]
    finding: Finding


def odd_numbers(schema: Schema, frame: pl.DataFrame) -> tuple[list[Odd], list[Finding]]:
    """Values that stand for "missing" or can't be (at most one Odd a column and code), and findings about others."""
    rows = frame.sample(SAMPLE, seed=0) if frame.height > SAMPLE else frame
    found: list[Odd] = []
    seen: list[tuple[Column, Values]] = []
    for column in schema.features:
        if column.kind not in ("numeric", "datetime"):
            continue
        values = values_of(rows[column.name], frame[column.name])
        if column.kind == "datetime":
            found += _default_dates(column, values)
            continue
        here = [*_coded(column, values)]
        values = _without(values, here)
        here += _impossible(column, values)
        seen.append((column, _without(values, here)))
        found += here
    noughts = [odd for odd in _noughts(seen) if not _absent(rows, odd.column)]
    return [*found, *noughts], strays(seen)


def _without(values: Values, odd: Sequence[Odd]) -> Values:
    kept = ~np.isin(values.distinct, [v for some in odd for v in some.values])
    return Values(values.distinct[kept], values.counts[kept], values.rows)


def sentinels(values: Values) -> Floats:
    """The usual codes for "missing" (-1, -999, 99, 9999, ...) that stand at an end of a column, apart from all else.

    They are apart where nothing lies nearer than the others spread (for codes of one or two digits: than twice that); a
    negative code also where everything else is 0 or more and reaches 10. A column of -1, 0 and 1 has no code.
    """
    distinct, counts = values.distinct, values.counts
    found: list[Floats] = []
    for end in (-1, 1):
        ordered = distinct if end < 0 else distinct[::-1]
        many = counts if end < 0 else counts[::-1]
        longest = next((i for i, v in enumerate(ordered) if v not in CODES and v not in _BESIDE), len(ordered))
        for length in range(min(longest, _AT_MOST, len(ordered) - 3), 0, -1):
            codes, rest = ordered[:length], ordered[length:]
            if many[:length].sum() >= FEWEST and not CODES.isdisjoint(codes.tolist()) and _apart(codes, rest, end):
                found.append(codes)
                break
    return np.sort(np.concatenate(found)) if found else np.zeros(0)


def _apart(codes: Floats, rest: Floats, end: int) -> bool:
    gap, spread = abs(codes[-1] - rest[0]), abs(rest[-1] - rest[0])
    below_all = end < 0 and codes[-1] < 0 <= rest[0] and rest[-1] >= 10
    far = gap > (2 if abs(codes[0]) < 100 else 1) * spread
    return bool(below_all or far) and (len(rest) >= 10 or abs(codes[0]) >= 99)


def _coded(column: Column, values: Values) -> Iterator[Odd]:
    codes = sentinels(values)
    if not len(codes):
        return
    code = np.isin(values.distinct, codes)
    rest = values.distinct[~code]
    message = (
        f"{column.name!r} holds {_listed(codes)} in {_share(int(values.counts[code].sum()), values.rows)}, apart from "
        f"all other values ({rest[0]:g} to {rest[-1]:g}): a code for 'missing'?"
    )
    yield Odd(column.name, tuple(codes.tolist()), _finding("sentinel-values", column, message))


def _impossible(column: Column, values: Values) -> Iterator[Odd]:
    """Values that the column's name rules out, where nearly all others keep to what it says."""
    for name, low, high, what in _NAMED_LIMITS:
        if not name.search(column.name):
            continue
        out = (values.distinct < low) | (values.distinct > high)
        rows, total = int(values.counts[out].sum()), int(values.counts.sum())
        if 0 < rows <= _RARE * total:
            beyond = values.distinct[out]
            message = f"{column.name!r} holds {_listed(beyond)} in {_share(rows, values.rows)}: {what} can't be that."
            yield Odd(column.name, tuple(beyond.tolist()), _finding("impossible-values", column, message))
            return


def _noughts(columns: list[tuple[Column, Values]]) -> list[Odd]:
    """Columns in which 0 stands far below values that gather around a middle far from it, in few rows: a person has no
    blood pressure of 0.

    Far is three standard deviations from the middle (by the median and the median distance from it), one of them empty
    above 0, and five times the usual step between the lowest values. Where two columns of a table are so written, the
    step alone decides for the others.
    """
    steps = {column.name for column, values in columns if _nought_apart(values)}
    sure = {column.name for column, values in columns if column.name in steps and _far_from_nought(values)}
    told = steps if len(sure) >= 2 else sure
    return [_nought(column, values) for column, values in columns if column.name in told]


def _nought_apart(values: Values) -> bool:
    distinct = values.distinct
    if len(distinct) <= 20 or distinct[0] != 0.0 or values.counts[0] < FEWEST:
        return False
    return bool(distinct[1] > 5 * np.median(np.diff(distinct[1:22])))


def _far_from_nought(values: Values) -> bool:
    others = np.repeat(values.distinct[1:], values.counts[1:])
    middle = float(np.median(others))
    spread = 1.4826 * float(np.median(np.abs(others - middle)))
    few = values.counts[0] <= 2 * _RARE * values.counts.sum()
    return bool(few and middle > 3 * spread > 0 and values.distinct[1] > spread)


def _absent(rows: pl.DataFrame, name: str) -> bool:
    """Whether another column is missing just where this one is 0: there is no such thing, and 0 is right (no garage, no
    area)."""
    nought = rows[name] == 0.0
    least = 0.9 * int(nought.sum())
    gaps = rows.select(pl.all().exclude(name).is_null())
    both = gaps.filter(nought).sum().row(0)
    return any(b >= max(least, 0.9 * gap) for b, gap in zip(both, gaps.sum().row(0), strict=True) if b)


def _nought(column: Column, values: Values) -> Odd:
    low, high = values.distinct[1], values.distinct[-1]
    message = (
        f"{column.name!r} is 0 in {_share(int(values.counts[0]), values.rows)}, and from {low:g} to {high:g} in all "
        "others: 0 may mean that it was not measured."
    )
    return Odd(column.name, (0.0,), _finding("zero-for-missing", column, message))


def _default_dates(column: Column, values: Values) -> Iterator[Odd]:
    """Moments that programs write where there is none, apart from all others by a year at least."""
    distinct = values.distinct
    odd = [v for v in (distinct[0], distinct[-1]) if v - v % _DAY in _DEFAULTS] if len(distinct) > FEWEST else []
    rest = distinct[~np.isin(distinct, odd)]
    far = [v for v in odd if min(abs(v - rest[0]), abs(v - rest[-1])) > 366 * _DAY]
    rows = int(values.counts[np.isin(distinct, far)].sum())
    if far and rows >= FEWEST:
        shown = " and ".join(_DEFAULTS[v - v % _DAY] for v in far)
        message = f"{column.name!r} is {shown} in {_share(rows, values.rows)}, years away from all others: a default?"
        yield Odd(column.name, tuple(map(float, far)), _finding("default-dates", column, message))


def _finding(code: str, column: Column, message: str) -> Finding:
    return Finding(code=code, severity="info", message=message, column=column.name)


def _listed(values: Floats) -> str:
    shown = [f"{v:g}" for v in values[:3]]
    return ", ".join(shown) + (f" and {len(values) - 3} other values" if len(values) > 3 else "")


def _share(rows: int, of: int) -> str:
    return f"{rows:,} of {of:,} rows"
