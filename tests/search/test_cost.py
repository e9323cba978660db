"""What a row will cost: told from the graph, more for more of it, and what is shared once."""

from __future__ import annotations

import numpy as np
import pytest

from mlwright.graph import Forest, apply, cast, numbers, trees
from mlwright.search.cost import microseconds


def forest(count):
    ones, leaf = np.ones(count, np.int64), np.arange(count)
    return Forest(
        roots=leaf,
        feature=0 * leaf,
        threshold=np.zeros(count, np.float32),
        left=~(2 * leaf),
        right=~(2 * leaf + 1),
        missing_left=ones.astype(np.uint8),
        weight=np.zeros(2 * count, np.float32),
        target=np.zeros(2 * count, np.int64),
        targets=1,
    )


@pytest.mark.parametrize(
    ("less", "more"),
    [
        (lambda x: trees(x, forest(100)), lambda x: trees(x, forest(1000))),
        (lambda x: x @ np.ones((2, 50)), lambda x: x @ np.ones((2, 50_000))),
        (lambda x: cast(x, "float32") @ np.ones((2, 50_000)), lambda x: x @ np.ones((2, 50_000))),
        (lambda x: x, lambda x: apply("Abs", x)),
    ],
)
def test_more_costs_more(less, more):
    x = numbers(("a", "b"))
    assert microseconds([less(x)]) < microseconds([more(x)])


def test_what_two_share_is_counted_once():
    x = apply("Abs", numbers(("a", "b")))
    shared = apply("Exp", x)
    first, second = apply("Neg", shared), apply("Log", shared)
    assert microseconds([first, second]) < microseconds([first]) + microseconds([second])
    assert microseconds([first, first]) == microseconds([first])
