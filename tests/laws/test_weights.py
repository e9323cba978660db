"""Weights through a whole run: what counts more decides, alike weights decide nothing, and nothing hangs on chance."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import mlwright
from mlwright.contracts.records import Candidates
from mlwright.store import Run

pytestmark = pytest.mark.slow
TRIALS = 6  # the linear model, boosting, a network and a forest


def trained(data, target="left", trials=TRIALS, **more):
    return mlwright.train(data, target, budget=None, trials=trials, **more)


def quarrel(task: str, rows: int = 600, seed: int = 0) -> pl.DataFrame:
    """Two witnesses who say the opposite of each other, one of which counts nine times as much."""
    rng = np.random.default_rng(seed)
    x, town = rng.normal(size=rows), rng.choice(["north", "south"], rows)
    honest = rng.random(rows) < 0.5
    signal = np.where(honest, 1.0, -1.0) * (x + np.where(town == "north", 0.8, -0.8))
    target = 10.0 + 5.0 * signal if task == "regression" else np.where(signal > 0, "up", "down")
    return pl.DataFrame({"x": x, "town": town, "trust": np.where(honest, 9.0, 1.0), "target": target})


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_the_rows_that_count_more_decide(tmp_path, task):
    model = trained(quarrel(task), "target", weight="trust", runs=tmp_path)
    new = pl.DataFrame({"x": [2.0, -2.0], "town": ["north", "south"]})
    up, down = model.predict(new) if task == "regression" else model.predict_proba(new)[:, 1]
    assert up > down
    assert model.verdict.decision == "ship"
    assert "each row counts by its 'trust'" in model.verdict.method
    assert model.schema.weight == "trust" and "trust" not in [c.name for c in model.schema.features]
    (run,) = tmp_path.iterdir()
    assert {t.status for t in Run.open(run).read("candidates", Candidates).trials} == {"done"}


def test_the_same_weights_give_the_same_bytes(table, tmp_path):
    frame = table().with_columns(w=pl.Series(np.random.default_rng(0).exponential(size=240)))
    for name in ("one", "two"):
        trained(frame, weight="w", out=tmp_path / name)
    for file in ("model.onnx", "evaluation.json"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_alike_weights_change_nothing_of_note(table):
    frame = table()
    plain = trained(frame, trials=3)
    alike = trained(frame.with_columns(w=pl.lit(7)), weight="w", trials=3)
    np.testing.assert_allclose(alike.predict_proba(frame), plain.predict_proba(frame), atol=0.02)
    assert alike.verdict.score.value == pytest.approx(plain.verdict.score.value, abs=0.01)
    assert "equal-weights" in {finding.code for finding in alike.verdict.findings}


def test_rows_of_no_weight_might_as_well_not_be_there(table):
    frame = table()
    nonsense = table(seed=5).with_columns(left=pl.lit("yes"))
    both = pl.concat([frame.with_columns(w=pl.lit(1.0)), nonsense.with_columns(w=pl.lit(0.0))])
    with_them = trained(both, weight="w", trials=3)
    without = trained(frame.with_columns(w=pl.lit(1.0)), weight="w", trials=3)
    new = table(seed=9)
    np.testing.assert_allclose(with_them.predict_proba(new), without.predict_proba(new), atol=1e-6)
