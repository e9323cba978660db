"""Configurations that a portfolio may be made of.

Needs: collect.py, which reads it
"""

from __future__ import annotations

from typing import Any

import numpy as np

LOGGED = (
    *("linear-1", "lightgbm-12", "lightgbm-7", "lightgbm-10", "network-3", "extratrees-4", "catboost-1", "kernel-1"),
    *("kernel-2", "xgboost-8"),
)


def configurations() -> dict[str, tuple[str, dict[str, Any]]]:
    """Name -> (learner, options)."""
    found: dict[str, tuple[str, dict[str, Any]]] = {"linear-1": ("linear", {})}
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
        found |= {f"{learner}-{i}": (learner, options) for i, options in enumerate(variants, 1)}
    trees: list[dict[str, Any]] = [
        {"trees": 100, "least": 2, "leaves": 4000, "features": 0.0},
        {"trees": 100, "least": 2, "leaves": 4000, "features": 1.0},
        {"trees": 100, "least": 5, "leaves": 4000, "features": 0.5},
        {"trees": 100, "least": 1, "leaves": 4000, "features": 0.3},
    ]
    found |= {f"extratrees-{i}": ("extratrees", options) for i, options in enumerate(trees, 1)}
    found |= {
        "catboost-1": ("catboost", {"rate": 0.05, "depth": 6}),
        "catboost-2": ("catboost", {"rate": 0.05, "depth": 4, "l2": 1.0}),
        "catboost-3": ("catboost", {"rate": 0.08, "depth": 8, "l2": 5.0, "columns": 0.5}),
        "kernel-1": ("kernel", {"turns": 1}),
        "kernel-2": ("kernel", {"narrow": 0.2, "turns": 1}),
        "kernel-3": ("kernel", {"narrow": 3.0}),
        "kernel-4": ("kernel", {"shape": "laplace", "turns": 1}),
        "network-1": ("network", {"layers": [128], "decay": 0.01}),
        "network-2": ("network", {"layers": [128, 64], "decay": 1.0}),
        "network-3": ("network", {"layers": [256, 128, 64], "decay": 0.1, "rate": 2e-3}),
        "network-4": ("network", {"layers": [32], "decay": 0.1, "rate": 5e-3}),
    }
    return found | {name.replace("-", "-log-"): found[name] for name in LOGGED}


def logged(name: str) -> bool:
    """Whether a configuration learns the target's logarithm."""
    return "-log-" in name
