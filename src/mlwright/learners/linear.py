"""Regularised linear models."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge

from mlwright.contracts.protocols import Terms, Truth
from mlwright.graph import Tensor, cast
from mlwright.learners.base import Flavour, Learner, Matrix, emit_linked, linked, loss

_SPARSE = 0.2  # below this share of non-zeros a sparse matrix is the faster one


@dataclass
class Linear(Learner):
    """Logistic (classification) or ridge regression. Of ``strengths`` (inverse regularisation, scikit-learn's C) the
    one that does best on the watched rows, or that was settled, is fitted on all of them."""

    flavour: ClassVar[Flavour] = "linear"
    weighs: ClassVar[bool] = True
    strengths: tuple[float, ...] = (0.01, 0.1, 1.0, 10.0)
    iterations: int = 200
    _task: str = field(default="", init=False)
    _weights: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 1)), init=False)
    _bias: NDArray[np.float64] = field(default_factory=lambda: np.zeros(1), init=False)
    _strength: float = field(default=0.0, init=False)

    @property
    def settled(self) -> dict[str, Any]:
        return {"strength": self._strength}

    def fit(self, x: Matrix, truth: Truth, terms: Terms) -> Linear:
        self._task = truth.task
        dense = np.count_nonzero(x) > _SPARSE * x.size
        rows: Any = x.astype(np.float64) if dense else sparse.csr_matrix(x, dtype=np.float64)
        if known := terms.middle("strength"):
            self._strength = known["strength"]
        else:
            self._strength = self._best(rows, truth, terms)
        self._solve(rows, truth, self._strength)
        return self

    def predict(self, x: Matrix) -> NDArray[Any]:
        return linked(x.astype(np.float64) @ self._weights + self._bias, self._task)

    def emit(self, x: Tensor) -> Tensor:
        exact = cast(x, "float64") @ self._weights + self._bias  # what is large may cancel
        return emit_linked(cast(exact, x.dtype), self._task)

    @property
    def weights(self) -> NDArray[np.float64]:
        """(f, w): how much each column counts."""
        return self._weights

    def of(self, columns: NDArray[np.float64]) -> Linear:
        """The same line for who has ``z``, where this one was fitted on x = z @ ``columns``."""
        made = replace(self)
        made._task, made._weights, made._bias = self._task, columns @ self._weights, self._bias
        made._strength = self._strength
        return made

    def _best(self, x: Any, truth: Truth, terms: Terms) -> float:
        """The strength with the least loss on the watched rows."""
        usual = self.strengths[len(self.strengths) // 2]
        if len(self.strengths) == 1 or not terms.watch.any() or terms.watch.all():
            return usual
        errors: dict[float, float] = {}
        for mask in terms.turns():
            learn, watch = np.flatnonzero(~mask), np.flatnonzero(mask)
            turn: dict[float, float] = {}
            for strength in self.strengths:
                if terms.clock.left < 0:
                    break
                self._solve(x[learn], truth.at(learn), strength)
                answer = linked(np.asarray(x[watch] @ self._weights + self._bias), truth.task)
                turn[strength] = loss(answer, truth.at(watch)) * len(watch)
            if errors and len(turn) < len(errors):
                break
            errors = {strength: errors.get(strength, 0.0) + error for strength, error in turn.items()}
        return min(errors, key=errors.__getitem__, default=usual)

    def _solve(self, x: Any, truth: Truth, strength: float) -> None:
        if truth.task == "regression":
            ridge = Ridge(alpha=1.0 / strength).fit(x, truth.values, sample_weight=truth.weight)
            self._weights, self._bias = ridge.coef_[:, None], np.array([ridge.intercept_])
            return
        present = np.unique(truth.values)
        self._weights = np.zeros((x.shape[1], truth.width))
        self._bias = np.full(truth.width, -30.0)  # a class without a row here: as good as never
        if len(present) == 1:
            always = truth.task == "multiclass" or present[0] == 1
            self._bias[present if truth.task == "multiclass" else 0] = 30.0 if always else -30.0
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # a model cut short is judged like any other
            model = LogisticRegression(C=strength, max_iter=self.iterations, tol=1e-3)
            model.fit(x, truth.values, sample_weight=truth.weight)
        if truth.task == "binary":
            self._weights, self._bias = model.coef_.T, model.intercept_
        elif len(present) == 2:  # scikit-learn gives one column for two classes
            self._weights[:, present[1]], self._bias[present] = model.coef_[0], (0.0, model.intercept_[0])
        else:
            self._weights[:, present], self._bias[present] = model.coef_.T, model.intercept_
