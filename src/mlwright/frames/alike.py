"""Which rows are the same: every cell as a number, so that rows are compared by adding instead of by reading.

The fingerprint of a row is the sum of its cells' hashes, each column hashed under a seed of its own. Rows that agree in
all columns but one are found by taking that column's hash off again. Two rows that differ have the same 64-bit sum once
in 2**64 pairs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]


def cell_hashes(frame: pl.DataFrame) -> Hashes:
    """(n, k) hashes of the cells of a typed table; missing is a value like any other. The same in every process."""
    if not frame.width:
        return np.zeros((frame.height, 0), np.uint64)
    return frame.select(pl.col(name).hash(seed=place) for place, name in enumerate(frame.columns)).to_numpy()


def row_hashes(cells: Hashes) -> Hashes:
    """(n,) sums of the cells' hashes: equal where all cells are."""
    total: Hashes = cells.sum(axis=1, dtype=np.uint64)
    return total


def pairs(hashes: NDArray[Any]) -> int:
    """How many pairs of rows have one hash."""
    counts = np.unique(hashes, return_counts=True)[1]
    return int((counts * (counts - 1) // 2).sum())


def codes(hashes: NDArray[Any]) -> NDArray[np.int32]:
    """(n,) numbers from 0 on, in the order in which each hash is first met: they say which rows are the same, and
    nothing about the hashes."""
    first, member = np.unique(hashes, return_index=True, return_inverse=True)[1:]
    order = np.empty(len(first), np.int32)
    order[np.argsort(first)] = np.arange(len(first), dtype=np.int32)
    return order[member]
