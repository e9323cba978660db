"""Table -> Profile: what the columns hold, and what in them would make a score a lie.

missing      what is missing together, or where another column says so
numbers      numbers and moments that stand for "missing" or can't be; strays: values far out, mixed units
spellings    one category written in several ways
duplicates   rows nearly the same, and the same but for the class
oddity       rows unlike all others
leaks        what tells the target and will not be known when a prediction is asked for
portrait     the whole of what `mlwright explore` shows: distribution, association, gaps, trend, balance, comparison
             are its parts, aim is the target seen in parts of the rows, story and advice put it into words
"""

from __future__ import annotations

import polars as pl

from mlwright.contracts.protocols import Clock
from mlwright.contracts.records import TARGET, Finding, Profile, Table
from mlwright.explore.comparison import Other
from mlwright.explore.distinct import occurrences
from mlwright.explore.duplicates import contradictions, near_copies
from mlwright.explore.leaks import leaks
from mlwright.explore.missing import missingness
from mlwright.explore.numbers import odd_numbers
from mlwright.explore.oddity import stand_apart
from mlwright.explore.portrait import Sight, portray
from mlwright.explore.spellings import variants

__all__ = ["Other", "Sight", "explore", "portray"]

RARE = 0.01
_TOLD = 50  # findings of a kind


def explore(table: Table, frame: pl.DataFrame, clock: Clock | None = None) -> Profile:
    """The Profile of a Table; ``frame`` holds its rows to learn from, as in train.arrow.

    The findings and their codes are listed in docs/guide/cleaning.md. Only the leaks, "class-imbalance" and
    "contradictory-labels" look at the target; what is to be repaired is found in the features of these rows alone.
    """
    schema = table.schema
    odd, strays = odd_numbers(schema, frame)
    unknowns: dict[str, dict[str, tuple[float, ...]]] = {}
    for one in odd:
        unknowns.setdefault(one.finding.code, {})[one.column] = one.values
    searched = leaks(table, frame, clock)
    findings = (
        *missingness(schema, frame),
        *(one.finding for one in odd[:_TOLD]),
        *strays,
        *variants(schema, frame),
        *contradictions(schema, frame),
        *near_copies(schema, frame),
        *stand_apart(schema.features, frame),
        *searched.findings,
        *_imbalance(table, frame),
    )
    cells = {code: sum(occurrences(frame[n], v) for n, v in columns.items()) for code, columns in unknowns.items()}
    return Profile(frame.height, findings, unknowns, cells, searched.checks)


def _imbalance(table: Table, frame: pl.DataFrame) -> list[Finding]:
    target = table.schema.target
    if target.task == "regression" or not frame.height:
        return []
    known = dict(frame[TARGET].value_counts().iter_rows())
    counts = [(label, known.get(code, 0)) for code, label in enumerate(target.classes)]
    rare = [f"{label!r} ({count} rows)" for label, count in counts if count < RARE * frame.height]
    if not rare:
        return []
    shown = ", ".join(rare[:5]) + (", ..." if len(rare) > 5 else "")
    message = f"{len(rare)} of {len(target.classes)} classes have less than {RARE:.0%} of the rows: {shown}."
    remedy = "Do not judge by accuracy; more rows of these classes help most."
    return [Finding(code="class-imbalance", severity="info", message=message, column=target.name, remedy=remedy)]
