"""From rows to a matrix: refusals cost one piece, supervised steps never see a row's own truth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings, strategies as st

from mlwright.contracts.errors import InputError
from mlwright.contracts.protocols import Truth
from mlwright.contracts.records import Column, Schema, StepSpec, Target
from mlwright.frames import feeds
from mlwright.graph import Session, compile
from mlwright.trials.matrix import CROSS, Rows, blocks, fit_matrix, side_by_side

SCHEMA = Schema(
    columns=(
        Column(name="x", kind="numeric"),
        Column(name="y", kind="numeric"),
        Column(name="town", kind="categorical"),
        Column(name="blank", kind="text"),
    ),
    target=Target(name="t", task="binary", classes=(0, 1)),
)
ENCODED = StepSpec(steps=("target_mean",), columns=("town",))
SCALED = StepSpec(steps=("target_mean", "standardise"), columns=("town",))
CLIPPED = StepSpec(steps=("clip",), columns=("x", "y"))
WORDS = StepSpec(steps=("tfidf",), columns=("blank",))


def rows(count=60, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=count)
    x[::7] = np.nan
    frame = pl.DataFrame(
        {
            "x": pl.Series(x).fill_nan(None),
            "y": rng.normal(size=count),
            "town": rng.choice(["a", "b", "c", None], count).tolist(),
            "blank": pl.Series([None] * count, dtype=pl.String),
        }
    )
    return Rows(frame, feeds(frame, SCHEMA), Truth("binary", rng.integers(0, 2, count), 2), SCHEMA)


def parts(count=60):
    return (np.arange(count) % CROSS).astype(np.int8)


def flipped(source, row):
    values = source.truth.values.copy()
    values[row] = 1 - values[row]
    return Rows(source.frame, source.feeds, Truth("binary", values, 2), source.schema)


@pytest.mark.parametrize("spec", [ENCODED, SCALED], ids=lambda spec: " > ".join(spec.steps))
@given(row=st.integers(0, 59), seed=st.integers(0, 3))
@settings(max_examples=10)
def test_no_rows_own_truth_is_in_what_it_is_learnt_from(spec, row, seed):
    source = rows(seed=seed)
    before = fit_matrix([spec], source, parts()).values
    after = fit_matrix([spec], flipped(source, row), parts()).values
    assert np.array_equal(before[row], after[row])
    assert not np.array_equal(before, after)  # others may well see it


def test_later_steps_work_on_crosswise_values_too():
    values = fit_matrix([SCALED], rows(400), parts(400)).values
    assert abs(values.mean()) < 0.5  # shares of a class would lie around one half, all within [0, 1]
    assert values.std() > 0.5


def test_what_serves_is_fitted_on_all_rows():
    source = rows()
    matrix = fit_matrix([ENCODED], source, parts())
    served = Session(compile({"x": matrix.tensor}, source.inputs))(source.feeds)["x"]
    again = fit_matrix([ENCODED], source, (np.arange(60) // 12).astype(np.int8))
    assert matrix.tensor.key == again.tensor.key  # however the rows were parted
    assert not np.array_equal(matrix.values, served)


def test_without_supervised_steps_learning_sees_what_serving_sees():
    source = rows()
    matrix = fit_matrix([CLIPPED], source, parts())
    served = Session(compile({"x": matrix.tensor}, source.inputs))(source.feeds)["x"]
    assert np.array_equal(matrix.values, served, equal_nan=True)


def test_every_column_says_where_it_came_from():
    onehot = StepSpec(steps=("onehot",), columns=("town",))
    filled = StepSpec(steps=("clip", "impute"), columns=("x", "y"))
    matrix = fit_matrix([filled, ENCODED, onehot], rows(), parts())
    assert len(matrix.features) == matrix.tensor.width == matrix.values.shape[1]
    assert len({feature.name for feature in matrix.features}) == len(matrix.features)
    assert [(f.column, f.step) for f in matrix.features[:3]] == [
        ("x", "clip > impute"),
        ("y", "clip > impute"),
        ("x", "clip > impute"),  # the indicator of what was missing
    ]
    assert {f.column for f in matrix.features[3:]} == {"town"}


def test_a_step_that_refuses_costs_its_piece_alone():
    with_words = fit_matrix([CLIPPED, WORDS, ENCODED], rows(), parts())
    without = fit_matrix([CLIPPED, ENCODED], rows(), parts())
    assert with_words.features == without.features
    assert np.array_equal(with_words.values, without.values, equal_nan=True)


def test_nothing_left_to_learn_from_is_said():
    nothing = fit_matrix([WORDS], rows(), parts())
    assert nothing.values.shape == (60, 0)
    with pytest.raises(InputError, match="no column"):
        side_by_side([nothing, nothing])


def test_a_flavour_is_cut_where_others_end_that_begin_as_it_does():
    flavours = {
        "plain": (CLIPPED,),
        "none": (),
        "other": (SCALED,),
        "rich": (CLIPPED, ENCODED),
        "all": (CLIPPED, ENCODED, SCALED),
    }
    rest = [("plain", (CLIPPED,)), ("rich", (ENCODED,)), ("all", (SCALED,))]
    for name, expected in {"all": rest, "rich": rest[:2], "plain": rest[:1], "other": [("other", (SCALED,))]}.items():
        assert list(blocks(flavours, name)) == expected


def test_blocks_side_by_side_are_the_matrix_of_all_their_steps():
    def block(specs):
        made = fit_matrix(specs, rows(), parts())
        session = Session(compile({"x": made.tensor}, rows().inputs))
        return replace(made, scored=session(rows(9, 1).feeds)["x"], probed=session(rows(5, 2).feeds)["x"])

    whole = block([CLIPPED, ENCODED, SCALED])
    joined = side_by_side([block([CLIPPED]), block([WORDS]), block([ENCODED, SCALED])])
    assert joined.tensor.key == whole.tensor.key
    assert joined.features == whole.features
    assert len(joined.refused) == 1
    for name in ("values", "scored", "probed"):
        assert np.array_equal(getattr(joined, name), getattr(whole, name), equal_nan=True)


def test_the_same_rows_give_the_same_matrix():
    first, again = (fit_matrix([CLIPPED, ENCODED, SCALED], rows(), parts()) for _ in range(2))
    assert first.tensor.key == again.tensor.key
    assert np.array_equal(first.values, again.values, equal_nan=True)


def test_crossed_columns_are_read_as_one_whose_levels_are_pairs():
    schema = Schema(
        columns=tuple(Column(name=n, kind="categorical") for n in ("a", "b")),
        target=Target(name="t", task="regression"),
    )
    frame = pl.DataFrame({"a": ["x", "x", "y", None] * 10, "b": ["1", "2", "1", "2"] * 10})
    values = np.array([1.0, 2.0, 3.0, 4.0] * 10)
    source = Rows(frame, feeds(frame, schema), Truth("regression", values, 0), schema)
    spec = StepSpec(steps=("target_mean",), columns=("a", "b"), options={"target_mean": {"prior": 0.0}}, crossed=True)
    matrix = fit_matrix([spec], source, parts(40))
    np.testing.assert_allclose(matrix.values[:, 0], values)
    (feature,) = matrix.features
    assert feature.name == "a × b target mean"
    assert feature.column == "a"
    new = pl.DataFrame({"a": ["y", "x", None], "b": ["2", "1", "2"]})
    served = Session(compile({"x": matrix.tensor}, source.inputs))(feeds(new, schema))["x"]
    np.testing.assert_allclose(served[:, 0], [2.5, 1.0, 4.0])  # a pair never seen: the overall mean
