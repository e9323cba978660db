"""Who is in the table: how the rows are spread over groups, and whether the goal differs between them."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from mlwright.contracts.portrait import Balance, ColumnPortrait, Level, Slice
from mlwright.contracts.records import TARGET
from mlwright.contracts.wording import counted, percent, spoken
from mlwright.explore.aim import Aim
from mlwright.explore.distribution import Looked

GROUPS = 30  # a column with more levels is no grouping
MOST = 15
THIN = 30  # rows below which a group's goal is guesswork
_UNSURE = 0.01


def balance(
    looked: Sequence[Looked], portraits: Sequence[ColumnPortrait], frame: pl.DataFrame, aim: Aim | None
) -> list[Balance]:
    """A Balance of each column with two to thirty groups, those with the widest differences first."""
    known = {one.name: one for one in portraits}
    found = []
    for one in looked:
        if 2 <= len(one.levels) <= GROUPS and one.column.kind in ("categorical", "ordinal", "boolean"):
            if aim is not None and one.column.name == aim.goal.name:
                continue
            found.append(_balance(one, known[one.column.name], frame, aim))
    scale = aim.goal.spread if aim is not None and aim.goal.spread else 1.0
    return sorted(found, key=lambda row: (-_gap(row) / scale, row.smallest.rows))[:MOST]


def _gap(row: Balance) -> float:
    return row.most.low - row.least.high if row.least is not None and row.most is not None else -1e300


def _balance(one: Looked, portrait: ColumnPortrait, frame: pl.DataFrame, aim: Aim | None) -> Balance:
    levels = sorted(one.levels, key=lambda level: -level.rows)
    thin = sum(level.rows < THIN for level in levels)
    slices = _by_level(one, frame, aim) if aim is not None else []
    q = portrait.association.q if portrait.association else 1.0
    full = [part for part in slices if part.rows >= THIN]
    telling = len(full) > 1 and q < _UNSURE
    least = min(full, key=lambda part: part.values[0]) if telling else None
    most = max(full, key=lambda part: part.values[0]) if telling else None
    story = _story(levels, portrait.rows - portrait.missing, thin)
    if aim is not None and least is not None and most is not None:
        story += _differs(aim, least, most)
    return Balance(one.column.name, len(levels), levels[0], levels[-1], thin, least, most, story)


def _by_level(one: Looked, frame: pl.DataFrame, aim: Aim) -> list[Slice]:
    names = [level.name for level in one.levels]
    words = one.column.words
    raw = (
        ["true" if name == words[1] else "false" for name in names] if words and one.column.kind == "boolean" else names
    )
    codes = one.series.cast(pl.String).replace_strict(raw, list(range(len(raw))), default=None, return_dtype=pl.Int32)
    return list(aim.slices(codes, names, frame[TARGET]))


def _story(levels: Sequence[Level], rows: int, thin: int) -> str:
    first, last = levels[0], levels[-1]
    said = f"{percent(first.rows / rows)} of the rows are {first.name!r}"
    said += f", {percent(last.rows / rows)} {last.name!r}." if len(levels) > 1 else "."
    return said + (f" {counted(thin, 'group')} with fewer than {THIN} rows." if thin else "")


def _differs(aim: Aim, least: Slice, most: Slice) -> str:
    if aim.goal.task == "regression":
        low, high = spoken(least.values[0]), spoken(most.values[0])
        return f" The mean of {aim.goal.said} is {low} for {least.name!r} and {high} for {most.name!r}."
    share = f"{percent(least.values[0])} for {least.name!r} and {percent(most.values[0])} for {most.name!r}"
    return f" {aim.goal.said} in {share}."
