"""What answers cost, as people write it."""

from __future__ import annotations

import pytest

from mlwright.contracts.errors import InputError
from mlwright.contracts.records import Target
from mlwright.lifecycle.costs import check_costs, costs, costs_typed


def test_costs_are_numbers_by_kind():
    assert costs({"false_positive": "1", "False-Negative": 5}) == {"false_positive": 1.0, "false_negative": 5.0}
    assert costs(None) == costs({}) == {}
    gain = {"false_positive": 1.0, "true_positive": -10.0}
    assert costs(gain) == gain


def test_what_is_typed():
    assert costs_typed(["false_positive=1", "false_negative=5"]) == {"false_positive": "1", "false_negative": "5"}


@pytest.mark.parametrize("text", ["5", "=5", "false_positive=", "="])
def test_what_names_no_cost_is_refused(text):
    with pytest.raises(InputError, match="names no cost"):
        costs_typed([text])


def test_a_cost_is_given_once():
    with pytest.raises(InputError, match="given twice"):
        costs_typed(["false_positive=1", "false_positive=2"])


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"false_positve": 1}, "did you mean 'false_positive'"),
        ({"false_positive": "much"}, "'much'"),
        ({"false_positive": float("nan"), "false_negative": 1}, "nan"),
        ({"false_positive": 1}, "more than the right answer"),
        ({"false_positive": 0, "false_negative": 0}, "more than the right answer"),
        ({"false_positive": 1, "false_negative": -1}, "more than the right answer"),
        ({"false_positive": 1, "false_negative": 5, "true_positive": 7}, "more than the right answer"),
        ([1, 5], "list"),
    ],
)
def test_what_is_no_cost_is_refused(given, told):
    with pytest.raises(InputError) as caught:
        costs(given)
    assert told in str(caught.value)
    assert caught.value.way_out


def test_costs_are_of_two_classes():
    given = {"false_positive": 1.0, "false_negative": 5.0}
    check_costs(given, Target(name="y", task="binary", classes=("a", "b")))
    check_costs({}, Target(name="y", task="regression"))
    with pytest.raises(InputError, match="3 classes"):
        check_costs(given, Target(name="y", task="multiclass", classes=("a", "b", "c")))
    with pytest.raises(InputError, match="a number"):
        check_costs(given, Target(name="y", task="regression"))
