"""Numbers put together two by two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import ClassVar

import numpy as np
import polars as pl

from mlwright.contracts.errors import StepRefusal
from mlwright.contracts.protocols import Truth
from mlwright.contracts.records import ColumnKind
from mlwright.graph import Tensor, apply, clip, columns, concat, where
from mlwright.steps.base import Step
from mlwright.steps.numbers import LARGEST

_LOOKED = 2_000  # rows that tell which columns go together
_SIGNS = ("/", "*", "-", "+")


@dataclass
class Arithmetic(Step):
    """Ratio, product, difference and sum of two columns, for the ``most`` pairs whose ranks go together most (either
    way; Spearman's correlation): of two that tell nearly the same, what lies between them is what a tree can't see.
    Missing where one of the two is, a ratio also where its lower number is 0."""

    reads: ClassVar[tuple[ColumnKind, ...]] = ("numeric",)
    most: int = 12
    _pairs: list[tuple[int, int]] = field(default_factory=list, init=False)

    def fit(self, frame: pl.DataFrame, truth: Truth) -> Arithmetic:
        if frame.width < 2:
            raise StepRefusal("arithmetic takes two columns", where=", ".join(frame.columns))
        together = np.abs(_ranks_together(frame))
        pairs = sorted(combinations(range(frame.width), 2), key=lambda pair: -together[pair])
        self._pairs = sorted(pairs[: self.most])
        return self

    def emit(self, x: Tensor) -> Tensor:
        x = clip(x, -LARGEST, LARGEST)
        a, b = (columns(x, [pair[side] for pair in self._pairs]) for side in (0, 1))
        ratio = a / where(apply("Equal", b, 0.0), np.full(len(self._pairs), np.nan), b)
        return clip(concat([ratio, a * b, a - b, a + b]), -LARGEST, LARGEST)

    def outputs(self, columns: Sequence[str]) -> list[tuple[str, str]]:
        return [(f"{columns[a]} {sign} {columns[b]}", columns[a]) for sign in _SIGNS for a, b in self._pairs]


def _ranks_together(frame: pl.DataFrame) -> np.ndarray:
    """Spearman's correlation of each two columns (k, k), 0 where it can't be told; what is missing has the middle
    rank."""
    step = -(-len(frame) // _LOOKED) or 1
    ranks = frame[::step].select(pl.all().rank().fill_null(strategy="mean").fill_null(0.0)).to_numpy()
    ranks = ranks - ranks.mean(axis=0) if len(ranks) else ranks
    spread = np.sqrt((ranks * ranks).sum(axis=0))
    spread[spread == 0] = np.inf
    return np.asarray(ranks.T @ ranks / np.outer(spread, spread)).round(9)  # ties are ties on every machine
