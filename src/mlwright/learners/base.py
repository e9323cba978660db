"""The law of a learner."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax

from mlwright.contracts.protocols import Terms, Truth
from mlwright.contracts.records import TaskKind
from mlwright.graph import Tensor, apply

Matrix = NDArray[np.float32]
Flavour = Literal["trees", "linear"]


class Learner(ABC):
    """Learns to predict from a matrix.

    A learner is a dataclass whose public fields are its options. The law, which `mlwright.testing.LearnerLaws` checks:

    - `fit` sees x (n, f) float32 and the truth of its rows, and returns itself. What ``flavour`` it reads says how x
      was made: "trees" may hold NaN, "linear" is finite and scaled; one that does not look at x, but for its number
      of rows, is spared most of the making if ``looks`` says so. It is deterministic given ``terms.seed``, uses one
      thread, and stops by itself when ``terms.clock`` runs out (who doesn't is killed).
    - ``terms.watch`` marks rows meant for early stopping and the like; they may be learnt from afterwards. Where rows
      are few, ``terms.turns()`` has more such parts.
    - ``settled`` is what it then knows about itself (how many rounds to boost, how much to regularise), as JSON. Fitted
      on all rows with ``terms.settled`` of its folds, it takes the middle of these and learns from all rows alike.
    - A learner that minds how much each row counts (``truth.weight``) says so by ``weighs``: its answers then move
      towards the rows that count more, also in what it decides by the watched rows. Else they don't hang on it.
    - A learner that says ``monotone`` keeps to ``terms.monotone``, where there are not more than two classes: with the
      value of a bound column, whatever stands in the others, its answer never goes the other way. A missing value may
      lead anywhere. Others are not asked where a column is bound.
    - `predict` gives (n, w): the probability of the second class (binary, w = 1), of every class (multiclass), or the
      value on the truth's scale (regression, w = 1); finite for every legal x.
    - `emit` gives the same as an expression of x, equal within 1e-5 on any x; a learner that can't be emitted can't be
      one.
    """

    tasks: ClassVar[tuple[TaskKind, ...]] = ("binary", "multiclass", "regression")
    flavour: ClassVar[Flavour] = "trees"
    looks: ClassVar[bool] = True
    weighs: ClassVar[bool] = False
    monotone: ClassVar[bool] = False

    @property
    def settled(self) -> dict[str, Any]:
        """What a fitted learner settled on by the watched rows."""
        return {}

    @abstractmethod
    def fit(self, x: Matrix, truth: Truth, terms: Terms) -> Learner:
        """Learn from rows ``x`` and their ``truth``."""

    @abstractmethod
    def predict(self, x: Matrix) -> NDArray[Any]:
        """What the fitted model itself answers, without the graph."""

    @abstractmethod
    def emit(self, x: Tensor) -> Tensor:
        """The fitted model as an expression of the matrix ``x``."""


def linked(raw: NDArray[Any], task: str) -> NDArray[Any]:
    """What a learner answers, from numbers before the link (n, w)."""
    if task == "regression":
        return raw
    return np.asarray(expit(raw) if task == "binary" else softmax(raw, axis=1))


def emit_linked(raw: Tensor, task: str) -> Tensor:
    """The same in the graph."""
    if task == "regression":
        return raw
    return apply("Sigmoid", raw) if task == "binary" else apply("Softmax", raw, attrs={"axis": 1})


def loss(answer: NDArray[Any], truth: Truth) -> float:
    """The mean squared error, or the log loss, of what a learner answers (n, w)."""
    if truth.task == "regression":
        return float(np.average((answer[:, 0] - truth.values) ** 2, weights=truth.weight))
    if truth.task == "binary":
        answer = np.hstack([1 - answer, answer])
    right = np.clip(answer[np.arange(len(answer)), truth.values], 1e-7, None)
    return float(-np.average(np.log(right), weights=truth.weight))
