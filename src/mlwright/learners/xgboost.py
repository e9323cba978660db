"""Gradient-boosted trees by XGBoost."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import xgboost

from mlwright.graph import Forest, Tensor, trees
from mlwright.learners.base import Matrix
from mlwright.learners.boosting import Boosting, Data, Pace, Plateau

_LARGEST = np.finfo(np.float32).max


class _Paced(xgboost.callback.TrainingCallback):
    """Sets the learning rate, and ends the boosting on a plateau and when it is late."""

    def __init__(self, pace: Pace, plateau: Plateau) -> None:
        super().__init__()
        self._pace, self._plateau = pace, plateau

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
        done = epoch + 1
        flat = any(self._plateau.reached(done, of[-1]) for told in evals_log.values() for of in told.values())
        if (rate := self._pace.after(done)) is not None:
            model.set_param("learning_rate", rate)
        return flat or self._pace.late


@dataclass
class XGBoost(Boosting):
    """Boosting by histograms (Chen & Guestrin 2016).

    Options have XGBoost's meanings: ``rate`` learning_rate, ``depth`` max_depth, ``leaves`` max_leaves (0: grown by
    level to ``depth``, else by loss), ``weight`` min_child_weight, ``columns`` colsample_bytree, ``rows`` subsample,
    ``l2`` lambda.
    """

    depth: int = 6
    leaves: int = 0
    weight: float = 1.0
    columns: float = 0.8
    rows: float = 0.8
    l2: float = 1.0

    def _train(self, data: Data, seed: int, rounds: int, pace: Pace, watch: Data | None = None) -> xgboost.Booster:
        x, truth = data
        learnt = xgboost.QuantileDMatrix(_bounded(x), truth.values, weight=truth.weight, nthread=1)
        plateau, evals = Plateau(self.patience), []
        if watch is not None:
            seen, known = _bounded(watch[0]), watch[1]
            data_watched = xgboost.QuantileDMatrix(seen, known.values, weight=known.weight, ref=learnt, nthread=1)
            evals = [(data_watched, "watch")]
        paced = [_Paced(pace, plateau)]
        grown = xgboost.train(self._params(seed), learnt, rounds, evals=evals, callbacks=paced, verbose_eval=False)
        return grown[: plateau.best] if plateau.best else grown

    def _best(self, booster: xgboost.Booster) -> int:
        return int(booster.num_boosted_rounds())

    def _raw(self, x: Matrix) -> Any:
        return self._booster.inplace_predict(_bounded(x), predict_type="margin")

    def _sum(self, x: Tensor) -> Tensor:
        return trees(x, read_model(self._booster, self._width))

    def _params(self, seed: int) -> dict[str, Any]:
        objective = {"binary": "binary:logistic", "multiclass": "multi:softprob", "regression": "reg:squarederror"}
        metric = {"binary": "logloss", "multiclass": "mlogloss", "regression": "rmse"}
        several = {"num_class": self._width} if self._task == "multiclass" else {}
        bound = {"monotone_constraints": str(self._bound)} if any(self._bound) else {}
        return (
            several
            | bound
            | {
                "objective": objective[self._task],
                "eval_metric": metric[self._task],
                "base_score": 0.0 if self._task == "regression" else 0.5,  # nothing is added to the trees' sum
                "learning_rate": self.rate,
                "max_depth": self.depth,
                "max_leaves": self.leaves,
                "grow_policy": "lossguide" if self.leaves else "depthwise",
                "min_child_weight": self.weight,
                "colsample_bytree": self.columns,
                "subsample": self.rows,
                "lambda": self.l2,
                "tree_method": "hist",
                "seed": seed,
                "nthread": 1,
                "verbosity": 0,
            }
        )


def read_model(booster: xgboost.Booster, width: int) -> Forest:
    """The booster's trees. XGBoost sends a row left when its number is below the threshold, TreeEnsemble when it is not
    above: the float32 before the threshold says the same."""
    model = json.loads(booster.save_raw("json"))["learner"]["gradient_booster"]["model"]
    parts: dict[str, list[Any]] = {name: [] for name in Forest.__dataclass_fields__}
    nodes = leaves = 0
    for tree, group in zip(model["trees"], model["tree_info"], strict=True):
        children = np.array(tree["left_children"], dtype=np.int64)
        right = np.array(tree["right_children"], dtype=np.int64)
        value = np.array(tree["split_conditions"], dtype=np.float32)
        inner, ends = np.flatnonzero(children >= 0), np.flatnonzero(children < 0)
        place = np.empty(len(children), dtype=np.int64)
        place[inner] = nodes + np.arange(len(inner))
        place[ends] = ~(leaves + np.arange(len(ends)))
        parts["roots"].append(place[0])
        parts["feature"].append(np.array(tree["split_indices"], dtype=np.int64)[inner])
        parts["threshold"].append(np.nextafter(value[inner], np.float32(-np.inf)))
        parts["left"].append(place[children[inner]])
        parts["right"].append(place[right[inner]])
        parts["missing_left"].append(np.array(tree["default_left"], dtype=np.uint8)[inner])
        parts["weight"].append(value[ends])
        parts["target"].append(np.full(len(ends), group if width > 1 else 0))
        nodes, leaves = nodes + len(inner), leaves + len(ends)

    return Forest.gathered(parts, width)


def _bounded(x: Matrix) -> Matrix:
    """XGBoost refuses infinities; the largest number goes where they would."""
    return np.clip(x, -_LARGEST, _LARGEST)
