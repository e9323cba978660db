"""One small model of every kind of column, for the laws that a finished model keeps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import mlwright


@pytest.fixture(scope="session")
def table() -> Callable[..., pl.DataFrame]:
    """A table with a number, a flag, a category, a day and a note, and a target that they tell."""
    return _table


def _table(rows: int = 240, seed: int = 0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    size, paid = rng.normal(size=rows), rng.random(rows) < 0.5
    town = rng.choice(["north", "south", "east", "west"], rows)
    words = ["late again", "all is well", "asked for a refund", "thanks a lot", "never came back"]
    note = [f"{rng.choice(words)} and {rng.choice(words)}" for _ in range(rows)]
    day = [dt.date(2024, 1, 1) + dt.timedelta(days=int(d)) for d in rng.integers(0, 500, rows)]
    late = np.array(["late" in text for text in note])
    signal = size + np.where(town == "north", 1.2, 0.0) + 0.8 * late + 0.4 * paid + 0.6 * rng.normal(size=rows)
    frame = pl.DataFrame({"size": size, "paid": paid, "town": town, "day": day, "note": note})
    gaps = {name: (np.arange(rows) * 7 + i) % 13 == 0 for i, name in enumerate(frame.columns)}
    frame = frame.with_columns(pl.when(~pl.Series(gap)).then(pl.col(name)).alias(name) for name, gap in gaps.items())
    return frame.with_columns(pl.Series("left", np.where(signal > 0.6, "yes", "no")))


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> mlwright.Model:
    """A model of that table: linear, boosted and bagged trees."""
    out: Path = tmp_path_factory.mktemp("laws") / "model"
    mlwright.train(_table(), "left", budget=None, trials=3, out=out)
    return mlwright.load(out)
