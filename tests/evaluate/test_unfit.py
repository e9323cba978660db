"""Metrics that mislead."""

from __future__ import annotations

import numpy as np
import pytest

from mlwright.evaluate.unfit import unfit
from mlwright.metrics import METRICS

RNG = np.random.default_rng(0)
RARE = (np.arange(1000) < 30).astype(int)
EVEN = (np.arange(1000) < 400).astype(int)
FLAT = np.full((1000, 2), 0.5)
PLAIN, HEAVY = RNG.normal(10, 1, 1000), RNG.lognormal(0, 2.5, 1000)
GAPPY = np.where(np.arange(1000) % 20 == 0, 0.0, PLAIN)


@pytest.mark.parametrize(
    ("metric", "y", "told"),
    [
        ("accuracy", RARE, True),
        ("accuracy", EVEN, False),
        ("roc_auc", RARE, True),
        ("roc_auc", EVEN, False),
        ("average_precision", RARE, False),
        ("f1", 1 - RARE, True),
        ("f1", EVEN, False),
        ("log_loss", RARE, False),
        ("rmse", HEAVY, True),
        ("rmse", PLAIN, False),
        ("r2", HEAVY, True),
        ("mae", HEAVY, False),
        ("mape", GAPPY, True),
        ("mape", PLAIN, False),
    ],
)
def test_a_metric_that_does_not_fit_is_told(metric, y, told):
    numbers = METRICS[metric].needs == "value"
    prediction = np.full(1000, float(np.median(y))) if numbers else FLAT
    found = unfit(METRICS[metric], y, prediction, () if numbers else ("no", "yes"))
    assert [f.code for f in found] == ["unfit-metric"] * told
    assert all(f.remedy for f in found)
