"""Configurations that a portfolio may be made of: of mlwright's learners, and of CatBoost, which is none.

Needs: collect.py, which reads it
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlwright import plugins
from mlwright.contracts.protocols import Terms, Truth

Matrix = NDArray[np.float32]


class Cat:
    """CatBoost on the numbers that other trees read."""

    def __init__(self, options: dict[str, Any]):
        self.options = options

    def fit(self, x: Matrix, truth: Truth, terms: Terms) -> Cat:
        """As a learner's."""
        from catboost import CatBoostClassifier, CatBoostRegressor, Pool

        self.task = truth.task
        watch = terms.watch
        kind = CatBoostRegressor if truth.task == "regression" else CatBoostClassifier
        options = {
            "iterations": 1000,
            "thread_count": 1,
            "verbose": False,
            "allow_writing_files": False,
            **self.options,
        }
        self.model = kind(random_seed=terms.seed, **options)
        self.classes = truth.classes
        learn, known = Pool(x[~watch], truth.values[~watch]), Pool(x[watch], truth.values[watch])
        self.model.fit(learn, eval_set=known, early_stopping_rounds=50)
        if len(x) <= 10_000:
            self.model = kind(random_seed=terms.seed, **{**options, "iterations": max(1, self.model.tree_count_)})
            self.model.fit(Pool(x, truth.values))
        return self

    def predict(self, x: Matrix) -> NDArray[Any]:
        """As a learner's."""
        if self.task == "regression":
            return np.asarray(self.model.predict(x), float).reshape(-1, 1)
        proba = np.zeros((len(x), max(2, self.classes)))
        proba[:, np.asarray(self.model.classes_, int)] = self.model.predict_proba(x)
        return proba[:, 1:] if self.task == "binary" else proba


def make(learner: str, options: dict[str, Any]) -> Any:
    """What fits."""
    return Cat(options) if learner == "cat" else plugins.make("mlwright.learners", learner, options)


def flavour(learner: str) -> str:
    """What it reads."""
    found: str = "trees" if learner == "cat" else plugins.find("mlwright.learners", learner).flavour
    return found


def configurations() -> dict[str, tuple[str, dict[str, Any]]]:
    """Name -> (learner, options)."""
    found: dict[str, tuple[str, dict[str, Any]]] = {"linear-1": ("linear", {})}
    pace = {"rounds": 1500}
    light: list[dict[str, Any]] = [
        {"rate": 0.05, "leaves": 15, "columns": 0.8},
        {"rate": 0.05, "leaves": 7, "columns": 0.5, "l2": 5.0, "least": 10},
        {"rate": 0.05, "leaves": 31, "columns": 0.6, "rows": 0.8, "least": 10},
        {"rate": 0.05, "leaves": 31, "columns": 0.8, "extra": True, "least": 10},
        {"rate": 0.05, "leaves": 15, "columns": 0.35, "rows": 0.7, "l2": 10.0, "least": 40},
        {"rate": 0.05, "leaves": 62, "columns": 0.5, "rows": 0.9, "l2": 3.0, "least": 5},
        {"rate": 0.05, "leaves": 15, "columns": 0.8, "weight": 1e-3},
    ]
    draw = np.random.default_rng(1)
    light += [
        {
            "rate": float(draw.choice([0.02, 0.03, 0.05, 0.1])),
            "leaves": int(draw.choice([4, 7, 15, 31, 63])),
            "columns": float(draw.choice([0.2, 0.4, 0.6, 0.8, 1.0])),
            "rows": float(draw.choice([0.5, 0.7, 0.85, 1.0])),
            "l2": float(draw.choice([0.01, 1.0, 5.0, 20.0])),
            "least": int(draw.choice([1, 3, 10, 20, 50])),
            "weight": float(draw.choice([1e-3, 0.1, 1.0])),
            "extra": bool(draw.random() < 0.3),
        }
        for _ in range(10)
    ]
    level: list[dict[str, Any]] = [
        {"rate": 0.05, "depth": 4, "columns": 0.5},
        {"rate": 0.05, "depth": 6, "columns": 0.8},
        {"rate": 0.05, "depth": 10, "leaves": 60, "columns": 0.6, "rows": 0.7, "weight": 3.0, "l2": 3.0},
    ]
    level += [
        {
            "rate": float(draw.choice([0.02, 0.03, 0.05, 0.1])),
            "depth": int(draw.choice([2, 3, 5, 6, 8])),
            "columns": float(draw.choice([0.3, 0.5, 0.7, 1.0])),
            "rows": float(draw.choice([0.5, 0.7, 0.85, 1.0])),
            "l2": float(draw.choice([0.1, 1.0, 5.0, 20.0])),
            "weight": float(draw.choice([0.1, 1.0, 5.0, 10.0])),
        }
        for _ in range(7)
    ]
    for learner, variants in (("lightgbm", light), ("xgboost", level)):
        found |= {f"{learner}-{i}": (learner, {**pace, **options}) for i, options in enumerate(variants, 1)}
    trees: list[dict[str, Any]] = [
        {"trees": 100, "least": 2, "leaves": 4000, "features": 0.0},
        {"trees": 100, "least": 2, "leaves": 4000, "features": 1.0},
        {"trees": 100, "least": 5, "leaves": 4000, "features": 0.5},
        {"trees": 100, "least": 1, "leaves": 4000, "features": 0.3},
    ]
    found |= {f"extratrees-{i}": ("extratrees", options) for i, options in enumerate(trees, 1)}
    found |= {
        "cat-1": ("cat", {"learning_rate": 0.05, "depth": 6}),
        "cat-2": ("cat", {"learning_rate": 0.05, "depth": 4, "l2_leaf_reg": 1.0}),
        "cat-3": ("cat", {"learning_rate": 0.08, "depth": 8, "l2_leaf_reg": 5.0, "rsm": 0.5}),
        "kernel-1": ("kernel", {}),
        "kernel-2": ("kernel", {"narrow": 0.2}),
        "kernel-3": ("kernel", {"narrow": 3.0}),
        "network-1": ("network", {"layers": [128], "decay": 0.01}),
        "network-2": ("network", {"layers": [128, 64], "decay": 1.0}),
        "network-3": ("network", {"layers": [256, 128, 64], "decay": 0.1, "rate": 2e-3}),
        "network-4": ("network", {"layers": [32], "decay": 0.1, "rate": 5e-3}),
    }
    return found
