"""A line in the space of a Gaussian kernel."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from mlwright.contracts.protocols import Terms, Truth
from mlwright.graph import Tensor, apply, cast, columns, constant
from mlwright.learners.base import Flavour, Learner, Matrix
from mlwright.learners.linear import Linear

_FLAT = 1e-6  # of the strongest direction's strength: weaker ones are rounding
_CHUNK = 4_096  # rows whose distances are held at once
_MOVED = 2_000  # rows on which it is looked how the answer moves with each column
_TOLD = 0.99  # of the squared distance between rows, that the columns which are read make up
_BLUNT = 1e-6  # keeps the root of a distance of nought from telling rounding


@dataclass
class Kernel(Learner):
    """`Linear` on how near a row is to ``landmarks`` training rows drawn by chance: exp(-d^2 / s^2) or, of the shape
    "laplace", exp(-d / s), where s^2 is the sum of the columns' variances over ``narrow``. The kernel's own geometry is
    kept by the Nystroem map (Williams and Seeger 2001, "Using the Nyström method to speed up kernel machines"). For
    small tables whose relations are smooth.

    After the first of 1 + ``turns`` fits each column is stretched by how much the answer moved with it, the root mean
    square of its slope: columns that tell nothing no longer part rows that are alike (the diagonal of the average
    gradient outer product of Radhakrishnan et al. 2024, "Mechanism for feature learning in neural networks and
    backpropagation-free machine learning models"). The many columns that make up the last
    hundredth of the distance are not read.
    """

    flavour: ClassVar[Flavour] = "linear"
    weighs: ClassVar[bool] = True
    landmarks: int = 500
    narrow: float = 1.0
    shape: Literal["gauss", "laplace"] = "gauss"
    turns: int = 0
    strengths: tuple[float, ...] = (0.3, 3.0, 30.0, 300.0)
    _reads: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64), init=False)
    _stretch: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0), init=False)  # of the columns it reads
    _landmarks: NDArray[np.float64] = field(default_factory=lambda: np.zeros((1, 0)), init=False)  # stretched
    _scale: float = field(default=0.0, init=False)
    _line: Linear = field(default_factory=Linear, init=False)

    @property
    def settled(self) -> dict[str, Any]:
        return self._line.settled

    def fit(self, x: Matrix, truth: Truth, terms: Terms) -> Kernel:
        drawn = np.random.default_rng(terms.seed).permutation(len(x))
        landmarks = x[np.sort(drawn[: self.landmarks])]
        self._reads, self._stretch = np.arange(x.shape[1]), np.ones(x.shape[1])
        self._learn(x, landmarks, truth, terms)
        for _ in range(self.turns):
            moved, weight = x[drawn[:_MOVED]], truth.at(drawn[:_MOVED]).weight
            slopes = self._slopes(moved, weight)
            parts = slopes**2 * _variances(moved, weight)  # of the squared distance between rows
            if terms.clock.left < 0 or not parts.any():
                break
            kept = _leading(parts, _TOLD)
            self._reads, self._stretch = self._reads[kept], slopes[kept] / slopes[kept].max()
            x, landmarks = x[:, kept], landmarks[:, kept]
            self._learn(x, landmarks, truth, terms)
        return self

    def predict(self, x: Matrix) -> NDArray[Any]:
        return self._line.predict(self._near(x[:, self._reads]))

    def emit(self, x: Tensor) -> Tensor:
        read = columns(x, self._reads.tolist()) if len(self._reads) < x.width else x
        squared = emitted_distances(cast(read, "float64") * self._stretch, self._landmarks)
        if self.shape == "gauss":
            return self._line.emit(apply("Exp", squared * -self._scale))
        return self._line.emit(apply("Exp", apply("Neg", apply("Sqrt", squared * self._scale + _BLUNT))))

    def _learn(self, x: Matrix, landmarks: Matrix, truth: Truth, terms: Terms) -> None:
        """Fit the line, the columns being stretched as they are."""
        self._landmarks = landmarks * self._stretch
        self._scale = self.narrow / max(_variances(x * self._stretch, truth.weight).sum(), 1e-12)
        strength, directions = np.linalg.eigh(self._near(landmarks))
        kept = strength > _FLAT * strength[-1]
        onto = directions[:, kept] / np.sqrt(strength[kept])
        line = Linear(strengths=self.strengths).fit(np.asarray(self._near(x) @ onto, np.float32), truth, terms)
        self._line = line.of(onto)

    def _far(self, x: NDArray[Any]) -> NDArray[np.float64]:
        """What the nearness of each row to each landmark is the exponential of, but for its sign: (n, landmarks)."""
        squared = distances(x * self._stretch, self._landmarks) * self._scale
        return squared if self.shape == "gauss" else np.sqrt(squared + _BLUNT)

    def _near(self, x: NDArray[Any]) -> NDArray[Any]:
        """How near each row is to each landmark: (n, landmarks)."""
        parts = (x[start : start + _CHUNK] for start in range(0, max(1, len(x)), _CHUNK))
        return np.vstack([np.exp(-self._far(part)) for part in parts])

    def _slopes(self, x: Matrix, weight: NDArray[np.float64] | None) -> NDArray[np.float64]:
        """The root mean square, over rows, of the slope of the answer before the link along each column: (f,)."""
        far, stretched = self._far(x), x * self._stretch
        falls = np.exp(-far) * self._scale / (1.0 if self.shape == "gauss" else 2 * far)
        total = np.zeros(x.shape[1])
        for weights in self._line.weights.T:
            pulls = falls * weights
            slopes = 2 * (pulls @ self._landmarks - pulls.sum(axis=1)[:, None] * stretched) * self._stretch
            total += np.average(slopes**2, axis=0, weights=weight)
        return np.sqrt(total)


def _leading(parts: NDArray[np.float64], share: float) -> NDArray[np.int64]:
    """The places of the fewest of ``parts`` that make up a share of their sum, in their order."""
    order = np.argsort(-parts, kind="stable")
    count = int(np.searchsorted(np.cumsum(parts[order]), share * parts.sum())) + 1
    return np.sort(order[:count])


def _variances(x: NDArray[Any], weight: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """The columns' variances: (f,)."""
    if weight is None:
        return np.asarray(x.var(axis=0, dtype=np.float64))
    centred = x - np.average(x, axis=0, weights=weight)
    return np.asarray(np.average(centred**2, axis=0, weights=weight))


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
