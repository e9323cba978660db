"""Forests: thresholds rounded without a change of answer, and trees that the operator walks as they are written."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from mlwright.graph import Forest, cast, numbers, round_down, trees
from mlwright.graph.forest import join, with_roots_split

MOST = float(np.finfo(np.float32).max)
single = st.floats(width=32, allow_nan=False)


@given(x=single, near=st.floats(-2.0, 2.0), far=st.floats(-MOST, MOST))
def test_rounding_a_threshold_down_keeps_every_comparison(x, near, far):
    beside = float(np.clip(x, -MOST, MOST)) * (1.0 + near * 2.0**-24)
    for threshold in (t for t in (far, beside, float(np.clip(x, -MOST, MOST))) if abs(t) <= MOST):
        rounded = round_down(np.array([threshold]))
        assert rounded.dtype == np.float32
        assert (np.float32(x) <= rounded[0]) == (float(np.float32(x)) <= threshold)


def test_round_down_is_the_largest_float32_not_above():
    threshold = np.random.default_rng(0).normal(size=1000) * 10.0 ** np.arange(-30, 30).repeat(17)[:1000]
    rounded = round_down(threshold)
    assert (rounded.astype(np.float64) <= threshold).all()
    assert (np.nextafter(rounded, np.float32(np.inf)).astype(np.float64) > threshold).all()


@pytest.mark.parametrize("seed", range(6))
def test_the_operator_walks_as_the_definition_says(toy, seed):
    rng = np.random.default_rng(seed)
    forest = toy.grow(rng, trees=1 + seed, features=3, targets=1 + seed % 3)
    feeds = toy.feeds(seed=seed)
    answer = toy.run({"y": trees(cast(numbers(toy.inputs.numbers), "float32"), forest)}, toy.inputs, feeds)["y"]
    np.testing.assert_allclose(answer, toy.walk(forest, feeds["numbers"].astype(np.float32)), atol=1e-6)


@pytest.mark.parametrize("left", [0, 1])
def test_what_is_missing_goes_where_the_node_says(toy, left):
    one = np.array([0])
    forest = Forest(
        roots=one,
        feature=np.array([1]),
        threshold=np.array([0.0], np.float32),
        left=np.array([~0]),
        right=np.array([~1]),
        missing_left=np.array([left], np.uint8),
        weight=np.array([10.0, 20.0], np.float32),
        target=np.array([0, 0]),
        targets=1,
    )
    x = np.zeros((5, 3))
    x[:, 1] = [np.nan, -1.0, 1.0, np.inf, 0.0]
    feeds = {"numbers": x, "strings": np.full((5, 2), "", object)}
    answer = toy.run({"y": trees(cast(numbers(toy.inputs.numbers), "float32"), forest)}, toy.inputs, feeds)["y"]
    assert answer[:, 0].tolist() == [10.0 if left else 20.0, 10.0, 20.0, 20.0, 10.0]


@pytest.mark.parametrize("targets", [1, 3])
def test_trees_of_one_leaf_alone_are_a_constant(toy, targets):
    forest = toy.grow(np.random.default_rng(1), trees=4, features=3, targets=targets, depth=0)
    assert not len(forest.feature)
    feeds = toy.feeds(7)
    answer = toy.run({"y": trees(cast(numbers(("b",)), "float32"), forest)}, toy.inputs, feeds)["y"]
    np.testing.assert_allclose(answer, toy.walk(forest, np.zeros((7, 1))), atol=1e-6)


@given(seed=st.integers(0, 10_000))
def test_joined_forests_answer_side_by_side(toy, seed):
    rng = np.random.default_rng(seed)
    forests = [toy.grow(rng, int(rng.integers(1, 4)), 3, int(rng.integers(1, 4))) for _ in range(3)]
    x = toy.feeds(12, seed)["numbers"]
    apart = np.hstack([toy.walk(f, x) for f in forests])
    np.testing.assert_array_equal(toy.walk(join(forests), x), apart)
    np.testing.assert_array_equal(toy.walk(with_roots_split(join(forests)), x), apart)


def test_attributes_hold_a_whole_forest(toy):
    forest = toy.grow(np.random.default_rng(0), 3, 3)
    again = Forest.of(forest.attributes())
    for name, value in forest.attributes().items():
        np.testing.assert_array_equal(getattr(again, name), value)
