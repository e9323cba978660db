"""Two measurements of the same thing: is the difference more than chance?"""

from __future__ import annotations

import math

from mlwright.contracts.insight import Range
from mlwright.contracts.records import Score
from mlwright.evaluate.evidence import Array, Evidence
from mlwright.evaluate.resample import ENOUGH, Draws, prepared, sample
from mlwright.metrics import find

_TIMES = 100


def departs(seen: Score, promised: Score) -> bool:
    """Whether two scores on different rows differ by more than chance would have it in 1 of 20 times.

    The two halves of the intervals that face each other are taken as the errors, added as those of independent
    measurements are: intervals that overlap a little may still differ.
    """
    gap = seen.value - promised.value
    mine, theirs = (seen.low, promised.high) if gap > 0 else (seen.high, promised.low)
    return abs(gap) > math.hypot(seen.value - mine, promised.value - theirs)


def gain(evidence: Evidence, ours: Array, theirs: Array, seed: int) -> Range:
    """By how much the main metric is better for predictions ``ours`` than for ``theirs`` of the evidence's rows (above
    0 is better), with its interval over bootstrap samples of the rows."""
    metric = find(evidence.metric, evidence.task)
    rivals = tuple({metric.name: prepared(metric, evidence, answer)} for answer in (ours, theirs))
    one, other = sample(rivals, Draws(len(evidence.y), evidence.groups, seed, ENOUGH), _TIMES)
    found = ((one[metric.name] - other[metric.name]) * (1.0 if metric.greater_is_better else -1.0)).score(metric.name)
    return Range(found.value, found.low, found.high)
