"""Steps that undo what went wrong before the table was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mlwright.contracts.protocols import Truth
from mlwright.contracts.records import ColumnKind
from mlwright.graph import Tensor, apply, where
from mlwright.steps.base import Step


@dataclass
class Unknowns(Step):
    """Reads certain numbers as missing: codes such as -999, values that can't be, default dates.

    ``values`` names them by column (seconds since 1970 for moments); a column without any is left as it is.
    """

    reads: ClassVar[tuple[ColumnKind, ...]] = ("numeric", "datetime")
    values: Mapping[str, Sequence[float]] = field(default_factory=dict)
    _odd: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)), init=False)  # (most, columns), or NaN

    def fit(self, frame: pl.DataFrame, truth: Truth) -> Unknowns:
        lists = [list(self.values.get(name, ())) for name in frame.columns]
        self._odd = np.full((max(map(len, lists), default=0), len(lists)), np.nan)
        for place, odd in enumerate(lists):
            self._odd[: len(odd), place] = odd
        return self

    def emit(self, x: Tensor) -> Tensor:
        if not len(self._odd):
            return x
        hit = apply("Equal", x, self._odd[0])  # nothing is equal to NaN
        for odd in self._odd[1:]:
            hit = apply("Or", hit, apply("Equal", x, odd))
        return where(hit, float("nan"), x)
