"""A learner of the logarithm of the target."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from mlwright.contracts.protocols import Terms, Truth
from mlwright.contracts.records import TaskKind
from mlwright.graph import Tensor, apply, cast
from mlwright.learners.base import Learner, Matrix

_ROWS = 5_000  # that say by how much the answers are too small
_LEAST = 1e-9  # of the truth's scale, that a value lies above the floor at least


@dataclass
class Logged(Learner):
    """What ``learner`` makes of the logarithm of how far the truth lies above ``floor``, on the truth's scale: prices
    and counts are made by what multiplies.

    The exponential of its answer, which goes no further than the truth did, is nearer to the median than to the mean:
    it is multiplied by what brings the mean over the rows that were learnt from to that of their truth (after Duan
    1983, "Smearing Estimate").
    """

    tasks: ClassVar[tuple[TaskKind, ...]] = ("regression",)
    learner: Learner
    floor: float
    _middle: float = field(default=0.0, init=False)
    _spread: float = field(default=1.0, init=False)
    _low: float = field(default=0.0, init=False)
    _high: float = field(default=0.0, init=False)

    @property
    def settled(self) -> dict[str, Any]:
        return self.learner.settled

    def fit(self, x: Matrix, truth: Truth, terms: Terms) -> Logged:
        above = np.maximum(truth.values - self.floor, _LEAST)
        logs = np.log(above)
        self._middle = float(np.average(logs, weights=truth.weight))
        self._spread = float(np.sqrt(np.average((logs - self._middle) ** 2, weights=truth.weight))) or 1.0
        scaled = (logs - self._middle) / self._spread
        self._low, self._high = float(scaled.min()), float(scaled.max())
        self.learner.fit(x, replace(truth, values=scaled), terms)
        some = np.linspace(0, len(x) - 1, min(len(x), _ROWS)).astype(np.int64)
        weight = None if truth.weight is None else truth.weight[some]
        answered = self._above(x[some])[:, 0]
        factor = np.average(above[some], weights=weight) / np.average(answered, weights=weight)
        self._middle += float(np.log(factor))  # the exponential of a sum: nothing is left to multiply
        return self

    def predict(self, x: Matrix) -> NDArray[Any]:
        return self._above(x) + self.floor

    def emit(self, x: Tensor) -> Tensor:
        answer = cast(self.learner.emit(x), "float64")  # the exponential would make the float's last bits large
        bounded = apply("Min", apply("Max", answer, self._low), self._high)
        return apply("Exp", bounded * self._spread + self._middle) + self.floor

    def _above(self, x: Matrix) -> NDArray[Any]:
        """How far above the floor the answers lie: (n, 1)."""
        answer = np.clip(np.asarray(self.learner.predict(x), np.float64), self._low, self._high)
        return np.asarray(np.exp(answer * self._spread + self._middle))
