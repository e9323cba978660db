"""Files are read whole or refused with the place and the way out; they are written whole or not at all."""

from __future__ import annotations

import gzip
import io
import os
import random
import resource
import signal

import polars as pl
import pytest
from hypothesis import given, strategies as st

from mlwright import frames
from mlwright.contracts.errors import InputError

AB = [{"a": "1", "b": "2"}]


@pytest.mark.parametrize(
    ("name", "content", "rows"),
    [
        ("x.csv", b"a,b\n1,2\n", AB),
        ("x.CSV", b"a,b\r\n1,2\r\n", AB),
        ("x.csv", b"\xef\xbb\xbfa,b\n1,2", AB),
        ("x.csv", b"a;b\n1;2\n", AB),
        ("x.csv", b"a\tb\n1\t2\n", AB),
        ("x.tsv", b"a\tb\n1\t2\n", AB),
        ("x.txt", b"a;b\n1;2\n", AB),
        ("x.csv.gz", gzip.compress(b"a,b\n1,2\n"), AB),
        ("x.csv", b"\n\na,b\n1,2\n", AB),
        ("x.csv", b"a,b\n\n1,2\n\n\n", AB),
        ("x.csv", b' a ,"b"\n1,"2"\n', AB),
        ("x.csv", b"a,b\n1,\n\n3,4\n", [{"a": "1", "b": None}, {"a": "3", "b": "4"}]),
        ("x.csv", b'a,b\n"x,\ny",\n\n3,4\n', [{"a": "x,\ny", "b": None}, {"a": "3", "b": "4"}]),
        ("x.csv", b'"a\nz",b\n1,\n3,4\n', [{"a\nz": "1", "b": None}, {"a\nz": "3", "b": "4"}]),
        ("x.csv", b"a\n1\n\n3\n", [{"a": "1"}, {"a": None}, {"a": "3"}]),
        ("x.csv", b",b\n1,2\n", [{"column_1": "1", "b": "2"}]),
        ("x.csv", b"a;b\n1,5;2\n", [{"a": "1,5", "b": "2"}]),
        ("x.csv", b"a,b\n1,caf\xe9\n", [{"a": "1", "b": "caf\xe9"}]),
        ("x.csv", "a,b\n1,2\n".encode("utf-16"), AB),
        ("x.csv", b"a,b\r1,2\r", AB),
        ("x", b"a,b\n1,2\n", AB),
        ("x.jsonl", b'{"a":1,"b":null}\n{"b":2.5}\n', [{"a": 1, "b": None}, {"a": None, "b": 2.5}]),
        ("x.ndjson", b'{"a":1}\n\n{"a":"x"}\n', [{"a": "1"}, {"a": "x"}]),
    ],
)
def test_what_can_be_read(tmp_path, name, content, rows):
    path = tmp_path / name
    path.write_bytes(content)
    assert frames.read(path).to_dicts() == rows


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("x.csv", b"", "empty"),
        ("x.csv", b"\n \n", "no header"),
        ("x.csv", b"a,b\n", "no row"),
        ("x.csv", b"a,b\n1,2\n3\n", "row 1 has 1 fields"),
        ("x.csv", b'a,b\n"x,y"\n2,3\n', "row 0 has 1 fields"),
        ("x.csv", b"a,b\n1,2\n1,2,3\n", "row 1 (line 3) has 3 fields"),
        ("x.csv", b'a,b\n1,"x\n3,4\n', "row 0"),
        ("x.csv", b"a,b,a\n1,2,3\n", "'a' occurs twice"),
        ("x.csv", b"PK\x03\x04\x14\x00\x06\x00", "binary"),
        ("x.csv", "a,b\n1,2\n".encode("utf-16")[:-1], "UTF-16"),
        ("x.csv", ",".join(f"c{i}" for i in range(100_000)).encode() + b"\n1\n", "too many"),
        ("x.csv.gz", b"\x1f\x8bxxxx", "can't be read"),
        ("x.csv.gz", gzip.compress(random.Random(0).randbytes(9000).hex().encode())[:-2000], "can't be read"),
        ("x.parquet", b"PAR1" * 9, "Parquet"),
        ("x.jsonl", b'{"a":1}\n{"a":\n', "line 2"),
        ("x.jsonl", b"[1]\n", "line 1"),
        ("x.jsonl", b"\n", "no rows"),
        ("x.cvs", b"a\n1\n", "'.csv'"),
    ],
)
def test_what_can_not_be_read_is_told_with_its_place(tmp_path, name, content, told):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        frames.read(path)
    assert told in caught.value.what and caught.value.where == str(path) and caught.value.way_out


def test_a_parquet_file_cut_off_anywhere_is_refused(tmp_path):
    whole = io.BytesIO()
    pl.DataFrame({"a": range(100), "b": ["x"] * 100}).write_parquet(whole)
    path = tmp_path / "x.parquet"
    for end in range(1, len(whole.getvalue()), 37):
        path.write_bytes(whole.getvalue()[:end])
        with pytest.raises(InputError):
            frames.read(path)


def test_a_path_that_leads_nowhere_is_told_with_a_near_miss(tmp_path):
    (tmp_path / "churn.csv").write_text("a\n1\n")
    for path, told in (
        (tmp_path / "chrun.csv", "'churn.csv'"),
        (tmp_path / "*.parquet", "pattern"),
        (tmp_path / "no" / "x.csv", "no folder"),
    ):
        with pytest.raises(InputError) as caught:
            frames.read(path)
        assert told in caught.value.what


CELLS = st.text(alphabet='a1,;"\n\t é', max_size=4)


@given(
    rows=st.lists(st.tuples(CELLS, CELLS, st.text(alphabet='a,"\n', min_size=1, max_size=3)), min_size=1, max_size=6)
)
def test_a_csv_comes_back_as_it_was_written(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("csv") / "x.csv"
    frame = pl.DataFrame(rows, schema={"a": pl.String, "b": pl.String, "c": pl.String}, orient="row")
    frames.write(frame, path)
    assert frames.read(path).with_columns(pl.all().fill_null("")).equals(frame)


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".jsonl", ".arrow"])
def test_a_file_is_written_whole_and_nothing_beside_it(tmp_path, suffix):
    frame = pl.DataFrame({"a": [1.5, None], "b": ["x", "y"]})
    path = tmp_path / f"x{suffix}"
    path.write_text("old")
    frames.write(frame, path)
    back = pl.read_ipc(path) if suffix == ".arrow" else frames.read(path)
    assert back.cast({"a": pl.Float64}).equals(frame)
    assert list(tmp_path.iterdir()) == [path]


def test_what_can_not_be_written_is_told(tmp_path):
    frame = pl.DataFrame({"a": [1]})
    (tmp_path / "x.csv").mkdir()
    for path in (tmp_path / "x.xlsx", tmp_path / "no" / "x.csv", tmp_path / "x.csv"):
        with pytest.raises(InputError) as caught:
            frames.write(frame, path)
        assert caught.value.where == str(path) and caught.value.way_out
        if path.suffix == ".xlsx" or not path.parent.exists() or path.is_dir():
            with pytest.raises(InputError):
                frames.check_output(path)
    assert list(tmp_path.iterdir()) == [tmp_path / "x.csv"]


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".jsonl", ".arrow"])
def test_a_full_disk_leaves_the_old_file_and_nothing_half_written(tmp_path, suffix):
    path = tmp_path / f"x{suffix}"
    path.write_text("old")
    frame = pl.DataFrame({"a": [os.urandom(50).hex() for _ in range(5000)]})
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(InputError):
            frames.write(frame, path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]
