"""How much a number moves from one period to the next, where rows come in time.

Rows of one time have much in common, so what other rows drawn from the same times would show says little about the next
period. The periods themselves are the sample: a number is its mean over them, and its interval is where that of one
more period would fall, if the next is to those as they are to each other.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mlwright.evaluate.evidence import Array
from mlwright.evaluate.resample import Prepare, Sampled

FEWEST = 4


def by_period(contests: tuple[Mapping[str, Prepare], ...], periods: Array) -> tuple[dict[str, Array], ...] | None:
    """Each number of each contest in each of the ``periods`` (n,; rows below 0 are not looked at). None where fewer
    than four periods have a finite number for each."""
    rows = [np.flatnonzero(periods == period) for period in np.unique(periods[periods >= 0])]
    values = [{name: np.array([prepare(some)(None) for some in rows]) for name, prepare in c.items()} for c in contests]
    told = np.isfinite([v for numbers in values for v in numbers.values()]).all(axis=0)
    if told.sum() < FEWEST:
        return None
    return tuple({name: v[told] for name, v in numbers.items()} for numbers in values)


def mean(values: Array, seed: int, times: int) -> Sampled:
    """Their mean, and that of other periods of the same kind. The same seed draws the same periods."""
    drawn = np.random.default_rng(seed).integers(0, len(values), (times, len(values)))
    return Sampled(float(values.mean()), values[drawn].mean(axis=1))


def one_more(values: Array, seed: int, times: int) -> Sampled:
    """Their mean, and where the number of one more period may fall."""
    whole = mean(values, seed, times)
    one = np.random.default_rng(seed + 1).integers(0, len(values), times)
    apart = (values[one] - whole.value) * np.sqrt(len(values) / (len(values) - 1))  # from their own mean: too small
    return whole.plus(apart)
