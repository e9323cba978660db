"""Whether what holds changes within the period of training: errors block by block, and what latest rows alone teach."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.stats import ks_2samp

from mlwright.contracts.insight import Growth
from mlwright.contracts.records import Finding
from mlwright.evaluate.evidence import Array
from mlwright.evaluate.noise import errors

_WORSE = 1.2  # times the squared error of the blocks before
_OFF = 0.25  # of the error's standard deviation that the last block is off in one direction
_SURE = 3.0  # standard errors over pieces of the block: errors of rows that follow each other are alike
_PIECES = 10
_SHIFT, _NAMED = 0.3, 3  # Kolmogorov-Smirnov distance from which a column counts as another


def drift(
    y: Array, prediction: Array, fold: Array, x: Mapping[str, Array], growth: Growth | None = None
) -> tuple[Finding, ...]:
    """A finding "drift" for rows in the order of time, ``fold`` (n,) their block, each predicted from those before it:
    where the last block is worse than those before although it knows most, is off in one direction, or is predicted
    better from the latest rows alone (``growth``)."""
    signs = tuple(filter(None, (_worse(y, prediction, fold), _off(y, prediction, fold), _latest(growth))))
    if not signs:
        return ()
    third = len(y) // 3
    shifts = {name: float(ks_2samp(c[:third], c[-third:]).statistic) for name, c in x.items()} if third else {}
    most = sorted((n for n, s in shifts.items() if s >= _SHIFT), key=lambda name: -shifts[name])[:_NAMED]
    moved = f" Columns that changed most: {', '.join(f'{n!r} ({shifts[n]:.2f})' for n in most)}." if most else ""
    latest = growth.latest if growth else 0
    remedy = (
        f"Learn from the latest {latest:,} rows alone (--iterate tries it), and train anew often."
        if latest
        else "Train anew often, and watch the error; columns that say what changed would help."
    )
    message = f"What holds changes within these rows: {'; '.join(signs)}.{moved}"
    return (Finding(code="drift", severity="warning", message=message, remedy=remedy),)


def _worse(y: Array, prediction: Array, fold: Array) -> str:
    square = np.square(errors(y, prediction)).sum(axis=1)
    last, before = square[fold == fold.max()], square[fold < fold.max()]
    if len(before) < _PIECES or len(last) < 10 * _PIECES:
        return ""
    margin = float(np.hypot(_unsure(last), _unsure(before)))
    if last.mean() < _WORSE * before.mean() or last.mean() - before.mean() < _SURE * margin:
        return ""
    return f"the squared error of the last block is {last.mean() / before.mean():.1f} times that of those before"


def _off(y: Array, prediction: Array, fold: Array) -> str:
    off = errors(y, prediction)[fold == fold.max()]
    if len(off) < 10 * _PIECES:
        return ""
    means, unsure = off.mean(axis=0), np.array([_unsure(column) for column in off.T])
    spread = float(np.sqrt(np.square(off).sum(axis=1).mean()))
    place = int(np.abs(means).argmax())
    if abs(means[place]) < max(_OFF * spread, _SURE * unsure[place]):
        return ""
    if prediction.ndim == 1:
        where = "above" if means[0] > 0 else "below"
        return f"in the last block the truth is {where} the prediction by {abs(means[0]):.3g}"
    return f"in the last block a class comes {abs(means[place]):.0%} {'more' if means[place] > 0 else 'less'} often"


def _latest(growth: Growth | None) -> str:
    if growth is None or not growth.latest:
        return ""
    return f"the latest {growth.latest:,} rows teach more than all {growth.rungs[-1].rows:,}"


def _unsure(values: Array) -> float:
    """The standard error of a mean of values that follow each other in time."""
    means = [float(piece.mean()) for piece in np.array_split(values, _PIECES)]
    return float(np.std(means, ddof=1) / np.sqrt(_PIECES))
