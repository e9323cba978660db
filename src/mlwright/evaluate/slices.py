"""Where the model is worst: rows that one or two conditions pick out, and whose answers are worse than chance explains.

All parts of all columns, and all pairs of them, are looked at (Chung et al. 2019, "Slice Finder", arXiv 1807.06068),
and what is told is corrected for it by Benjamini and Hochberg. Under no difference the loss of a slice is the mean of
rows drawn at random, without replacement; few bad rows among many good ones make that far from normal, so its skewness
counts, too (Pearson's type III).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec
import numpy as np
from scipy.special import gammainc, gammaincc, ndtr

from mlwright.contracts.insight import Range, Slice
from mlwright.contracts.protocols import Clock
from mlwright.evaluate.columns import Cut
from mlwright.evaluate.evidence import Array, Evidence
from mlwright.evaluate.ranges import at, corrected, variance
from mlwright.evaluate.resample import Draws
from mlwright.metrics import METRICS, Metric, find, score, weigher

LEAST, SHARE = 30, 0.01  # rows of a slice: at least, and of all
LEVEL = 0.05
MOST = 5  # slices that are told
_PAIRED = 30  # columns of which pairs are looked at
_ROWS = 30_000  # rows that are looked through
_CANDIDATES = 100
_ALIKE = 0.5  # of the rows of two slices that both have: one of them is enough
_SAMPLES, _SAMPLED = 200, 5_000
_DISTINCT = 4.0  # standard errors by which two conditions must be worse than one of them: many pairs are compared


@dataclass(frozen=True, eq=False)
class Condition:
    """One or two parts of columns, and the rows (a mask) in all of them."""

    cuts: tuple[tuple[Cut, int], ...]

    @property
    def rows(self) -> Array:
        """(n,) which rows it picks out."""
        met: Array = np.logical_and.reduce([cut.codes == code for cut, code in self.cuts])
        return met

    @property
    def where(self) -> tuple[str, ...]:
        """In words."""
        return tuple(cut.where(code) for cut, code in self.cuts)


class Looked(NamedTuple):
    """Everything that was looked at: the columns of each slice, its codes, its rows and mean loss."""

    columns: list[tuple[int, int]]
    codes: list[tuple[int, int]]
    rows: Array
    means: Array


def least_rows(n: int) -> int:
    """How many rows a slice must have."""
    return max(LEAST, int(np.ceil(SHARE * n)))


def losses(evidence: Evidence) -> Array:
    """(n,) how wrong each row's answer is: the Brier score of its probabilities, which is bounded, or the absolute
    error, in which no single row decides."""
    if evidence.task == "regression":
        return np.abs(evidence.prediction.astype(np.float64) - evidence.y)
    off = evidence.prediction.astype(np.float64) - np.eye(evidence.prediction.shape[1])[evidence.y]
    return np.asarray((off * off).sum(axis=1))


def weak_slices(
    evidence: Evidence, cuts: Sequence[Cut], sensitive: Sequence[str], seed: int, clock: Clock
) -> tuple[Slice, ...]:
    """The worst slices, at most five, in which the main metric is worse than elsewhere, too. The clock ends the
    looking: what was not looked at is not told."""
    loss = losses(evidence)
    if not cuts or loss.std() <= 1e-12 * max(1.0, abs(loss.mean())):
        return ()
    found = _sure(evidence, cuts, loss, clock)
    told: list[Slice] = []
    masks: list[Array] = []
    for condition, q in found:
        rows = condition.rows
        if len(told) == MOST or clock.left <= 0:
            break
        if any((rows & m).sum() > _ALIKE * min(rows.sum(), m.sum()) for m in masks):
            continue
        made = described(evidence, condition, q, seed)
        if made is not None and _is_worse(made, evidence):
            named = any(cut.column in sensitive for cut, _ in condition.cuts)
            told.append(msgspec.structs.replace(made, sensitive=named))
            masks.append(rows)
    return tuple(told)


def described(evidence: Evidence, condition: Condition, q: float, seed: int) -> Slice | None:
    """A slice with its metric and the interval of it; None where the metric says nothing of these rows."""
    inside = np.flatnonzero(condition.rows)
    outside = np.flatnonzero(~condition.rows)
    metric = telling(evidence, inside, outside)
    if metric is None:
        return None
    main = find(evidence.metric, evidence.task)
    weight = evidence.weight
    rest = score(
        metric,
        evidence.y[outside],
        evidence.prediction[outside],
        evidence.threshold,
        None if weight is None else weight[outside],
    )
    return Slice(
        where=condition.where,
        rows=len(inside),
        score=metric_range(evidence, metric, inside, seed),
        rest=rest,
        q=q,
        metric="" if metric.name == main.name else metric.name,
    )


def telling(evidence: Evidence, *parts: Array) -> Metric | None:
    """The metric that parts of the rows are compared by: the main one, if it is ours and can be told of each part; the
    accuracy, where a part has rows of one class alone."""
    main = find(evidence.metric, evidence.task)
    if main.name not in METRICS:  # somebody else's may take its time, and fail on few rows
        main = METRICS["mae" if evidence.task == "regression" else "accuracy"]
    if not all(map(len, parts)):
        return None
    if evidence.task == "regression":
        return METRICS["mae"] if main.name == "r2" else main  # r2 is low where the truth varies little
    several = all((np.bincount(evidence.y[rows], minlength=2) >= 5).sum() > 1 for rows in parts)
    return main if several else METRICS["accuracy"]


def metric_range(evidence: Evidence, metric: Metric, rows: Array, seed: int) -> Range:
    """The metric on some rows, with a bootstrap's interval."""
    weight, groups = at(evidence, rows)
    weigh = weigher(metric, evidence.y[rows], evidence.prediction[rows], evidence.threshold)
    value = weigh(weight)
    draws = Draws(len(rows), groups, seed, _SAMPLED)
    own = np.ones(len(draws.rows)) if weight is None else weight[draws.rows]
    part = rows[draws.rows]
    again = weigher(metric, evidence.y[part], evidence.prediction[part], evidence.threshold)
    samples = np.array([again(own * draws.counts()) for _ in range(_SAMPLES)])
    low, high = np.percentile(samples, [2.5, 97.5])
    middle = again(own)
    low, high = (value + (end - middle) * draws.scale for end in (low, high))
    return Range(value, min(float(low), value), max(float(high), value))


