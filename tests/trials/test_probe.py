"""The rows that a graph and its model are compared on."""

from __future__ import annotations

import numpy as np

from mlwright.trials.probe import HOSTILE, TRAINING, probe


def feeds(rows):
    rng = np.random.default_rng(1)
    strings = np.array([["red", "note"]] * rows, dtype=object)
    return {"numbers": rng.uniform(2, 3, (rows, 3)), "strings": strings}


def test_every_column_meets_every_hostile_value():
    found = probe(feeds(40), 0)
    for column in found["numbers"].T:
        assert np.isnan(column).any()
        assert {np.inf, -np.inf, 0.0, 1e308, -1e308, 2.0**53} <= set(column)
        assert np.signbit(column[column == 0]).any()
        assert ((column != 0) & (np.abs(column) < 1e-300)).any()
    for column in found["strings"].T:
        assert {"", " ", "never seen before", "NaN", "0"} <= set(column)
        assert max(map(len, column)) >= 1000
        assert not all(text.isascii() for text in column)


def test_training_rows_come_first_and_unchanged():
    few, many = feeds(40), feeds(TRAINING + 100)
    assert set(map(tuple, probe(few, 3)["numbers"][:40])) == set(map(tuple, few["numbers"]))
    found = probe(many, 3)
    assert {len(array) for array in found.values()} == {TRAINING + HOSTILE}
    assert set(map(tuple, found["numbers"][:TRAINING])) < set(map(tuple, many["numbers"]))


def test_seen_and_hostile_values_stand_in_one_row():
    hostile = probe(feeds(40), 0)["numbers"][-HOSTILE:]
    seen = (hostile >= 2) & (hostile <= 3)
    assert (seen.any(axis=1) & ~seen.all(axis=1)).any()


def test_the_same_in_every_process():
    first, again, other = probe(feeds(40), 7), probe(feeds(40), 7), probe(feeds(40), 8)
    for name in first:
        assert np.array_equal(first[name].astype(str), again[name].astype(str))
    assert not np.array_equal(first["numbers"], other["numbers"], equal_nan=True)


def test_a_kind_of_column_may_be_absent():
    numbers, strings = np.zeros((5, 2)), np.zeros((5, 0), dtype=object)
    found = probe({"numbers": numbers, "strings": strings}, 0)
    assert found["numbers"].shape == (5 + HOSTILE, 2)
    assert found["strings"].shape == (5 + HOSTILE, 0)
