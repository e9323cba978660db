"""A line in pieces is what NumPy interpolates."""

from __future__ import annotations

import numpy as np
import pytest

from mlwright.graph import columns, numbers, piecewise


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
