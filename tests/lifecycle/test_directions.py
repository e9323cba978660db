"""Which way an answer may go, as people write it."""

from __future__ import annotations

from collections import OrderedDict

import pytest
from hypothesis import given, strategies as st

from mlwright.contracts.errors import InputError
from mlwright.lifecycle.directions import by_column, directions


def test_words_for_up_and_down():
    assert directions({"a": "up", "b": " Down ", "c": "increasing", "d": "DECREASING"}) == {
        "a": "up", "b": "down", "c": "up", "d": "down",
    }  # fmt: skip
    assert directions(None) == directions({}) == {}
    assert directions(OrderedDict(a="up")) == {"a": "up"}


@given(st.dictionaries(st.text(min_size=1), st.sampled_from(["up", "down"])))
def test_what_is_typed_names_any_column(wanted):
    assert by_column([f"{name}={way}" for name, way in wanted.items()]) == wanted


@pytest.mark.parametrize("text", ["price", "=up", "price=", "="])
def test_what_names_no_column_is_refused(text):
    with pytest.raises(InputError, match="names no column") as caught:
        by_column([text])
    assert "price=down" in caught.value.way_out


def test_a_column_goes_one_way():
    with pytest.raises(InputError, match="'a' is given twice"):
        by_column(["a=up", "a=down"])


@pytest.mark.parametrize(
    ("given", "told"),
    [({"a": "upward"}, "'upward'"), ({"a": "dwon"}, "did you mean 'down'"), ({"a": 1}, "1"), (["a"], "list")],
)
def test_what_is_no_direction_is_refused(given, told):
    with pytest.raises(InputError) as caught:
        directions(given)
    assert told in str(caught.value)
    assert caught.value.way_out
