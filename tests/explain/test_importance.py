"""Importances of formulas: their order, what they come to, their intervals, and columns that tell the same."""

from __future__ import annotations

import numpy as np
import pytest

from mlwright.explain.alike import LIKE, groups, strengths
from mlwright.explain.importance import Shaken, importances, shake
from mlwright.explain.subject import Subject

RNG = np.random.default_rng(0)
X = RNG.normal(size=(600, 4))
S = RNG.choice(["red", "green", "blue"], (600, 1))


def singles(subject: Subject) -> list[tuple[int, ...]]:
    return [(i,) for i in range(len(subject.columns))]


def shaken(subject: Subject, together: list[tuple[int, ...]], asked: int = 20_000) -> Shaken:
    found = shake(subject, subject.unseen or subject.model, together, asked)
    assert found is not None
    return found


def test_columns_are_ordered_by_what_they_bring(subject):
    noise = RNG.normal(size=600)
    one = subject(X, S, lambda x, s: 3 * x[:, 0] + x[:, 1] * x[:, 2], y=3 * X[:, 0] + X[:, 1] * X[:, 2] + noise)
    found = importances(one, singles(one), shaken(one, singles(one)))
    names = [importance.columns for importance in found]
    assert names[0] == ("x0",) and set(names[1:3]) == {("x1",), ("x2",)}
    assert found[2].loss.low > 0
    assert [i.loss.value for i in found[3:]] == [0.0, 0.0]  # the formula does not look at x3 and s0


def test_the_loss_is_what_dealing_out_brings(subject):
    """With y = 3 x, a value and another one of the same law lie 3 * sqrt(2) apart in the root of the mean square."""
    one = subject(X, S, lambda x, s: 3 * x[:, 0])
    found = importances(one, singles(one), shaken(one, singles(one)))[0].loss
    assert found.value == pytest.approx(3 * np.sqrt(2), rel=0.1)
    assert found.low < 3 * np.sqrt(2) < found.high


def test_intervals_hold_the_truth_as_often_as_they_say(subject):
    """Of the shares 3 * sqrt(2) above, over many samples of 150 rows."""
    held = 0
    for seed in range(60):
        x = np.random.default_rng(seed).normal(size=(150, 2))
        one = subject(x, [[]] * 150, lambda x, s: 3 * x[:, 0] + x[:, 1], seed=seed)
        loss = importances(one, [(0,)], shaken(one, [(0,)], 1500))[0].loss
        held += loss.low <= 3 * np.sqrt(2) <= loss.high
    assert held >= 54, held


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_classes_have_importances_too(subject, task):
    one = subject(X, S, lambda x, s: 2 * x[:, 0] + 1.0 * (s[:, 0] == "red"), task)
    found = importances(one, singles(one), shaken(one, singles(one)))
    assert [i.columns for i in found[:2]] == [("x0",), ("s0",)]
    assert found[1].loss.low > 0 and found[2].loss.value == 0


def test_columns_that_tell_the_same_are_dealt_out_together(subject):
    """Alone, each of two equal columns that a model reads half of brings little; together they bring all."""
    x = np.column_stack([X[:, 0], np.exp(X[:, 0]), X[:, 1]])
    shade = np.where(X[:, 3] > 0, "light", "dark")
    one = subject(x, np.column_stack([shade, np.char.upper(shade)]), lambda x, s: x[:, 0] + np.log(x[:, 1]) + x[:, 2])
    assert groups(one) == [(0, 1), (2,), (3, 4)]
    found = importances(one, groups(one), shaken(one, groups(one)))
    assert found[0].columns == ("x0", "x1")
    alone = importances(one, singles(one), shaken(one, singles(one)))
    assert found[0].loss.value > 1.5 * max(i.loss.value for i in alone if i.columns != ("x2",))


def test_strength_is_between_columns_of_all_kinds(subject):
    number = X[:, 0].copy()
    tenth = np.floor(number * 2).astype(str)
    number[::7] = np.nan
    tenth[::7] = ""
    one = subject(np.column_stack([number, X[:, 1]]), np.column_stack([tenth, S]), lambda x, s: x[:, 1])
    table = strengths(one, range(4))
    assert table[0, 2] > 0.6 and table[0, 1] < 0.2 and table[2, 3] < 0.2
    assert np.allclose(table, table.T) and (np.diag(table) == 1).all()
    assert groups(subject(X[:, :2], [[]] * 600, lambda x, s: x[:, 0])) == [(0,), (1,)]
    assert table[0, 1] < LIKE


def test_unseen_answers_are_asked_for_their_own_rows(subject):
    """What did not learn from a row answers for it, also when its values come from other rows."""

    def unseen(feeds, origin):
        return np.where(origin % 2 == 0, feeds["numbers"][:, 0], feeds["numbers"][:, 1])

    truth = np.where(np.arange(600) % 2 == 0, X[:, 0], X[:, 1])
    one = subject(X, S, lambda x, s: x[:, 3], y=truth, unseen=unseen)
    found = importances(one, singles(one), shaken(one, singles(one), 4000))
    assert {i.columns for i in found[:2]} == {("x0",), ("x1",)}
    assert found[0].loss.value == pytest.approx(found[1].loss.value, rel=0.3)


def test_groups_of_rows_widen_the_interval(subject):
    """Rows that are copies of thirty tell no more than thirty."""
    rows = np.repeat(RNG.normal(size=(30, 2)), 20, axis=0)
    codes = np.repeat(np.arange(30), 20)

    def width(**more):
        one = subject(rows, [[]] * 600, lambda x, s: x[:, 0], y=rows[:, 0] + rows[:, 1], **more)
        loss = importances(one, [(0,)], shaken(one, [(0,)], 600))[0].loss
        return loss.high - loss.low

    assert width(groups=codes) > 1.5 * width()


def test_weights_count(subject):
    """Rows of weight near 0 don't matter: only there does the model look at x1."""
    heavy = np.where(X[:, 2] > 0, 1.0, 1e-9)

    def model(x, s):
        return np.where(x[:, 2] > 0, x[:, 0], 5 * x[:, 1])

    found = {}
    for weight in (None, heavy):
        one = subject(X, S, model, weight=weight)
        found[weight is None] = {
            i.columns: i.loss.value for i in importances(one, [(0,), (1,)], shaken(one, [(0,), (1,)]))
        }
    assert found[True]["x1",] > found[True]["x0",]
    assert found[False]["x1",] == pytest.approx(0, abs=1e-3) and found[False]["x0",] > 0.5
