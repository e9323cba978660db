"""The different values of a column of numbers or moments, and how often each is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_ENDS = 10


class Values(NamedTuple):
    """The different finite values of a column in order, how often each is there, and the rows looked at."""

    distinct: Floats
    counts: Ints
    rows: int


def values_of(sample: pl.Series, whole: pl.Series) -> Values:
    """The Values of a sample of a column, with the ten lowest and highest of the whole column: what the sample missed
    counts as there once."""
    finite = _seconds(sample)
    counted = finite.alias("value").value_counts(name="rows").drop_nulls().sort("value")
    distinct, counts = counted["value"].to_numpy(), counted["rows"].to_numpy().astype(np.int64)
    if len(whole) > len(sample):
        everything = _seconds(whole)
        ends = np.unique(np.concatenate([everything.bottom_k(_ENDS).to_numpy(), everything.top_k(_ENDS).to_numpy()]))
        missed = ends[~np.isin(ends, distinct)]
        places = np.searchsorted(distinct, missed)
        distinct, counts = np.insert(distinct, places, missed), np.insert(counts, places, 1)
    return Values(distinct, counts, len(sample))


def occurrences(column: pl.Series, values: Sequence[float]) -> int:
    """In how many rows a column holds one of the values (seconds since 1970 in a column of moments)."""
    return int(_seconds(column).is_in(list(values)).sum())


def _seconds(values: pl.Series) -> pl.Series:
    if values.dtype == pl.Datetime:
        return values.cast(pl.Datetime("us")).to_physical() / 1e6
    numbers = values.cast(pl.Float64)
    return numbers.filter(numbers.is_finite())
