"""What boosted trees have in common, whoever grows them."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax

from mlwright.contracts.protocols import Terms, Truth
from mlwright.graph import Forest, Tensor, apply, trees
from mlwright.learners.base import Learner, Matrix

_SMALL = 10_000  # rows below which the rounds found are fitted again with the watched rows
_FEW = 300  # rows below which a part to watch is too small to say when to stop
Watch = tuple[Matrix, Truth]


@dataclass
class Boosting(Learner):
    """Boosting until the watched rows stop gaining for ``patience`` rounds, then (on few rows) that long on all of
    them. ``rate`` is the learning rate. A library adds how it trains, predicts and what its trees are."""

    rounds: int = 1000
    rate: float = 0.05
    patience: int = 50
    _task: str = field(default="", init=False)
    _width: int = field(default=1, init=False)
    _booster: Any = field(default=None, init=False)

    def fit(self, x: Matrix, truth: Truth, terms: Terms) -> Boosting:
        self._task, self._width = truth.task, truth.width
        if len(x) < _FEW or not terms.watch.any():
            self._booster = self._train(x, truth, terms, min(self.rounds, int(8 / self.rate)))
            return self
        learn, watch = np.flatnonzero(~terms.watch), np.flatnonzero(terms.watch)
        booster = self._train(x[learn], truth.at(learn), terms, self.rounds, (x[watch], truth.at(watch)))
        if len(x) <= _SMALL and terms.clock.left > 0:
            booster = self._train(x, truth, terms, max(1, self._best(booster)))
        self._booster = booster
        return self

    def predict(self, x: Matrix) -> NDArray[Any]:
        raw = np.asarray(self._raw(x), dtype=np.float64).reshape(len(x), self._width)
        if self._task == "regression":
            return raw
        return np.asarray(expit(raw) if self._task == "binary" else softmax(raw, axis=1))

    def emit(self, x: Tensor) -> Tensor:
        raw = trees(x, self._forest())
        if self._task == "regression":
            return raw
        return apply("Sigmoid", raw) if self._task == "binary" else apply("Softmax", raw, attrs={"axis": 1})

    @abstractmethod
    def _train(self, x: Matrix, truth: Truth, terms: Terms, rounds: int, watch: Watch | None = None) -> Any:
        """A booster of at most so many rounds, which ends early by ``watch`` and when the clock has run out."""

    @abstractmethod
    def _best(self, booster: Any) -> int:
        """Its rounds up to the best one."""

    @abstractmethod
    def _raw(self, x: Matrix) -> Any:
        """What the trees of the best rounds add up to, before the link."""

    @abstractmethod
    def _forest(self) -> Forest:
        """Those trees."""
