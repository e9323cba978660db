"""What the model goes by: how much worse it does when a column's values are dealt out anew among the rows.

Breiman, "Random forests", 2001; Fisher, Rudin and Dominici, "All models are wrong, but many are useful", 2019.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mlwright import metrics
from mlwright.contracts.insight import Importance, Range
from mlwright.contracts.protocols import Clock
from mlwright.explain.subject import Answers, Floats, Index, Subject, joined
from mlwright.metrics import Metric, Weigh

REPEATS = 5  # times that each group is dealt out at most
MOST = 1000  # rows
FEWEST = 50  # rows below which nothing is said
_LOT = 8192  # rows that the graph is asked about at once
_DRAWS, _FEW, _FEWEST_DRAWS = 200, 40, 10  # samples of the rows, for the interval
_CALLS, _WORK = 6000, 20_000_000  # of the metric, and rows that it is asked about in all of them
_PART = 0.25  # of a sample's difference from all rows that is gone
_FOREIGN = 100  # calls of a metric that is none of ours


@dataclass(frozen=True, eq=False)
class Shaken:
    """The answers for ``rows`` (n,) of the subject as they are, and with the values of each group of columns dealt out
    anew (groups, repeats, n, ...): ``orders`` (groups, repeats, n) says from which of the rows each got them."""

    rows: Index
    plain: Floats
    dealt: Floats
    orders: Index

    @property
    def moved(self) -> Floats:
        """(groups,) by how much the answer changes on average."""
        change = np.abs(self.dealt - self.plain)
        return np.asarray(change.reshape(len(change), -1).mean(axis=1))


def shake(
    subject: Subject, ask: Answers, groups: Sequence[tuple[int, ...]], asked: int, clock: Clock | None = None
) -> Shaken | None:
    """Deal out the values of each group among the rows, all its columns at once, asking the graph about ``asked`` rows
    or so: first of more rows, then more often, but not once the clock has ended; None if there was no time to do it
    once."""
    rng = np.random.default_rng(subject.seed)
    each = asked // max(1, len(groups))
    rows = np.sort(rng.permutation(subject.rows)[: max(FEWEST, min(MOST, each))])
    repeats = int(np.clip(each // max(1, len(rows)), 1, REPEATS))
    plain = ask(subject.take(rows), rows)
    units = [(group, rng.permutation(len(rows))) for _ in range(repeats) for group in groups]
    found: list[Floats] = []
    lot = max(1, _LOT // max(1, len(rows)))
    for start in range(0, len(units), lot):
        if clock is not None and clock.left <= 0:
            break
        some = units[start : start + lot]
        cells = []
        for group, order in some:
            anew = subject.take(rows)
            for column in group:
                subject.put(anew, column, subject.cells(column, rows[order]))
            cells.append(anew)
        found.extend(ask(joined(cells), np.tile(rows, len(some))).reshape(len(some), *plain.shape))
    whole = len(found) // len(groups)  # times that all of them were dealt out
    if not whole:
        return None
    dealt = np.array(found[: whole * len(groups)]).reshape(whole, len(groups), *plain.shape)
    orders = np.array([order for _, order in units[: whole * len(groups)]]).reshape(whole, len(groups), len(rows))
    return Shaken(rows, plain, dealt.swapaxes(0, 1), orders.swapaxes(0, 1))


def importances(
    subject: Subject, groups: Sequence[tuple[int, ...]], shaken: Shaken, clock: Clock | None = None
) -> tuple[Importance, ...]:
    """By how much the metric gets worse for each group, largest first; nothing if the clock would end before that is
    measured.

    The interval is the middle 95% over samples of the rows drawn with replacement, for which no graph need be asked
    again: a row that has another's value is in a sample as often as both of them together. So that such products don't
    add noise of their own, samples differ from all rows by a part of what they would, and what that changes is scaled
    up."""
    metric, y = subject.metric, subject.y
    if metric is None or y is None:
        return ()
    repeats = shaken.dealt.shape[1] if metric.name in metrics.METRICS else 1
    known = y[shaken.rows]
    weight = None if subject.weight is None else subject.weight[shaken.rows]

    def weigher(prediction: Floats) -> Weigh:
        return metrics.weigher(metric, known, prediction, subject.threshold)

    base, dealt = weigher(shaken.plain), [[weigher(one) for one in group[:repeats]] for group in shaken.dealt]
    sign = 1.0 if metric.greater_is_better else -1.0

    def counted(counts: Floats | None) -> Floats | None:
        return weight if counts is None else counts if weight is None else counts * weight

    def losses(counts: Floats | None) -> Floats:
        worse = np.empty(len(groups))
        for i, (weighers, orders) in enumerate(zip(dealt, shaken.orders, strict=True)):
            pairs = [None if counts is None else counts * counts[order] for order in orders[:repeats]]
            worse[i] = np.mean([weigh(counted(pair)) for weigh, pair in zip(weighers, pairs, strict=True)])
        return sign * (base(counted(counts)) - worse)

    started = time.monotonic()
    base(weight)
    each = (time.monotonic() - started) * (1 + len(groups) * repeats)
    times = _times(metric, len(groups) * repeats, len(known))
    if clock is not None and clock.left < float("inf"):
        times = min(times, int(clock.left / 4 / max(each, 1e-9)) - 1)
    if times < _FEWEST_DRAWS:
        return ()
    values, part = losses(None), _PART if metric.weighs else 1.0
    drawn = _draws(subject, shaken.rows, times)
    changes = np.array([losses(1 + part * (counts - 1)) for counts in drawn]) - values
    low, high = values + np.percentile(changes / part, [2.5, 97.5], axis=0)
    order = np.argsort(-values, kind="stable")
    return tuple(
        Importance(
            columns=tuple(subject.columns[column].name for column in groups[i]),
            loss=Range(float(values[i]), min(float(low[i]), float(values[i])), max(float(high[i]), float(values[i]))),
        )
        for i in order
    )


def _times(metric: Metric, weighers: int, rows: int) -> int:
    """How many samples are drawn."""
    if metric.name not in metrics.METRICS:
        return max(_FEWEST_DRAWS, _FOREIGN // weighers)
    return int(np.clip(min(_CALLS // weighers, _WORK // (weighers * rows)), _FEW, _DRAWS))


def _draws(subject: Subject, rows: Index, times: int) -> list[Floats]:
    """How often each row is in a sample of the rows, or of their groups, drawn with replacement."""
    rng = np.random.default_rng(subject.seed + 1)
    of = np.arange(len(rows)) if subject.groups is None else subject.groups[rows]
    codes = np.unique(of, return_inverse=True)[1]
    units = int(codes.max()) + 1
    drawn = (np.bincount(rng.integers(0, units, units), minlength=units) for _ in range(times))
    return [counts.astype(np.float64)[codes] for counts in drawn]
