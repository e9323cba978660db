"""Rows that are nearly the same, and rows that are the same but for the target.

Exact copies are found where the table is read, since they must not lie on both sides of the sealed rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mlwright import frames
from mlwright.contracts.records import TARGET, Column, Finding, Schema, Severity
from mlwright.frames.alike import Hashes

FEWEST = 10  # rows: fewer are no pattern
CONTRADICTED = 0.01  # of the rows
NEAR = 0.005  # of the rows
AGREEING = 2 / 3  # of the pairs that agree in all columns but two, the least share that agrees in one of them too
_SAMPLE, _CELLS = 20_000, 2_000_000
_COLUMNS = 24  # those with most different values say best whether rows agree by chance
_DIGITS = 4  # that numbers are rounded to before they are compared


def contradictions(schema: Schema, frame: pl.DataFrame) -> list[Finding]:
    """A finding "contradictory-labels" where rows with the same features have different classes: how many do, and in
    what share of the rows the best possible model can be right."""
    names = [column.name for column in schema.features]
    if not schema.target.classes or not names or not frame.height:
        return []
    same = frame.select(names).hash_rows().alias("row")
    repeated = frame.select(same, TARGET).filter(same.is_duplicated())
    counts = repeated.group_by("row", TARGET).len("rows")
    groups = counts.group_by("row").agg(
        pl.col("rows").sum(), pl.col("rows").max().alias("top"), pl.len().alias("kinds")
    )
    torn = groups.filter(pl.col("kinds") > 1)
    rows, wrong = int(torn["rows"].sum()), int((torn["rows"] - torn["top"]).sum())
    if rows < max(FEWEST, CONTRADICTED * frame.height):
        return []
    ceiling = 1 - wrong / frame.height
    message = (
        f"{rows:,} of {frame.height:,} rows have the same features as another row, but another class: no model can be "
        f"right in more than {ceiling:.1%} of these rows."
    )
    remedy = "What tells these rows apart is not in the table: a column more may help, a better model can't."
    severity: Severity = "warning" if ceiling < 0.9 else "info"
    return [Finding(code="contradictory-labels", severity=severity, message=message, remedy=remedy)]


def near_copies(schema: Schema, frame: pl.DataFrame) -> list[Finding]:
    """A finding "near-duplicates" where rows are the same but for spaces, capitals and the last digits, or but for one
    column; looked at on 20,000 rows at most, and only where that is no chance: see `_by_no_chance`."""
    if len(schema.features) < 3:
        return []
    most = min(_SAMPLE, _CELLS // len(schema.features))
    rows = frame.sample(most, seed=0) if frame.height > most else frame
    cells = frames.cell_hashes(rows.select([_plain(column) for column in schema.features]))
    exact = frames.codes(rows.select([c.name for c in schema.features]).hash_rows().to_numpy())
    whole = frames.row_hashes(cells)
    told: list[tuple[int, str, str | None]] = []
    alike = _rows_more(exact, whole)
    if alike >= max(FEWEST, NEAR * rows.height) and _by_no_chance(schema, cells, whole, None):
        told.append((alike, "but for spaces, capitals or the last digits", None))
    tried = sorted(range(len(schema.features)), key=lambda i: -schema.features[i].unique)[:_COLUMNS]
    counts = {i: _rows_more(whole, whole - cells[:, i]) for i in tried}
    best = max(counts, key=lambda i: counts[i])
    if counts[best] >= max(FEWEST, NEAR * rows.height):
        without = whole - cells[:, best]
        if _by_no_chance(schema, cells, without, best):
            name = schema.features[best].name
            told.append((counts[best], f"in every feature but {name!r}", name))
    return [_told(count, rows.height, how, name) for count, how, name in told]


def _plain(column: Column) -> pl.Expr:
    """A column without what hardly matters: capitals, spaces and the last digits."""
    if column.kind == "numeric":
        return pl.col(column.name).round_sig_figs(_DIGITS)
    if column.kind in ("boolean", "datetime"):
        return pl.col(column.name)
    return pl.col(column.name).str.to_lowercase().str.replace_all(r"\s+", "")


def _rows_more(narrow: NDArray[Any], wide: NDArray[Any]) -> int:
    """How many rows repeat another by ``wide`` and none by ``narrow``, which tells more rows apart."""
    return len(np.unique(narrow)) - len(np.unique(wide))


def _by_no_chance(schema: Schema, cells: Hashes, agreeing: Hashes, left_out: int | None) -> bool:
    """Whether rows that agree so far still mostly do when any further column is left out: it would not be so if they
    agreed by chance."""
    pairs = frames.pairs(agreeing)
    tried = sorted(range(len(schema.features)), key=lambda i: -schema.features[i].unique)[: _COLUMNS + 1]
    others = [i for i in tried if i != left_out and schema.features[i].kind != "text"]
    return all(pairs >= AGREEING * frames.pairs(agreeing - cells[:, i]) for i in others)


def _told(count: int, rows: int, how: str, column: str | None) -> Finding:
    message = f"{count:,} of {rows:,} rows are the same as another {how} ({count / rows:.1%})."
    remedy = (
        "If it is one thing seen several times, what it is should be a column named with --group, or the score is "
        "flattered; if it was recorded twice, keep one."
    )
    return Finding(code="near-duplicates", severity="info", message=message, column=column, remedy=remedy)
