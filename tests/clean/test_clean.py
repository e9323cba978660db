"""Profile -> Recipe: repairs of numbers, by the flavour of matrix."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, strategies as st

from mlwright import plugins
from mlwright.clean import clean
from mlwright.contracts.protocols import Truth
from mlwright.contracts.records import Column, Profile, Schema, Table, Target
from mlwright.frames import feeds
from mlwright.graph import Session, compile
from mlwright.trials.matrix import CROSS, Rows, fit_matrix

KINDS = ("numeric", "boolean", "categorical", "datetime", "text", "identifier", "constant")


def table(kinds):
    columns = tuple(Column(name=f"c{i}", kind=kind) for i, kind in enumerate(kinds))
    schema = Schema(columns=columns, target=Target(name="y", task="binary", classes=(0, 1)))
    return Table(source="", rows=10, holdout=0, sealed="", fingerprint="", schema=schema)


@given(st.lists(st.sampled_from(KINDS), max_size=12))
def test_numbers_and_flags_and_nothing_else_are_repaired_once_a_flavour(kinds):
    recipe = clean(table(kinds), Profile(rows=10))
    numbers = tuple(f"c{i}" for i, kind in enumerate(kinds) if kind in ("numeric", "boolean"))
    assert recipe.flavours.keys() == {"trees", "linear"}
    for specs in recipe.flavours.values():
        assert tuple(name for spec in specs for name in spec.columns) == numbers
        for spec in specs:
            assert [plugins.find("mlwright.steps", name) for name in spec.steps]


@pytest.fixture
def rows():
    shape = table(("numeric", "boolean"))
    frame = pl.DataFrame({"c0": [1.0, None, 3.0, 100.0] * 10, "c1": [True, False, None, True] * 10})
    truth = Truth("binary", np.arange(40) % 2, 2)
    return shape, Rows(frame, feeds(frame, shape.schema), truth, shape.schema)


def made(shape, rows, flavour):
    specs = clean(shape, Profile(rows=40)).flavours[flavour]
    return fit_matrix(specs, rows, (np.arange(40) % CROSS).astype(np.int8))


def test_linear_models_read_finite_numbers_and_what_was_missing(rows):
    matrix = made(*rows, "linear")
    odd = {"numbers": np.array([[np.nan, np.nan], [np.inf, 1.0], [-np.inf, 0.0], [1e300, 1.0]])}
    values = Session(compile({"x": matrix.tensor}, rows[1].inputs))(odd)["x"]
    assert np.isfinite(values).all()
    assert np.abs(values).max() <= 3
    assert matrix.values.mean(axis=0) == pytest.approx(0.0, abs=0.1)
    gaps = [f.name.endswith("missing") for f in matrix.features]
    assert sum(gaps) == 2
    assert (values[0, gaps] > values[1, gaps]).all()


def test_trees_read_what_is_missing_as_missing_and_no_value_further_out_than_seen(rows):
    matrix = made(*rows, "trees")
    odd = {"numbers": np.array([[np.nan, np.nan], [1e300, 1.0], [-np.inf, 0.0]])}
    values = Session(compile({"x": matrix.tensor}, rows[1].inputs))(odd)["x"]
    assert np.isnan(values[0]).all()
    assert values[1:].tolist() == [[100.0, 1.0], [1.0, 0.0]]