def _is_worse(found: Slice, evidence: Evidence) -> bool:
    metric = METRICS[found.metric] if found.metric else find(evidence.metric, evidence.task)
    best = found.score.high if metric.greater_is_better else found.score.low
    return best < found.rest if metric.greater_is_better else best > found.rest


def _sure(evidence: Evidence, cuts: Sequence[Cut], loss: Array, clock: Clock) -> list[tuple[Condition, float]]:
    """Slices whose loss is higher by more than chance, the weightiest first, each with its q."""
    rows = np.unique(np.linspace(0, len(loss) - 1, min(len(loss), _ROWS)).astype(np.int64))
    looked = _look([cut.codes[rows] for cut in cuts], [len(cut.names) for cut in cuts], loss[rows], clock)
    if not len(looked.rows):
        return []
    p = tail(loss[rows], looked.rows, looked.means)
    first = np.argsort(p, kind="stable")[: 4 * _CANDIDATES]
    if evidence.groups is not None:
        for i in first[p[first] < LEVEL]:
            p[i] = max(p[i], _by_groups(_condition(cuts, looked, int(i)).rows, loss, evidence.groups))
    q = corrected(p)
    sure = [int(i) for i in first if q[i] < LEVEL]
    least = {i: float(looked.means[i] - loss.mean() - 1.96 * loss.std() / np.sqrt(looked.rows[i])) for i in sure}
    best = sorted(sure, key=lambda i: -least[i])[:_CANDIDATES]
    conditions = [(_condition(cuts, looked, i), float(q[i])) for i in best]
    return [(c, q) for c, q in conditions if len(c.cuts) == 1 or _says_more(c, loss)]


def _look(codes: list[Array], sizes: list[int], loss: Array, clock: Clock) -> Looked:
    """The rows and mean loss of every part of a column and of every pair of parts that is large enough, while there is
    time."""
    least = least_rows(len(loss))
    columns: list[tuple[int, int]] = []
    found: list[tuple[int, int]] = []
    rows, sums = [], []
    few = min(len(codes), _PAIRED)
    wanted = [(a, -1) for a in range(len(codes))] + [(a, b) for b in range(few) for a in range(b)]
    for number, (a, b) in enumerate(wanted):
        if number >= len(codes) and clock.left <= 0:
            break
        width = sizes[b] + 1 if b >= 0 else 1
        place = (codes[a] + 1) * width + (codes[b] + 1 if b >= 0 else 0)
        count = np.bincount(place, minlength=(sizes[a] + 1) * width)
        total = np.bincount(place, weights=loss, minlength=len(count))
        for cell in np.flatnonzero((count >= least) & (count <= len(loss) - least)):
            first, second = int(cell) // width - 1, int(cell) % width - 1
            if first >= 0 and (b < 0 or second >= 0):
                columns.append((a, b))
                found.append((first, second))
                rows.append(count[cell])
                sums.append(total[cell] / count[cell])
    return Looked(columns, found, np.array(rows, float), np.array(sums))


def tail(loss: Array, rows: Array, means: Array) -> Array:
    """The chance that so many ``rows`` drawn from all without replacement have such mean losses or higher."""
    n = len(loss)
    mean, deviation = float(loss.mean()), float(loss.std())
    skewness = float(((loss - mean) ** 3).mean()) / deviation**3
    z = (means - mean) / (deviation * np.sqrt((n - rows) / (n - 1) / rows))
    lean = skewness * (n - 2 * rows) / np.sqrt(rows * (n - rows)) * np.sqrt(n - 1) / (n - 2)
    shape = 4.0 / np.maximum(lean * lean, 1e-8)
    place = np.maximum(shape + np.sign(lean) * z * np.sqrt(shape), 0.0)
    skewed = np.where(lean > 0, gammaincc(shape, place), gammainc(shape, place))
    return np.asarray(np.where(np.abs(lean) < 1e-3, ndtr(-z), skewed))


def _by_groups(inside: Array, loss: Array, groups: Array) -> float:
    """The chance of the difference where rows of a group hang together: whole groups are what varies."""
    gap = float(loss[inside].mean() - loss[~inside].mean())
    spread = variance(loss[inside], None, groups[inside]) + variance(loss[~inside], None, groups[~inside])
    return float(ndtr(-gap / np.sqrt(spread)))


def _condition(cuts: Sequence[Cut], looked: Looked, number: int) -> Condition:
    (a, b), (first, second) = looked.columns[number], looked.codes[number]
    return Condition(((cuts[a], first),) if b < 0 else ((cuts[a], first), (cuts[b], second)))


def _says_more(condition: Condition, loss: Array) -> bool:
    """Whether rows that meet both conditions are surely worse than the others that meet one of them."""
    inside = condition.rows
    for cut, code in condition.cuts:
        others = (cut.codes == code) & ~inside
        if not others.any():
            return False
        spread = variance(loss[inside]) + (variance(loss[others]) if others.sum() > 1 else 0.0)
        if loss[inside].mean() - loss[others].mean() < _DISTINCT * np.sqrt(spread):
            return False
    return True
