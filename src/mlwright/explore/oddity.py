"""Rows unlike the others: each cell may be usual and the row still not. They are told, never dropped."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mlwright.contracts.portrait import OddCell, OddRow, Side
from mlwright.contracts.records import Column, Finding
from mlwright.contracts.wording import counted, percent, teller
from mlwright.explore.distribution import stand_in

FEWEST = 50  # rows: among fewer, none can be called odd
SHOWN = 8
_SAMPLE = 20_000
_COLUMNS = 100
_FENCE = 3.0  # quartile ranges above the upper quartile from which a row is "far out" (Tukey 1977)
_CELLS = 3
_RARE = 0.05
_LETTERS = 40

Floats = NDArray[np.float64]


def odd_rows(columns: Sequence[Column], frame: pl.DataFrame) -> tuple[int, tuple[OddRow, ...]]:
    """How many of (at most 20,000, drawn by chance) rows stand apart from all others, and the oddest of them.

    How odd a row is, is the sum over its cells of -log(the share of rows in which stands the same or, of numbers,
    something as far out on that side): ECOD (Li et al., "Unsupervised outlier detection using empirical cumulative
    distribution functions", IEEE TKDE 2022). Were the columns independent, its cube root would be nearly normal (Wilson
    and Hilferty, PNAS 17, 1931). ``columns`` that are keys, moments or the same in all rows say nothing here.
    """
    rows = np.arange(frame.height)
    if frame.height > _SAMPLE:
        rows = np.sort(np.random.default_rng(0).choice(frame.height, _SAMPLE, replace=False))
        frame = frame[rows]
    kinds = ("numeric", "boolean", "categorical", "ordinal", "text", "list")
    used = [c for c in columns if c.kind in kinds and c.name in frame.columns][:_COLUMNS]
    if frame.height < FEWEST or len(used) < 2:
        return 0, ()
    shares = [_shares(column, frame[column.name]) for column in used]
    score = np.cbrt(-np.log(np.minimum(1.0, shares)).sum(axis=0))
    low, high = np.quantile(score, [0.25, 0.75])
    apart = np.flatnonzero(score > high + _FENCE * (high - low))
    oddest = apart[np.argsort(-score[apart], kind="stable")][:SHOWN]
    found = []
    for at in oddest:
        rarest = np.argsort([share[at] for share in shares], kind="stable")[:_CELLS]
        rare = [i for i in rarest if shares[i][at] < _RARE] or rarest[:1]
        cells = (_cell(used[i], frame[used[i].name], shares[i], int(at)) for i in rare)
        found.append(OddRow(int(rows[at]), tuple(cells)))
    return len(apart), tuple(found)


def stand_apart(columns: Sequence[Column], frame: pl.DataFrame) -> list[Finding]:
    """A finding "odd-rows" where rows stand apart."""
    many, shown = odd_rows(columns, frame)
    if not shown:
        return []
    looked = min(frame.height, _SAMPLE)
    message = (
        f"{counted(many, 'row')} of {looked:,} {'stands' if many == 1 else 'stand'} apart from all others. The oddest: "
        f"{'; '.join(map(said, shown[0].cells))}."
    )
    remedy = "Look whether these are mistakes; they are learnt from like any other. `mlwright explore` shows them."
    return [Finding(code="odd-rows", severity="info", message=message, remedy=remedy)]


def said(cell: OddCell) -> str:
    """``"'fare' is 512.3 (0.2% of the rows that high)"``."""
    if cell.side == "missing":
        return f"{cell.column!r} is missing (in {percent(cell.share)} of the rows)"
    side = {"low": " that low", "high": " that high", "": ""}[cell.side]
    return f"{cell.column!r} is {cell.value} ({percent(cell.share)} of the rows{side})"


def _cell(column: Column, series: pl.Series, shares: Floats, at: int) -> OddCell:
    value, share = series[at], float(shares[at])
    numbers = stand_in(column, series)
    if value is None:
        return OddCell(column.name, "", share, "missing")
    if numbers is None:
        return OddCell(column.name, str(value)[:_LETTERS], share)
    number, middle = float(numbers[at]), numbers.fill_nan(None).median()
    side: Side = "high" if isinstance(middle, float) and number > middle else "low"
    if column.kind == "numeric":
        return OddCell(column.name, teller(column.kind, column.meaning)(number), share, side)
    return OddCell(column.name, counted(int(number), "letter" if column.kind == "text" else "item"), share, side)


def _shares(column: Column, series: pl.Series) -> Floats:
    """(n,) in what share of the rows stands what stands there; of numbers: something as far out, on their side."""
    values = stand_in(column, series)
    if values is None:
        level = series.to_frame("level").select((pl.len().over("level") / pl.len()).alias("share"))
        return level["share"].to_numpy()
    numbers = values.to_numpy()
    known = np.sort(numbers[~np.isnan(numbers)])
    upper = len(known) - np.searchsorted(known, numbers, "left")
    lower = np.searchsorted(known, numbers, "right")
    shares = np.minimum(upper, lower) / len(numbers)
    return np.where(np.isnan(numbers), np.isnan(numbers).mean(), shares)
