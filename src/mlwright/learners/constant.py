"""The predictor that looks at nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from mlwright.contracts.protocols import Terms, Truth
from mlwright.graph import Tensor, apply, columns
from mlwright.learners.base import Learner, Matrix


@dataclass
class Constant(Learner):
    """The classes' shares, or the mean, whatever the row. Every model has to beat it."""

    looks: ClassVar[bool] = False
    weighs: ClassVar[bool] = True
    monotone: ClassVar[bool] = True
    _answer: NDArray[np.float64] = field(default_factory=lambda: np.zeros(1), init=False)

    def fit(self, x: Matrix, truth: Truth, terms: Terms) -> Constant:
        if truth.task == "regression":
            self._answer = np.array([np.average(truth.values, weights=truth.weight)])
        else:
            counts = np.bincount(truth.values, weights=truth.weight, minlength=truth.classes)
            share = counts / (len(truth.values) if truth.weight is None else truth.weight.sum())
            self._answer = share[1:] if truth.task == "binary" else share
        return self

    def predict(self, x: Matrix) -> NDArray[Any]:
        return np.tile(self._answer, (len(x), 1))

    def emit(self, x: Tensor) -> Tensor:
        first = columns(x, [0])
        nothing = apply("Less", first, first)  # False in every row, also where the value is missing
        zero = Tensor("Cast", (nothing,), {"to": "float32"}, "float32", 1)
        return zero + self._answer if len(self._answer) == 1 else apply("Add", zero, self._answer)
