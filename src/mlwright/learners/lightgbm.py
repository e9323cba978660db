"""Gradient-boosted trees by LightGBM."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from mlwright.graph import Forest, Tensor, round_down, trees
from mlwright.learners.base import Matrix
from mlwright.learners.boosting import Boosting, Data, Pace, Plateau


@dataclass
class LightGBM(Boosting):
    """Options have LightGBM's meanings: ``rate`` learning_rate, ``leaves`` num_leaves, ``least`` min_data_in_leaf,
    ``columns`` feature_fraction, ``rows`` bagging_fraction, ``l2`` lambda_l2, ``weight`` min_sum_hessian_in_leaf,
    ``extra`` extra_trees."""

    leaves: int = 31
    least: int = 20
    columns: float = 0.8
    rows: float = 1.0
    l2: float = 1.0
    weight: float = 1.0
    extra: bool = False

    def _train(self, data: Data, seed: int, rounds: int, pace: Pace, watch: Data | None = None) -> lightgbm.Booster:
        x, truth = data
        plateau = Plateau(self.patience)

        def look(env: Any) -> None:
            done, told = env.iteration + 1, env.evaluation_result_list
            flat = bool(told) and plateau.reached(done, told[0][2])
            if flat or pace.late or (told and done == rounds):
                raise lightgbm.callback.EarlyStopException((plateau.best or done) - 1, told)
            if (rate := pace.after(done)) is not None:
                env.model.reset_parameter({"learning_rate": rate})

        params = self._params(seed, len(x))
        learnt = lightgbm.Dataset(x, truth.values, weight=truth.weight, params=params, free_raw_data=True)
        valid = []
        if watch is not None:
            seen, known = watch
            valid = [lightgbm.Dataset(seen, known.values, weight=known.weight, reference=learnt, params=params)]
        return lightgbm.train(params, learnt, rounds, valid_sets=valid, callbacks=[look])

    def _best(self, booster: lightgbm.Booster) -> int:
        return int(booster.best_iteration)

    def _raw(self, x: Matrix) -> Any:
        # raw_score: a booster read from a model is told the link by us, as the graph is
        best = self._booster.best_iteration
        return self._booster.predict(x, raw_score=True, num_iteration=best if best > 0 else None, num_threads=1)

    def _sum(self, x: Tensor) -> Tensor:
        return trees(x, read_model(self._booster, self._width))

    def _params(self, seed: int, rows: int) -> dict[str, Any]:
        objective = {"binary": "binary", "multiclass": "multiclass", "regression": "l2"}[self._task]
        bound = {"monotone_constraints": list(self._bound)} if any(self._bound) else {}
        return bound | {
            "objective": objective,
            "num_class": self._width if self._task == "multiclass" else 1,
            "learning_rate": self.rate,
            "num_leaves": self.leaves,
            "min_data_in_leaf": max(1, min(self.least, rows // 20)),
            "feature_fraction": self.columns,
            "bagging_fraction": self.rows,
            "bagging_freq": 1 if self.rows < 1 else 0,
            "lambda_l2": self.l2,
            "min_sum_hessian_in_leaf": self.weight,
            "extra_trees": self.extra,
            "seed": seed,
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": 1,
            "verbose": -1,
            "feature_pre_filter": False,
        }


def read_model(booster: lightgbm.Booster, width: int) -> Forest:
    """The booster's trees up to its best round. Reads LightGBM's own text format, whose numbers are exact."""
    best = booster.best_iteration
    text = booster.model_to_string(num_iteration=best if best > 0 else -1)
    blocks = [dict(_fields(block)) for block in text.split("\nTree=")[1:]]
    parts: dict[str, list[Any]] = {name: [] for name in Forest.__dataclass_fields__}
    nodes = leaves = 0
    for number, block in enumerate(blocks):
        weight = np.array(block["leaf_value"].split(), dtype=np.float64)
        parts["weight"].append(weight)
        parts["target"].append(np.full(len(weight), number % width))
        if len(weight) == 1:
            parts["roots"].append(~leaves)
        else:
            parts["roots"].append(nodes)
            for side, name in (("left", "left_child"), ("right", "right_child")):
                child = np.array(block[name].split(), dtype=np.int64)
                parts[side].append(np.where(child >= 0, child + nodes, child - leaves))
            parts["feature"].append(np.array(block["split_feature"].split(), dtype=np.int64))
            threshold = np.array(block["threshold"].split(), dtype=np.float64)
            parts["threshold"].append(round_down(threshold))
            parts["missing_left"].append(_missing_left(block, threshold))
            nodes += len(threshold)
        leaves += len(weight)

    return Forest.gathered(parts, width)


def _fields(block: str) -> list[tuple[str, str]]:
    lines = (line.partition("=") for line in block.split("\n\n", 1)[0].splitlines())
    return [(name, value) for name, sep, value in lines if sep]


def _missing_left(block: dict[str, str], threshold: NDArray[np.float64]) -> NDArray[np.uint8]:
    # decision_type: bit 1 is "default left", bits 2 and 3 say what counts as missing (0: nothing, NaN is read as 0)
    decision = np.array(block["decision_type"].split(), dtype=np.int64)
    default_left = (decision & 2) > 0
    as_zero = ((decision >> 2) & 3) == 0
    return np.where(as_zero, threshold >= 0, default_left).astype(np.uint8)
