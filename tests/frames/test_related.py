"""Columns made of the rows of a child table: against a loop over every row, and what the future may not change."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter

import polars as pl
import pytest
from hypothesis import given, strategies as st

from mlwright.contracts.errors import SchemaError
from mlwright.contracts.records import Aggregate, Column, Relation
from mlwright.frames import aggregate
from mlwright.frames.related import LONGEST, RECENT

START = dt.datetime(2024, 1, 1)
NUMBERS, WORDS = ("sum", "mean", "min", "max", "last", "distinct"), ("last", "distinct", "mode", "items")
MADE = (
    Aggregate("t.count", "count"),
    Aggregate("t.since", "since"),
    *(Aggregate(f"t.n {function}", function, "n") for function in NUMBERS),
    *(Aggregate(f"t.w {function}", function, "w") for function in WORDS),
)
COLUMNS = (Column("at", "datetime"), Column("n", "numeric"), Column("w", "categorical"))
CLOCKED = Relation("t", "id", "id", "at", "asked", COLUMNS, MADE, Column("asked", "datetime"))
TIMELESS = ("t.since", "t.n last", "t.w last")
WHOLE = Relation("t", "id", "id", None, None, COLUMNS[1:], tuple(m for m in MADE if m.name not in TIMELESS))

keys = st.sampled_from(["a", "b", "c", None])
hours = st.none() | st.integers(0, 8).map(lambda hour: START + dt.timedelta(hours=hour))
# Multiples of a half, so that sums do not depend on their order.
child_rows = st.lists(
    st.tuples(
        keys, hours, st.none() | st.integers(-6, 6).map(lambda n: n / 2), st.none() | st.sampled_from(["u", "v", "w"])
    ),
    max_size=14,
)
main_rows = st.lists(st.tuples(keys, hours), max_size=6)


def child_of(rows):
    types = {"id": pl.String, "at": pl.Datetime("us"), "n": pl.Float64, "w": pl.String}
    return pl.DataFrame(rows, schema=types, orient="row")


def main_of(rows):
    return pl.DataFrame(rows, schema={"id": pl.String, "asked": pl.Datetime("us")}, orient="row")


def by_hand(rows, key, moment, clocked):
    """The aggregates of one row, by a plain loop."""
    mine = [row for row in rows if key is not None and row[0] == key]
    if clocked:
        mine = [row for row in mine if moment is not None and row[1] is not None and row[1] < moment]
    mine.sort(key=lambda row: ((row[1] or START) if clocked else 0, *known_last(row[2]), *known_last(row[3], "")))
    n, w = [row[2] for row in mine if row[2] is not None], [row[3] for row in mine if row[3] is not None]
    often = sorted(Counter(w).items(), key=lambda item: (-item[1], item[0]))
    found = {
        "t.count": float(len(mine)),
        "t.n sum": float(sum(n)),
        "t.n mean": sum(n) / len(n) if n else None,
        "t.n min": min(n, default=None),
        "t.n max": max(n, default=None),
        "t.n distinct": float(len(set(n))),
        "t.w distinct": float(len(set(w))),
        "t.w mode": often[0][0] if often else None,
        "t.w items": json.dumps([word for word, _ in often], separators=(",", ":")) if often else None,
    }
    if clocked:
        found["t.since"] = (moment - mine[-1][1]) / dt.timedelta(days=1) if mine else None
        found["t.n last"], found["t.w last"] = (n or [None])[-1], (w or [None])[-1]
    return found


def known_last(value, nothing=0.0):
    return (value is not None, nothing if value is None else value)


@pytest.mark.parametrize("relation", [CLOCKED, WHOLE], ids=["clock", "no clock"])
@given(main=main_rows, child=child_rows)
def test_every_aggregate_is_what_a_loop_gives(relation, main, child):
    made = aggregate(main_of(main), child_of(child), relation)
    names = [item.name for item in relation.aggregates]
    expected = [by_hand(child, key, moment, relation is CLOCKED) for key, moment in main]
    assert made.columns == ["id", "asked", *names]
    for row, hand in zip(made.iter_rows(named=True), expected, strict=True):
        assert {name: row[name] for name in names} == pytest.approx({name: hand[name] for name in names}, nan_ok=True)


@given(main=main_rows, child=child_rows, future=child_rows)
def test_rows_at_the_moment_or_later_change_nothing(main, child, future):
    """The law of point in time: what came at or after every moment of its key may be there or not."""
    latest = {}
    for key, moment in main:
        latest[key] = max(latest.get(key, START), moment or START)
    late = [row for row in future if row[1] is None or row[1] >= latest.get(row[0], START)]
    table = main_of(main)
    without, among = aggregate(table, child_of(child), CLOCKED), aggregate(table, child_of(late + child), CLOCKED)
    assert without.equals(among)


@pytest.mark.parametrize("relation", [CLOCKED, WHOLE], ids=["clock", "no clock"])
@given(main=main_rows, child=child_rows, data=st.data())
def test_the_order_of_either_table_changes_nothing(relation, main, child, data):
    shuffled = data.draw(st.permutations(child))
    order = data.draw(st.permutations(range(len(main))))
    made = aggregate(main_of(main), child_of(child), relation)
    again = aggregate(main_of([main[i] for i in order]), child_of(shuffled), relation)
    assert again.equals(made[list(order)])


@given(main=main_rows, child=child_rows)
def test_each_row_looks_for_itself(main, child):
    table = main_of(main)
    made = aggregate(table, child_of(child), CLOCKED)
    alone = [aggregate(table[i : i + 1], child_of(child), CLOCKED) for i in range(len(main))]
    assert all(made[i : i + 1].equals(row) for i, row in enumerate(alone))


def test_a_clock_of_days_does_not_look_at_the_moment_s_own_day():
    """What is dated the same day may have come later that day."""
    relation = Relation("t", "id", "id", "at", "asked", COLUMNS[:1], MADE[:2], Column("asked", "datetime"), days=True)
    child = child_of([("a", START, None, None), ("a", START + dt.timedelta(days=1), None, None)])
    main = main_of([("a", START + dt.timedelta(days=1, hours=5))])
    assert aggregate(main, child, relation)["t.count"].to_list() == [1.0]


def test_a_clock_of_numbers_counts_in_its_own_unit():
    columns = (Column("at", "numeric"),)
    relation = Relation("t", "id", "id", "at", "asked", columns, MADE[:2], Column("asked", "numeric"))
    child, main = pl.DataFrame({"id": [1, 1, 1], "at": [1, 2, 5]}), pl.DataFrame({"id": [1, 1], "asked": [5.5, 5.0]})
    made = aggregate(main, child, relation)
    assert (made["t.count"].to_list(), made["t.since"].to_list()) == ([3.0, 2.0], [0.5, 3.0])


def test_keys_meet_whatever_their_type():
    child = pl.DataFrame({"id": ["1", "2 ", "2"]})
    relation = Relation("t", "id", "id", None, None, (), MADE[:1])
    for key in ([1, 2, 3], [1.0, 2.0, 3.0], ["1", "2", "3"]):
        assert aggregate(pl.DataFrame({"id": key}), child, relation)["t.count"].to_list() == [1.0, 2.0, 0.0]


def test_an_infinity_does_not_swallow_a_sum():
    child = pl.DataFrame({"id": [1, 1, 1], "n": [1.0, float("inf"), 2.0]})
    made = aggregate(pl.DataFrame({"id": [1]}), child, WHOLE_OF_N)
    assert made.row(0, named=True) == {"id": 1, "t.n sum": 3.0, "t.n mean": 1.5}


WHOLE_OF_N = Relation("t", "id", "id", None, None, COLUMNS[1:2], MADE[2:4])


def test_long_histories_are_looked_at_from_their_end():
    old, new = RECENT + 5, RECENT
    rows = [("a", START + dt.timedelta(hours=i), None, "old" if i < old else "new") for i in range(old + new)]
    main = main_of([("a", START + dt.timedelta(days=999))])
    made = aggregate(main, child_of(rows), CLOCKED)
    assert (made["t.w items"].to_list(), made["t.w distinct"].to_list()) == (['["new"]'], [2.0])
    rows = [("a", None, None, f"word {i:03}") for i in range(LONGEST + 9)]
    listed = json.loads(aggregate(main, child_of(rows), WHOLE)["t.w items"][0])
    assert listed == [f"word {i:03}" for i in range(LONGEST)]


def test_words_that_json_escapes_stay_whole():
    words = ['say "hi"', "back\\slash", "tab\there", "é"]
    child = child_of([("a", None, None, word) for word in words])
    made = aggregate(main_of([("a", None)]), child, WHOLE)
    assert sorted(json.loads(made["t.w items"][0])) == sorted(words)


def test_what_does_not_fit_is_told():
    child = pl.DataFrame({"id": ["a"], "at": ["2024-01-01"], "n": ["many"], "w": ["u"]})
    with pytest.raises(SchemaError, match=r"column 'n'.*'many' is not a number"):
        aggregate(main_of([("a", START)]), child, CLOCKED)
    with pytest.raises(SchemaError, match="column 'id': missing"):
        aggregate(main_of([("a", START)]), child.drop("id"), CLOCKED)
