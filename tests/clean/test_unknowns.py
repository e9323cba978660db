"""Numbers that stand for "missing" become missing in the graph, unless they are kept."""

from __future__ import annotations

import numpy as np
import polars as pl

from mlwright.clean import clean, mend
from mlwright.contracts.protocols import Truth
from mlwright.contracts.records import REPAIRS, Column, Profile, Recipe, Schema, StepSpec, Table, Target
from mlwright.frames import feeds
from mlwright.graph import Session, compile
from mlwright.trials.matrix import CROSS, Rows, fit_matrix

SCHEMA = Schema(
    columns=(Column(name="a", kind="numeric"), Column(name="b", kind="numeric")),
    target=Target(name="y", task="binary", classes=(0, 1)),
)
TABLE = Table(source="", rows=40, holdout=0, sealed="", fingerprint="", schema=SCHEMA)
PROFILE = Profile(
    rows=40,
    unknowns={"sentinel-values": {"a": (-999.0,)}, "impossible-values": {"a": (200.0,), "b": (7.0,)}},
    cells={"sentinel-values": 5},
)


def recipe(keep=()):
    repairs = clean(TABLE, PROFILE, keep)
    return mend(repairs, repairs.unknowns)


def test_each_repair_that_is_made_is_told_once_with_the_way_to_undo_it():
    found = recipe().findings
    assert [finding.code for finding in found] == ["repaired", "repaired"]
    assert "--keep sentinel-values" in found[0].remedy and "in 5 cells: 'a' (-999)" in found[0].message


def test_what_is_kept_is_neither_repaired_nor_told():
    assert recipe(("impossible-values",)).unknowns == {"a": (-999.0,)}
    kept = recipe(REPAIRS)
    assert kept.unknowns == {} and kept.findings == ()
    assert kept.flavours == clean(TABLE, Profile(rows=40)).flavours


def test_every_chain_that_reads_the_column_reads_it_without_them_and_no_other_is_touched():
    spec, other = StepSpec(steps=("quantiles",), columns=("a", "b")), StepSpec(steps=("clip",), columns=("b",))
    mended = mend(Recipe(flavours={"trees": (spec, other)}), {"a": (-1.0,)}).flavours["trees"]
    assert mended[0].steps == ("unknowns", "quantiles") and mended[0].options["unknowns"] == {"values": {"a": (-1.0,)}}
    assert mended[1] == other


def test_the_graph_reads_them_as_missing():
    rng = np.random.default_rng(0)
    frame = pl.DataFrame({"a": rng.normal(50, 5, 40), "b": rng.normal(size=40)})
    frame = frame.with_columns(pl.when(pl.arange(40) % 8 == 0).then(-999.0).otherwise(pl.col("a")).alias("a"))
    rows = Rows(frame, feeds(frame, SCHEMA), Truth("binary", np.arange(40) % 2, 2), SCHEMA)
    parts = (np.arange(40) % CROSS).astype(np.int8)
    new = {"numbers": np.array([[-999.0, 7.0], [200.0, 0.0], [np.nan, np.nan], [50.0, 7.1]])}
    trees = fit_matrix(recipe().flavours["trees"], rows, parts)
    values = Session(compile({"x": trees.tensor}, rows.inputs))(new)["x"]
    assert np.isnan(values).tolist() == [[True, True], [True, False], [True, True], [False, False]]
    linear = fit_matrix(recipe().flavours["linear"], rows, parts)
    assert [f.name for f in linear.features] == ["a", "b", "a is missing"]
    said = Session(compile({"x": linear.tensor}, rows.inputs))(new)["x"]
    assert np.abs(said).max() < 10
    assert (said[0] == said[2])[[0, 2]].all(), "a code and a gap are one"
