"""The order of the rows, and identifiers, that tell the target."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from mlwright.contracts.records import ASIDE
from mlwright.explore.leaks.goal import Goal, Ints, bins, levels
from mlwright.explore.leaks.sight import Leak, Sight, goal_of

TOLD = 0.7  # by the place of a row
TOLD_BY_KEY = 0.5  # by what a key is made of
_BLOCKS, _ROWS = 100, 10  # blocks of rows that are compared, and the rows of one at least
_MOST = 100_000


def row_order(sight: Sight) -> Iterator[Leak]:
    """A Leak "leak-row-order" where the place of a row in the table tells the target: sorted by it, or in blocks. Not
    applicable where the rows lie in time or in groups: `in_sequence`."""
    rows = sight.frame if sight.frame.height <= _MOST else sight.rows
    told = goal_of(sight.table, rows).told_by(_blocks(rows.height))
    if told < TOLD:
        return
    message = f"The place of a row in the table tells {told:.1%} of the target: the rows are sorted by it, or nearly."
    remedy = (
        "The place is no feature, and rows are split at random, so the score is not flattered. Add no running number, "
        "and look whether a column was filled in by this order."
    )
    yield Leak("leak-row-order", (), told, message, remedy, "info")


def in_sequence(sight: Sight) -> bool:
    """Whether the rows lie in time or come in groups, so that their order is a part of the matter."""
    if sight.table.split.kind:
        return True
    moments = [c.name for c in sight.table.schema.features if c.kind == "datetime"]
    return any(sight.frame[name].is_sorted() or sight.frame[name].is_sorted(descending=True) for name in moments)


def keys(sight: Sight) -> Iterator[Leak]:
    """Leaks "leak-identifier": a running number or a key whose order, beginning, end or length tells the target."""
    names = key_names(sight)
    for name, place in names.items():
        told, what = _told_by(sight.goal, sight.rows[place].cast(pl.String))
        if told < TOLD_BY_KEY:
            continue
        aside = place != name
        message = f"The {what} of the identifier {name!r} tells {told:.1%} of the target." + (
            " It is no feature, so the score is not flattered by it." if aside else ""
        )
        remedy = (
            "New rows bring new identifiers: look what gave these their numbers, and whether other columns come from "
            "there."
        )
        yield Leak("leak-identifier", (name,), told, message, remedy, "info" if aside else "warning")


def key_names(sight: Sight) -> dict[str, str]:
    """Identifiers by name, and the column of the frame where they are: features, and columns that were left out."""
    known = {c.name: c.name for c in sight.table.schema.features if c.meaning in ("key", "running-number")}
    aside = (c.name for c in sight.table.schema.columns if c.kind == "identifier")
    return known | {name: ASIDE + name for name in aside if ASIDE + name in sight.frame.columns}


def _told_by(goal: Goal, texts: pl.Series) -> tuple[float, str]:
    texts = texts.fill_null("")
    digits = texts.str.extract(r"(\d{1,15})\D*$").cast(pl.Float64)
    there = digits.is_not_null().to_numpy()
    views = [
        (levels(texts.str.extract(r"^([^\d]*)").fill_null("").rank("dense").to_numpy()), "beginning"),
        (levels(texts.str.slice(0, 2).rank("dense").to_numpy()), "beginning"),
        (levels(texts.str.slice(-1).rank("dense").to_numpy()), "end"),
        (levels(texts.str.len_chars().to_numpy()), "length"),
        (bins(texts.rank("dense").cast(pl.Float64).to_numpy()), "order"),
    ]
    told = [(goal.told_by(groups), what) for groups, what in views]
    if there.mean() > 0.5:
        told.append((goal.at(there).told_by(bins(digits.to_numpy()[there])), "order"))
    return max(told)


def _blocks(rows: int) -> Ints:
    return np.arange(rows, dtype=np.int64) // max(_ROWS, rows // _BLOCKS)
