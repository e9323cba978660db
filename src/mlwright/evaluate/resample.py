"""The bootstrap: how much a number would move if other rows had been drawn from the same source."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from mlwright.contracts.records import Score
from mlwright.evaluate.evidence import Array, Evidence
from mlwright.metrics import Metric, Weigh, weigher

WORK, FEWEST, MOST = 10_000_000, 100, 500
ENOUGH, RAREST = 10_000, 50

Prepare = Callable[[Array], Weigh]


class Draws:
    """Samples with replacement of n rows, or of whole groups, as how often each row is in the sample.

    Where n rows are too many to sample over and over, only ``rows``, a random part of them (of the groups), is sampled,
    and ``scale`` brings a deviation seen there to the size that it has among all: the root of their share.
    """

    def __init__(self, n: int, groups: Array | None, seed: int, most: int | None = None):
        self._rng = np.random.default_rng(seed)
        codes = np.arange(n) if groups is None else np.unique(groups, return_inverse=True)[1]
        self.units = int(codes.max(initial=-1)) + 1
        self.n, self.rows, self.scale, self._codes, self._drawn = n, np.arange(n), 1.0, codes, self.units
        if most is not None and most < n:
            self._drawn = max(1, self.units * most // n)
            place = np.full(self.units, -1)
            place[self._rng.permutation(self.units)[: self._drawn]] = np.arange(self._drawn)
            self.rows = np.flatnonzero(place[codes] >= 0)
            self._codes = place[codes[self.rows]]
            self.scale = math.sqrt(self._drawn / self.units)

    def counts(self) -> Array:
        """The next sample: how often each of ``rows`` is in it, as float64; at least one is above 0."""
        drawn = np.bincount(self._rng.integers(0, self._drawn, self._drawn), minlength=self._drawn)
        return drawn.astype(np.float64)[self._codes]


@dataclass(frozen=True, eq=False)
class Sampled:
    """A number and what it is on each sample (times,)."""

    value: float
    samples: Array

    def __sub__(self, other: Sampled) -> Sampled:
        """The difference, sample by sample: what both have in common cancels."""
        return Sampled(self.value - other.value, self.samples - other.samples)

    def __add__(self, shift: float) -> Sampled:
        return Sampled(self.value + shift, self.samples + shift)

    def __mul__(self, factor: float) -> Sampled:
        return Sampled(self.value * factor, self.samples * factor)

    def widened(self, times: float) -> Sampled:
        """The same, where every sample lies so many times as far from the value."""
        return Sampled(self.value, self.value + times * (self.samples - self.value))

    def plus(self, more: Array) -> Sampled:
        """The same with more added to each sample."""
        return Sampled(self.value, self.samples + more)

    def no_better_than(self, best: float, metric: Metric) -> Sampled:
        """The same, where no sample is beyond the best that there is."""
        bound = np.minimum if metric.greater_is_better else np.maximum
        return Sampled(self.value, bound(self.samples, best))

    def score(self, metric: str) -> Score:
        """With the middle 95% of the samples as the interval, widened to hold the value itself."""
        low, high = np.percentile(self.samples, [2.5, 97.5])
        return Score(
            metric=metric, value=self.value, low=min(float(low), self.value), high=max(float(high), self.value)
        )


def prepared(metric: Metric, evidence: Evidence, prediction: Array) -> Prepare:
    """From row numbers to the metric's weigher on these rows, in which each also counts by its own weight."""

    def prepare(rows: Array) -> Weigh:
        weigh = weigher(metric, evidence.y[rows], prediction[rows], evidence.threshold)
        if evidence.weight is None:
            return weigh
        own = evidence.weight[rows]
        return lambda counts: weigh(own if counts is None else own * counts)

    return prepare


def sample(contests: tuple[Mapping[str, Prepare], ...], draws: Draws, times: int) -> tuple[dict[str, Sampled], ...]:
    """Each number of each contest on all n rows, and on ``times`` samples that are the same for all numbers.

    A number is given as a function from row numbers to its weigher on these rows.
    """
    ready = [{name: prepare(draws.rows) for name, prepare in numbers.items()} for numbers in contests]
    samples = [{name: np.empty(times) for name in numbers} for numbers in contests]
    for i in range(times):
        counts = draws.counts()
        for weighers, values in zip(ready, samples, strict=True):
            for name, weigh in weighers.items():
                values[name][i] = weigh(counts)
    return tuple(
        {name: _brought_to_all(numbers[name], weighers[name](None), values[name], draws) for name in numbers}
        for numbers, weighers, values in zip(contests, ready, samples, strict=True)
    )


def _brought_to_all(prepare: Prepare, part: float, samples: Array, draws: Draws) -> Sampled:
    if draws.scale == 1.0:
        return Sampled(part, samples)
    value = prepare(np.arange(draws.n))(None)
    return Sampled(value, value + (samples - part) * draws.scale)


def affordable(prediction: Array, counts: Array | None = None) -> tuple[int, int]:
    """How many samples, and of how many rows at most: the work of one grows with rows times classes.

    ``counts`` are the rows of each class: the rarest one must be met often enough to move as it does among all rows.
    """
    n = len(prediction)
    rows = min(n, ENOUGH)
    if counts is not None and (counts > 0).any():
        rows = min(n, max(rows, math.ceil(n * RAREST / int(counts[counts > 0].min()))))
    return min(MOST, max(FEWEST, WORK * n // max(1, prediction.size * rows))), rows
