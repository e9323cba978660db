"""A whole run that is diagnosed, and tries what was prescribed."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import mlwright
from mlwright.contracts.insight import Diagnosis
from mlwright.contracts.records import Candidates, Plan
from mlwright.store import Run


@pytest.mark.slow
def test_what_is_prescribed_is_tried_and_told(tmp_path):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(500, 2))
    true = x[:, 0] > 0
    flipped = rng.random(500) < 0.06
    frame = pl.DataFrame({"a": x[:, 0], "b": x[:, 1], "y": np.where(true ^ flipped, "yes", "no")})
    model = mlwright.train(frame, "y", trials=2, iterate=True, runs=tmp_path)
    (folder,) = tmp_path.iterdir()
    run = Run.open(folder)
    found, plan = run.read("diagnosis", Diagnosis), run.read("plan", Plan)
    assert "label-noise" in {finding.code for finding in found.findings}
    assert flipped[list(found.suspects)].mean() > 0.8  # by their place in the data
    (asked,) = [spec for spec in plan.trials if spec.answers == "label-noise"]
    assert asked.cure == "fewer-rows"
    assert {t.status for t in run.read("candidates", Candidates).trials if t.spec.answers} == {"done"}
    assert asked.id in {tried.trial for tried in found.tried}
    assert set(found.findings) <= set(model.verdict.findings)
