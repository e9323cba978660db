"""What choosing the best of many costs: the choice was made on the rows that judge it, so it looks better than it is.

The whole choice is repeated on bootstrap samples and judged on the rows left out of each (Tsamardinos et al. 2018,
"Bootstrapping the out-of-sample predictions for efficient and accurate cross-validation"). On the same left-out rows
the final choice is judged too, and the mean difference is the optimism. It estimates the same as the mean score on
left-out rows does, with far less noise, because what a sample's rows have in common cancels.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mlwright.evaluate.evidence import Array, Evidence, Select
from mlwright.evaluate.resample import Draws
from mlwright.metrics import Metric, find, loss, score

WORK, FEWEST, MOST, LEAST = 20_000_000, 40, 100, 10


def optimism(evidence: Evidence, metrics: tuple[Metric, ...], seed: int) -> dict[str, float]:
    """By metric, how much the score flatters (0 or more, in the metric's unit). All 0 if nothing was chosen."""
    costs: dict[str, list[float]] = {m.name: [] for m in metrics}
    select = _selection(evidence)
    if select is not None:
        draws = Draws(len(evidence.y), evidence.groups, seed)
        for _ in range(repeats(evidence)):
            counts = draws.counts().astype(np.intp)
            out = np.flatnonzero(counts == 0)
            if len(out):
                again = select(np.repeat(np.arange(len(counts)), counts))
                for metric in metrics:
                    costs[metric.name].append(_flattery(evidence, metric, again, out))
    # A lucky draw of samples must not raise a score above what was seen.
    return {name: max(0.0, float(np.mean(values))) if values else 0.0 for name, values in costs.items()}


def repeats(evidence: Evidence) -> int:
    """How often the choice is made again. A quarter of somebody else's metric's calls are for it, two each time."""
    size = evidence.prediction.size * max(1, len(evidence.out_of_fold or ()))
    times = min(MOST, max(FEWEST, WORK // max(1, size))) if evidence.samples is None else evidence.samples
    return times if evidence.calls is None else min(times, max(LEAST, evidence.calls // 8))


def _selection(evidence: Evidence) -> Select | None:
    if evidence.select is not None or evidence.out_of_fold is None:
        return evidence.select
    candidates: Mapping[str, Array] = evidence.out_of_fold
    metric = find(evidence.metric, evidence.task)
    y, weight = evidence.y, evidence.weight

    def best(rows: Array) -> Array:
        count = None if weight is None else weight[rows]
        return min(candidates.values(), key=lambda p: loss(metric, y[rows], p[rows], evidence.threshold, count))

    return best


def _flattery(evidence: Evidence, metric: Metric, again: Array, out: Array) -> float:
    y, threshold = evidence.y[out], evidence.threshold
    weight = None if evidence.weight is None else evidence.weight[out]
    kept = score(metric, y, evidence.prediction[out], threshold, weight)
    chosen = score(metric, y, again[out], threshold, weight)
    return kept - chosen if metric.greater_is_better else chosen - kept
