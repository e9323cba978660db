"""Law 4: nothing is learnt from rows that a score is computed on."""

from __future__ import annotations

import msgspec
import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

import mlwright
from mlwright.contracts.protocols import Clock
from mlwright.contracts.records import Problem, Recipe, StepSpec, TrialSpec
from mlwright.ingest import ingest
from mlwright.search import make_plan
from mlwright.store import Run
from mlwright.trials import Ground
from mlwright.trials.fold import fit_fold

ROWS, LEVELS, TABLES = 240, 60, 8
LEARNERS = {"linear": {}, "lightgbm": {"rounds": 20, "rate": 0.2, "leaves": 7}}
ENCODED = (StepSpec(steps=("target_mean",), columns=("town",), options={"target_mean": {"prior": 1.0}}),)


def noise(seed: int) -> pl.DataFrame:
    """A category of many levels that says nothing about the target."""
    rng = np.random.default_rng(seed)
    town = [f"town {i}" for i in rng.integers(0, LEVELS, ROWS)]
    return pl.DataFrame({"town": town, "target": rng.permutation(np.arange(ROWS) % 2 == 0)})


def ground(root, seed: int) -> Ground:
    problem = Problem(target="target", seed=seed)
    run = Run.create(root, "noise")
    table = ingest(noise(seed), problem, run.path)
    table = msgspec.structs.replace(table, schema=_categorical(table.schema))
    recipe = Recipe(flavours={"trees": ENCODED, "linear": ENCODED})
    plan = msgspec.structs.replace(make_plan(table, recipe, problem), folds=3)
    for name, record in {"problem": problem, "table": table, "recipe": recipe, "plan": plan}.items():
        run.write(name, record)
    return Ground.of(run)


def _categorical(schema):
    columns = tuple(msgspec.structs.replace(c, kind="categorical") for c in schema.columns)
    return msgspec.structs.replace(schema, columns=columns)


def auc(made: Ground, learner: str) -> float:
    """Of the out-of-fold predictions."""
    spec = TrialSpec(id=learner, learner=learner, options=LEARNERS[learner])
    answer = np.zeros(ROWS)
    for fold in range(made.plan.folds):
        answer[made.folds.valid(fold)] = fit_fold(made, spec, fold, Clock()).prediction[:, 0]
    return float(roc_auc_score(made.truth.values, answer))


def leaking(frame: pl.DataFrame) -> pl.DataFrame:
    """The same encoding, learnt from all rows before any split: what must not happen."""
    return frame.select(pl.col("target").cast(pl.Float64).mean().over("town").alias("town"), "target")


@pytest.mark.slow
def test_noise_scores_no_better_than_chance(tmp_path):
    scores = [auc(ground(tmp_path, seed), learner) for seed in range(TABLES) for learner in LEARNERS]
    error = np.std(scores, ddof=1) / np.sqrt(len(scores))
    assert np.mean(scores) < 0.5 + 3 * error
    assert np.mean(scores) < 0.53
    leaks = [roc_auc_score(*(leaking(noise(seed))[name] for name in ("target", "town"))) for seed in range(TABLES)]
    assert np.mean(leaks) > 0.6  # so this test would see a leak


@pytest.mark.slow
def test_a_model_of_noise_is_not_shipped():
    rng = np.random.default_rng(1)
    frame = noise(1).with_columns(pl.Series("size", rng.normal(size=ROWS)))
    model = mlwright.train(frame, "target", budget=None, trials=2)
    assert model.verdict.score.low < 0.5
    assert model.verdict.decision != "ship"
