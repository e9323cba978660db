"""Rows that a graph and the fitted model must agree on: some of the training rows, and rows made to trip it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlwright.contracts.protocols import Feeds

TRAINING = 512
HOSTILE = 96
_NUMBERS = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1e308, -1e308, 1e-310, 1.0, -1.0, 2.0**53, 1e18])
_STRINGS = [
    "",
    " ",
    "never seen before",
    "a" * 5_000,
    "ünï çødé 日本語 🙂",
    "\t\n",
    "NaN",
    "0",
    "<script>",
    "'; --",
    "İi",
]


def probe(feeds: Feeds, seed: int) -> dict[str, NDArray[np.generic]]:
    """TRAINING rows of ``feeds`` at most, then HOSTILE ones: each cell of these is a value seen, or one of a kind that
    breaks programs (missing, infinite, huge, tiny, unseen, long, of another script)."""
    rng = np.random.default_rng(seed)
    rows = len(next(iter(feeds.values())))
    taken = rng.permutation(rows)[:TRAINING]
    seen = rng.integers(0, rows, HOSTILE)
    odd = rng.random(HOSTILE) < 0.5
    found: dict[str, NDArray[np.generic]] = {}
    for name, array in feeds.items():
        pool = _NUMBERS if name == "numbers" else np.array(_STRINGS, dtype=object)
        hostile = array[seen].copy()
        mask = rng.random(hostile.shape) < np.where(odd, 1.0, 0.3)[:, None]
        hostile[mask] = pool[rng.integers(0, len(pool), int(mask.sum()))]
        for i, value in enumerate(pool):
            hostile[i] = value
        found[name] = np.concatenate([array[taken], hostile])
    return found
