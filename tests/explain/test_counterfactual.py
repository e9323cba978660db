"""The nearest other answer: reached, of few columns, of values seen, and never of a column that stays."""

from __future__ import annotations

import numpy as np
import pytest

from mlwright.contracts.records import Column
from mlwright.explain import Goal, counterfactual

RNG = np.random.default_rng(4)
X = np.round(RNG.normal(size=(300, 4)), 2)
S = RNG.choice(["red", "green", "blue"], (300, 2))


def model(x, s):
    return 2 * x[:, 0] + 0.5 * x[:, 1] + np.where(s[:, 0] == "red", 1.0, 0.0) - 1.0


def a_no(one):
    answers = one.model(one.feeds, np.arange(one.rows))
    return int(np.flatnonzero((answers[:, 1] < 0.35) & (answers[:, 1] > 0.2))[0])


def after(one, row, way):
    """The answer for the row with the changes made."""
    cells = one.take(np.array([row]))
    place = {column.name: i for i, column in enumerate(one.columns)}
    for change in way.changes:
        assert change.after in one.cells(place[change.column]).tolist()
        assert change.before == one.cells(place[change.column])[row] != change.after
        one.put(cells, place[change.column], change.after)
    return one.model(cells, np.array([row]))[0]


def test_it_is_reached_by_one_column_if_one_is_enough(subject):
    one = subject(X, S, model, "binary")
    row = a_no(one)
    way = counterfactual(one, row, Goal(index=1))
    assert len(way.changes) == 1 and way.label == "yes"
    assert after(one, row, way)[1] == pytest.approx(way.answer) and way.answer > 0.5


def test_what_is_fixed_stays(subject):
    one = subject(X, S, model, "binary", fixed=("x0", "s0"))
    row = a_no(one)
    way = counterfactual(one, row, Goal(index=1))
    assert [change.column for change in way.changes] == ["x1"]
    assert counterfactual(subject(X, S, model, "binary", fixed=("x0", "x1", "s0")), row, Goal(index=1)) is None


def test_several_columns_where_one_is_not_enough(subject):
    def all_three(x, s):
        return 3.0 * ((x[:, 0] > 1) & (x[:, 1] > 1)) + 0.2 * (x[:, 0] > 1) + 0.2 * (x[:, 1] > 1) - 1.0

    one = subject(X, S, all_three, "binary")
    row = int(np.flatnonzero((X[:, 0] < 0) & (X[:, 1] < 0))[0])
    way = counterfactual(one, row, Goal(index=1))
    assert [change.column for change in way.changes] == ["x0", "x1"]
    assert all(change.after > 1 for change in way.changes)


def test_the_nearest_of_equal_changes_is_taken(subject):
    """Any value of x0 above 0 does: the first one tried above it is told, not the largest."""
    one = subject(X, S, lambda x, s: np.where(x[:, 0] > 0, 1.0, -1.0), "binary")
    row = int(np.argmin(X[:, 0]))
    (change,) = counterfactual(one, row, Goal(index=1)).changes
    assert 0 < change.after < 0.3


def test_numbers_are_brought_above_or_below(subject):
    one = subject(X, S, model)
    for goal in (Goal(number=2.0), Goal(number=-4.0, above=False)):
        way = counterfactual(one, 0, goal)
        assert after(one, 0, way) == pytest.approx(way.answer)
        assert way.answer >= 2.0 if goal.above else way.answer <= -4.0
    assert counterfactual(one, 0, Goal(number=1e9)) is None
    assert counterfactual(one, 0, Goal(number=-1e9)) is None  # it is above already


def test_nobody_acts_on_words_or_running_numbers(subject):
    columns = (
        Column("key", "numeric", meaning="key"),
        Column("x1", "numeric"),
        Column("x2", "numeric"),
        Column("x3", "numeric"),
        Column("note", "text"),
        Column("s1", "categorical"),
    )
    one = subject(X, S, model, "binary", columns=columns)
    way = counterfactual(one, a_no(one), Goal(index=1))
    assert {change.column for change in way.changes} <= {"x1", "x2", "x3", "s1"}
