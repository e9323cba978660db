"""Pairs of columns that tell the target together while neither does alone: sums, differences, products, ratios.

All pairs are looked at at once: from the correlations alone follows how much of the target a weighted sum of two
columns explains; of logarithms, a product or a ratio. Only the best pairs are worked out.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlwright.contracts.records import Severity
from mlwright.explore.leaks.goal import Floats
from mlwright.explore.leaks.sight import Leak, Sight
from mlwright.explore.leaks.single import COPY, EXACT

PROMISING = 0.5  # explained together
MORE = 0.05  # told together than by either
_TRIED = 12  # pairs worked out, of each kind
_MISSING = 0.5  # of a column, at most
_REMEDY = "If either is known only with or after the target, leave it out: the score will not hold in use."


def pairs(sight: Sight) -> Iterator[Leak]:
    """Leaks "leak-pair", the strongest first, each column in one at most. Columns that tell all of the target alone
    are left out."""
    usable = (np.isnan(sight.matrix).mean(axis=0) <= _MISSING) & (np.nan_to_num(sight.matrix).std(axis=0) > 0)
    kept = [at for at, c in enumerate(sight.numeric) if usable[at] and sight.told(c.name) < EXACT]
    names, matrix = [sight.numeric[at].name for at in kept], sight.matrix[:, kept]
    if len(names) < 2 or not sight.goal.usable:
        return
    found: list[tuple[float, str, str, str, float]] = []
    for one, other in _promising(sight, matrix):
        told, sign, alone = _best(sight, matrix[:, one], matrix[:, other])
        least = max(COPY[sight.table.schema.target.task], min(alone + MORE, 1 - (1 - alone) / 4))
        if alone < EXACT and told >= least:
            found.append((told, names[one], sign, names[other], alone))
    used: set[str] = set()
    for told, one_name, sign, other_name, alone in sorted(found, reverse=True):
        if used & {one_name, other_name}:
            continue
        used |= {one_name, other_name}
        what = "all" if told >= EXACT else f"{told:.1%}"
        message = (
            f"{one_name!r} {sign} {other_name!r} tells {what} of the target; either alone tells {max(alone, 0):.1%} "
            "at most."
        )
        severity: Severity = "severe" if told >= EXACT else "warning"
        yield Leak("leak-pair", (one_name, other_name), told, message, _REMEDY, severity)


def _promising(sight: Sight, matrix: Floats) -> list[tuple[int, int]]:
    """Pairs of which a sum, or a sum of logarithms, explains much of the target."""
    views = list(sight.goal.views)
    if not sight.classes:
        views += [sight.goal.values, _logs(sight.goal.values)]
    goals = _standard(np.column_stack(views))
    chosen: dict[tuple[int, int], None] = {}
    for space in (matrix, _logs(matrix)):
        x = _standard(space)
        rows = len(x)
        between, with_goal = x.T @ x / rows, x.T @ goals / rows
        left = np.maximum(1 - between**2, 1e-9)
        for at in range(goals.shape[1]):
            r = with_goal[:, at]
            explained = (r[:, None] ** 2 + r[None, :] ** 2 - 2 * np.outer(r, r) * between) / left
            explained[np.tril_indices(len(r))] = 0.0
            explained[left < 1e-8] = 0.0  # the same column twice
            best = np.argsort(explained, axis=None)[::-1][:_TRIED]
            for one, other in zip(*np.unravel_index(best, explained.shape), strict=True):
                if explained[one, other] >= PROMISING:
                    chosen[int(one), int(other)] = None
    return list(chosen)


def _best(sight: Sight, a: Floats, b: Floats) -> tuple[float, str, float]:
    """What tells most of the target, how it is made, and what the better of the two tells alone in the same rows."""
    there = ~(np.isnan(a) | np.isnan(b))
    goal = sight.goal if there.all() else sight.goal.at(there)
    a, b = a[there], b[there]
    made = {"-": a - b, "+": a + b, "*": a * b}
    if np.all(b != 0):
        made["/"] = a / b
    elif np.all(a != 0):
        made["in"] = b / a  # read the other way round: how many of the first go into the second
    elif np.mean(b != 0) > 0.5:
        made["/"] = np.divide(a, b, out=np.zeros_like(a), where=b != 0)
    told, sign = max((goal.told_by_numbers(values), sign) for sign, values in made.items())
    return told, sign, max(goal.told_by_numbers(a), goal.told_by_numbers(b))


def _logs(values: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        logs = np.log(np.abs(values))
    logs[np.isinf(logs)] = np.nan
    return logs


def _standard(values: Floats) -> Floats:
    """Columns of mean 0 and variance 1; what is missing is the mean."""
    there = ~np.isnan(values)
    count = np.maximum(there.sum(axis=0), 1)
    centred = np.where(there, values - np.where(there, values, 0.0).sum(axis=0) / count, 0.0)
    spread = np.sqrt((centred**2).mean(axis=0))
    made: Floats = np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 0)
    return made
