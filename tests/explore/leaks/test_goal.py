"""The measure of how much is told: all, nothing, and nothing by chance."""

from __future__ import annotations

import numpy as np
import pytest

from mlwright.explore.leaks.goal import Goal, bins, levels

TASKS = ("regression", "binary", "multiclass")
RNG = np.random.default_rng(0)


def goal_of(task, rows=1000):
    values = RNG.normal(size=rows) if task == "regression" else RNG.integers(0, 2 + (task == "multiclass"), rows)
    return Goal(task, values.astype(float))


@pytest.mark.parametrize("task", TASKS)
def test_the_target_tells_all_of_itself_and_noise_nothing(task):
    goal = goal_of(task)
    assert goal.told_by_numbers(goal.values) > 0.999
    assert goal.told_by_numbers(-np.exp(goal.values)) > 0.999
    told = [goal.told_by_numbers(np.random.default_rng(seed).random(1000)) for seed in range(20)]
    assert abs(np.mean(told)) < 0.02 and max(told) < 0.12


@pytest.mark.parametrize("task", TASKS)
def test_levels_that_come_once_tell_nothing(task):
    goal = goal_of(task)
    assert goal.told_by(levels(np.arange(1000))) == 0.0
    assert abs(goal.told_by(levels(RNG.integers(0, 150, 1000)))) < 0.15


def test_of_two_classes_it_is_the_square_of_their_correlation_with_the_groups():
    goal = goal_of("binary")
    groups = np.where(RNG.random(1000) < 0.2, 1 - goal.values, goal.values).astype(np.int64)
    expected = np.corrcoef(goal.values, groups)[0, 1] ** 2
    assert goal.told_by(groups) == pytest.approx(expected, abs=0.002)


def test_too_few_rows_of_the_rarer_outcome_tell_nothing():
    values = np.zeros(1000)
    values[:5] = 1
    assert Goal("binary", values).told_by_numbers(values) == 0.0
    assert not Goal("regression", np.arange(20.0)).usable and not Goal("regression", np.ones(100)).usable


def test_equal_numbers_are_in_one_bin_and_bins_have_ten_rows():
    values = np.r_[np.zeros(500), RNG.random(500) + 1]
    groups = bins(values)
    assert len(np.unique(groups[:500])) == 1 and groups[0] not in groups[500:]
    assert np.unique(groups, return_counts=True)[1].min() >= 10
