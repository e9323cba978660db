"""The finished model goes the way that it was bound to, whatever the data says and whatever else stands in a row."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

import mlwright
from mlwright.contracts.records import Candidates, Plan
from mlwright.store import Run

pytestmark = pytest.mark.slow
SIZES = ("S", "M", "L", "XL")
SCHEMA = '[columns."size"]\nkind = "ordinal"\norder = ["S", "M", "L", "XL"]\n'
WAYS = {"price": "down", "since": "up", "size": "up", "member": "down"}
SWEEPS = {
    "price": [-1e300, -5.0, *np.linspace(0.0, 60.0, 120).tolist(), 1e9, float("inf")],
    "since": [dt.datetime(1950, 1, 1) + dt.timedelta(days=250 * i, seconds=17) for i in range(140)],
    "size": list(SIZES),
    "member": [False, True],
}
ROWS = 60


def table(task: str, rows: int, seed: int = 0) -> pl.DataFrame:
    """A target that goes up and down with all four bound columns, with gaps, and against what they are bound to."""
    rng = np.random.default_rng(seed)
    price, days = rng.uniform(0, 60, rows), rng.integers(0, 4000, rows)
    size, member = rng.integers(0, 4, rows), rng.random(rows) < 0.5
    town, other = rng.choice(["north", "south", "east"], rows), rng.normal(size=rows)
    signal = np.sin(price / 8.0) + np.cos(days / 400.0) + 0.4 * (size % 2) + 0.8 * member + 0.5 * other
    signal += 0.03 * price + np.where(town == "north", 0.7, 0.0) + 0.3 * rng.normal(size=rows)
    moments = [dt.datetime(2010, 1, 1) + dt.timedelta(days=int(d), hours=int(d) % 24) for d in days]
    frame = pl.DataFrame(
        {
            "price": price.round(2),
            "since": moments,
            "later": [m + dt.timedelta(days=3) for m in moments],
            "size": np.array(SIZES)[size],
            "member": member,
            "town": town,
            "other": other,
        }
    )
    gaps = {name: (np.arange(rows) * 7 + i) % 13 == 0 for i, name in enumerate(frame.columns)}
    frame = frame.with_columns(pl.when(~pl.Series(gap)).then(pl.col(name)).alias(name) for name, gap in gaps.items())
    target = 100.0 + 20.0 * signal if task == "regression" else np.where(signal > 1.4, "yes", "no")
    return frame.with_columns(pl.Series("target", target))


def worst(model: mlwright.Model, column: str) -> float:
    """The largest step of the answer in the direction that is not allowed, over rows in which one column goes up."""
    values, new = SWEEPS[column], table("binary", ROWS, seed=9).drop("target")
    rows = new[np.repeat(np.arange(ROWS), len(values))].with_columns(
        pl.Series(column, values * ROWS, dtype=new.schema[column], strict=False)
    )
    answer = model.predict_proba(rows)[:, 1] if model.classes else model.predict(rows) / 20.0
    steps = np.diff(answer.reshape(ROWS, -1), axis=1)
    return float((steps if WAYS[column] == "down" else -steps).max())


@pytest.mark.parametrize(("task", "rows"), [("binary", 600), ("regression", 400)])
def test_the_finished_model_goes_the_way_that_it_was_bound_to(tmp_path, task, rows):
    (tmp_path / "schema.toml").write_text(SCHEMA)
    asked = {"budget": 180, "trials": 4, "schema": tmp_path / "schema.toml"}  # no hour: parts are not watched in turn
    model = mlwright.train(table(task, rows), "target", monotone=WAYS, runs=tmp_path / "runs", **asked)
    assert {name: worst(model, name) for name in WAYS if worst(model, name) > 1e-6} == {}
    (run,) = (tmp_path / "runs").iterdir()
    plan, found = Run.open(run).read("plan", Plan), Run.open(run).read("candidates", Candidates)
    assert {t.learner for t in plan.trials} == {"constant", "lightgbm", "xgboost", "catboost"}
    assert {t.status for t in found.trials} == {"done"} and len(found.trials) == 5
    assert model.verdict.decision == "ship"


@pytest.mark.parametrize(("task", "rows"), [("binary", 600), ("regression", 400)])
def test_a_model_that_is_not_bound_goes_its_own_way(tmp_path, task, rows):
    (tmp_path / "schema.toml").write_text(SCHEMA)
    asked = {"budget": None, "trials": 2, "schema": tmp_path / "schema.toml"}
    free = mlwright.train(table(task, rows), "target", **asked)
    assert all(worst(free, name) > 1e-3 for name in WAYS)  # so the test above would see one
