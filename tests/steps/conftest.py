"""Fit a step on one table, run what it emits on another."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from mlwright.contracts.protocols import Truth
from mlwright.testing.steps import run


@pytest.fixture(scope="session")
def transformed():
    """``transformed(step, train, new)``: columns as dicts of lists (None is missing); the rows that come out."""

    def transform(step, train, new=None, truth=None):
        types = {
            name: pl.String if any(isinstance(v, str) for v in cells) else pl.Float64 for name, cells in train.items()
        }
        frames = [pl.DataFrame(cells, schema=types) for cells in (train, train if new is None else new)]
        truth = truth or Truth("regression", np.zeros(len(frames[0])), 0)
        return run(step.fit(frames[0], truth), frames[1])

    return transform
