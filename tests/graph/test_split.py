"""A forest of many trees is written as several operators whose answers add up."""

from __future__ import annotations

import numpy as np
import pytest

from mlwright.graph import Forest, Inputs, Session, cast, compile, lower, numbers, trees
from mlwright.graph.forest import split


def forest(count: int, seed: int) -> Forest:
    """Trees of one leaf, of one node and of three nodes, two targets, weights drawn."""
    rng = np.random.default_rng(seed)
    roots, left, right, leaves = [], [], [], 0
    for kind in rng.integers(0, 3, count):
        if kind == 0:
            roots.append(~leaves)
            leaves += 1
        elif kind == 1:
            roots.append(len(left))
            left.append(~leaves)
            right.append(~(leaves + 1))
            leaves += 2
        else:
            first = len(left)
            roots.append(first)
            left += [first + 1, ~leaves, ~(leaves + 2)]
            right += [first + 2, ~(leaves + 1), ~(leaves + 3)]
            leaves += 4
    nodes = len(left)
    return Forest(
        roots=np.array(roots, np.int64),
        feature=rng.integers(0, 3, nodes),
        threshold=rng.normal(size=nodes).astype(np.float32),
        left=np.array(left, np.int64),
        right=np.array(right, np.int64),
        missing_left=rng.integers(0, 2, nodes).astype(np.uint8),
        weight=rng.normal(size=leaves).astype(np.float32),
        target=rng.integers(0, 2, leaves),
        targets=2,
    )


def answers(whole: Forest, rows: np.ndarray) -> np.ndarray:
    x = cast(numbers(["a", "b", "c"]), "float32")
    return Session(compile({"y": trees(x, whole)}, Inputs(("a", "b", "c"), ())))({"numbers": rows})["y"]


@pytest.mark.parametrize(("count", "most"), [(1, 1), (7, 1), (40, 7), (40, 39), (40, 40)])
def test_the_parts_add_up_to_the_whole(count: int, most: int) -> None:
    whole = forest(count, seed=count)
    rows = np.random.default_rng(0).normal(size=(64, 3))
    rows[::5, 1] = np.nan
    parts = split(whole, most)
    assert all(len(part.roots) <= most for part in parts) and sum(len(p.roots) for p in parts) == count
    assert sum(len(p.weight) for p in parts) == len(whole.weight)
    np.testing.assert_allclose(sum(answers(p, rows) for p in parts), answers(whole, rows), atol=1e-5)


def test_a_compiled_model_keeps_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, rows = forest(50, seed=3), np.random.default_rng(1).normal(size=(32, 3))
    expected = answers(whole, rows)
    monkeypatch.setattr(lower, "_MOST_TREES", 8)
    np.testing.assert_allclose(answers(whole, rows), expected, atol=1e-5)


def test_thousands_of_small_leaves_add_up_to_what_they_are() -> None:
    """Added up one by one in single precision, equal leaves are rounded the same way each time: 1e-5 and more off."""
    count = 3_000
    none, leaves = np.zeros(0, np.int64), np.full(count, 1.0 / count, np.float32)
    cut, gaps = none.astype(np.float32), none.astype(np.uint8)
    whole = Forest(~np.arange(count), none, cut, none, none, gaps, leaves, np.zeros(count, np.int64), 1)
    one_by_one = np.float32(0)
    for leaf in leaves:
        one_by_one += leaf
    truth = leaves.astype(np.float64).sum()
    assert abs(one_by_one - truth) > 1e-5
    assert abs(float(answers(whole, np.zeros((1, 3)))[0, 0]) - truth) < 2e-6
