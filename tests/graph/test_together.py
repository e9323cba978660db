"""What several folds do to columns of their own becomes one operator, and no answer changes by a bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from mlwright.graph import apply, cast, clip, columns, concat, lookup, numbers, piecewise, strings, trees, where

KEYS = ("", "x", "y")


def prepared(rng, names=("a", "b", "c")):
    """Filled, scaled, bent and looked up with constants of its own, as a fold's preparation is."""
    width = len(names)
    x = numbers(names)
    missing = apply("IsNaN", x)
    filled = where(missing, rng.normal(size=width), clip(x, rng.normal(size=width) - 3.0, rng.normal(size=width) + 3.0))
    scaled = (filled - rng.normal(size=width)) / rng.uniform(0.5, 2.0, size=width)
    knots = np.sort(rng.choice([-2.0, -1.0, 0.0, 0.5, 1.0, 3.0], (width, 4)), axis=1)
    bent = piecewise(x, knots, np.tile(np.linspace(-1.0, 1.0, 4), (width, 1)))
    hot = lookup(strings("s"), KEYS, rng.normal(size=(3, 2)), rng.normal(size=2))
    gaps = cast(columns(missing, [0, width - 1]), "float32")
    return concat([cast(scaled, "float32"), gaps, hot, cast(bent, "float32")])


@settings(max_examples=25)
@given(seed=st.integers(0, 100_000), folds=st.integers(1, 9))
def test_joined_folds_answer_as_each_alone_to_the_last_bit(toy, seed, folds):
    rng, feeds = np.random.default_rng(seed), toy.feeds(30, seed)
    names = [("a", "b", "c"), ("c", "a"), ("b",)]
    made = [prepared(rng, names[rng.integers(3)]) for _ in range(folds)]
    made += [trees(x, toy.grow(rng, 3, x.width)) for x in made] + [x @ rng.normal(size=(x.width, 2)) for x in made]
    outputs = {f"y{i}": t for i, t in enumerate(made)}
    whole = toy.run(outputs, toy.inputs, feeds)
    for name, t in outputs.items():
        np.testing.assert_array_equal(whole[name], toy.run({"y": t}, toy.inputs, feeds)["y"])


def test_the_preparations_of_many_folds_take_as_many_operators_as_those_of_three(toy):
    def count(folds):
        rng = np.random.default_rng(0)
        made = [prepared(rng) for _ in range(folds)]
        found = toy.operators({"y": concat(trees(x, toy.grow(rng, 2, x.width)) for x in made)}, toy.inputs)
        return sum(found.values())

    assert count(3) == count(12) < 2 * count(1)


def test_what_reads_different_columns_at_one_depth_is_joined(toy):
    found = toy.operators({"y": concat(numbers((n,)) + float(i) for i, n in enumerate("abc"))}, toy.inputs)
    assert found["Add"] == 1


def test_wide_tables_are_not_held_side_by_side(toy):
    wide = columns(numbers(("a", "b", "c")), [j % 3 for j in range(350)])
    assert toy.operators({"y": concat(wide + float(i) for i in range(8))}, toy.inputs)["Add"] == 8
    narrow = columns(wide, range(100))
    assert toy.operators({"y": concat(narrow + float(i) for i in range(12))}, toy.inputs)["Add"] == 2


def test_what_rounds_by_its_place_is_not_joined(toy):
    """Vectorised exponentials answer otherwise in the last element of a row than within it."""
    found = toy.operators({"y": concat(apply("Exp", numbers((n,))) for n in "abc")}, toy.inputs)
    assert found["Exp"] == 3


@pytest.mark.parametrize("width", [1, 3, 64, 65, 150])
def test_piecewise_is_numpys_interpolation(toy, width):
    rng = np.random.default_rng(width)
    at, level = np.sort(rng.normal(size=(width, 6)), axis=1), np.sort(rng.normal(size=(width, 6)), axis=1)
    x = columns(numbers(("a", "b", "c")), [j % 3 for j in range(width)])
    feeds = {"numbers": rng.normal(size=(40, 3)) * 2, "strings": np.full((40, 2), "", object)}
    feeds["numbers"][3, 0] = np.nan
    answer = toy.run({"y": piecewise(x, at, level)}, toy.inputs, feeds)["y"]
    by_hand = [np.interp(feeds["numbers"][:, j % 3], at[j], level[j]) for j in range(width)]
    np.testing.assert_allclose(answer, np.stack(by_hand, axis=1), atol=1e-12)


def test_a_jump_is_due_above_its_place(toy):
    at, level = np.array([[-1.0, 0.0, 0.0, 1.0]]), np.array([[0.0, 1.0, 5.0, 6.0]])
    feeds = {"numbers": np.array([[-9, 0, 0], [0, 0, 0], [0.5, 0, 0], [np.inf, 0, 0]]), "strings": np.full((4, 2), "")}
    feeds["strings"] = feeds["strings"].astype(object)
    answer = toy.run({"y": piecewise(numbers(("a",)), at, level)}, toy.inputs, feeds)["y"]
    np.testing.assert_array_equal(answer[:, 0], [0.0, 1.0, 5.5, 6.0])
