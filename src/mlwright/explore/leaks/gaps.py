"""Where a value is, and where there is none: fields that are filled in after the outcome."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy.stats import rankdata

from mlwright.explore.leaks.goal import Floats, Goal, Mask
from mlwright.explore.leaks.sight import Leak, Sight

FEWEST = 20  # rows on each side
AREA = {"regression": 0.93, "binary": 0.8}
TOLD = {"regression": 0.42, "binary": 0.42, "multiclass": 0.55}  # of the doubt; about one of many classes
PURE, LIFTED, EXPECTED = 0.99, 0.1, 20  # share of one outcome; what remains of the others; how many rows those would be
CERTAIN = 0.95
_DEFAULT = (0.05, 0.95)  # share of the rows
_LEVELS = 10  # further values beside the default
_CUTS = np.arange(0.1, 1.0, 0.1)
_MOST_BEYOND = 0.6  # of all rows lie beyond a cut that says something
_LATER = re.compile(
    r"(?i)(^|[_\W])(paid|closed?|end(ed)?|outcome|result|refund|cancel|final|resol|death|discharge|recover|settle|actual)"
)
_REMEDY = "If it is filled in only after the outcome, leave it out: the score will not hold in use."


class _Split(NamedTuple):
    """How outcomes differ between the rows in and out of a mask: ``area`` is how often a row in it comes before one
    out of it (the better direction), ``pure`` which side, if any, has one outcome alone."""

    told: float
    area: float
    pure: str


def gaps(sight: Sight) -> Iterator[Leak]:
    """Leaks "leak-missingness" (whether a value is there tells the target) and "leak-after-outcome" (where it is there,
    or where it is no default, there is one outcome alone)."""
    if not sight.goal.usable:
        return
    for column in sight.table.schema.features:
        nulls = sight.rows[column.name].is_null().to_numpy()
        if nulls.any():
            yield from _judged(sight, column.name, ~nulls, "has a value")
        elif column.name in sight.numbers and column.kind == "numeric":
            default = _default(sight.numbers[column.name])
            if default is not None:
                yield from _judged(sight, column.name, sight.numbers[column.name] != default, f"is not {default:g}")


def _judged(sight: Sight, name: str, there: Mask, words: str) -> Iterator[Leak]:
    split = _split(sight.goal, there)
    if split is None:
        return
    hint = " Its name sounds like that too." if _LATER.search(name) else ""
    task, missing = sight.table.schema.target.task, words == "has a value"
    # that nothing but zero stands there is common among counts: it must decide more than a gap
    area = AREA.get(task, 2.0) if missing else 0.97
    if split.area >= area or (split.told >= TOLD[task] and (missing or split.told >= 0.9)):
        code = "leak-missingness" if missing else "leak-after-outcome"
        sure = split.told >= CERTAIN or (task == "binary" and split.area >= CERTAIN)
        how = f"area under the curve {split.area:.3f}" if task != "multiclass" else f"{split.told:.1%} of one class"
        message = f"Whether {name!r} {words} tells the target ({how}).{hint}"
        yield Leak(code, (name,), split.area, message, _REMEDY, "severe" if sure else "warning")
    elif split.pure:
        where = words if split.pure == "in" else f"{'has no value' if missing else words.replace('is not', 'is')}"
        rows = int(there.sum() if split.pure == "in" else (~there).sum())
        kind = "is of one class" if sight.classes else "lies on one side"
        message = f"In the {rows:,} rows where {name!r} {where}, the target {kind} in more than {PURE:.0%}.{hint}"
        yield Leak("leak-after-outcome", (name,), PURE, message, _REMEDY)


def _default(values: Floats) -> float | None:
    """The most frequent value, where it is the lowest or the highest, frequent, and one of many."""
    distinct, counts = np.unique(values, return_counts=True)
    most = int(counts.argmax())
    share = counts[most] / len(values)
    if len(distinct) <= _LEVELS or most not in (0, len(distinct) - 1) or not _DEFAULT[0] <= share <= _DEFAULT[1]:
        return None
    return float(distinct[most])


def _split(goal: Goal, there: Mask) -> _Split | None:
    if min(there.sum(), (~there).sum()) < FEWEST:
        return None
    views = goal.views[1:] if goal.task == "multiclass" else ()
    goals = [goal, *(Goal("binary", view) for view in views)]
    told = max(one.told_by(there.astype(np.int64)) for one in goals)
    pure = "in" if _pure(goal, there) else "out" if _pure(goal, ~there) else ""
    if goal.task == "multiclass":
        return _Split(told, 0.0, pure)
    ranks = rankdata(goal.values)
    count = int(there.sum())
    area = (ranks[there].sum() - count * (count + 1) / 2) / (count * (len(ranks) - count))
    return _Split(told, float(max(area, 1 - area)), pure)


def _pure(goal: Goal, side: Mask) -> bool:
    """Whether the rows of a side nearly all have one outcome (for numbers: lie beyond a tenth, two tenths, ...) that
    far fewer of all rows have."""
    values = goal.values
    if goal.task == "regression":
        cuts = np.quantile(values, _CUTS)
        beyond = [values > cut for cut in cuts] + [values < cut for cut in cuts]
        outcomes = [mask for mask in beyond if mask.mean() <= _MOST_BEYOND]
    else:
        often = np.bincount(values[side].astype(np.int64)).argmax()
        outcomes = [values == often]
    for outcome in outcomes:
        base, here = float(outcome.mean()), float(outcome[side].mean())
        if here >= PURE and 1 - here <= LIFTED * (1 - base) and side.sum() * (1 - base) >= EXPECTED:
            return True
    return False
