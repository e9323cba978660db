"""Table -> Profile: what the columns hold, and what in them would make a score a lie.

suspects     single columns that tell the target almost perfectly
"""

from __future__ import annotations

import polars as pl

from mlwright.contracts.records import TARGET, Finding, Profile, Table
from mlwright.explore.suspects import leaks

__all__ = ["explore"]

RARE = 0.01


def explore(table: Table, frame: pl.DataFrame) -> Profile:
    """The Profile of a Table; ``frame`` holds its rows to learn from, as in train.arrow.

    Findings: "mostly-missing" (a column more than half empty), "leak-suspect" (a column that alone tells the target),
    "class-imbalance" (a class with less than 1% of the rows).
    """
    findings = (*_mostly_missing(table, frame), *leaks(table.schema, frame), *_imbalance(table, frame))
    return Profile(rows=frame.height, findings=findings)


def _mostly_missing(table: Table, frame: pl.DataFrame) -> list[Finding]:
    names = [column.name for column in table.schema.features]
    gaps = frame.select(names).null_count().row(0) if names else ()
    return [
        Finding(
            code="mostly-missing",
            severity="info",
            message=f"{name!r} has no value in {gap / frame.height:.0%} of the rows.",
            column=name,
            remedy="Look whether it is filled in for rows to come; that it is missing is used as a signal.",
        )
        for name, gap in zip(names, gaps, strict=True)
        if gap > frame.height / 2
    ]


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
