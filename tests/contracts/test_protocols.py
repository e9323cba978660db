"""Truth and time."""

from __future__ import annotations

import time

import numpy as np
import pytest

from mlwright.contracts.protocols import Clock, Terms, Truth


@pytest.mark.parametrize(("task", "classes", "width"), [("binary", 2, 1), ("multiclass", 4, 4), ("regression", 0, 1)])
def test_a_prediction_is_as_wide_as_the_truth_says(task, classes, width):
    truth = Truth(task, np.arange(6) % max(classes, 1), classes)
    assert truth.width == width
    some = truth.at(np.array([True, False] * 3))
    assert (some.task, some.classes, some.values.tolist()) == (task, classes, truth.values[::2].tolist())
    assert truth.at(np.array([5, 0])).values.tolist() == [truth.values[5], truth.values[0]]


def test_some_rows_keep_their_weights_and_learners_see_them_with_a_mean_of_one():
    plain = Truth("regression", np.arange(4.0), 0)
    assert plain.at(np.array([0, 2])).weight is None and plain.balanced is plain
    weighed = Truth("regression", np.arange(4.0), 0, np.array([1.0, 2.0, 3.0, 6.0]))
    some = weighed.at(np.array([3, 0]))
    assert some.weight.tolist() == [6.0, 1.0]
    assert some.balanced.weight.tolist() == [12 / 7, 2 / 7]
    assert weighed.at(np.zeros(4, bool)).balanced.weight.size == 0


def test_a_clock_without_a_deadline_never_ends():
    assert Clock().left == float("inf")
    assert Clock.lasting(None).left == float("inf")


def test_a_clock_runs_out():
    clock = Clock.lasting(0.02)
    assert 0 < clock.left <= 0.02
    time.sleep(0.03)
    assert clock.left < 0


def test_a_part_of_the_time_ends_with_the_whole():
    assert Clock.lasting(5.0).within(1.0).left <= 1.0
    assert Clock.lasting(0.5).within(9.0).left <= 0.5
    assert Clock().within(1.0).left <= 1.0
    whole = Clock.lasting(3.0)
    assert whole.within(float("inf")) == whole
    assert Clock.lasting(-1.0).within(5.0).left < 0


def masks():
    first, *others = (np.arange(8) == i for i in range(8))
    return first, tuple(others)


@pytest.mark.parametrize(("seconds", "turns"), [(-1.0, 1), (0.5, 1), (2.5, 3), (100.0, 8)])
def test_parts_are_watched_in_turn_until_the_clock_runs_out(monkeypatch, seconds, turns):
    now = [50.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    first, others = masks()
    seen = []
    for mask in Terms(0, Clock(now[0] + seconds), first, others=others).turns():
        seen.append(mask.argmax())
        now[0] += 1.0
    assert seen == list(range(turns))


def test_the_terms_of_some_rows_mark_the_same_ones():
    first, others = masks()
    some = Terms(3, Clock(), first, others=others).at(np.array([2, 0]))
    assert (some.seed, some.watch.tolist()) == (3, [False, True])
    assert [mask.tolist() for mask in some.others[:2]] == [[False, False], [True, False]]
