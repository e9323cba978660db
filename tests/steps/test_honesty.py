"""No row's own truth is in the value that it is trained on; and what linear models read is finite and scaled."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy.stats import spearmanr

from mlwright import plugins
from mlwright.contracts.protocols import Truth
from mlwright.contracts.records import Column, Schema, StepSpec, Target
from mlwright.frames import feeds
from mlwright.graph import Session, compile
from mlwright.testing.steps import Case, rows
from mlwright.trials.matrix import CROSS, Rows, fit_matrix
from mlwright.trials.probe import probe

ROWS, LEVELS = 3000, 600
SUPERVISED = [n for n in sorted(plugins.installed("mlwright.steps")) if plugins.find("mlwright.steps", n).supervised]


def table(frame, kinds, truth):
    schema = Schema(
        columns=tuple(Column(name=name, kind=kind) for name, kind in kinds.items()),
        target=Target(name="y", task=truth.task),
    )
    return Rows(frame, feeds(frame, schema), truth, schema)


def noise(task, seed):
    rng = np.random.default_rng(seed)
    frame = pl.DataFrame({"s": [f"level {i}" for i in rng.integers(0, LEVELS, ROWS)]})
    values = rng.normal(size=ROWS) if task == "regression" else rng.integers(0, 2, ROWS)
    truth = Truth(task, values, 0 if task == "regression" else 2)
    return table(frame, {"s": "categorical"}, truth), (rng.permutation(ROWS) % CROSS).astype(np.int8)


def agreement(matrix, truth):
    """How well the best column ranks the truth: rank correlation, 0 by chance."""
    return max(spearmanr(column, truth.values).statistic for column in matrix.T)


@pytest.mark.parametrize("task", ["binary", "regression"])
@pytest.mark.parametrize("name", SUPERVISED)
def test_a_noise_column_scores_no_better_than_chance_on_its_training_rows(name, task):
    scores, naive = [], []
    for seed in range(3):
        data, parts = noise(task, seed)
        made = fit_matrix([StepSpec(steps=(name,), columns=("s",))], data, parts)
        scores.append(agreement(made.values, data.truth))
        straight = Session(compile({"x": made.tensor}, data.inputs))(data.feeds)["x"]
        naive.append(agreement(straight, data.truth))
    assert min(naive) > 0.2  # fitted on its own rows it would look like a find
    assert np.mean(scores) < 3 / np.sqrt(3 * ROWS)  # three standard errors of chance


@pytest.mark.parametrize("name", SUPERVISED)
def test_changing_a_rows_truth_does_not_change_its_own_value(name):
    data, parts = noise("binary", 0)
    spec = [StepSpec(steps=(name,), columns=("s",))]
    before = fit_matrix(spec, data, parts).values
    for row in (0, 17, ROWS - 1):
        values = data.truth.values.copy()
        values[row] = 1 - values[row]
        other = table(data.frame, {"s": "categorical"}, Truth("binary", values, 2))
        after = fit_matrix(spec, other, parts).values
        np.testing.assert_array_equal(after[parts == parts[row]], before[parts == parts[row]])
        assert (after != before).any()


CHAINS = [
    (("clip", "impute", "squash"), "numeric"),
    (("clip", "impute", "squash"), "boolean"),
    (("impute", "quantiles"), "numeric"),
    (("calendar", "impute", "standardise"), "datetime"),
    (("onehot",), "categorical"),
    (("target_mean", "standardise"), "categorical"),
    (("tfidf",), "text"),
]


@pytest.mark.parametrize(("steps", "kind"), CHAINS, ids=lambda x: x if isinstance(x, str) else ">".join(x))
def test_what_linear_models_read_is_finite_whatever_comes(steps, kind):
    frame, truth = rows(Case(kind, "binary"))
    data = table(frame, dict.fromkeys(frame.columns, kind), truth)
    parts = (np.arange(len(frame)) % CROSS).astype(np.int8)
    made = fit_matrix([StepSpec(steps=steps, columns=tuple(frame.columns))], data, parts)
    fed = probe(data.feeds, 0)
    answers = Session(compile({"x": made.tensor}, data.inputs))(fed)["x"]
    assert np.isfinite(made.values).all()
    assert np.isfinite(answers).all()
    assert made.values.std(axis=0).max() < 2.0
    assert len(made.features) == made.values.shape[1]
    assert {f.column for f in made.features} == set(frame.columns)
