"""The whole explanation: of a formula whose truth is known, without a truth, and inside a clock."""

from __future__ import annotations

import time

import msgspec
import numpy as np
import pytest

from mlwright.contracts.insight import Explanation
from mlwright.contracts.protocols import Clock
from mlwright.explain import Goal, explain, explain_rows

RNG = np.random.default_rng(5)
X = RNG.normal(size=(400, 5))
S = RNG.choice(["red", "green", "blue"], (400, 1))


def model(x, s):
    return 3 * x[:, 0] + x[:, 1] * x[:, 2] + (s[:, 0] == "red")


def test_a_formula_is_told_as_it_is(subject):
    noise = 0.3 * RNG.normal(size=400)
    one = subject(X, S, model, y=model(X, S) + noise)
    found = explain(one)
    assert (found.rows, found.metric, found.answer) == (400, "rmse", "")
    assert found.importances[0].columns == ("x0",)
    assert {name for i in found.importances[:4] for name in i.columns} == {"x0", "x1", "x2", "s0"}
    assert [e.column for e in found.effects[:1]] == ["x0"]
    assert found.interactions[0].columns in {("x1", "x2"), ("x2", "x1")}
    assert [e.kind for e in found.examples] == ["typical", "wrong"]
    assert abs(found.examples[1].answer - found.examples[1].truth) == pytest.approx(np.abs(noise[:]).max(), rel=0.5)
    assert msgspec.json.decode(msgspec.json.encode(found), type=Explanation) == found
    assert explain(one) == found


@pytest.mark.parametrize("task", ["regression", "binary", "multiclass"])
def test_every_example_adds_up_on_every_task(subject, task):
    truth = None if task == "regression" else RNG.integers(0, 2, 400)
    more = {} if truth is None else {"y": truth}
    one = subject(X, S, model, task, **more)
    found = explain(one, asked=20_000)
    assert {e.kind for e in found.examples} >= (
        {"typical"} if truth is None else {"typical", "sure", "unsure", "wrong"}
    )
    for example in (*found.examples, *explain_rows(one, [0, 1, 2])):
        assert example.base + sum(part.adds for part in example.parts) == pytest.approx(example.answer, abs=1e-4)
        sizes = [abs(part.adds) for part in example.parts]
        assert sizes == sorted(sizes, reverse=True)


def test_examples_are_what_they_are_called(subject):
    one = subject(X, S, model, "binary", y=(X[:, 0] > 0).astype(int))
    shown = {e.kind: e for e in explain(one).examples}
    assert shown["wrong"].answered != shown["wrong"].truth
    assert shown["sure"].answered == shown["sure"].truth and abs(shown["sure"].answer - 0.5) > 0.4
    assert abs(shown["unsure"].answer - 0.5) < 0.05
    assert {e.label for e in shown.values()} == {"yes"} == {explain(one).answer}


def test_without_a_truth_effects_and_parts_are_told(subject):
    found = explain(subject(X, S, model, y=None))
    assert (found.importances, found.metric) == ((), "")
    assert found.effects[0].column == "x0" and found.interactions
    assert [(e.kind, e.truth) for e in found.examples] == [("typical", None)]


def test_importances_and_examples_are_of_what_has_not_seen_the_rows(subject):
    """What ships has learnt x4, a number of the row, by heart; what has not seen a row can't go by it."""
    number = np.column_stack([X[:, 0], np.arange(400.0)])
    y = X[:, 0] + RNG.normal(size=400)

    def by_heart(x, s):
        return np.where(x[:, 1] >= 0, y[x[:, 1].astype(int)], 0.0)

    def unseen(feeds, origin):
        return feeds["numbers"][:, 0]

    seen = explain(subject(number, S, by_heart, y=y)).importances
    fresh = explain(subject(number, S, by_heart, y=y, unseen=unseen)).importances
    assert (seen[0].columns, fresh[0].columns) == (("x1",), ("x0",))
    assert fresh[1].loss.value == 0


def test_columns_that_matter_are_looked_at_where_there_is_time_for_few(subject):
    x = RNG.normal(size=(300, 40))
    one = subject(x, [[]] * 300, lambda x, s: 2 * x[:, 7] + x[:, 23])
    found = explain(one, asked=600)
    assert len(found.importances) == 6
    assert [i.columns for i in found.importances[:2]] == [("x7",), ("x23",)]


@pytest.mark.alone
def test_no_more_is_asked_than_there_is_time_for(subject):
    def slow(x, s):
        time.sleep(2e-5 * len(x))
        return model(x, s)

    one, started = subject(X, S, slow), time.monotonic()
    found = explain(one, Clock.lasting(1.0))
    assert time.monotonic() - started < 3.0  # a part that was begun is ended
    assert found.importances
    late = explain(one, Clock.lasting(-1.0))
    assert (late.importances, late.effects, late.examples, late.interactions) == ((), (), (), ())


def test_one_row_explains_nothing(subject):
    assert explain(subject(X[:1], S[:1], model)) == Explanation(rows=1, metric="")


def test_asked_rows_come_with_another_answer(subject):
    one = subject(X, S, model, "binary", fixed=("x0",))
    (found,) = explain_rows(one, [3])
    assert (found.kind, found.row) == ("asked", 3)
    assert found.instead is not None and found.instead.label != found.answered
    assert all(change.column != "x0" for change in found.instead.changes)
    (number,) = explain_rows(subject(X, S, model), [3], Goal(number=4.0))
    assert number.instead is not None and number.instead.answer >= 4.0
    assert explain_rows(subject(X, S, model), [3])[0].instead is None


def test_wide_tables_are_told_of_by_their_leading_columns(subject):
    x = RNG.normal(size=(120, 450))
    one = subject(x, [[]] * 120, lambda x, s: 3 * x[:, 401] + x[:, 7])
    found = explain(one, asked=30_000)
    assert len(found.importances) == 200
    assert [i.columns for i in found.importances[:2]] == [("x401",), ("x7",)]
    (row,) = explain_rows(one, [5], Goal(number=1e9))
    assert [part.column for part in row.parts] == ["x401", "x7"] and row.instead is None
