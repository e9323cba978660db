"""What more rows would bring: the line through the scores of the best trial on fewer rows is drawn on.

Scores against rows follow a power law, a + b * rows^-c, over a wide range (Hestness et al. 2017, arXiv 1712.00409;
Viering and Loog 2021, arXiv 2103.10948, also on where they do not: the line is no promise).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright import metrics
from mlwright.contracts.insight import Growth, Range, Rung
from mlwright.search.blend import full
from mlwright.search.measuring import Measured, is_sampled
from mlwright.search.search import Search, score_of
from mlwright.trials import Outcome

Floats = NDArray[np.float64]
_POINTS = 3  # without as many no line is drawn
_SAMPLES, _OWN, _SCORED = 100, 20, 5_000  # bootstrap samples (of somebody else's metric), each of so many rows at most
_POWERS = np.linspace(0.05, 1.0, 39)
_SURE = 0.9  # share of the samples in which more rows must be better for the line to be drawn on


class Line(NamedTuple):
    """A number, and the range that 19 of 20 bootstrap samples fall in."""

    value: float
    low: float
    high: float


def learning_curve(search: Search, measured: Measured) -> Growth | None:
    """The curve through what was measured; None where there are not enough points.

    ``start`` is all rows of the table (or as many as the trial learnt from, if it was capped); of a sample, the line is
    drawn on to all rows that there are, else to about twice as many.
    """
    rows = np.array(list(measured.points), float)
    if len(rows) < _POINTS:
        return None
    table, sign = search.ground.table, -1.0 if search.judge.greater_is_better else 1.0
    losses = _losses(search, measured)
    capped = measured.spec.rows is not None and measured.spec.rows < table.rows
    start = int(rows[-1]) if capped else table.rows
    more = table.origins[0].rows - start if is_sampled(search) else _round(start)
    value, low, high = _range(gained(rows, losses, start, start + more))
    falls = _speaks(losses)

    def ahead(to: int) -> Rung:
        line = _range(losses[0, -1] - gained(rows, losses, rows[-1], to))
        return Rung(to, _turned(line, sign))

    seen = [np.mean([_seen(search, o) for o in outcomes]) for outcomes in measured.points.values()]
    rungs = [Rung(int(n), _turned(_range(losses[:, i]), sign), float(seen[i])) for i, n in enumerate(rows)]
    far = (more,) if is_sampled(search) else (more, 3 * more)
    gain = Range(value, low if falls else 0.0, high)
    return Growth(
        rungs=tuple(rungs),
        ahead=tuple(ahead(start + m) for m in far) if falls else (),
        start=start,
        more=more,
        gain=gain,
        falls=falls,
        latest=_latest(rows, losses) if search.ground.folds.ordered else 0,
    )


def draw_on(rows: Floats, losses: Floats, to: float) -> Line | None:
    """The loss at ``to`` rows; None when these points do not speak for a fall. ``losses`` (s, p) are of p numbers of
    rows, in s bootstrap samples, of which the first is the plain one."""
    if not _speaks(losses):
        return None
    gains = gained(rows, losses, rows[-1], to)  # on the same rows: what they share is gone
    return _range(losses[0, -1] - gains)


def gained(rows: Floats, losses: Floats, start: float, to: float) -> Floats:
    """By how much the loss falls from ``start`` to ``to`` rows in each sample; never below 0. Every second sample is
    without its first point, so that the range also tells whether the line bends."""
    cut = [1 if i % 2 and len(rows) > _POINTS else 0 for i in range(len(losses))]
    return np.array([_fall(rows[c:], line[c:], start, to) for c, line in zip(cut, losses, strict=True)])


def _speaks(losses: Floats) -> bool:
    return bool((losses[:, 0] > losses[:, -1]).mean() >= _SURE)


def _latest(rows: Floats, losses: Floats) -> int:
    """The rows with the least loss, where fewer than all do better in nearly all samples; else 0."""
    place = int(losses[0].argmin())
    better = (losses[:, place] < losses[:, -1]).mean()
    return int(rows[place]) if place < len(rows) - 1 and better >= _SURE else 0


def _range(samples: Floats) -> Line:
    low, high = np.quantile(samples, [0.025, 0.975])
    value = float(samples[0])
    return Line(value, min(float(low), value), max(float(high), value))


def _turned(line: Line, sign: float) -> Range:
    low, high = sorted((sign * line.low, sign * line.high))
    return Range(sign * line.value, low, high)


def _fall(rows: Floats, losses: Floats, start: float, to: float) -> float:
    """Least squares over a and b for each power; of equals the flattest. It can't rise."""
    best, fall = np.inf, 0.0
    for power in _POWERS[::-1]:
        x = (rows / rows[-1]) ** -power
        centred = x - x.mean()
        slope = float(centred @ losses / (centred @ centred))
        error = float(np.square(losses - losses.mean() - slope * centred).sum())
        if slope > 0 and error < best * (1 - 1e-9):
            best, fall = error, slope * float((start / rows[-1]) ** -power - (to / rows[-1]) ** -power)
    return fall


def _round(rows: int) -> int:
    """About as many rows, as a round number."""
    size = int(10 ** int(math.log10(rows)))
    return next(n * size for n in (5, 2, 1) if n * size <= rows)


def _losses(search: Search, measured: Measured) -> Floats:
    """The loss at each point (columns): the mean over the folds, then of bootstrap samples of folds and of rows."""
    rng = np.random.default_rng(search.ground.problem.seed)
    sign = -1.0 if search.judge.greater_is_better else 1.0
    weighers = [_weighers(search, measured, i, rng) for i in range(len(measured.folds))]
    samples = _SAMPLES if search.judge.name in metrics.METRICS else _OWN
    lines = [np.mean([[weigh(w.own) for weigh in w.points] for w in weighers], axis=0)]
    for _ in range(samples):
        drawn = []
        for fold in rng.integers(0, len(weighers), len(weighers)):
            w = weighers[fold]
            counts = np.bincount(rng.integers(0, w.rows, w.rows), minlength=w.rows).astype(np.float64)
            drawn.append([weigh(counts if w.own is None else w.own * counts) for weigh in w.points])
        lines.append(np.mean(drawn, axis=0))
    return sign * np.array(lines)


class _Fold(NamedTuple):
    """The metric of each point on one fold's rows, as functions of their weights."""

    points: list[metrics.Weigh]
    rows: int
    own: NDArray[Any] | None


def _weighers(search: Search, measured: Measured, place: int, rng: np.random.Generator) -> _Fold:
    ground = search.ground
    target, truth = ground.table.schema.target, ground.truth.at(ground.folds.valid(measured.folds[place]))
    some = np.sort(rng.permutation(len(truth.values))[:_SCORED])
    truth = truth.at(some)
    regression = truth.task == "regression"
    y = truth.values * target.scale + target.mean if regression else truth.values
    points = []
    for outcomes in measured.points.values():
        answer = full(outcomes[place].prediction[some].astype(np.float64), truth.task)
        shown = answer * target.scale + target.mean if regression else answer
        points.append(metrics.weigher(search.judge, y, shown))
    return _Fold(points, len(some), truth.weight)


def _seen(search: Search, outcome: Outcome) -> float:
    return score_of(search.judge, outcome.seen, search.ground.truth.at(outcome.learnt), search.ground)
