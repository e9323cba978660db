"""Small random forests, and what they answer when each is walked by hand."""

from __future__ import annotations

import numpy as np
import onnx
import pytest

from mlwright.graph import Forest, Inputs, Session, compile


def grow(rng, trees, features, targets=1, depth=3):
    """A random forest; one tree in four is a single leaf."""
    parts = {name: [] for name in Forest.__dataclass_fields__}

    def node(level):
        if level == 0:
            parts["weight"].append(rng.normal())
            parts["target"].append(rng.integers(targets))
            return ~(len(parts["weight"]) - 1)
        place = len(parts["feature"])
        parts["feature"].append(rng.integers(features))
        parts["threshold"].append(rng.integers(-2, 3) + rng.choice([0.0, 0.5]))
        parts["missing_left"].append(rng.integers(2))
        parts["left"].append(0)
        parts["right"].append(0)
        parts["left"][place], parts["right"][place] = node(rng.integers(level)), node(rng.integers(level))
        return place

    parts["roots"] = [node(depth if rng.random() > 0.25 else 0) for _ in range(trees)]
    types = {"threshold": np.float32, "weight": np.float32, "missing_left": np.uint8}
    arrays = {n: np.array(v, types.get(n, np.int64)) for n, v in parts.items() if n != "targets"}
    return Forest(**arrays, targets=targets)


def walk(forest, x):
    """The definition of a forest, one row and one node at a time."""
    total = np.zeros((len(x), forest.targets), np.float32)
    for row, cells in enumerate(x):
        for place in forest.roots:
            while place >= 0:
                cell, threshold = cells[forest.feature[place]], forest.threshold[place]
                left = bool(forest.missing_left[place]) if np.isnan(cell) else cell <= threshold
                place = forest.left[place] if left else forest.right[place]
            total[row, forest.target[~place]] += forest.weight[~place]
    return total


def run(outputs, inputs, feeds):
    return Session(compile(outputs, inputs), threads=1)(feeds)


def operators(outputs, inputs):
    """How often each operator stands in the compiled model."""
    found = [node.op_type for node in onnx.load_from_string(compile(outputs, inputs)).graph.node]
    return {op: found.count(op) for op in found}


@pytest.fixture(scope="session")
def toy():
    """The functions above and a layout of three numbers and two strings."""

    class Toy:
        inputs = Inputs(("a", "b", "c"), ("s", "t"))

        @staticmethod
        def feeds(rows=50, seed=0):
            rng = np.random.default_rng(seed)
            cells = rng.choice([-2.0, -1.5, -1.0, 0.0, 0.5, 1.0, 2.0, np.nan, np.inf, -np.inf], (rows, 3))
            return {
                "numbers": cells,
                "strings": rng.choice(["", "x", "y", "zß", "日本", "new"], (rows, 2)).astype(object),
            }

    Toy.grow, Toy.walk, Toy.run, Toy.operators = map(staticmethod, (grow, walk, run, operators))
    return Toy
