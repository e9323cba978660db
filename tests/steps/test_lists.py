"""Lists item by item, and the numbers inside texts, against plain Python."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings, strategies as st

from mlwright.contracts.errors import StepRefusal
from mlwright.contracts.protocols import Truth
from mlwright.contracts.records import ITEM_MARK
from mlwright.steps.lists import ItemMean, Items, NumbersWithin
from mlwright.testing.steps import run

item = st.text(st.sampled_from("abA é7.|-日"), min_size=1, max_size=4)
rows = st.lists(st.lists(item, max_size=5), min_size=1, max_size=12)
texts = st.lists(st.text(st.sampled_from("a0159. -é\n"), max_size=12), min_size=1, max_size=10)


def column(lists):
    return pl.DataFrame({"s": [ITEM_MARK.join(x) or None for x in lists]}, schema={"s": pl.String})


def truth(values):
    return Truth("regression", np.asarray(values, float), 0)


@settings(max_examples=60)
@given(rows, rows)
def test_items_are_counted(train, new):
    step = Items(least=1, most=100).fit(column(train), truth(np.zeros(len(train))))
    found = run(step, column(new))
    names = [name for name, _ in step.outputs(["s"])][1:]
    known = sorted({i for row in train for i in row})
    assert sorted(names) == sorted(f"s holds {i!r}" for i in known)
    np.testing.assert_array_equal(found[:, 0], [len(row) for row in new])
    for place, name in enumerate(names):
        np.testing.assert_array_equal(found[:, place + 1], [sum(name == f"s holds {i!r}" for i in row) for row in new])


def test_an_items_mean_is_that_of_the_rows_that_hold_it():
    train = [["a", "b"], ["a", "a"], ["b"], []]
    step = ItemMean(prior=0.0).fit(column(train), truth([1.0, 2.0, 6.0, 7.0]))
    a, b, overall = 1.5, 3.5, 4.0
    found = run(step, column([["a"], ["a", "b"], ["b", "b"], ["x", "a"], []]))
    mean = [a, (a + b) / 2, b, (overall + a) / 2, overall]
    largest = [a, b, b, overall, overall]
    np.testing.assert_allclose(found, np.stack([mean, largest], axis=1), rtol=1e-6)


def test_an_items_rows_count_by_their_weight():
    train, counts = [["a", "b"], ["a", "a"], ["b"], []], [3, 1, 2, 2]
    known = truth([1.0, 2.0, 6.0, 7.0])
    rows = np.repeat(np.arange(4), counts)
    repeated = ItemMean().fit(column([train[i] for i in rows]), known.at(rows))
    weighed = ItemMean().fit(column(train), replace(known, weight=np.array(counts, float)))
    new = column([["a"], ["b"], ["x"], []])
    np.testing.assert_allclose(run(weighed, new), run(repeated, new), rtol=1e-6)


def test_an_item_of_few_rows_is_drawn_to_the_overall_mean():
    train = [["rare"], *[["usual"]] * 9]
    step = ItemMean(prior=9.0).fit(column(train), truth([10.0, *np.zeros(9)]))
    rare, usual = run(step, column([["rare"], ["usual"]]))[:, 0]
    assert rare == pytest.approx((10.0 + 9.0) / 10)
    assert usual == pytest.approx(9.0 / 18)


@pytest.mark.slow
@settings(max_examples=80)
@given(texts)
def test_numbers_inside_texts(new):
    train = ["1 and 2"] * 3
    step = NumbersWithin().fit(pl.DataFrame({"s": train}), truth(np.zeros(3)))
    found = run(step, pl.DataFrame({"s": new}, schema={"s": pl.String}))
    for text, row in zip(new, found, strict=True):
        numbers = [float(n) for n in re.findall(r"[0-9]{1,15}(?:\.[0-9]{1,15})?", text)]
        if numbers:
            expected = [len(numbers), numbers[0], numbers[-1], min(numbers), max(numbers), sum(numbers)]
            np.testing.assert_allclose(row, [*expected, np.mean(numbers)], rtol=1e-9)
        else:
            np.testing.assert_array_equal(row, [0.0] + [np.nan] * 6)


def test_one_number_a_text_is_one_column():
    frame = pl.DataFrame({"s": ["iPhone 64GB", "iPad 128GB", None, "none"]})
    step = NumbersWithin().fit(frame, truth(np.zeros(4)))
    np.testing.assert_array_equal(run(step, frame), [[64.0], [128.0], [np.nan], [np.nan]])


def test_a_text_with_hardly_a_number_is_refused():
    with pytest.raises(StepRefusal) as refused:
        NumbersWithin().fit(pl.DataFrame({"s": ["no"] * 19 + ["1"]}), truth(np.zeros(20)))
    assert refused.value.where == "s"
