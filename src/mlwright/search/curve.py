"""What more rows would bring: the best trial is fitted on fewer, and the line through its scores is drawn on.

Scores against rows follow a power law, a + b * rows^-c, over a wide range (Hestness et al. 2017, arXiv 1712.00409;
Viering and Loog 2021, arXiv 2103.10948, also on where they do not: the line is no promise).
"""

from __future__ import annotations

import os
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.contracts.records import Finding, Severity, TrialSpec
from mlwright.metrics import shown
from mlwright.search.search import Search, score_of
from mlwright.trials import Job, Outcome, Pool, allowed_memory, outcome_path, read_outcome

Floats = NDArray[np.float64]
SHARE = 0.08  # of the budget that the curve may take
_PARTS = (2, 4, 8)  # of the rows one in so many
_POINTS = 3  # without as many no line is drawn
_FEWEST = 250  # rows on which a trial is fitted for the curve
_SAMPLES, _SCORED = 60, 10_000  # bootstrap samples, each of so many of the scored rows at most
_POWERS = np.linspace(0.05, 1.0, 39)
_SURE = 0.9  # share of the samples in which more rows must be better for the line to be drawn on


class Line(NamedTuple):
    """What scores come to with more rows: expected, and the range that nine of ten bootstrap samples fall in."""

    value: float
    low: float
    high: float


def is_sampled(search: Search) -> bool:
    """Whether the table is a sample of a larger one."""
    return any(origin.taken < origin.rows for origin in search.ground.table.origins[:1])


def learning_curve(search: Search, pool: Pool) -> tuple[Finding, ...]:
    """Fit the best single trial on an eighth, a quarter and half of its rows and say what more would bring.

    Where the table is no sample it is done only if it costs next to nothing. It ends with the search's clock.
    """
    spec = _best(search)
    if spec is None:
        return ()
    fold = search.ground.folds.count - 1 if search.ground.folds.ordered else 0
    whole = search.outcomes[spec.id, fold]
    learnt = len(search.ground.folds.train(fold))
    most = min(spec.rows or learnt, learnt)
    counts = [most // part for part in _PARTS]
    cores = os.cpu_count() or 1
    seconds = whole.result.seconds * max(1 / _PARTS[0], sum(1 / part for part in _PARTS) / cores)
    allowed = search.left if is_sampled(search) else 0.02 * min(search.left, 1e4)
    if counts[-1] < _FEWEST or seconds > allowed or (search.left == float("inf") and not is_sampled(search)):
        return ()
    points = [*_fitted(search, pool, [(spec, fold, count) for count in counts]), (most, whole)]
    return _told(search, fold, points) if len(points) >= _POINTS else ()


def draw_on(rows: Floats, losses: Floats, to: float) -> Line | None:
    """The loss at ``to`` rows; None when these points do not speak for a fall. ``losses`` (s, p) are of p numbers of
    rows, in s bootstrap samples, of which the first is the plain one."""
    falls = (losses[:, 0] > losses[:, -1]).mean()
    if falls < _SURE:
        return None
    gains = np.array([line[-1] - _fit(rows, line, to) for line in losses])  # on the same rows: what they share is gone
    most, least = np.quantile(gains, [0.95, 0.05])
    now = float(losses[0, -1])
    return Line(now - float(gains[0]), now - float(most), now - float(least))


def _fit(rows: Floats, losses: Floats, to: float) -> float:
    """Least squares over a and b for each power; of equals the flattest. It can't rise."""
    best, end = np.inf, float(losses[-1])
    for power in _POWERS[::-1]:
        x = (rows / rows[-1]) ** -power
        centred = x - x.mean()
        slope = float(centred @ losses / (centred @ centred))
        error = float(np.square(losses - losses.mean() - slope * centred).sum())
        if slope > 0 and error < best * (1 - 1e-9):
            best, end = error, float(losses[-1] + slope * ((to / rows[-1]) ** -power - 1.0))
    return end


def _best(search: Search) -> TrialSpec | None:
    done = [t for t in search.trials() if t.status == "done" and t.loss is not None and t.spec.learner != "constant"]
    return min(done, key=lambda t: t.loss or 0.0).spec if done else None


def _fitted(search: Search, pool: Pool, wanted: list[tuple[TrialSpec, int, int]]) -> list[tuple[int, Outcome]]:
    """(rows, outcome) of trials on so many rows of a fold, fewest first: of those that end within the time."""
    cores = os.cpu_count() or 1
    memory = pool.room(allowed_memory(search.ground.problem.memory)) // cores
    # Without a deadline of their own: what learnt for a shorter time would be no point of the line.
    jobs = [Job(0, str(search.run.path), spec.id, fold, memory=memory, rows=rows) for spec, fold, rows in wanted]
    paths = [outcome_path(search.run.path, job.name, job.fold) for job in jobs]
    queue = [job for job, path in zip(jobs, paths, strict=True) if not path.exists()]
    while (queue or pool.running) and search.left > 0:
        while queue and pool.running < cores:
            pool.submit(queue.pop(0))
        pool.wait(min(search.left, 0.5))
    pool.stop()
    while pool.running:
        pool.wait(0.5)
    found = [(rows, read_outcome(path)) for (_, _, rows), path in zip(wanted, paths, strict=True)]
    return sorted(
        ((rows, o) for rows, o in found if o is not None and o.result.status == "done"), key=lambda point: point[0]
    )


def _told(search: Search, fold: int, points: list[tuple[int, Outcome]]) -> tuple[Finding, ...]:
    table = search.ground.table
    rows = np.array([count for count, _ in points], float)
    to = table.origins[0].rows if is_sampled(search) else 2 * table.rows
    metric = search.judge
    sign = -1.0 if metric.greater_is_better else 1.0
    losses = sign * _scores(search, fold, [outcome for _, outcome in points])
    line = draw_on(rows, losses, to)
    first, last = shown(sign * losses[0, 0]), shown(sign * losses[0, -1])
    fewest, most = f"{points[0][0]:,}", f"{points[-1][0]:,}"
    begun = f"The best single model has {metric.title} {first} when it learns from {fewest} rows and {last} from {most}"
    if line is None:
        message = f"{begun}: there is no sign that more rows would make it better."
        return (Finding(code="learning-curve", severity="info", message=message),)
    low, high = sorted((sign * line.low, sign * line.high))
    severity: Severity = "warning" if is_sampled(search) else "info"  # what was left out is told at the end of a run
    message = (
        f"{begun}. If it goes on like this, {to:,} rows would bring about {shown(sign * line.value)} "
        f"({shown(low)} to {shown(high)})."
    )
    remedy = (
        "Is that worth it? Then give more time and memory." if is_sampled(search) else "Gather more rows, if you can."
    )
    return (Finding(code="learning-curve", severity=severity, message=message, remedy=remedy),)


def _scores(search: Search, fold: int, outcomes: list[Outcome]) -> Floats:
    """The metric of each outcome (columns): on the scored rows, then on bootstrap samples of them."""
    truth = search.ground.truth.at(search.ground.folds.valid(fold))
    rng = np.random.default_rng(search.ground.problem.seed)
    count = len(truth.values)
    draws: list[NDArray[Any]] = [np.arange(count)]
    draws += [rng.integers(0, count, min(count, _SCORED)) for _ in range(_SAMPLES)]
    ground = search.ground
    return np.array(
        [[score_of(search.judge, o.prediction[draw], truth.at(draw), ground) for o in outcomes] for draw in draws]
    )
