"""Law 1: what is emitted equals what was fitted.

Each step and learner alone is held to it in tests/steps/test_laws.py and tests/learners/test_laws.py; here whole trials
are, from typed rows to the answer.
"""

from __future__ import annotations

import msgspec
import numpy as np
import polars as pl
import pytest

from mlwright import graph, plugins
from mlwright.clean import clean
from mlwright.contracts.protocols import Clock
from mlwright.contracts.records import Problem, TrialSpec
from mlwright.explore import explore
from mlwright.featurize import featurize
from mlwright.ingest import ingest
from mlwright.search import make_plan
from mlwright.store import Run
from mlwright.testing import messy
from mlwright.trials import Ground
from mlwright.trials.fold import fit_fold

TASKS = ["binary", "multiclass", "regression"]
# Fewer trees than by default: parity does not depend on how many.
OPTIONS = {"extratrees": {"trees": 20}, "lightgbm": {"rounds": 40, "rate": 0.1}}
CLOSE = 1e-5


@pytest.fixture(scope="module", params=TASKS)
def ground(request, tmp_path_factory):
    problem = Problem(target="target")
    run = Run.create(tmp_path_factory.mktemp("parity"), request.param)
    table = ingest(messy(250, 3, request.param), problem, run.path)
    profile = explore(table, pl.read_ipc(run.path / "train.arrow"))
    recipe = featurize(clean(table, profile), table)
    plan = msgspec.structs.replace(make_plan(table, recipe, problem), folds=3)
    for name, record in {"problem": problem, "table": table, "recipe": recipe, "plan": plan}.items():
        run.write(name, record)
    return Ground.of(run)


@pytest.mark.parametrize("learner", sorted(plugins.installed("mlwright.learners")))
def test_graph_equals_fitted(ground, learner):
    spec = TrialSpec(id=learner, learner=learner, options=OPTIONS.get(learner, {}))
    outcome = fit_fold(ground, spec, 0, Clock())
    assert outcome.result.status == "done"
    assert outcome.result.difference <= CLOSE  # on training rows and hostile ones, as measured by the trial itself
    schema, probe = ground.table.schema, ground.probe()
    inputs = graph.Inputs(schema.numbers, schema.strings)
    answer = graph.Session(graph.compile({"y": outcome.fragment}, inputs))(probe)["y"]
    assert np.abs(answer - outcome.native).max() <= CLOSE
    if ground.truth.task == "binary":
        sure = np.abs(outcome.native - 0.5) > CLOSE
        assert np.array_equal((answer > 0.5)[sure], (outcome.native > 0.5)[sure])
    elif ground.truth.task == "multiclass":
        sure = np.diff(np.sort(outcome.native, axis=1)[:, -2:])[:, 0] > CLOSE
        assert np.array_equal(answer.argmax(axis=1)[sure], outcome.native.argmax(axis=1)[sure])
