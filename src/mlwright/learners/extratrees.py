"""Extremely randomised trees by scikit-learn."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from mlwright.contracts.protocols import Terms, Truth
from mlwright.graph import Forest, Tensor, cast, constant, round_down, trees
from mlwright.learners.base import Learner, Matrix

_BATCH = 10  # trees between two looks at the clock
_LARGEST = np.finfo(np.float32).max
_ADDING_UP: Any = {"invalid": "ignore", "over": "ignore"}  # scikit-learn sums all cells to see if one is missing


@dataclass
class ExtraTrees(Learner):
    """Averaged trees with random thresholds (Geurts et al. 2006). ``features`` is the share of columns looked at for a
    split (0: the square root of their number), ``least`` the rows in a leaf, ``leaves`` the most leaves of a tree."""

    weighs: ClassVar[bool] = True
    trees: int = 100
    least: int = 2
    features: float = 0.0
    leaves: int = 4000
    _truth: tuple[str, int] = field(default=("", 1), init=False)
    _model: Any = field(default=None, init=False)

    def fit(self, x: Matrix, truth: Truth, terms: Terms) -> ExtraTrees:
        self._truth = (truth.task, truth.width)
        kind = ExtraTreesRegressor if truth.task == "regression" else ExtraTreesClassifier
        self._model = kind(
            n_estimators=0,
            warm_start=True,
            min_samples_leaf=self.least,
            max_features=self.features or "sqrt",
            max_leaf_nodes=self.leaves if self.leaves * self.least < len(x) else None,
            random_state=terms.seed,
            n_jobs=1,
        )
        while self._model.n_estimators < self.trees:
            self._model.n_estimators = min(self.trees, self._model.n_estimators + _BATCH)
            with np.errstate(**_ADDING_UP):
                self._model.fit(x, truth.values, sample_weight=truth.weight)
            if terms.clock.left < 0:
                break
        return self

    def predict(self, x: Matrix) -> NDArray[Any]:
        return tree_answers(self._model, x, *self._truth)

    def emit(self, x: Tensor) -> Tensor:
        task, width = self._truth
        return emit_trees(self._model.estimators_, x, leaf_values(self._model, task, width))


@dataclass
class SmallTree(Learner):
    """One decision tree of ``depth`` levels: what a person could read. A baseline to beat."""

    weighs: ClassVar[bool] = True
    depth: int = 3
    least: int = 5
    _truth: tuple[str, int] = field(default=("", 1), init=False)
    _model: Any = field(default=None, init=False)

    def fit(self, x: Matrix, truth: Truth, terms: Terms) -> SmallTree:
        self._truth = (truth.task, truth.width)
        kind = DecisionTreeRegressor if truth.task == "regression" else DecisionTreeClassifier
        self._model = kind(max_depth=self.depth, min_samples_leaf=self.least, random_state=terms.seed)
        with np.errstate(**_ADDING_UP):
            self._model.fit(x, truth.values, sample_weight=truth.weight)
        return self

    def predict(self, x: Matrix) -> NDArray[Any]:
        return tree_answers(self._model, x, *self._truth)

    def emit(self, x: Tensor) -> Tensor:
        return emit_trees([self._model], x, leaf_values(self._model, *self._truth))


def tree_answers(model: Any, x: Matrix, task: str, width: int) -> NDArray[np.float64]:
    """A scikit-learn tree model's answers as (n, width), with columns for classes that its rows did not hold."""
    finite = np.clip(x, -_LARGEST, _LARGEST)  # scikit-learn refuses infinities; the largest goes where they would
    with np.errstate(**_ADDING_UP):
        if task == "regression":
            return np.asarray(model.predict(finite), dtype=np.float64)[:, None]
        return _spread(model.predict_proba(finite), model.classes_, task, width)


def leaf_values(model: Any, task: str, width: int) -> list[NDArray[np.float64]]:
    """For every tree of ``model`` the answer at each of its nodes, (nodes, width)."""
    found = []
    for tree in getattr(model, "estimators_", [model]):
        value = tree.tree_.value[:, 0, :]
        if task != "regression":
            value = _spread(value / value.sum(axis=1, keepdims=True), model.classes_, task, width)
        found.append(value)
    return found


def emit_trees(models: list[Any], x: Tensor, values: list[NDArray[np.float64]]) -> Tensor:
    """The mean of the trees' answers. With one column out, leaves hold answers; with more, each tree says which leaf a
    row falls in, and a table of leaves gives the answer: a leaf of the operator has one number only."""
    width = values[0].shape[1]
    forest, table = _read(models, values)
    if width == 1:
        return trees(x, forest)
    leaf = cast(trees(x, forest), "int64")
    rows = Tensor("Gather", (constant(table, "float32"), leaf), {"axis": 0}, "float32", width)
    return Tensor("ReduceMean", (rows, constant([1], "int64")), {"keepdims": 0}, "float32", width)


def _spread(share: NDArray[Any], present: NDArray[Any], task: str, width: int) -> NDArray[np.float64]:
    full = np.zeros((len(share), max(width, 2)))
    full[:, present.astype(int)] = share
    return full[:, 1:] if task == "binary" else full


def _read(models: list[Any], values: list[NDArray[np.float64]]) -> tuple[Forest, NDArray[np.float64]]:
    parts: dict[str, list[Any]] = {name: [] for name in (*Forest.__dataclass_fields__, "table")}
    nodes = leaves = 0
    for number, (model, value) in enumerate(zip(models, values, strict=True)):
        tree = model.tree_
        is_leaf = tree.children_left < 0
        inner, ends = np.flatnonzero(~is_leaf), np.flatnonzero(is_leaf)
        place = np.where(is_leaf, 0, nodes + np.cumsum(~is_leaf) - 1)
        place[ends] = ~(leaves + np.arange(len(ends)))
        parts["roots"].append(place[0])
        parts["feature"].append(tree.feature[inner])
        parts["threshold"].append(round_down(tree.threshold[inner]))
        parts["left"].append(place[tree.children_left[inner]])
        parts["right"].append(place[tree.children_right[inner]])
        parts["missing_left"].append(tree.missing_go_to_left[inner])
        single = value.shape[1] == 1
        parts["weight"].append(value[ends, 0] / len(models) if single else leaves + np.arange(len(ends)))
        parts["target"].append(np.full(len(ends), 0 if single else number))
        parts["table"].append(value[ends])
        nodes, leaves = nodes + len(inner), leaves + len(ends)

    forest = Forest.gathered(parts, 1 if values[0].shape[1] == 1 else len(models))
    return forest, np.concatenate(parts["table"])
