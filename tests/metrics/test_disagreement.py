"""Labels that predictions contradict."""

from __future__ import annotations

import numpy as np
import pytest

from mlwright.metrics.disagreement import doubted

RNG = np.random.default_rng(0)


def binary(p: np.ndarray) -> np.ndarray:
    return np.stack([1 - p, p], axis=1)


def test_flipped_labels_are_found_and_hardly_any_other():
    truth = RNG.integers(0, 2, 2000)
    flipped = RNG.random(2000) < 0.05
    y = np.where(flipped, 1 - truth, truth)
    found = doubted(y, binary(np.clip(np.where(truth == 1, 0.93, 0.07) + 0.04 * RNG.normal(size=2000), 0.01, 0.99)))
    assert flipped[found].mean() > 0.95
    assert np.isin(np.flatnonzero(flipped), found).mean() > 0.4  # those whose probability is as high as is usual


def test_the_surest_comes_first():
    y = np.repeat([0, 1], 50)
    p = np.where(y == 1, 0.9, 0.1)
    p[3], p[7] = 0.95, 0.99
    assert doubted(y, binary(p)).tolist() == [7, 3]


def test_what_the_columns_leave_open_is_no_error():
    p = RNG.random(5000)
    y = (RNG.random(5000) < p).astype(int)
    assert len(doubted(y, binary(p))) == 0


def test_of_many_classes_the_wrong_one_is_found():
    y = np.repeat([0, 1, 2], 40)
    p = np.full((120, 3), 0.05)
    p[np.arange(120), y] = 0.9
    y[5] = 2
    assert doubted(y, p).tolist() == [5]


@pytest.mark.parametrize("task", ["class", "number"])
def test_few_rows_say_nothing(task):
    y = np.array([0, 1, 0, 1])
    prediction = binary(np.array([0.9, 0.9, 0.1, 0.9])) if task == "class" else np.array([0.0, 1.0, 50.0, 1.0])
    assert len(doubted(y, prediction)) == 0


def test_numbers_far_from_the_prediction_are_found_unless_they_are_a_tail():
    y, prediction = RNG.normal(size=1000), np.zeros(1000)
    y[[10, 20]] = 12.0, -15.0
    assert doubted(y, prediction).tolist() == [20, 10]
    assert len(doubted(RNG.standard_cauchy(1000), prediction)) == 0
