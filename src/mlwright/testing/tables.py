"""Toy tables as they come in life: mixed types, missing values, skew, rare levels, dates, words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from mlwright.contracts.records import TaskKind

TARGET = "target"
CITIES = ("Oslo", "Łódź", "東京", "São Paulo", "Ürümqi", "N'Djamena", "NaN", "none", "0", " Rome", "rome", "ROME")
WORDS = ("late", "Broken", "refund", "très", "ПРИВЕТ", "great", "x2", "don't", "e-mail", "42", "ok", "🙂", "again")


def messy(rows: int = 200, seed: int = 0, task: TaskKind = "binary") -> pl.DataFrame:
    """A table of every kind of column and the column "target", which the others tell something about.

    | column | holds |
    |---|---|
    | amount, ratio, count | numbers: skewed with missing values; with infinities; whole with many ties |
    | member | booleans with missing values |
    | since, born | moments with a time of day; dates from 1880 on; both with missing values |
    | plan, city | 4 levels with missing values; 12 and many rare ones, some in other alphabets |
    | note | a few words, sometimes none |
    | code, always | an identifier; one value |
    """
    rng = np.random.default_rng([seed, rows])
    amount = rng.lognormal(3.0, 1.5, rows)
    plan = rng.integers(0, 4, rows)
    member = rng.random(rows) < 0.4
    ratio = rng.normal(size=rows)
    score = np.log(amount) - 3.0 + np.array([-1.0, 0.0, 0.5, 2.0])[plan] + member + rng.normal(size=rows)
    ratio[rng.random(rows) < 0.01] = np.inf
    since = [dt.datetime(2019, 1, 1) + dt.timedelta(seconds=int(s)) for s in rng.integers(0, 150_000_000, rows)]
    born = [dt.date(1880, 1, 1) + dt.timedelta(days=int(d)) for d in rng.integers(0, 50_000, rows)]
    columns: dict[str, Any] = {
        "amount": _holes(rng, amount.round(2), 0.15),
        "ratio": ratio,
        "count": _holes(rng, rng.poisson(2.0, rows), 0.05),
        "member": _holes(rng, member, 0.1),
        "since": _holes(rng, since, 0.05),
        "born": _holes(rng, born, 0.2),
        "plan": _holes(rng, np.array(["free", "basic", "pro", "team"])[plan], 0.1),
        "city": [CITIES[i] if i < len(CITIES) else f"village {i}" for i in rng.geometric(0.12, rows) - 1],
        "note": [" ".join(rng.choice(WORDS, n)) + ("!" if n > 3 else "") for n in rng.integers(0, 7, rows)],
        "code": [f"{i:06x}" for i in rng.permutation(rows)],
        "always": ["same"] * rows,
        TARGET: _target(score, task),
    }
    return pl.DataFrame(columns)


def _holes(rng: np.random.Generator, values: Sequence[Any] | np.ndarray[Any, Any], share: float) -> list[Any]:
    cells = values.tolist() if isinstance(values, np.ndarray) else values
    return [None if gone else cell for cell, gone in zip(cells, rng.random(len(values)) < share, strict=True)]


def _target(score: np.ndarray[Any, Any], task: TaskKind) -> list[Any]:
    if task == "regression":
        return [float(v) for v in score.round(3)]
    if task == "binary":
        return ["yes" if v > 0.7 else "no" for v in score]
    return [("low", "middle", "high")[int(v > -0.3) + int(v > 1.5)] for v in score]
