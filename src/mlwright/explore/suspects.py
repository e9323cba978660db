"""Columns that alone tell the target almost perfectly: more often a leak than luck."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import rankdata

from mlwright.contracts.records import NUMBER_KINDS, TARGET, Finding, Schema

SAMPLE = 20_000
FEWEST = 50  # with fewer rows, a perfect order happens by chance in a wide table
AUC = 0.995
CORRELATION = 0.999
PURITY = 0.999
ROWS_A_LEVEL = 20
_BLOCK = 256  # columns ranked at a time, to bound memory

Floats = NDArray[np.float64]


def leaks(schema: Schema, frame: pl.DataFrame) -> list[Finding]:
    """A finding "leak-suspect" for each feature that alone orders or decides the target; judged on 20,000 rows at
    most."""
    rows = frame.sample(min(SAMPLE, frame.height), seed=0) if frame.height > SAMPLE else frame
    if rows.height < FEWEST:
        return []
    target = rows[TARGET].to_numpy()
    numbers = [c.name for c in schema.features if c.kind in NUMBER_KINDS]
    found: dict[str, str] = {}
    if schema.target.task != "multiclass":
        for start in range(0, len(numbers), _BLOCK):
            found |= _ordering(rows.select(numbers[start : start + _BLOCK]), target, schema.target.task == "binary")
    if schema.target.task != "regression":
        few = [c.name for c in schema.features if 2 <= c.unique <= rows.height / ROWS_A_LEVEL]
        found |= _deciding(rows, [name for name in few if name not in found])
    remedy = "If it is known only after the target, leave it out: the score will not hold in use."
    return [
        Finding(code="leak-suspect", severity="warning", message=f"{name!r} alone {why}.", column=name, remedy=remedy)
        for name, why in found.items()
    ]


def _ordering(frame: pl.DataFrame, target: NDArray[Any], binary: bool) -> dict[str, str]:
    values = frame.select(pl.all().to_physical().cast(pl.Float64).fill_null(float("nan"))).to_numpy()
    gaps = np.isnan(values)
    full = np.flatnonzero(~gaps.any(axis=0))
    scores = np.full(values.shape[1], np.nan)
    scores[full] = _scores(values[:, full], target, binary)
    for column in np.flatnonzero(gaps.any(axis=0)):
        there = ~gaps[:, column]
        if there.sum() >= FEWEST:
            scores[column] = _scores(values[there, column : column + 1], target[there], binary)[0]
    least = AUC if binary else CORRELATION
    text = "orders the rows by class (ROC AUC {:.4f})" if binary else "follows the target (rank correlation {:.4f})"
    return {frame.columns[i]: text.format(scores[i]) for i in np.flatnonzero(scores >= least)}


def _scores(values: Floats, target: NDArray[Any], binary: bool) -> Floats:
    """For each column its ROC AUC, whichever direction is better, or the size of its rank correlation with the
    target."""
    if not values.shape[1]:
        return np.empty(0)
    ranks = rankdata(values, axis=0)
    if binary:
        positive = target == 1
        many, rest = int(positive.sum()), int((~positive).sum())
        if min(many, rest) < 5:
            return np.full(values.shape[1], np.nan)
        area = (ranks[positive].sum(axis=0) - many * (many + 1) / 2) / (many * rest)
        best: Floats = np.maximum(area, 1 - area)
        return best
    ranks -= ranks.mean(axis=0)
    goal = rankdata(target)
    goal -= goal.mean()
    size = np.sqrt((ranks**2).sum(axis=0) * (goal**2).sum())
    strength: Floats = np.divide(np.abs(goal @ ranks), size, out=np.zeros_like(size), where=size > 0)
    return strength


def _deciding(rows: pl.DataFrame, names: list[str]) -> dict[str, str]:
    """Columns whose value decides the class in nearly all rows, far better than always saying the largest class."""
    wrong_by_guess = rows.height - int(np.bincount(rows[TARGET].to_numpy()).max())
    most = min((1 - PURITY) * rows.height, 0.05 * wrong_by_guess)
    found = {}
    for name in names:
        counts = rows.select(pl.col(name).alias("level"), TARGET).group_by("level", TARGET).len("rows")
        levels = counts.group_by("level").agg(pl.col("rows").max().alias("top"))
        wrong = rows.height - levels["top"].sum()
        if levels.height >= 2 and wrong <= most and levels.height * ROWS_A_LEVEL <= rows.height:
            found[name] = f"decides the class in {1 - wrong / rows.height:.2%} of the rows"
    return found
