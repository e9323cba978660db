"""Small tables with something to learn in them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest


@pytest.fixture(scope="session")
def table() -> Callable[..., pl.DataFrame]:
    """A table for a task: two numbers, a category, a group and a day, and a target that the first two tell."""
    return _table


def _table(task: str, rows: int = 200, seed: int = 0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    size, shade = rng.normal(size=rows), rng.choice(["red", "green", "blue"], rows)
    signal = size + np.where(shade == "red", 1.5, 0.0) + 0.5 * rng.normal(size=rows)
    target = {
        "binary": np.where(signal > 0.4, "yes", "no"),
        "multiclass": np.array(["low", "middle", "high"])[np.digitize(signal, [-0.3, 1.0])],
        "regression": 250.0 + 40.0 * signal,
    }[task]
    day = rng.permutation(rows)
    shop = [f"shop {i % 20}" for i in rng.permutation(rows)]
    columns = {"size": size, "shade": shade, "noise": rng.normal(size=rows), "shop": shop, "day": day}
    return pl.DataFrame(columns | {"target": target})
