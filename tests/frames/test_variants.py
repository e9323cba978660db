"""Spellings of one thing are found; signs that carry meaning are kept apart."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, strategies as st

from mlwright import frames


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["N.Y.", "NY", "NY", "CA"], [("NY", ("N.Y.",))]),
        (["new york", "New York", "New  York", "New York"], [("New York", ("New  York", "new york"))]),
        (["Zürich", "Zurich", "ZURICH"], [("ZURICH", ("Zurich", "Zürich"))]),
        (["e-mail", "email", "E mail", "email"], [("email", ("E mail", "e-mail"))]),
        (["A", "A+", "A-", "a"], [("A", ("a",))]),
        (["C", "C++", "C#"], []),
        (["1.5", "15", "1-5", "<1", ">1"], []),
        (["type 1", "type1", "type 2"], [("type 1", ("type1",))]),
        (["?", "!", "-"], []),
        (["a", None, "b"], []),
    ],
)
def test_the_spellings_of_one_thing(values, expected):
    assert frames.variants(pl.Series(values)) == expected


@given(values=st.lists(st.text(max_size=4), max_size=20))
def test_every_value_has_one_place_and_none_is_made_up(values):
    found = frames.variants(pl.Series(values, dtype=pl.String))
    named = [value for spelling, others in found for value in (spelling, *others)]
    assert len(named) == len(set(named)) and set(named) <= set(values)


def test_the_most_frequent_spelling_stands_first_and_the_widest_trouble_too():
    values = ["a b"] * 3 + ["a  b"] + ["x y"] * 5 + ["xy"] * 4
    assert frames.variants(pl.Series(values)) == [("x y", ("xy",)), ("a b", ("a  b",))]
