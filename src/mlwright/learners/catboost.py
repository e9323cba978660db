"""Gradient-boosted symmetric trees by CatBoost."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import catboost
import numpy as np
from numpy.typing import NDArray

from mlwright.contracts.protocols import Terms, Truth
from mlwright.graph import Forest, Tensor, cast, constant, round_down, trees
from mlwright.learners.base import Matrix
from mlwright.learners.boosting import LOOK, Boosting, Data, Pace, Plateau

_LARGEST = np.finfo(np.float32).max
_ABSENT = -30.0  # of a class without a row, before the softmax: as good as never
_FITTED_ON = {"binary": "Logloss", "multiclass": "MultiClass", "regression": "RMSE"}


class _Ending:
    """Ends the boosting on a plateau and when it is late."""

    def __init__(self, pace: Pace, plateau: Plateau) -> None:
        self._pace, self._plateau, self._told = pace, plateau, 0

    def after_iteration(self, info: Any) -> bool:
        flat = False
        for losses in (info.metrics or {}).get("validation", {}).values():  # one: the objective
            if len(losses) > self._told:
                self._told, flat = len(losses), self._plateau.reached(info.iteration, losses[-1])
        return not (flat or self._pace.late)


@dataclass
class CatBoost(Boosting):
    """Boosting with symmetric trees, one split a level (Prokhorenkova et al. 2018). Numbers in: categories are encoded
    before it, as for every learner. Its learning rate is settled after a few rounds.

    Options have CatBoost's meanings: ``rate`` learning_rate, ``depth``, ``columns`` rsm, ``l2`` l2_leaf_reg,
    ``noise`` random_strength, ``bins`` border_count.
    """

    depth: int = 6
    columns: float = 1.0
    l2: float = 3.0
    noise: float = 1.0
    bins: int = 254
    _bias: NDArray[np.float64] = field(default_factory=lambda: np.zeros(1), init=False)
    _present: NDArray[np.int64] = field(default_factory=lambda: np.zeros(1, np.int64), init=False)

    def fit(self, x: Matrix, truth: Truth, terms: Terms) -> CatBoost:
        self._task, self._width = truth.task, truth.width
        x = np.clip(x, -_LARGEST, _LARGEST)
        self._bias, known = _constant(truth), truth
        if truth.values.min() == truth.values.max() or not _varies(x):
            return self  # CatBoost refuses both: the constant is all that can be learnt
        if truth.task == "multiclass":
            self._present, values = np.unique(truth.values, return_inverse=True)
            known = Truth(truth.task, values, len(self._present), truth.weight)
        none = np.zeros_like(terms.watch)
        masks = [mask for mask in (terms.watch, *terms.others) if mask.any() and _learnable(x[~mask], known, ~mask)]
        watch, *others = masks or [none]
        super().fit(x, known, replace(terms, watch=watch, others=tuple(others)))
        self._width = truth.width
        return self

    def _train(self, data: Data, seed: int, rounds: int, pace: Pace, watch: Data | None = None) -> catboost.CatBoost:
        x, truth = data
        pool = catboost.Pool(x, truth.values, weight=truth.weight, thread_count=1)
        ending = _Ending(pace, Plateau(self.patience))
        if pace.hurried and rounds > LOOK:
            self._model(seed, LOOK, pace.rate).fit(pool, callbacks=[ending])
        model = self._model(seed, rounds, pace.after(LOOK) or pace.rate)
        if watch is None:
            return model.fit(pool, callbacks=[ending])
        watched = catboost.Pool(watch[0], watch[1].values, weight=watch[1].weight, thread_count=1)
        return model.fit(pool, eval_set=watched, use_best_model=True, callbacks=[ending])

    def _best(self, booster: catboost.CatBoost) -> int:
        return int(booster.tree_count_)

    def _raw(self, x: Matrix) -> Any:
        raw = np.tile(self._bias, (len(x), 1))
        if self._booster is not None and len(x):
            x = np.clip(x, -_LARGEST, _LARGEST)
            told = self._booster.predict(x, prediction_type="RawFormulaVal", thread_count=1)
            raw[:] = _ABSENT if self._task == "multiclass" else 0.0
            raw[:, self._present] = np.asarray(told).reshape(len(x), -1)
        return raw

    def _sum(self, x: Tensor) -> Tensor:
        if self._booster is None:
            return trees(x, _stump(self._bias))
        return emit_model(self._booster, x, self._present, self._width)

    def _model(self, seed: int, rounds: int, rate: float) -> catboost.CatBoost:
        bound = {"monotone_constraints": list(self._bound)} if any(self._bound) else {}
        return catboost.CatBoost(
            bound
            | {
                "loss_function": _FITTED_ON[self._task],
                "iterations": rounds,
                "learning_rate": rate,
                "depth": self.depth,
                "rsm": self.columns,
                "l2_leaf_reg": self.l2,
                "random_strength": self.noise,
                "border_count": self.bins,
                "random_seed": seed,
                "metric_period": LOOK,  # a callback is told all losses so far, again and again
                "thread_count": 1,
                "allow_writing_files": False,
                "logging_level": "Silent",
            }
        )


def emit_model(model: catboost.CatBoost, x: Tensor, present: NDArray[np.int64], width: int) -> Tensor:
    """The sum of the trees and the bias, in the columns ``present`` of ``width``. With one column out, leaves hold
    numbers; with more, each tree says which leaf a row falls in, and a table of leaves gives them: a leaf of the
    operator has one number only."""
    with tempfile.TemporaryDirectory() as folder:  # CatBoost writes its JSON to files alone
        path = Path(folder) / "model.json"
        model.save_model(str(path), format="json")
        written = json.loads(path.read_text())
    told, (scale, bias) = written["oblivious_trees"], written["scale_and_bias"]
    values = [np.array(tree["leaf_values"], dtype=np.float64).reshape(-1, len(present)) * scale for tree in told]
    forest = _complete(told, values, single=width == 1)
    if width == 1:
        return trees(x, forest) + np.array(bias, dtype=np.float64)
    offset = np.full(width, _ABSENT)
    offset[present] = bias
    table = np.zeros((sum(map(len, values)), width), dtype=np.float32)
    table[:, present] = np.concatenate(values)
    leaf = cast(trees(x, forest), "int64")
    rows = Tensor("Gather", (constant(table, "float32"), leaf), {"axis": 0}, "float32", width)
    return Tensor("ReduceSum", (rows, constant([1], "int64")), {"keepdims": 0}, "float32", width) + offset


def _complete(told: list[dict[str, Any]], values: list[NDArray[np.float64]], *, single: bool) -> Forest:
    """Symmetric trees as nodes: bit d of a leaf's number says whether the row lies above the border of split d.
    Missing values lie below every border."""
    parts: dict[str, list[Any]] = {name: [] for name in Forest.__dataclass_fields__}
    nodes = leaves = 0
    for number, (tree, value) in enumerate(zip(told, values, strict=True)):
        splits = tree["splits"] or []
        last = len(splits) - 1
        parts["roots"].append(nodes if splits else ~leaves)
        for level, split in enumerate(splits):
            place = np.arange(1 << level)
            first = leaves if level == last else nodes + (2 << level) - 1
            left, right = first + place, first + place + (1 << level)
            parts["left"].append(~left if level == last else left)
            parts["right"].append(~right if level == last else right)
            parts["feature"].append(np.full(1 << level, split["float_feature_index"]))
            parts["threshold"].append(np.full(1 << level, round_down(np.array([split["border"]]))[0]))
            parts["missing_left"].append(np.ones(1 << level))
        parts["weight"].append(value[:, 0] if single else leaves + np.arange(len(value)))
        parts["target"].append(np.full(len(value), 0 if single else number))
        nodes, leaves = nodes + (1 << len(splits)) - 1, leaves + len(value)

    return Forest.gathered(parts, 1 if single else len(told))


def _stump(bias: NDArray[np.float64]) -> Forest:
    """A tree of one leaf for each column of the answer."""
    count = len(bias)
    parts: dict[str, list[Any]] = {name: [] for name in Forest.__dataclass_fields__}
    parts |= {"roots": [~leaf for leaf in range(count)], "weight": [bias], "target": [np.arange(count)]}
    return Forest.gathered(parts, count)


def _constant(truth: Truth) -> NDArray[np.float64]:
    """The answer before the link that the mean of the truth gives."""
    if truth.task == "regression":
        return np.array([np.average(truth.values, weights=truth.weight)])
    counts = np.bincount(truth.values, weights=truth.weight, minlength=truth.classes)
    shares = (counts + 0.5) / (counts.sum() + 0.5 * truth.classes)
    logs = np.log(shares)
    return np.array([logs[1] - logs[0]]) if truth.task == "binary" else logs


def _learnable(x: Matrix, truth: Truth, rows: NDArray[np.bool_]) -> bool:
    """Whether some rows, of which x is, hold all that CatBoost asks for: a column that varies, and every class."""
    whole = truth.task == "regression" or len(np.unique(truth.values[rows])) == len(np.unique(truth.values))
    return whole and len(x) > 0 and _varies(x)


def _varies(x: Matrix) -> bool:
    missing = np.isnan(x)
    some = ~missing.all(axis=0)
    low, high = np.nanmin(x[:, some], axis=0), np.nanmax(x[:, some], axis=0)
    return bool((low < high).any() or (missing.any(axis=0) & some).any())
