"""Fields that are filled in after the outcome are told by where they are filled in."""

from __future__ import annotations

import numpy as np
import pytest

TASKS = ("regression", "binary", "multiclass")


def outcome(y, task):
    return y > np.median(y) if task == "regression" else y == 1


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("wrong", [0.0, 0.05])
def test_whether_a_value_is_missing_tells(found, target_of, task, wrong):
    rng, y = np.random.default_rng(1), target_of(task)
    gone = outcome(y, task) ^ (rng.random(len(y)) < wrong)
    code = found(task, y, x=np.where(gone, np.nan, rng.random(len(y))))
    # three numbers that are missing with one of three classes: found as what stands for one class alone
    assert code in ({("x",): "leak-missingness"}, {("x",): "leak-after-outcome"})


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("share", [0.8, 0.25])
@pytest.mark.parametrize("empty", [np.nan, 0.0])
def test_what_is_filled_in_for_one_outcome_alone_is_found(found, target_of, task, share, empty):
    rng, y = np.random.default_rng(2), target_of(task)
    there = outcome(y, task) & (rng.random(len(y)) < share)
    codes = found(task, y, x=np.where(there, 1 + rng.random(len(y)), empty))
    assert set(codes) == {("x",)} and codes["x",] in ("leak-after-outcome", "leak-missingness")


def test_a_name_that_tells_of_later_is_a_hint_and_no_evidence(sight_of, target_of, found):
    from mlwright.explore.leaks.gaps import gaps

    rng, y = np.random.default_rng(3), target_of("binary")
    values = np.where((y == 1) & (rng.random(len(y)) < 0.5), rng.random(len(y)), np.nan)
    told = {name: next(gaps(sight_of("binary", y, **{name: values}))) for name in ("date_closed", "x")}
    assert "name" in told["date_closed"].message and "name" not in told["x"].message
    assert told["x"].severity == told["date_closed"].severity
    assert found("binary", y, date_closed=rng.random(len(y)), paid_sum=rng.random(len(y))) == {}


@pytest.mark.parametrize("task", TASKS)
def test_honest_gaps_and_zeros_are_no_leaks(found, target_of, task):
    rng, y = np.random.default_rng(4), target_of(task)
    often = 0.2 + 0.4 * outcome(y, task)  # a fireplace has a quality, and dearer houses have more of them
    known = rng.random(len(y)) < often
    assert found(task, y, hearth=np.where(known, rng.random(len(y)), np.nan), visits=known * rng.random(len(y))) == {}
