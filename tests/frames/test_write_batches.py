"""Tables written batch by batch: the whole file or none of it."""

from __future__ import annotations

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from mlwright import frames
from mlwright.contracts.errors import InputError

TABLE = pl.DataFrame({"prediction": ["a", "b, c", 'd"', None] * 5, "p": [i / 7 for i in range(20)]})
PARTS = [TABLE.slice(start, 6) for start in range(0, 20, 6)]


@pytest.mark.parametrize("name", ["o.csv", "o.parquet", "o.jsonl", "o.arrow"])
def test_batches_are_one_file(tmp_path, name):
    assert frames.write_batches(iter(PARTS), tmp_path / name) == 20
    frames.write(TABLE, tmp_path / f"whole{name}")
    assert_frame_equal(frames.read(tmp_path / name), frames.read(tmp_path / f"whole{name}"))
    assert len(list(tmp_path.iterdir())) == 2  # nothing else is left


@pytest.mark.parametrize("name", ["o.csv", "o.parquet", "o.jsonl", "o.arrow"])
def test_a_failure_on_the_way_leaves_what_was_there(tmp_path, name):
    path = tmp_path / name
    path.write_text("before")

    def broken():
        yield PARTS[0]
        raise InputError("row 7 is broken")

    with pytest.raises(InputError, match="row 7 is broken"):
        frames.write_batches(broken(), path)
    assert path.read_text() == "before"
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_another_form_is_refused_before_anything_is_asked_for(tmp_path):
    def never():
        raise AssertionError
        yield

    with pytest.raises(InputError, match="can't write"):
        frames.write_batches(never(), tmp_path / "o.docx")
