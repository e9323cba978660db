"""A table typed to be looked at: all rows, with or without a target."""

from __future__ import annotations

import polars as pl
import pytest

from mlwright import ingest
from mlwright.contracts.errors import InputError
from mlwright.contracts.records import TARGET

ROWS = pl.DataFrame({"n": ["1", "2.5", None, "4"], "c": ["a", "b", "a", None], "y": [1.5, 2.0, 3.0, 4.5]})


def test_every_row_is_typed_and_none_sealed() -> None:
    seen = ingest.survey(ROWS, ingest.Wanted("y"))
    assert (seen.frame.height, seen.table.holdout, seen.target.name) == (4, 0, "y")
    assert seen.frame["n"].to_list() == [1.0, 2.5, None, 4.0]
    assert TARGET in seen.frame.columns
    assert ingest.survey(ROWS, ingest.Wanted()).target is None


def test_a_running_target_is_a_number_and_no_key() -> None:
    frame = pl.DataFrame({"x": list(range(40, 0, -1)), "y": [float(i) for i in range(40)]})
    seen = ingest.survey(frame, ingest.Wanted("y"))
    assert next(c for c in seen.table.schema.columns if c.name == "y").kind == "numeric"
    assert "y" in seen.frame.columns


def test_another_table_is_typed_as_far_as_it_can_be() -> None:
    seen = ingest.survey(ROWS, ingest.Wanted())
    other = pl.DataFrame({"n": ["7", "x", None, "x"], "new": [1, 2, 3, 4]})
    beside = ingest.beside(other, seen.table.schema)
    assert beside.frame["n"].to_list() == [7.0, None, None, None]
    assert (beside.unreadable["n"], beside.names) == (2, ("n", "new"))
    assert "c" not in beside.frame.columns


@pytest.mark.parametrize(
    ("frame", "target", "said"),
    [(ROWS, "Y", "'y'"), (ROWS.head(0), None, "no rows"), (pl.DataFrame(), None, "no columns")],
)
def test_what_can_not_be_looked_at_is_said(frame, target, said) -> None:
    with pytest.raises(InputError, match=said):
        ingest.survey(frame, ingest.Wanted(target))
