"""Made-up tables in which nothing tells the target by more than an honest column does."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from mlwright.contracts.protocols import Clock
from mlwright.contracts.records import ASIDE, TARGET, Column, Schema, Table, Target
from mlwright.explore.leaks import look
from mlwright.explore.leaks.sight import Sight

ROWS = 600
KINDS = {pl.Float64: "numeric", pl.Boolean: "boolean", pl.String: "categorical", pl.Datetime: "datetime"}


@pytest.fixture(scope="session")
def target_of():
    """``target_of(task, seed)``: numbers, or the index of two or three classes."""

    def make(task, seed=0, rows=ROWS):
        rng = np.random.default_rng(seed)
        return rng.normal(size=rows) if task == "regression" else rng.integers(0, 2 + (task == "multiclass"), rows)

    return make


@pytest.fixture(scope="session")
def sight_of():
    """``sight_of(task, y, column=values, ...)``: a Sight of a table with honest columns and these. A column whose name
    begins with ASIDE is an identifier."""

    def make(task, y, seed=0, **columns):
        rng, rows = np.random.default_rng(seed + 1000), len(y)
        y = np.asarray(y, float)
        honest = {
            "near": y + rng.normal(size=rows) * y.std(),
            "also near": y + rng.normal(size=rows) * y.std(),
            "noise": rng.random(rows),
            "whole": rng.integers(0, 40, rows).astype(float),
            "level": rng.choice(list("abcdefgh"), rows),
            "gaps": np.where(rng.random(rows) < 0.3 + 0.2 * (y > np.median(y)), np.nan, rng.random(rows)),
        }
        frame = pl.DataFrame({**honest, **columns}).with_columns(pl.Series(TARGET, y))
        frame = frame.with_columns(pl.col(pl.Float64).fill_nan(None), pl.col(pl.Int64).cast(pl.Float64))
        known = [
            Column(name=name, kind=KINDS[kind.base_type()], unique=frame[name].n_unique())
            for name, kind in frame.schema.items()
            if name != TARGET and not name.startswith(ASIDE)
        ]
        keys = [Column(name=n.removeprefix(ASIDE), kind="identifier") for n in columns if n.startswith(ASIDE)]
        classes = tuple("xyz"[: int(y.max()) + 1]) if task != "regression" else ()
        schema = Schema(columns=(*known, *keys), target=Target(name="y", task=task, classes=classes))
        table = Table(source="", rows=rows, holdout=0, sealed="", fingerprint="", schema=schema)
        return Sight(table, frame)

    return make


@pytest.fixture(scope="session")
def found(sight_of):
    """``found(task, y, column=values, ...)``: the codes of the leaks, by their columns."""

    def make(task, y, seed=0, **columns):
        leaks, _ = look(sight_of(task, y, seed, **columns), Clock())
        return {leak.columns: leak.code for leak in leaks}

    return make
