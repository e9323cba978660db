"""The law of a step."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import polars as pl

from mlwright.contracts.protocols import Truth
from mlwright.contracts.records import ColumnKind
from mlwright.graph import Tensor


class Step(ABC):
    """Turns columns of the table into columns of the matrix.

    A step is a dataclass whose public fields are its options. `fit` learns from training rows and `emit` writes what
    was learnt as an expression; there is no other way to transform, so training and serving can't differ. The law,
    which `mlwright.testing.StepLaws` checks:

    - `fit` sees a frame whose columns are Float64 (``reads`` names a number kind; a datetime is seconds since 1970;
      missing is null) or one String column (a string kind; missing is null). It returns itself, keeps no reference to
      the rows, and is deterministic.
    - `emit` gets the same columns as a tensor: (n, k) float64 with NaN for missing, or (n,) strings with "" for
      missing. It returns (n, w) numbers; row i of the result rests on row i of the input alone. Any input is legal:
      missing, infinite, never seen, zero rows.
    - `outputs` names the w columns and says which input each came from.
    - A step that looks at the truth sets ``supervised``: while training it is fitted crosswise, so that no row's own
      truth is in the value it gets.
    - A step that can't use its columns raises `StepRefusal` from `fit`; the recipe goes on without it.
    """

    reads: ClassVar[tuple[ColumnKind, ...]]
    supervised: ClassVar[bool] = False

    @abstractmethod
    def fit(self, frame: pl.DataFrame, truth: Truth) -> Step:
        """Learn from the rows of ``frame``, and (if ``supervised``) from their ``truth``."""

    @abstractmethod
    def emit(self, x: Tensor) -> Tensor:
        """What was learnt, as an expression of ``x``."""

    def outputs(self, columns: Sequence[str]) -> list[tuple[str, str]]:
        """(name, input column) of each column that comes out; by default as many as go in, under their names."""
        return [(name, name) for name in columns]
