"""Which columns an answer can be bound to."""

from __future__ import annotations

import pytest

from mlwright.contracts.errors import InputError
from mlwright.contracts.records import Column, Problem, Schema, Target
from mlwright.ingest.monotone import KINDS, check_monotone

ALL = (*KINDS, "categorical", "text", "list", "identifier", "constant")


def schema(task="binary", classes=("no", "yes")):
    columns = tuple(Column(name=f"the {kind}", kind=kind) for kind in ALL)
    return Schema(columns=columns, target=Target(name="y", task=task, classes=classes))


@pytest.mark.parametrize("kind", ALL)
def test_what_has_an_up_and_a_down_can_be_bound(kind):
    asked = Problem(target="y", monotone={f"the {kind}": "up"})
    if kind in KINDS:
        check_monotone(schema(), asked)
        check_monotone(schema("regression", ()), asked)
        return
    with pytest.raises(InputError) as caught:
        check_monotone(schema(), asked)
    assert kind in caught.value.what
    assert caught.value.where == "--monotone"
    assert caught.value.way_out


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"monotone": {"the numerics": "up"}}, "did you mean 'the numeric'?"),
        ({"monotone": {"zzz": "up"}}, "These can be bound: 'the numeric', 'the boolean'"),
        ({"monotone": {"y": "up"}}, "'y' is the target"),
        ({"monotone": {"the numeric": "up"}, "group": "the numeric"}, "'the numeric' is the group"),
        ({"monotone": {"the numeric": "up"}, "weight": "the numeric"}, "'the numeric' is the weight"),
    ],
)
def test_what_is_no_feature_can_not(asked, told):
    with pytest.raises(InputError) as caught:
        check_monotone(schema(), Problem(target="y", **asked))
    assert told in str(caught.value)


def test_more_classes_than_two_have_no_up_and_down():
    three = schema("multiclass", ("a", "b", "c"))
    check_monotone(three, Problem(target="y"))
    with pytest.raises(InputError, match="3 classes"):
        check_monotone(three, Problem(target="y", monotone={"the numeric": "up"}))
