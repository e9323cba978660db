"""Numbers two by two: which, and what they become."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings, strategies as st

from mlwright.contracts.errors import StepRefusal
from mlwright.contracts.protocols import Truth
from mlwright.graph import Inputs, Session, compile, numbers
from mlwright.steps.arithmetic import Arithmetic

NUMBER = st.one_of(st.none(), st.just(0.0), st.floats(-1e6, 1e6))


def fitted(frame, most=12):
    return Arithmetic(most).fit(frame, Truth("regression", np.zeros(len(frame)), 0))


def run(step, frame):
    model = compile({"x": step.emit(numbers(frame.columns))}, Inputs(tuple(frame.columns), ()))
    return Session(model)({"numbers": frame.fill_null(np.nan).to_numpy().astype(float)})["x"]


@given(st.lists(st.tuples(NUMBER, NUMBER), min_size=1, max_size=6))
@settings(max_examples=40)
def test_two_numbers_become_ratio_product_difference_and_sum(rows):
    frame = pl.DataFrame(rows, schema={"a": pl.Float64, "b": pl.Float64}, orient="row")
    expected = []
    for a, b in rows:
        if a is None or b is None:
            expected.append([np.nan] * 4)
        else:
            ratio = np.clip(a / b, -3e38, 3e38) if b else np.nan
            expected.append([ratio, a * b, a - b, a + b])
    step = fitted(frame)
    np.testing.assert_allclose(run(step, frame), expected, rtol=1e-12)
    assert [name for name, _ in step.outputs(frame.columns)] == ["a / b", "a * b", "a - b", "a + b"]


@given(st.integers(0, 1000), st.sampled_from([1.0, -1.0]))
@settings(max_examples=20)
def test_the_columns_that_go_together_come_first(seed, way):
    rng = np.random.default_rng(seed)
    x = rng.lognormal(size=(500, 4))
    x[:, 3] = (x[:, 1] * np.exp(0.1 * rng.normal(size=500))) ** way
    frame = pl.DataFrame(x, schema=["a", "b", "c", "d"])
    assert fitted(frame, most=1).outputs(frame.columns)[0][0] == "b / d"


def test_there_are_as_many_as_were_asked_for():
    frame = pl.DataFrame(np.random.default_rng(0).normal(size=(50, 6)), schema=list("abcdef"))
    assert len(fitted(frame, most=4).outputs(frame.columns)) == 16
    assert len(fitted(frame, most=100).outputs(frame.columns)) == 60


def test_columns_without_a_number_and_without_variation_go_with_nothing():
    frame = pl.DataFrame({"a": [1.0, 2.0, 3.0, 4.0], "none": [None] * 4, "same": [7.0] * 4, "b": [2.0, 3.0, 5.0, 9.0]})
    step = fitted(frame.cast(pl.Float64), most=1)
    assert step.outputs(frame.columns)[0] == ("a / b", "a")


def test_what_is_too_large_stays_finite():
    frame = pl.DataFrame({"a": [1e300, -np.inf, 1.0], "b": [1e300, 1e-300, 1e-300]})
    found = run(fitted(frame), frame)
    assert np.isfinite(found).all()
    assert np.isfinite(found.astype(np.float32)).all()


def test_one_column_is_refused():
    with pytest.raises(StepRefusal):
        fitted(pl.DataFrame({"a": [1.0]}))
