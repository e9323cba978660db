"""Copies of the target are found in any form; what honest columns look like is not."""

from __future__ import annotations

import numpy as np
import pytest

TASKS = ("regression", "binary", "multiclass")
COPY, AFTER, SUSPECT = "leak-target-copy", "leak-after-outcome", "leak-suspect"


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("task", TASKS)
def test_nothing_is_found_in_honest_tables(found, target_of, task, seed):
    assert found(task, target_of(task, seed), seed) == {}


@pytest.mark.parametrize(
    "made",
    [
        lambda y: 3 * y - 7,
        lambda y: -np.arctan(y),
        lambda y: np.exp(y) * 1000,
        lambda y: np.round(y, 1),
        lambda y: y + 0.1 * np.random.default_rng(3).normal(size=len(y)),
        lambda y: [f"band {v}" for v in np.digitize(y, np.linspace(-2, 2, 30))],
    ],
    ids=["scaled", "bent", "exponential", "rounded", "noisy", "in bands"],
)
def test_a_number_in_any_form_is_a_copy(found, target_of, made):
    y = target_of("regression")
    assert found("regression", y, x=made(y)) == {("x",): COPY}


@pytest.mark.parametrize("task", ["binary", "multiclass"])
@pytest.mark.parametrize(
    "made",
    [
        lambda y: y + np.random.default_rng(3).random(len(y)) * 0.9,
        lambda y: [f"{'abc'[v]}{i % 4}" for i, v in enumerate(y)],
        lambda y: np.where(np.random.default_rng(3).random(len(y)) < 0.005, 0, y),
    ],
    ids=["score", "finer classes", "few mistakes"],
)
def test_a_class_in_any_form_is_a_copy(found, target_of, task, made):
    y = target_of(task)
    assert found(task, y, x=made(y)) == {("x",): COPY}


@pytest.mark.parametrize("task", TASKS)
def test_a_copy_where_there_is_a_value_is_known_after_the_outcome(found, target_of, task):
    y = target_of(task)
    there = np.random.default_rng(5).random(len(y)) < 0.3
    assert found(task, y, x=np.where(there, 2.0 * y, np.nan)) == {("x",): AFTER}


def test_what_tells_far_more_than_any_other_is_a_suspect(found, target_of):
    y = target_of("regression")
    assert found("regression", y, x=y + 0.25 * np.random.default_rng(3).normal(size=len(y))) == {("x",): SUSPECT}


def test_several_that_tell_alike_are_no_suspects(found, target_of):
    y = target_of("regression")
    rng = np.random.default_rng(8)
    near = {name: y + 0.25 * rng.normal(size=len(y)) for name in ("length", "width")}
    assert found("regression", y, **near) == {}


@pytest.mark.parametrize(("noise", "severity"), [(0.0, "severe"), (0.1, "warning")])
def test_only_what_tells_all_is_severe(sight_of, target_of, noise, severity):
    from mlwright.explore.leaks.single import copies

    y = target_of("regression", rows=3000)
    leak = next(copies(sight_of("regression", y, x=np.cbrt(y + noise * np.random.default_rng(3).normal(size=3000)))))
    assert leak.severity == leak.finding.severity == severity and leak.finding.remedy
