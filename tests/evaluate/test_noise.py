"""What near rows tell about noise, on problems whose noise is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from mlwright.evaluate.noise import ceiling, noise
from mlwright.metrics import METRICS, score

N = 3000
FOLD = np.arange(N) % 5


@pytest.fixture(scope="module")
def numbers():
    """Columns, the best prediction, and the truth: noise of a standard deviation of 0.7."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(N, 4))
    best = x[:, 0] + np.sin(2 * x[:, 1])
    return x, best, best + 0.7 * rng.normal(size=N)


@pytest.fixture(scope="module")
def labels():
    """The same with classes: columns, the true probability, the truth."""
    rng = np.random.default_rng(2)
    x = rng.normal(size=(N, 3))
    p = expit(2 * x[:, 0] + 1.5 * np.sin(2 * x[:, 1]))
    return x, p, (rng.random(N) < p).astype(int)


def both(p: np.ndarray) -> np.ndarray:
    return np.stack([1 - p, p], axis=1)


def test_of_the_best_model_nothing_is_left_to_learn(numbers):
    x, best, y = numbers
    found = noise(x, y, best, FOLD)
    assert found.common.low == 0.0
    assert found.common.high < 0.1 * found.error
    assert found.noise == pytest.approx(0.49, rel=0.1)


def test_what_a_model_misses_is_measured(numbers):
    x, best, y = numbers
    for prediction in (x[:, 0], 0.5 * x[:, 0]):
        found = noise(x, y, prediction, FOLD)
        missed = np.square(best - prediction).mean()
        assert found.common.low < missed * 1.05
        assert found.common.value == pytest.approx(missed, rel=0.15)


def test_the_ceiling_of_a_model_that_misses_much_is_what_the_best_reaches(numbers, labels):
    x, best, y = numbers
    metric = METRICS["rmse"]
    reach = ceiling(metric, y, x[:, 0], noise(x, y, x[:, 0], FOLD))
    assert reach.value == pytest.approx(score(metric, y, best), rel=0.06)
    x, p, y = labels
    prediction = both(expit(1.6 * x[:, 0]))
    found = noise(x, y, prediction, FOLD)
    for name in ("roc_auc", "log_loss"):
        reach = ceiling(METRICS[name], y, prediction, found)
        assert reach.low <= score(METRICS[name], y, both(p)) <= reach.high


def test_of_labels_the_noise_is_the_error_of_the_true_probability(labels):
    x, p, y = labels
    found = noise(x, y, both(p), FOLD)
    assert found.noise == pytest.approx(2 * (p * (1 - p)).mean(), rel=0.1)


def test_rows_that_are_not_near_tell_nothing():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(300, 40))
    prediction = x.sum(axis=1)
    assert noise(x, prediction + rng.normal(size=300), prediction, FOLD[:300]) is None
    assert noise(x[:40], prediction[:40], prediction[:40], FOLD[:40]) is None


def test_rows_of_one_group_are_no_neighbours():
    rng = np.random.default_rng(4)
    group = np.repeat(np.arange(300), 4)
    x = rng.normal(size=(300, 2))[group] + 0.01 * rng.normal(size=(1200, 2))
    best = x[:, 0]
    y = best + rng.normal(size=300)[group]  # what a group has of its own no model knows of another
    fold = group % 5
    assert noise(x, y, best, fold).common.low > 0.5
    assert noise(x, y, best, fold, group).common.value < 0.25


def test_columns_that_tell_together_alone_are_near_too():
    rng = np.random.default_rng(5)
    x = rng.normal(size=(N, 3))
    y = 2 * x[:, 0] * x[:, 1] + x[:, 2] + 0.5 * rng.normal(size=N)
    found = noise(x, y, x[:, 2], FOLD)
    assert found.common.value > 0.6 * np.square(2 * x[:, 0] * x[:, 1]).mean()


def test_where_nothing_is_missed_nothing_is_told(numbers, labels):
    x, best, _ = numbers
    assert noise(x, best, best, FOLD) is None
    x, _, y = labels
    assert noise(x, y, np.eye(2)[y], FOLD) is None
