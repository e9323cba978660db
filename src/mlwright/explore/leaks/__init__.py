"""Whether the target is told by what will not be known when a prediction is asked for.

goal     how much of the target something tells
sight    the rows that are looked at
single   one column: copies of the target, and suspects
gaps     whether there is a value, or a default
pairs    sums, differences, products and ratios of two columns
means    columns made of the target of other rows
order    the order of the rows, and identifiers
worth    the score with and without what is suspected
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import polars as pl

from mlwright.contracts.protocols import Clock
from mlwright.contracts.records import Finding, Table
from mlwright.explore.leaks.gaps import gaps
from mlwright.explore.leaks.means import encodings, future
from mlwright.explore.leaks.order import in_sequence, key_names, keys, row_order
from mlwright.explore.leaks.pairs import pairs
from mlwright.explore.leaks.sight import Leak, Sight
from mlwright.explore.leaks.single import copies, suspects
from mlwright.explore.leaks.worth import weighed

__all__ = ["Searched", "leaks"]

_SHARE = 0.03  # of the time that is left
_TOLD = 20  # findings of a code


class Searched(NamedTuple):
    """What was found, and of every check, by its code, how it ended: "found", "clear", or why it does not apply."""

    findings: tuple[Finding, ...]
    checks: dict[str, str]


def leaks(table: Table, frame: pl.DataFrame, clock: Clock | None = None) -> Searched:
    """Search the rows to learn from for leaks of the target.

    Each column is told of once, by what is surest of it. Where there is a suspicion, the score with and without is
    measured and told. Of the time left on the ``clock`` a small share is taken; what it does not suffice for is named.
    """
    sight = Sight(table, frame)
    if not sight.goal.usable:
        return Searched((), dict.fromkeys(_CODES, "not applicable: too few rows, or too few of the rarer outcome"))
    limit = Clock() if clock is None else clock.within(_SHARE * clock.left)
    told, checks = look(sight, limit)
    return Searched(tuple(leak.finding for leak in weighed(sight, told, limit)), checks)


def look(sight: Sight, limit: Clock) -> tuple[list[Leak], dict[str, str]]:
    """The leaks that are in sight, and how every check ended: see Searched."""
    checks: dict[str, str] = {}
    found: dict[tuple[str, ...], Leak] = {}
    known: set[str] = set()
    for codes, search in _searches(sight, known):
        if limit.left <= 0:
            checks |= {code: "not applicable: no time was left" for code in codes if code not in checks}
            continue
        for leak in search():
            copied = {one.columns[0] for one in found.values() if one.code == "leak-target-copy"}
            told = known if len(leak.columns) == 1 else copied  # a copy tells with whatever column stands beside it
            if leak.columns not in found and not set(leak.columns) & told:
                found[leak.columns] = leak
                known |= set(leak.columns)
        checks |= {code: checks.get(code, "clear") for code in codes}
    checks |= {leak.code: "found" for leak in found.values()}
    checks |= _not_applicable(sight)
    return [leak for code in _CODES for leak in [one for one in found.values() if one.code == code][:_TOLD]], checks


_CODES = (
    *("leak-target-copy", "leak-after-outcome", "leak-missingness", "leak-target-encoding", "leak-future-aggregate"),
    *("leak-suspect", "leak-pair", "leak-identifier", "leak-row-order"),
)
_Search = tuple[tuple[str, ...], Callable[[], Iterator[Leak]]]


def _searches(sight: Sight, known: set[str]) -> Iterator[_Search]:
    """The checks in the order of how sure they are; ``known`` are the columns told of so far."""
    yield ("leak-target-copy", "leak-after-outcome"), lambda: copies(sight)
    yield ("leak-missingness", "leak-after-outcome"), lambda: gaps(sight)
    yield ("leak-target-encoding",), lambda: encodings(sight, frozenset(known))
    yield ("leak-future-aggregate",), lambda: future(sight, frozenset(known))
    yield ("leak-suspect",), lambda: suspects(sight, frozenset(known))
    yield ("leak-identifier",), lambda: keys(sight)
    if not in_sequence(sight):
        yield ("leak-row-order",), lambda: row_order(sight)
    yield ("leak-pair",), lambda: pairs(sight)


def _not_applicable(sight: Sight) -> dict[str, str]:
    why = {}
    if in_sequence(sight):
        why["leak-row-order"] = "not applicable: the rows lie in time or come in groups"
    if not key_names(sight):
        why["leak-identifier"] = "not applicable: there are no identifiers"
    if len(sight.numeric) < 2:
        why["leak-pair"] = "not applicable: there are no two numeric columns"
    return why
