"""Multilayer perceptrons."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.neural_network import MLPClassifier, MLPRegressor

from mlwright.contracts.protocols import Terms, Truth
from mlwright.graph import Tensor, apply
from mlwright.learners.base import Flavour, Learner, Matrix, emit_linked, linked, loss

_UNWATCHED = 60  # epochs where no rows say when to stop
Layers = list[tuple[NDArray[np.float64], NDArray[np.float64]]]  # the weights and the bias of each
_FAR = 30.0  # standard deviations beyond which a number says no more


@dataclass
class Network(Learner):
    """Layers of rectified units by scikit-learn, learnt with Adam (Kingma and Ba 2015). The weights of the epoch that
    does best on the watched rows are kept; learning ends ``patience`` epochs after it, or when those that were settled
    are over. Where several parts were watched in turn, all rows are learnt from for the mean of their best epochs.

    Options have scikit-learn's meanings: ``layers`` hidden_layer_sizes, ``decay`` alpha, ``rate`` learning_rate_init.
    """

    flavour: ClassVar[Flavour] = "linear"
    weighs: ClassVar[bool] = True
    layers: tuple[int, ...] = (128,)
    decay: float = 0.01
    rate: float = 1e-3
    epochs: int = 300
    patience: int = 15
    _task: str = field(default="", init=False)
    _layers: Layers = field(default_factory=list, init=False)

    _epochs: int = field(default=0, init=False)

    @property
    def settled(self) -> dict[str, Any]:
        return {"epochs": self._epochs}

    def fit(self, x: Matrix, truth: Truth, terms: Terms) -> Network:
        self._task = truth.task
        x = np.clip(x, -_FAR, _FAR)
        if told := terms.middle("epochs"):
            return self._learn(x, truth, terms, told["epochs"])
        if not terms.watch.any() or terms.watch.all():
            return self._learn(x, truth, terms, min(self.epochs, _UNWATCHED))
        found: list[tuple[int, Layers]] = []
        for mask in terms.turns():
            learn, watch = np.flatnonzero(~mask), np.flatnonzero(mask)
            self._learn(x[learn], truth.at(learn), terms, self.epochs, (x[watch], truth.at(watch)))
            found.append((self._epochs, self._layers))
        if len(found) > 1:
            self._learn(x, truth, terms, round(sum(epochs for epochs, _ in found) / len(found)))
        if len(found) == 1 or terms.clock.left < 0:
            self._epochs, self._layers = found[0]
        return self

    def _learn(
        self, x: Matrix, truth: Truth, terms: Terms, epochs: int, watched: tuple[Matrix, Truth] | None = None
    ) -> Network:
        """So many epochs, or up to the one that does best on ``watched``."""
        kind = MLPRegressor if truth.task == "regression" else MLPClassifier
        model = kind(
            hidden_layer_sizes=tuple(self.layers),
            alpha=self.decay,
            learning_rate_init=self.rate,
            random_state=np.random.RandomState(terms.seed),  # a number would shuffle each epoch alike
        )
        classes: Any = {} if truth.task == "regression" else {"classes": np.arange(truth.classes)}
        best, since = np.inf, 0
        for epoch in range(epochs):
            model.partial_fit(x, truth.values, sample_weight=truth.weight, **classes)
            made = list(zip(model.coefs_, model.intercepts_, strict=True))
            error = loss(self._answer(made, watched[0]), watched[1]) if watched else -1.0
            since = 0 if error < best or not watched else since + 1
            if since == 0:
                best, self._epochs = error, epoch + 1
                self._layers = [(w.astype(np.float64), b.astype(np.float64)) for w, b in made]
            if since >= self.patience or terms.clock.left < 0:
                break
        return self

    def predict(self, x: Matrix) -> NDArray[Any]:
        return self._answer(self._layers, np.clip(x, -_FAR, _FAR).astype(np.float64))

    def emit(self, x: Tensor) -> Tensor:
        x = apply("Min", apply("Max", x, -_FAR), _FAR)
        *hidden, (weights, bias) = self._layers
        for inner, shift in hidden:
            x = apply("Relu", x @ inner + shift)
        return emit_linked(x @ weights + bias, self._task)

    def _answer(self, layers: Any, x: NDArray[Any]) -> NDArray[Any]:
        for weights, bias in layers[:-1]:
            x = np.maximum(x @ weights + bias, 0.0)
        return linked(np.asarray(x @ layers[-1][0] + layers[-1][1]), self._task)
