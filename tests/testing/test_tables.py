"""Toy tables: messy in the promised ways, the same each time, and with something to find."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from mlwright.contracts.protocols import Clock, Terms, Truth
from mlwright.learners.linear import Linear
from mlwright.testing import messy

TASKS = ("binary", "multiclass", "regression")


@pytest.mark.parametrize("task", TASKS)
def test_the_same_seed_is_the_same_table(task):
    assert messy(50, 3, task).equals(messy(50, 3, task))
    assert not messy(50, 3, task).equals(messy(50, 4, task))


@pytest.mark.parametrize("rows", [0, 1, 2, 500])
def test_as_many_rows_as_asked(rows):
    assert len(messy(rows)) == rows


def test_it_is_messy():
    table = messy(500)
    types = dict(zip(table.columns, table.dtypes, strict=True))
    assert {pl.Float64, pl.Int64, pl.Boolean, pl.Date, pl.String} < set(types.values())
    assert isinstance(types["since"], pl.Datetime)
    for name in ("amount", "count", "member", "since", "born", "plan"):
        assert 0 < table[name].null_count() < 250
    assert table["ratio"].is_infinite().any()
    assert table["always"].n_unique() == 1
    assert table["code"].n_unique() == 500
    assert table["city"].n_unique() > 15
    assert "" in table["note"]
    assert table["target"].null_count() == 0


@pytest.mark.parametrize(("task", "classes"), [("binary", 2), ("multiclass", 3)])
def test_every_class_occurs(task, classes):
    counts = messy(300, 0, task)["target"].value_counts()["count"]
    assert len(counts) == classes
    assert counts.min() > 30


def test_the_columns_tell_something_about_the_target():
    table = messy(600, 0, "regression")
    amount = table["amount"].log().fill_null(3.0).to_numpy()
    plan = table["plan"].fill_null("").to_dummies().to_numpy()
    x = np.column_stack([amount, plan]).astype(np.float32)
    truth = Truth("regression", table["target"].to_numpy(), 0)
    model = Linear().fit(x[:400], truth.at(np.arange(400)), Terms(0, Clock(), np.zeros(400, bool)))
    error = np.mean((model.predict(x[400:])[:, 0] - truth.values[400:]) ** 2)
    assert error < 0.7 * truth.values[400:].var()
