"""What an error says: what, where and the way out."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from mlwright.contracts import errors
from mlwright.contracts.errors import MlwrightError, RowProblem, SchemaError, near_miss

TREE = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, MlwrightError)]
names = st.text(max_size=12)


@pytest.mark.parametrize(
    ("name", "known", "hint"),
    [
        ("chrun", ["Churn", "Tenure"], "did you mean 'Churn'?"),
        ("CHURN", ["Churn"], "did you mean 'Churn'?"),
        ("straße", ["STRASSE"], "did you mean 'STRASSE'?"),
        ("amuont", ("amount", "count"), "did you mean 'amount'?"),
        ("zzz", ["Churn"], ""),
        ("x", [], ""),
        ("", ["a"], ""),
    ],
)
def test_near_miss(name, known, hint):
    assert near_miss(name, known) == hint


@given(names, st.lists(names))
def test_a_hint_names_something_known(name, known):
    hint = near_miss(name, iter(known))
    assert hint == "" or any(repr(k) in hint for k in known)


@given(st.text(min_size=1, max_size=12))
def test_a_name_is_its_own_near_miss(name):
    assert repr(name) in near_miss(name, [name])


@pytest.mark.parametrize("kind", [c for c in TREE if c is not SchemaError], ids=lambda c: c.__name__)
def test_every_error_says_what_where_and_the_way_out(kind):
    error = kind("no column 'x'", where="data.csv", way_out="take another")
    assert str(error) == "data.csv: no column 'x'\ntake another"
    assert (error.what, error.where, error.way_out) == ("no column 'x'", "data.csv", "take another")
    assert str(kind("alone")) == "alone"


def test_only_our_own_fault_exits_with_one():
    assert {c.__name__: c.exit_code for c in TREE if c.exit_code != 2} == {"ParityError": 1}


def test_the_tree_is_drawn_as_it_is():
    drawing = errors.__doc__.split("A plug-in")[0]
    for kind in TREE:
        line = next(line for line in drawing.splitlines() if kind.__name__ in line)
        depth = len([c for c in kind.__mro__ if issubclass(c, MlwrightError)]) - 1
        assert line.index(kind.__name__) == 4 * depth
        if depth == 1:
            assert f"(exit code {kind.exit_code})" in line


def test_all_problems_are_kept_and_the_first_five_told():
    problems = [RowProblem("not a number", row=i, column="age") for i in range(7)]
    error = SchemaError(iter(problems), where="new.csv", way_out="mend them")
    assert error.problems == tuple(problems)
    told = str(error)
    assert told.startswith("new.csv: row 0, column 'age': not a number; row 1")
    assert told.count("not a number") == 5
    assert told.endswith("; and 2 more\nmend them")


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        (RowProblem("bad"), "bad"),
        (RowProblem("bad", row=0), "row 0: bad"),
        (RowProblem("bad", column="a b"), "column 'a b': bad"),
        (RowProblem("bad", row=3, column="a"), "row 3, column 'a': bad"),
    ],
)
def test_a_problem_says_where_it_is(problem, told):
    assert str(SchemaError([problem])) == told
