"""A line in the space of a Gaussian kernel."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from mlwright.contracts.protocols import Terms, Truth
from mlwright.graph import Tensor, apply, cast, constant
from mlwright.learners.base import Flavour, Learner, Matrix
from mlwright.learners.linear import Linear

_FLAT = 1e-6  # of the strongest direction's strength: weaker ones are rounding
_CHUNK = 4_096  # rows whose distances are held at once


@dataclass
class Kernel(Learner):
    """`Linear` on how near a row is to ``landmarks`` training rows drawn by chance: exp(-d^2 / s^2), where s^2 is
    the sum of the columns' variances over ``narrow``. The kernel's own geometry is kept by the Nystroem map
    (Williams and Seeger 2001, "Using the Nyström method to speed up kernel machines"). For small tables whose relations
    are smooth."""

    flavour: ClassVar[Flavour] = "linear"
    weighs: ClassVar[bool] = True
    landmarks: int = 500
    narrow: float = 1.0
    strengths: tuple[float, ...] = (0.3, 3.0, 30.0, 300.0)
    _landmarks: NDArray[np.float64] = field(default_factory=lambda: np.zeros((1, 0)), init=False)
    _scale: float = field(default=0.0, init=False)
    _line: Linear = field(default_factory=Linear, init=False)

    @property
    def settled(self) -> dict[str, Any]:
        return self._line.settled

    def fit(self, x: Matrix, truth: Truth, terms: Terms) -> Kernel:
        drawn = np.random.default_rng(terms.seed).permutation(len(x))[: self.landmarks]
        self._landmarks = x[np.sort(drawn)].astype(np.float64)
        self._scale = self.narrow / max(_spread(x, truth.weight), 1e-12)
        strength, directions = np.linalg.eigh(self._near(self._landmarks))
        kept = strength > _FLAT * strength[-1]
        onto = directions[:, kept] / np.sqrt(strength[kept])
        self._line = Linear(strengths=self.strengths).fit(np.asarray(self._near(x) @ onto, np.float32), truth, terms)
        self._line = self._line.of(onto)
        return self

    def predict(self, x: Matrix) -> NDArray[Any]:
        return self._line.predict(self._near(x))

    def emit(self, x: Tensor) -> Tensor:
        return self._line.emit(apply("Exp", emitted_distances(x, self._landmarks) * -self._scale))

    def _near(self, x: NDArray[Any]) -> NDArray[Any]:
        """How near each row is to each landmark: (n, landmarks)."""
        parts = (x[start : start + _CHUNK] for start in range(0, max(1, len(x)), _CHUNK))
        return np.vstack([np.exp(distances(part, self._landmarks) * -self._scale) for part in parts])


def _spread(x: Matrix, weight: NDArray[np.float64] | None) -> float:
    """The sum of the columns' variances."""
    if weight is None:
        return float(x.var(axis=0, dtype=np.float64).sum())
    centred = x - np.average(x, axis=0, weights=weight)
    return float(np.average(centred**2, axis=0, weights=weight).sum())


def distances(x: NDArray[Any], rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """The squared distance of each row of x (n, f) to each of ``rows`` (m, f): (n, m)."""
    x = x.astype(np.float64)
    found = (x**2).sum(axis=1)[:, None] - x @ (2 * rows.T) + (rows**2).sum(axis=1)
    return np.asarray(np.maximum(found, 0.0))


def emitted_distances(x: Tensor, rows: NDArray[np.float64]) -> Tensor:
    """The same in the graph, in double precision."""
    x = cast(x, "float64")
    squares = Tensor("ReduceSumSquare", (x, constant([1], "int64")), {"keepdims": 1}, "float64", 1)
    return apply("Max", squares - (x @ (2 * rows.T)) + (rows**2).sum(axis=1), 0.0)
