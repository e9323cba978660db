"""Rows that were recorded more than once: they stay, but never on both sides of a split.

That two rows agree in every feature can be chance: a table of five columns with three levels each holds the same row
many times, and so will next month's. It is no chance where rows that agree in all columns but one nearly always agree
in that one too, whichever column it is. Only then are they copies.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mlwright import frames
from mlwright.contracts.errors import InputError, near_miss
from mlwright.contracts.records import REPAIRS, TARGET, Finding, Problem, Schema, Severity, Split

CODE = "duplicate-rows"
AGREEING = 2 / 3  # of the pairs that agree in all columns but one, the least share that agrees in that one too
MEETING = 0.002  # of all pairs of different rows, the most that agree in a column whose values don't meet by chance
MOST = 0.5  # of the rows; where more repeat others, the rows to come will too
Standing = Literal["held", "kept", "alike", "bound"]
_REMEDIES: dict[Standing, str] = {
    "held": "If each is a case of its own, train with --keep duplicate-rows.",
    "kept": "They lie on both sides of splits, as you asked: the score is flattered by them.",
    "alike": "Rows that differ in a single column are common too, so these may be cases that look alike; where one "
    "thing was recorded twice, keep one.",
    "bound": "The groups or the time say what is split; where one thing was recorded twice, keep one.",
}
FEWEST, SEEN = 5, 0.01  # test rows that are copies of training rows, and their share, from which it is told
_SAMPLE = 100_000
_COLUMNS = 40  # those with most different values say best whether two rows agree by chance
_CELLS = 20_000_000  # hashed at a time: of a wide table fewer rows are looked at


class Copies(NamedTuple):
    """``groups`` (rows,) numbers the rows so that copies have one number (None: there are none, or none by more than
    chance), and what is to be told."""

    groups: NDArray[np.int32] | None
    findings: tuple[Finding, ...]


def copies(rows: pl.DataFrame, schema: Schema, keep: Sequence[str], split: Split) -> Copies:
    """Which of the typed ``rows`` are copies of one another, by their features alone.

    Where a ``split`` by groups or time already says what stays together, and for who ``keep``s "duplicate-rows", there
    is only the finding.
    """
    names = [column.name for column in schema.features]
    same = rows.select(names).hash_rows()
    repeats = rows.height - same.n_unique()
    if not repeats:
        return Copies(None, ())
    groups = frames.codes(same.to_numpy())
    exact = rows.height - rows.select(pl.Series("row", groups), TARGET).hash_rows().n_unique()
    standing: Standing = "bound" if split.kind else _standing(rows.select(names), repeats, schema, keep)
    return Copies(groups if standing == "held" else None, _told(rows.height, exact, standing))


def _standing(features: pl.DataFrame, repeats: int, schema: Schema, keep: Sequence[str]) -> Standing:
    if repeats > MOST * features.height or not by_no_chance(features, schema):
        return "alike"
    return "kept" if CODE in keep else "held"


def check_kept(problem: Problem) -> None:
    """Raise InputError unless every code that the problem keeps names a repair."""
    for code in problem.keep:
        if code not in REPAIRS:
            hint = near_miss(code, REPAIRS)
            what = f"no repair is called {code!r}" + (f"; {hint}" if hint else "")
            raise InputError(what, where="--keep", way_out=f"Those to keep from are {', '.join(REPAIRS)}.")


def by_no_chance(features: pl.DataFrame, schema: Schema) -> bool:
    """Whether rows that agree in every column do so by no chance, whichever column one doubts.

    Of the pairs of rows that agree in all the others, two in three must agree in it too; or its values must hardly ever
    meet by chance (a measurement, a text), so that less than a tenth of the pairs that agree would do so. Looked at on
    100,000 rows at most.
    """
    most = min(_SAMPLE, _CELLS // max(1, features.width))
    rows = features.sample(most, seed=0) if features.height > most else features
    cells = frames.cell_hashes(rows)
    whole = frames.row_hashes(cells)
    agreeing = frames.pairs(whole)
    if not agreeing:
        return False
    once = np.unique(whole, return_index=True)[1]
    possible = max(1.0, len(once) * (len(once) - 1) / 2)
    tried = sorted(schema.features, key=lambda column: -column.unique)[:_COLUMNS]
    for place in (features.columns.index(column.name) for column in tried):
        without = frames.pairs(whole - cells[:, place])
        meeting = frames.pairs(cells[once, place]) / possible
        if agreeing < AGREEING * without and (meeting > MEETING or meeting * without > 0.1 * agreeing):
            return False
    return True


def seen_before(test: pl.DataFrame, train: pl.DataFrame, schema: Schema) -> tuple[Finding, ...]:
    """A finding "test-rows-seen" where rows of the test data are copies of rows that are learnt from."""
    names = [column.name for column in schema.features]
    asked, known = test.select(names), train.select(names)
    seen = int(asked.hash_rows().is_in(known.hash_rows().unique().implode()).sum())
    if seen < max(FEWEST, SEEN * test.height) or not by_no_chance(pl.concat([asked, known]), schema):
        return ()
    message = f"{seen:,} of {test.height:,} rows of the test data are also among the rows to learn from."
    remedy = "Leave them out of one of the two: on rows that it has seen, a model looks better than it is."
    return (Finding(code="test-rows-seen", severity="warning", message=message, remedy=remedy),)


def _told(rows: int, exact: int, standing: Standing) -> tuple[Finding, ...]:
    """``exact`` of the rows repeat an earlier one in everything."""
    if not exact:
        return ()
    share = exact / rows
    message = f"{exact:,} of {rows:,} rows repeat an earlier one in every feature and the target ({share:.1%})."
    if standing == "held":
        message += " Copies are kept together, on one side of every split, so that they don't flatter the score."
    severity: Severity = "warning" if share >= 0.1 or standing == "kept" else "info"
    return (Finding(code=CODE, severity=severity, message=message, remedy=_REMEDIES[standing]),)
