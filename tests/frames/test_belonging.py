"""Rows of child tables as they come inside rows: only what is read becomes a table."""

from __future__ import annotations

from mlwright.contracts.records import Aggregate, Column, Relation, Schema, Target
from mlwright.frames import belonging, with_nested

ORDERS = Relation("orders", "id", "id", None, None, (Column("n", "numeric"),), (Aggregate("orders.n sum", "sum", "n"),))
SCHEMA = Schema((Column("orders.n sum", "numeric"),), Target("y", "regression"), (ORDERS,))


def test_what_is_not_read_never_becomes_a_column(monkeypatch):
    """A table of all names of hostile rows would have a cell for each pair of a row and a name."""
    widths = []
    monkeypatch.setattr(belonging, "adopt", lambda data, adopt=belonging.adopt: widths.append(len(data)) or adopt(data))
    strange = [{"n": 1, **{f"name {i}": 0 for i in range(row * 9, row * 9 + 9)}} for row in range(50)]
    (row,) = with_nested([{"orders": strange}], SCHEMA)
    assert row["orders.n sum"] == 50.0
    assert max(widths) == 2  # the key and n


def test_rows_are_not_changed_and_keep_what_they_hold():
    rows = [{"x": 1, "orders": [{"n": 2}]}, {"x": 2, "orders": []}, {"x": 3, "orders.n sum": 7.0}]
    before = [dict(row) for row in rows]
    assert [row["orders.n sum"] for row in with_nested(rows, SCHEMA)] == [2.0, 0.0, 7.0]
    assert rows == before
