"""Recipe -> Recipe: every column that can be read gets the encoding that its kind needs."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, strategies as st

from mlwright import plugins
from mlwright.clean import clean
from mlwright.contracts.records import Column, Problem, Profile, Schema, Table, Target
from mlwright.featurize import CELLS, FEW_LEVELS, featurize
from mlwright.graph import Session, compile
from mlwright.ingest import ingest
from mlwright.testing import messy
from mlwright.trials import assign, truth_of
from mlwright.trials.matrix import CROSS, Rows, fit_matrix
from mlwright.trials.probe import probe

KINDS = ("numeric", "boolean", "categorical", "datetime", "text", "identifier", "constant")
COLUMN = st.tuples(st.sampled_from(KINDS), st.integers(1, 200))


def table(columns, rows=1000):
    found = tuple(Column(name=f"c{i}", kind=kind, unique=unique) for i, (kind, unique) in enumerate(columns))
    schema = Schema(columns=found, target=Target(name="y", task="binary", classes=(0, 1)))
    return Table(source="", rows=rows, holdout=0, sealed="", fingerprint="", schema=schema)


def recipe(shape):
    return featurize(clean(shape, Profile(rows=shape.rows)), shape)


@given(st.lists(COLUMN, max_size=15))
def test_every_feature_is_read_and_nothing_else(columns):
    shape = table(columns)
    features = {column.name for column in shape.schema.features}
    for specs in recipe(shape).flavours.values():
        assert {name for spec in specs for name in spec.columns} == features


@given(st.lists(COLUMN, max_size=15))
def test_steps_begin_with_one_that_reads_the_kind_and_take_their_options(columns):
    shape = table(columns)
    kinds = {column.name: column.kind for column in shape.schema.columns}
    for specs in recipe(shape).flavours.values():
        for spec in specs:
            assert spec.options.keys() <= set(spec.steps)
            made = [plugins.make("mlwright.steps", name, spec.options.get(name, {})) for name in spec.steps]
            assert {kinds[name] for name in spec.columns} <= set(made[0].reads)


def steps_of(shape, flavour, column):
    return {spec.steps for spec in recipe(shape).flavours[flavour] if column in spec.columns}


def test_many_levels_are_told_by_the_target_and_few_by_a_column_each():
    few, many = ("categorical", FEW_LEVELS), ("categorical", FEW_LEVELS + 1)
    shape = table([few, many])
    assert ("target_mean", "standardise") in steps_of(shape, "linear", "c1") - steps_of(shape, "linear", "c0")
    assert ("frequency",) in steps_of(shape, "trees", "c1") - steps_of(shape, "trees", "c0")
    assert ("onehot",) in steps_of(shape, "linear", "c0")


@given(st.integers(10, 5_000_000), st.integers(1, 20))
def test_words_keep_to_a_size_of_matrix(rows, texts):
    shape = table([("text", rows)] * texts, rows)
    for specs in recipe(shape).flavours.values():
        most = [spec.options["tfidf"]["most"] for spec in specs if spec.steps == ("tfidf",)]
        assert most
        assert all(50 <= m <= 4000 for m in most)
        assert max(most) * rows * texts <= max(CELLS, 50 * rows * texts)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_a_messy_table_becomes_a_matrix_that_hostile_rows_cannot_break(tmp_path, task):
    shape = ingest(messy(300, 1, task), Problem(target="target"), tmp_path)
    frame = pl.read_ipc(tmp_path / "train.arrow")
    truth = truth_of(frame, shape)
    from mlwright.frames import feeds

    rows = Rows(frame, feeds(frame, shape.schema), truth, shape.schema)
    parts = assign("plain", truth, None, CROSS, 0).of
    made = {flavour: fit_matrix(specs, rows, parts) for flavour, specs in recipe(shape).flavours.items()}
    for flavour, matrix in made.items():
        assert {feature.column for feature in matrix.features} == {c.name for c in shape.schema.features}, flavour
        assert len(matrix.features) == matrix.values.shape[1]
    linear = made["linear"]
    hostile = Session(compile({"x": linear.tensor}, rows.inputs))(probe(rows.feeds, 0))["x"]
    assert np.isfinite(hostile).all()
    # a line goes as far as its input does: no row leads further out than the training rows did, by much
    assert np.abs(hostile).max() <= 2 * np.abs(linear.values).max()
