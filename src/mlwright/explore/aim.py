"""The goal seen in parts of the rows: the share of a class, or the mean of a number, with its 95% interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from mlwright.contracts.portrait import Goal, Slice
from mlwright.contracts.records import TARGET, Target

MOST_CLASSES = 5
_Z = 1.959964  # of a 95% interval


@dataclass(frozen=True)
class Aim:
    """A Goal with the ``codes`` of its classes in the column TARGET."""

    goal: Goal
    codes: tuple[int, ...]

    def slices(self, parts: pl.Series, names: Sequence[str], target: pl.Series) -> tuple[Slice, ...]:
        """The goal in each part: ``parts`` are indices into ``names``; rows without a part or a target don't count.

        Parts without rows are left out.
        """
        frame = pl.DataFrame({"part": parts, TARGET: target}).drop_nulls()
        values = pl.col(TARGET).cast(pl.Float64)
        if self.goal.task == "regression":
            wanted = [values.mean().alias("v0"), values.std().fill_null(0.0).alias("spread")]
        else:
            wanted = [(pl.col(TARGET) == code).mean().alias(f"v{i}") for i, code in enumerate(self.codes)]
        table = frame.group_by("part").agg(pl.len().alias("rows"), *wanted).sort("part")
        return tuple(self._slice(names[row["part"]], row) for row in table.iter_rows(named=True))

    def _slice(self, name: str, row: dict[str, float]) -> Slice:
        rows, first = int(row["rows"]), settled(row["v0"])
        values = tuple(settled(row[f"v{i}"]) for i in range(len(self.goal.values)))
        if self.goal.task == "regression":
            half = _Z * settled(row["spread"]) / math.sqrt(rows)
            return Slice(name, rows, values, first - half, first + half)
        return Slice(name, rows, values, *wilson(first, rows))


def settled(value: float) -> float:
    """The number without its last digits: those depend on the order in which threads add."""
    return float(f"{value:.12g}")


def wilson(share: float, rows: int) -> tuple[float, float]:
    """The 95% interval of a share (Wilson, J. Am. Stat. Assoc. 22, 1927)."""
    z2 = _Z**2
    middle, scale = (share + z2 / (2 * rows)) / (1 + z2 / rows), 1 / (1 + z2 / rows)
    half = _Z * scale * math.sqrt(share * (1 - share) / rows + z2 / (4 * rows**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def aim(target: Target, values: pl.Series) -> Aim:
    """The goal of a Target; ``values`` are those of the column TARGET (class indices or numbers, null if missing)."""
    known = values.drop_nulls()
    if target.task == "regression":
        numbers = known.cast(pl.Float64)
        mean, spread = numbers.mean(), numbers.std()
        goal = Goal(target.name, "regression", (), (_number(mean),), _number(spread))
        return Aim(goal, ())
    rows = dict(known.alias("code").value_counts(name="rows").iter_rows())
    if target.task == "binary":
        codes = [1]
    else:
        codes = sorted(range(len(target.classes)), key=lambda code: (-rows.get(code, 0), code))[:MOST_CLASSES]
    shares = tuple(rows.get(code, 0) / max(1, len(known)) for code in codes)
    names = tuple(str(target.classes[code]) for code in codes)
    return Aim(Goal(target.name, target.task, names, shares), tuple(codes))


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
