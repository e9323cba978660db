"""Recipe -> Recipe: every column that can be read gets the encoding that its kind needs."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, strategies as st

from mlwright import plugins
from mlwright.clean import clean
from mlwright.contracts.records import Column, Problem, Profile, Schema, Table, Target
from mlwright.featurize import CELLS, FEW_LEVELS, WIDE, featurize
from mlwright.graph import Session, compile
from mlwright.ingest import ingest
from mlwright.testing import messy
from mlwright.trials import assign, truth_of
from mlwright.trials.matrix import CROSS, Rows, fit_matrix
from mlwright.trials.probe import probe

KINDS = ("numeric", "boolean", "categorical", "ordinal", "datetime", "text", "list", "identifier", "constant")
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
def test_words_and_characters_keep_to_a_size_of_matrix(rows, texts):
    shape = table([("text", rows)] * texts, rows)
    for specs in recipe(shape).flavours.values():
        wide = 0
        for spec in specs:
            for name in ("tfidf", "character_tfidf"):
                most = spec.options.get(name, {}).get("most", 0)
                assert most == 0 or most >= 50
                wide += most
        assert wide * rows * texts <= max(CELLS, 150 * rows * texts)  # a text keeps 50 of each, however many rows


def test_only_levels_that_are_phrases_are_read_by_their_spelling():
    titles = Column(name="title", kind="categorical", unique=50, levels=("police officer", "fire captain", "clerk"))
    codes = Column(name="code", kind="categorical", unique=50, levels=("A/5 21171", "PC 17599", "113803"))
    schema = Schema(columns=(titles, codes), target=Target(name="y", task="binary", classes=(0, 1)))
    shape = Table(source="", rows=1000, holdout=0, sealed="", fingerprint="", schema=schema)
    assert ("similar",) in steps_of(shape, "spelt", "title")
    assert ("similar",) not in steps_of(shape, "spelt", "code")
    assert ("similar",) not in steps_of(shape, "trees", "title")
    assert ("character_tfidf",) not in steps_of(shape, "linear", "code")


def test_an_order_reaches_its_ladder():
    ordinal = Column(name="size", kind="ordinal", unique=3, order=("S", "M", "L"))
    schema = Schema(columns=(ordinal,), target=Target(name="y", task="binary", classes=(0, 1)))
    shape = Table(source="", rows=1000, holdout=0, sealed="", fingerprint="", schema=schema)
    for flavour in ("trees", "linear"):
        ladders = [s.options["ladder"]["order"] for s in recipe(shape).flavours[flavour] if "ladder" in s.steps]
        assert ladders == [("S", "M", "L")]


RISING = {"clip", "impute", "standardise", "squash", "quantiles", "ladder"}  # steps that only go up with what they read


@given(st.lists(COLUMN, max_size=15), st.randoms())
def test_of_a_bound_column_nothing_is_made_that_goes_up_and_down(columns, random):
    shape = table(columns)
    able = [c.name for c in shape.schema.features if c.kind in ("numeric", "boolean", "datetime", "ordinal")]
    bound = random.sample(able, random.randint(0, len(able)))
    made = featurize(clean(shape, Profile(rows=shape.rows)), shape, bound).flavours
    for flavour, specs in made.items():
        read = [spec for spec in specs if set(spec.columns) & set(bound)]
        assert {name for spec in read for name in spec.columns} >= set(bound)
        assert {step for spec in read for step in spec.steps} <= RISING
        assert all(not spec.crossed for spec in read)
        assert {n for spec in specs for n in spec.columns} == {c.name for c in shape.schema.features}
        own = made["linear" if flavour in ("linear", "values") else "trees"]
        assert specs[: len(own)] == own  # what trials share stays shared


@pytest.mark.parametrize(
    ("columns", "richer"),
    [
        ([("numeric", 9), ("datetime", 9), ("categorical", 9)], False),
        ([("categorical", 9), ("categorical", 9)], False),
        ([("categorical", 90), ("categorical", 90)], True),
        ([("categorical", 90), ("list", 31)], True),
        ([("text", 9)], True),
    ],
)
def test_what_need_not_pay_has_a_flavour_of_its_own(columns, richer):
    made = recipe(table(columns)).flavours
    assert ("trees+" in made) == richer
    if richer:
        assert made["trees+"][: len(made["trees"])] == made["trees"]
        assert len(made["trees+"]) > len(made["trees"])


@pytest.mark.parametrize(
    ("columns", "paired"),
    [
        ([("numeric", 90), ("numeric", 90), ("numeric", 9), ("categorical", 90)], ("c0", "c1")),
        ([("numeric", 90), ("categorical", 90), ("datetime", 90), ("boolean", 2)], ()),
        ([("numeric", FEW_LEVELS + 1)] * WIDE, tuple(f"c{i}" for i in range(WIDE))),
        ([("numeric", FEW_LEVELS + 1)] * (WIDE + 1), ()),
    ],
)
def test_numbers_of_many_values_are_put_together_unless_there_are_too_many(columns, paired):
    made = recipe(table(columns)).flavours
    assert [s.columns for s in made.get("pairs", ()) if "arithmetic" in s.steps] == ([paired] if paired else [])
    assert not any("arithmetic" in spec.steps for name, specs in made.items() if name != "pairs" for spec in specs)


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ([("numeric", 3), ("numeric", 2), ("numeric", FEW_LEVELS), ("numeric", FEW_LEVELS + 1)], ("c0", "c2")),
        ([("categorical", 3), ("boolean", 2)], None),
        ([("numeric", 3)] * 200, tuple(f"c{i}" for i in range(200))),
        ([("numeric", 3)] * 201, None),
    ],
)
def test_numbers_that_may_be_codes_get_a_column_a_value_unless_that_is_too_many(columns, told):
    made = recipe(table(columns)).flavours
    found = [s.columns for specs in made.values() for s in specs if "values" in s.steps]
    assert found == ([told] if told else [])
    assert ("values" in made) == bool(told)


@pytest.mark.slow
@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_a_messy_table_becomes_a_matrix_that_hostile_rows_cannot_break(tmp_path, task):
    shape = ingest(messy(300, 1, task), Problem(target="target"), tmp_path)
    frame = pl.read_ipc(tmp_path / "train.arrow")
    truth = truth_of(frame, shape.schema.target)
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
