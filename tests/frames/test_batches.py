"""A table read in batches is the table read whole."""

from __future__ import annotations

import csv
import gzip
import io

import polars as pl
import pytest
import zstandard
from hypothesis import given, settings, strategies as st
from polars.testing import assert_frame_equal

from mlwright import frames
from mlwright.contracts.errors import InputError
from mlwright.frames import pieces

ROWS = 700
TABLE = pl.DataFrame(
    {
        "number": range(ROWS),
        "part": [i / 7 if i % 5 else None for i in range(ROWS)],
        "word": [f'a "word", and\na line {i}' if i % 3 else "plain" for i in range(ROWS)],
        "last": [None if i % 11 == 0 else "é" * (i % 4) + "x" for i in range(ROWS)],
    }
)


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch):
    monkeypatch.setattr(pieces, "PIECE", 512)


def text_of(table: pl.DataFrame, separator: str = ",") -> str:
    return table.write_csv(separator=separator)


WRITERS = {
    "a.csv": lambda path: path.write_text(text_of(TABLE), "utf-8"),
    "bom.csv": lambda path: path.write_text(text_of(TABLE), "utf-8-sig"),
    "a.tsv": lambda path: path.write_text(text_of(TABLE, "\t"), "utf-8"),
    "semicolon.txt": lambda path: path.write_text(text_of(TABLE, ";"), "utf-8"),
    "wide.csv": lambda path: path.write_text(text_of(TABLE), "utf-16"),
    "windows.csv": lambda path: path.write_bytes(text_of(TABLE).encode("cp1252")),
    "returns.csv": lambda path: path.write_bytes(text_of(TABLE.drop("word")).replace("\n", "\r\n").encode()),
    "a.csv.gz": lambda path: path.write_bytes(gzip.compress(text_of(TABLE).encode())),
    "a.csv.zst": lambda path: path.write_bytes(zstandard.compress(text_of(TABLE).encode())),
    "a.parquet": lambda path: TABLE.write_parquet(path, row_group_size=100),
    "a.arrow": lambda path: TABLE.write_ipc(path),
    "a.jsonl": lambda path: TABLE.write_ndjson(path),
}


@pytest.mark.parametrize("name", WRITERS)
def test_batches_are_what_read_gives(tmp_path, name):
    path = tmp_path / name
    WRITERS[name](path)
    whole = frames.read(path)
    parts = list(frames.batches(path, 90, small=0))
    assert max(part.height for part in parts) <= 90
    assert len(parts) > 3
    assert_frame_equal(pl.concat(parts), whole)


def test_types_agree_over_all_pieces_of_json_lines(tmp_path):
    path = tmp_path / "a.jsonl"
    lines = [f'{{"x": {i}, "y": null}}' for i in range(100)] + ['{"x": 0.5, "y": "late"}']
    path.write_text("\n".join(lines) + "\n")
    assert_frame_equal(pl.concat(frames.batches(path, small=0)), frames.read(path))


def test_a_folder_is_one_table(tmp_path):
    for year, order in ((2024, ["number", "word"]), (2025, ["word", "number"])):
        folder = tmp_path / "data" / f"year={year}"
        folder.mkdir(parents=True)
        TABLE.select(order).write_csv(folder / "part.csv")
    whole = frames.read(tmp_path / "data")
    assert_frame_equal(pl.concat(frames.batches(tmp_path / "data", 100, small=0)), whole)
    assert "year" in whole.columns


def test_an_empty_table_keeps_its_columns(tmp_path):
    path = tmp_path / "a.parquet"
    TABLE.clear().write_parquet(path)
    (only,) = frames.batches(path, small=0)
    assert (only.height, only.columns) == (0, TABLE.columns)


def test_a_short_row_is_named_by_its_number_in_the_file(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,b,c\n" + "1,2,3\n" * 400 + "4,5\n" + "1,2,3\n" * 100)
    with pytest.raises(InputError) as whole:
        frames.read(path)
    with pytest.raises(InputError) as streamed:
        list(frames.batches(path, small=0))
    assert "row 400 has 2 fields" in str(whole.value)
    assert "row 400 has 2 fields" in str(streamed.value)


def test_a_file_that_is_cut_off_is_refused(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(text_of(TABLE).encode())[:-20])
    with pytest.raises(InputError, match=r"a\.csv\.gz"):
        list(frames.batches(path, small=0))


@pytest.mark.parametrize("name", ["a.csv", "a.parquet", "a.jsonl", "a.arrow"])
def test_extent_is_about_right(tmp_path, name):
    path = tmp_path / name
    WRITERS[name](path)
    size = frames.extent(path, small=0)
    assert size is not None
    assert size.columns == TABLE.width
    assert 0.5 < size.rows / ROWS < 2
    assert 0.5 < size.bytes / frames.read(path).estimated_size() < 2


def test_small_files_have_no_extent(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(text_of(TABLE))
    assert frames.extent(path) is None


cells = st.text(st.sampled_from('ab ",\n\r;é|'), max_size=8)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(cells, cells.map(lambda cell: cell + "z")), min_size=1, max_size=60))
def test_any_quoted_cells_survive_the_cuts(rows):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([("first", "second"), *rows])
    data = text.getvalue().encode()
    way = pieces.Way(",")
    parts = list(pieces.cut([data[i : i + 50] for i in range(0, len(data), 50)], way))
    assert b"".join(parts) == data
    read = [record for part in parts for record in csv.reader(io.StringIO(part.decode(), newline=""))]
    assert read == [["first", "second"], *map(list, rows)]
