"""The score with and without what is suspected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mlwright import metrics
from mlwright.contracts.protocols import Clock
from mlwright.contracts.records import GROUP, Table
from mlwright.explore.leaks.goal import FEWEST
from mlwright.explore.leaks.sight import Leak, Sight
from mlwright.trials import METRIC, quick_matrix, truth_of, without

_ROWS = 15_000
_ASKED = 0.25  # of the rows
_PACE = 2e6  # cells of a matrix, by the second, that a quick model learns from twice


def weighed(sight: Sight, leaks: Sequence[Leak], clock: Clock) -> Iterator[Leak]:
    """``leaks`` with what a quick model reaches with and without the columns that are suspected, all of them at once;
    as they are where no time is left for it, or nothing else is left to learn from."""
    features = {c.name for c in sight.table.schema.features}
    names = {name for leak in leaks for name in leak.columns} & features
    told = _told(sight, names, clock) if names else ""
    for leak in leaks:
        yield replace(leak, message=f"{leak.message} {told}") if told and features & set(leak.columns) else leak


def _told(sight: Sight, names: set[str], clock: Clock) -> str:
    schema = sight.table.schema
    rows = sight.frame
    if rows.height > _ROWS:
        rows = rows[np.sort(np.random.default_rng(0).permutation(rows.height)[:_ROWS])]
    if rows.height < 2 * FEWEST or rows.height * len(schema.features) / _PACE > clock.left:
        return ""
    x = quick_matrix(rows, schema)
    dropped = np.array([name in names for name in x.names])
    if dropped[1:].all() or not dropped.any():
        return ""
    whole, less = without(x.values, truth_of(rows, schema.target), _held(sight.table, rows), dropped, seed=0)
    metric = metrics.METRICS[METRIC[schema.target.task]]
    scale = schema.target.scale if schema.target.task == "regression" else 1.0
    if not (np.isfinite(whole) and np.isfinite(less)):
        return ""
    what = "it" if len(names) == 1 else f"the {len(names)} columns under suspicion"
    without_it = "without it" if len(names) == 1 else "without them"
    shown = (metrics.shown(value * scale) for value in (whole, less))
    with_score, without_score = shown
    return f"With {what} a quick model reaches {metric.title} {with_score}, {without_it} {without_score}."


def _held(table: Table, rows: pl.DataFrame) -> NDArray[np.bool_]:
    """Rows to ask: the latest, whole groups, or any."""
    if table.split.kind == "time":
        return np.arange(rows.height) >= (1 - _ASKED) * rows.height
    rng = np.random.default_rng(0)
    if table.split.kind == "group" and GROUP in rows.columns:
        groups = rows[GROUP].to_numpy()
        codes = rng.permutation(np.unique(groups))
        return np.isin(groups, codes[: max(1, int(_ASKED * len(codes)))])
    return rng.permutation(rows.height) < _ASKED * rows.height
