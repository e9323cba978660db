"""Columns made of the target of other rows: means by the levels of a column, and aggregates over rows to come.

Of a column that holds the mean of the target by some group, learnt from rows that are judged too, the trace is that it
is too near to the mean of these very rows: an honest mean, of other rows, misses it by what chance makes of so many
rows. And where each row was left out of its own mean (leave one out), the column falls by just what the row's own
target rises, within every group.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import polars as pl
from scipy.stats import chi2

from mlwright.explore.leaks.goal import Floats, Goal, Ints
from mlwright.explore.leaks.sight import Leak, Sight, as_numbers, goal_of

CHANCE = 1e-4
FITTED = 3.0  # times smaller the distance to the line than that to the overall mean
FALLING, RISING = -0.6, 0.5  # correlation within groups, and between them
AHEAD, FOUND = 0.25, 0.6  # of a column's variance told by the target of later rows, and by all near ones
_LAGS = 12
_FEW = 4  # different values of a mean, at least
_STRETCH = 20_000  # neighbouring rows looked at
_ASKED = 300  # rows from which a course is looked for
_CELLS = 40_000_000  # of columns times groups: more are not looked at
_REMEDY = (
    "Take it out, and let the target be encoded within the folds, which is done here anyway: learnt from all rows, it "
    "knows the answers that it is asked for."
)
_LATER = "Take it out, or make it of rows alone that were known before each row was asked."


def encodings(sight: Sight, known: Collection[str]) -> Iterator[Leak]:
    """Leaks "leak-target-encoding": the mean of the target by the levels of another column, with the row's
    own or without."""
    made = [c for c in _fractions(sight) if c not in known]
    by = _groupings(sight)
    rows, made = sight.rows, made[: max(1, _CELLS // max(1, sight.rows.height * len(by)))]
    matrix = as_numbers(rows, made)
    told: dict[str, None] = {}
    for name in by:
        codes = rows[name].rank("dense").fill_null(0).to_numpy().astype(np.int64)
        for at in _constant_within(matrix, codes):
            if made[at] != name and made[at] not in told and _too_near(sight, made[at], name):
                told[made[at]] = None
                message = f"{made[at]!r} is the mean of the target by {name!r}, of these very rows."
                yield Leak("leak-target-encoding", (made[at],), 1.0, message, _REMEDY)
        for view in _averaged(sight.goal):
            for at in _falling(matrix, codes, view):
                if made[at] != name and made[at] not in told:
                    told[made[at]] = None
                    message = (
                        f"{made[at]!r} is the mean of the target by {name!r} of all rows but the own: within the "
                        "levels it falls as the target rises."
                    )
                    yield Leak("leak-target-encoding", (made[at],), 1.0, message, _REMEDY)


def future(sight: Sight, known: Collection[str]) -> Iterator[Leak]:
    """Leaks "leak-future-aggregate": the mean of the target over a group that no column names, or over the rows that
    come after a row (in the table, or in its group)."""
    for name in _fractions(sight):
        if name not in known and _too_near(sight, name, None):
            message = (
                f"{name!r} is the same in groups of rows, and the mean of the target of each group, these rows "
                "included."
            )
            yield Leak("leak-future-aggregate", (name,), 1.0, message, _LATER)
            known = (*known, name)
    names = [c.name for c in sight.numeric if c.name not in known and c.kind == "numeric"]
    rows = sight.frame.tail(_STRETCH)
    if rows.height < _ASKED or not names:
        return
    matrix = as_numbers(rows, names)
    for view in _averaged(goal_of(sight.table, rows)):
        for at, share in _ahead(matrix, view):
            if names[at] not in known:
                known = (*known, names[at])
                message = f"{share:.0%} of {names[at]!r} is told by the target of the rows that come after each row."
                yield Leak("leak-future-aggregate", (names[at],), share, message, _LATER)


def _fractions(sight: Sight) -> list[str]:
    """Numeric features that may be means: several values that are not whole."""
    made = []
    for column in sight.numeric:
        values = sight.numbers[column.name]
        values = values[~np.isnan(values)]
        if column.kind == "numeric" and column.unique >= _FEW and len(values) and np.mean(values % 1 != 0) > 0.2:
            made.append(column.name)
    return made


def _groupings(sight: Sight) -> list[str]:
    """Features by which a mean can be taken: levels that come back."""
    most = sight.frame.height / 2
    kinds = ("categorical", "ordinal", "text", "numeric")
    return [c.name for c in sight.table.schema.features if c.kind in kinds and _FEW <= c.unique <= most]


def _constant_within(matrix: Floats, codes: Ints) -> list[int]:
    """Columns with one value in every group."""
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(codes[order]) != 0])
    if len(starts) == len(codes) or not matrix.shape[1]:
        return []
    ordered = np.nan_to_num(matrix[order], nan=-1e300)
    spread = np.maximum.reduceat(ordered, starts) - np.minimum.reduceat(ordered, starts)
    scale = np.nanstd(matrix, axis=0)
    return [int(at) for at in np.flatnonzero((spread <= 1e-9 * scale + 1e-300).all(axis=0) & (scale > 0))]


def _too_near(sight: Sight, name: str, by: str | None) -> bool:
    """Whether the groups' means of the target lie nearer to a line in the column than chance lets them (and, by a named
    column, in its shrunk form: the mean of n rows and of m rows of the overall mean)."""
    if sight.frame[name].n_unique() > sight.frame.height / 1.5:
        return False
    goals = _averaged(goal_of(sight.table, sight.frame))
    return any(_nearer_than_chance(sight.frame, name, by, goal) for goal in goals)


def _averaged(goal: Goal) -> tuple[Floats, ...]:
    """What a mean may have been taken of: the number, or whether it is a class."""
    if goal.task == "regression":
        return (goal.values,)
    return goal.views[1:] if goal.task == "multiclass" else goal.views


def _nearer_than_chance(frame: pl.DataFrame, name: str, by: str | None, goal: Floats) -> bool:
    key = pl.col(by if by is not None else name).alias("key")
    table = frame.select(key, pl.col(name).cast(pl.Float64).alias("x")).with_columns(pl.Series("y", goal))
    table = table.filter(pl.col("x").is_finite() & pl.col("key").is_not_null())
    y = pl.col("y")
    groups = table.group_by("key").agg(pl.col("x").first(), y.mean().alias("mean"), y.var().alias("var"), pl.len())
    count, mean, x = (groups[n].cast(pl.Float64).to_numpy() for n in ("len", "mean", "x"))
    variance = groups["var"].to_numpy()
    several = count >= 2
    rows = float(count.sum())
    design = np.column_stack([np.ones_like(x), x, x / count, 1 / count][: 2 if by is None else 4])
    free = len(count) - design.shape[1]
    if free < 2 or several.sum() < 3 or count[several].sum() < 0.3 * rows:
        return False
    within = float(np.nansum(variance[several] * (count[several] - 1)) / (count[several] - 1).sum())
    expected = float(np.where(several, np.nan_to_num(variance), within).sum()) * free / len(count)
    if within <= 1e-9 * goal.var() or expected <= 0:
        return False
    root = np.sqrt(count)
    fitted = design @ np.linalg.lstsq(design * root[:, None], mean * root, rcond=None)[0]
    left, apart = (float((count * (mean - to) ** 2).sum()) for to in (fitted, np.average(mean, weights=count)))
    ratio = left / expected
    return bool(FITTED * left < apart and ratio < 0.6 and chi2.cdf(ratio * free, free) < CHANCE)


def _falling(matrix: Floats, codes: Ints, goal: Floats) -> list[int]:
    """Columns that fall as the goal rises within groups, and rise with it from group to group (or the other way round:
    of two classes, it may be the mean of the other)."""
    group = np.unique(codes, return_inverse=True)[1]
    count = np.bincount(group)
    large = count >= 3
    used = large[group]
    if used.sum() < max(50, 0.3 * len(group)) or large.sum() < 3:
        return []
    group, y = np.unique(group[used], return_inverse=True)[1], goal[used]
    x = np.nan_to_num(matrix[used] - np.nanmean(matrix[used], axis=0))
    order = np.argsort(group, kind="stable")
    group, x, y = group[order], x[order], (y - y.mean())[order][:, None]
    starts = np.flatnonzero(np.r_[True, np.diff(group) != 0])
    size = np.diff(np.r_[starts, len(group)])[:, None]
    means_x, means_y = np.add.reduceat(x, starts) / size, np.add.reduceat(y, starts) / size
    inner_x, inner_y = x - means_x[group], y - means_y[group]
    both = np.add.reduceat(inner_x * inner_y, starts)
    spreads = np.sqrt(np.add.reduceat(inner_x**2, starts) * np.add.reduceat(inner_y**2, starts))
    moving = spreads > 1e-12
    weight = np.where(moving, size, 0)
    inside = (np.divide(both, spreads, out=np.zeros_like(both), where=moving) * weight).sum(axis=0)
    inside = inside / np.maximum(weight.sum(axis=0), 1)
    outer = (size * means_x * means_y).sum(axis=0)
    scale = np.sqrt((size * means_x**2).sum(axis=0) * (size * means_y**2).sum())
    outside = np.divide(outer, scale, out=np.zeros_like(outer), where=scale > 0)
    enough = weight.sum(axis=0) >= 50
    apart = (inside * np.sign(outside) <= FALLING) & (np.abs(outside) >= RISING)
    return [int(at) for at in np.flatnonzero(apart & enough)]


def _ahead(matrix: Floats, goal: Floats) -> list[tuple[int, float]]:
    """Columns of which the goals of the rows that follow tell much more than those of the row and before it, and how
    much all tell."""
    centred = goal - goal.mean()
    near = np.lib.stride_tricks.sliding_window_view(centred, 2 * _LAGS + 1)
    x = np.nan_to_num(matrix - np.nanmean(matrix, axis=0))[_LAGS:-_LAGS]
    x = x - x.mean(axis=0)
    total = (x**2).sum(axis=0)
    shares = []
    for design in (near[:, : _LAGS + 1], near):
        fitted = design @ np.linalg.lstsq(design, x, rcond=None)[0]
        shares.append(np.divide((fitted**2).sum(axis=0), total, out=np.zeros_like(total), where=total > 0))
    past, whole = shares
    return [(int(at), float(whole[at])) for at in np.flatnonzero((whole >= FOUND) & (whole - past >= AHEAD))]
