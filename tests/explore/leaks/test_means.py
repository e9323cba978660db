"""Means of the target, of these very rows or of rows to come, leave a trace; honest means do not."""

from __future__ import annotations

import numpy as np
import pytest

TASKS = ("regression", "binary")


def groups(y, size=12, seed=99):
    """Groups whose targets differ: rows sorted by a noisy target, cut in parts of about this size."""
    rng = np.random.default_rng(seed)
    place = np.argsort(np.argsort(y + 2 * y.std() * rng.normal(size=len(y))))
    return rng.permutation(len(y) // size + 1)[place // size]


def mean_by(group, y):
    return (np.bincount(group, y) / np.maximum(np.bincount(group), 1))[group]


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("weight", [0.0, 8.0])
def test_the_mean_by_a_column_is_found(found, target_of, task, weight):
    y = target_of(task).astype(float)
    town = groups(y)
    count = np.bincount(town)[town]
    x = (count * mean_by(town, y) + weight * y.mean()) / (count + weight)
    assert found(task, y, town=[f"t{t}" for t in town], x=x) == {("x",): "leak-target-encoding"}


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("weight", [1e-9, 5.0])
def test_the_mean_but_for_the_own_row_is_found(found, target_of, task, weight):
    y = target_of(task).astype(float)
    town = groups(y)
    count = np.bincount(town)[town]
    x = (count * mean_by(town, y) - y + weight * y.mean()) / (count - 1 + weight)
    assert found(task, y, town=[f"t{t}" for t in town], x=x) == {("x",): "leak-target-encoding"}


@pytest.mark.parametrize("task", TASKS)
def test_the_mean_of_groups_that_no_column_names_is_found(found, target_of, task):
    y = target_of(task).astype(float)
    assert found(task, y, x=mean_by(groups(y), y)) == {("x",): "leak-future-aggregate"}


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("ahead", [1, 3, 6])
def test_the_mean_of_the_rows_to_come_is_found_and_that_of_rows_before_is_not(found, target_of, task, ahead):
    y = target_of(task).astype(float)
    later = np.stack([np.roll(y, -k) for k in range(1, ahead + 1)]).mean(axis=0)
    before = np.stack([np.roll(y, k) for k in range(1, ahead + 1)]).mean(axis=0)
    small = 1e-6 * np.random.default_rng(0).random(len(y))
    assert found(task, y, x=later + small) == {("x",): "leak-future-aggregate"}
    assert found(task, y, x=before + small) == {}


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("task", TASKS)
def test_the_mean_of_other_rows_is_no_leak(found, target_of, task, seed):
    """The mean by town of last year's rows: as good as an encoding can honestly be."""
    rng = np.random.default_rng(seed)
    town, level = rng.integers(0, 50, 1200), rng.normal(size=50)
    if task == "regression":
        y = level[town] + rng.normal(size=1200) * 1.5
    else:
        y = (rng.random(1200) < 1 / (1 + np.exp(-level[town]))).astype(float)
    last, now = slice(0, 600), slice(600, 1200)
    known = np.array([y[last][town[last] == t].mean() if (town[last] == t).any() else y.mean() for t in range(50)])
    assert found(task, y[now], seed, town=[f"t{t}" for t in town[now]], x=known[town[now]]) == {}
