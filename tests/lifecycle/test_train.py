"""The whole road, from a table in memory or on disk to a model with its verdict."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import mlwright
from mlwright.contracts.insight import Scrutiny
from mlwright.contracts.records import Candidates, FoldResult, Plan, Problem, Release, Table
from mlwright.lifecycle import STAGES
from mlwright.store import Run

BETTER = {"binary": 0.8, "multiclass": 0.6, "regression": 0.0}


@pytest.mark.slow
@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_a_task_is_learnt_and_kept_where_it_was_asked_for(table, tmp_path, task):
    frame = table(task)
    told = []
    model = mlwright.train(
        frame.drop("shop", "day"),
        "target",
        budget=None,
        trials=1,
        out=tmp_path / "models" / "small",
        runs=tmp_path / "runs",
        listener=lambda event, **facts: told.append((event, facts)),
    )
    assert model.schema.target.task == task
    new = table(task, seed=1)
    if task == "regression":
        assert np.corrcoef(model.predict(new), new["target"].to_numpy())[0, 1] > 0.8
        inside = (model.intervals(new) - new["target"].to_numpy()[:, None]) * [-1, 1]
        assert (inside >= 0).all(axis=1).mean() > 0.75
    else:
        assert np.mean(model.predict(new) == new["target"].to_numpy()) > BETTER[task]
        assert np.abs(model.predict_proba(new).sum(axis=1) - 1).max() < 1e-6
    again = mlwright.load(tmp_path / "models" / "small")
    assert np.array_equal(again.predict(new), model.predict(new))
    assert again.verdict == model.verdict
    assert model.manifest.difference <= 1e-5
    assert [facts["stage"] for event, facts in told if event == "stage" and facts["stage"] != "assemble"] == [
        stage.verb for stage in STAGES
    ]
    (run,) = (tmp_path / "runs").iterdir()
    kept = {path.name for path in run.iterdir()}
    assert {f"{stage.record}.json" for stage in STAGES} < kept
    assert not {"train.arrow", "model.onnx", "trials"} & kept  # records, no rows
    assert Run.open(run).read("release", Release).path == str(tmp_path / "models" / "small")


@pytest.mark.slow
def test_costs_and_sensitive_columns_reach_the_scrutiny(table, tmp_path):
    frame = table("binary").with_columns(pl.col("target").cast(pl.String))
    costs = {"false_positive": 1.0, "false_negative": 4.0}
    model = mlwright.train(
        frame.drop("shop", "day"), "target", trials=1, costs=costs, sensitive=["shade"], runs=tmp_path
    )
    (run,) = tmp_path.iterdir()
    found = Run.open(run).read("scrutiny", Scrutiny)
    assert found.cutoff is not None
    assert found.cutoff.threshold == model.verdict.threshold
    assert "costs-cutoff" in {finding.code for finding in model.verdict.findings}
    assert {part.where[0].split(":")[0] for part in found.slices if part.sensitive} == {"shade"}
    assert found.coverage is not None
    assert found.coverage.held.high > 0.9
    assert model.predict_sets(frame).any(axis=1).all()
    scored = model.score_frame(frame, sets=True)
    assert [name for name in scored.columns if name.startswith("set_")] == [f"set_{c}" for c in model.classes]
    assert np.array_equal(scored[:, -2:].to_numpy(), model.predict_sets(frame))


@pytest.mark.slow
def test_groups_stay_together(table, tmp_path):
    frame = table("binary")
    # a shop's rows say the same, so that a row of it in training would give the others away
    frame = frame.with_columns(pl.col("target").first().over("shop"), pl.col("shop").alias("twin"))
    model = mlwright.train(
        frame.select("noise", "twin", "shop", "target"),
        "target",
        group="shop",
        budget=None,
        trials=1,
        runs=tmp_path,
    )
    assert model.verdict.score.low < 0.5 + 0.15
    assert model.verdict.decision != "ship"
    assert "group" in model.verdict.method
    (run,) = tmp_path.iterdir()
    assert Run.open(run).read("plan", Plan).splitter == "group"
    assert "shop" not in [column.name for column in model.schema.features]


@pytest.mark.slow
def test_time_is_respected(table, tmp_path):
    frame = table("regression")
    model = mlwright.train(frame.drop("shop"), "target", time="day", budget=None, trials=1, runs=tmp_path)
    (run,) = tmp_path.iterdir()
    plan, candidates = Run.open(run).read("plan", Plan), Run.open(run).read("candidates", Candidates)
    assert plan.splitter == "time"
    assert not any(member.folds for member in candidates.members)  # the last model knows all of the past
    assert model.verdict.rows == frame.height - -(-frame.height // (plan.folds + 1))
    assert "time" in model.verdict.method


@pytest.mark.slow
def test_test_data_judges(table, tmp_path):
    table("binary", 60, seed=1).write_csv(tmp_path / "test.csv")
    table("binary").write_csv(tmp_path / "train.csv")
    model = mlwright.train(
        tmp_path / "train.csv", "target", test=tmp_path / "test.csv", budget=None, trials=1, runs=tmp_path / "runs"
    )
    assert model.verdict.rows == 60
    assert "test data" in model.verdict.method
    (run,) = (tmp_path / "runs").iterdir()
    found = Run.open(run).read("table", Table)
    assert (found.rows, found.holdout, found.sealed) == (200, 60, "test")
    assert Run.open(run).read("problem", Problem).test == str(tmp_path / "test.csv")


def test_stages_write_a_record_each_under_their_own_name():
    assert [stage.verb for stage in STAGES] == [
        *("ingest", "explore", "clean", "featurize", "plan"),
        *("search", "explain", "scrutinise", "diagnose", "evaluate", "deploy"),
    ]
    assert len({stage.record for stage in STAGES}) == len(STAGES)
    assert FoldResult not in {stage.type for stage in STAGES}
