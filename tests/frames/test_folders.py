"""A folder or a pattern of files is one table, whatever the order in which they were written; so is standard input."""

from __future__ import annotations

import io
import os
import random
import subprocess
import sys
import zipfile
from datetime import date

import polars as pl
import pytest

from mlwright import frames
from mlwright.contracts.errors import InputError
from mlwright.frames import packed


def put(folder, **files):
    """Files in a folder; "__" in a name stands for ".", "_IN_" for "/"."""
    for name, text in files.items():
        path = folder / name.replace("_IN_", "/").replace("__", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def test_a_folder_is_one_table_in_the_order_of_names(tmp_path):
    put(tmp_path, b__csv="y,x\n3,4\n", a__csv="x,y\n1,2\n", in_IN_c__csv="x,y\n5,6\n", _SUCCESS="", __hidden__csv="no")
    notes = []
    frame = frames.read(tmp_path, notes.append)
    assert frame.to_dict(as_series=False) == {"x": ["1", "4", "5"], "y": ["2", "3", "6"]}
    assert any("3 files" in note for note in notes)
    assert frames.is_text_file(tmp_path) and len(frames.members(tmp_path)) == 3


def test_a_pattern_takes_what_it_names(tmp_path):
    put(tmp_path, a__csv="x\n1\n", b__csv="x\n2\n", c__txt="x\n3\n", in_IN_d__csv="x\n4\n")
    assert frames.read(tmp_path / "*.csv")["x"].to_list() == ["1", "2"]
    assert frames.read(str(tmp_path / "**" / "*.csv"))["x"].to_list() == ["1", "2", "4"]
    assert frames.read(tmp_path / "[bc].*")["x"].to_list() == ["2", "3"]


def test_a_file_with_stars_in_its_name_is_that_file(tmp_path):
    put(tmp_path, **{"a[1]__csv": "x\n1\n", "a1__csv": "x\n2\n"})
    assert frames.read(tmp_path / "a[1].csv")["x"].to_list() == ["1"]


def test_folders_named_like_values_become_columns(tmp_path):
    for year in ("2023", "2024"):
        for land in ("DE", "Côte%20d%27Or", "__HIVE_DEFAULT_PARTITION__"):
            folder = tmp_path / f"year={year}" / f"land={land}"
            folder.mkdir(parents=True)
            pl.DataFrame({"x": [1]}).write_parquet(folder / "part-0.parquet")
    frame = frames.read(tmp_path)
    assert frame.columns == ["x", "year", "land"] and frame.height == 6
    assert set(frame["land"]) == {"DE", "Côte d'Or", None} and frame["year"].to_list() == ["2023"] * 3 + ["2024"] * 3
    one = frames.read(tmp_path / "year=2023" / "*" / "*.parquet")
    assert one.columns == ["x", "land"] and one.height == 3


def test_types_that_do_not_go_together_are_refused(tmp_path):
    pl.DataFrame({"x": [date(2024, 1, 2)]}).write_parquet(tmp_path / "a.parquet")
    pl.DataFrame({"x": [1.5]}).write_parquet(tmp_path / "b.parquet")
    with pytest.raises(InputError, match=r"'x' holds Float64 values, in .*a\.parquet Date"):
        frames.read(tmp_path)


def test_types_that_go_together_are_joined(tmp_path):
    put(tmp_path, a__jsonl='{"x": 1, "y": null}\n', b__jsonl='{"x": 2.5, "y": "q"}\n')
    assert frames.read(tmp_path).to_dict(as_series=False) == {"x": [1.0, 2.5], "y": [None, "q"]}
    folder = put(tmp_path / "mixed", a__jsonl='{"x": 1.0}\n', b__jsonl='{"x": "q"}\n')
    assert frames.read(folder)["x"].to_list() == ["1", "q"]
    header = b"@relation r\n@attribute a {%s}\n@data\n%s\n"
    folder = put(tmp_path / "arff", a__arff=header % (b"x,y", b"x"), b__arff=header % (b"z", b"z"))
    assert frames.read(folder)["a"].cast(pl.String).to_list() == ["x", "z"]


@pytest.mark.parametrize(
    ("files", "at", "told"),
    [
        ({"a__csv": "x,city\n1,2\n", "b__csv": "x,citty\n3,4\n"}, "b.csv", ("a.csv", "'city'", "did you mean 'citty'")),
        ({"a__csv": "x\n1\n", "b__csv": "x,y\n3,4\n"}, "b.csv", ("'y'", "not there")),
        ({"a__csv": "x,y\n1,2\n", "b__csv": "x\n3\n"}, "b.csv", ("no column 'y'",)),
        ({"a__csv": "x\n1\n", "b__jsonl": '{"x": 1}\n'}, "", ("several forms", ".csv", ".jsonl")),
        ({"a__csv": "x\n1\n", "b__csv": "x,y\n1\n"}, "b.csv", ("row 0",)),
        ({"a__csv": "x\n1\n", "b__csv": ""}, "b.csv", ("empty",)),
        ({"notes__md": "x"}, "", ("without a table",)),
        ({}, "", ("without a table",)),
    ],
)
def test_files_that_do_not_go_together_are_named(tmp_path, files, at, told):
    put(tmp_path, **files)
    with pytest.raises(InputError) as caught:
        frames.read(tmp_path)
    assert caught.value.where == str(tmp_path / at).rstrip("/") and caught.value.way_out
    assert all(word in caught.value.what for word in told), caught.value.what


def test_a_sheet_and_a_member_are_named_behind_a_hash(tmp_path):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a.csv", "x\n1\n")
        archive.writestr("in/b.csv", "x\n2\n")
    put(tmp_path, z__zip=made.getvalue())
    assert frames.read(f"{tmp_path}/z.zip#in/b.csv")["x"].to_list() == ["2"]
    assert frames.is_text_file(f"{tmp_path}/z.zip#in/b.csv")
    with pytest.raises(InputError, match=r"did you mean 'a\.csv'"):
        frames.read(f"{tmp_path}/z.zip#aa.csv")
    put(tmp_path, **{"x#1__csv": "x\n7\n"})
    assert frames.read(f"{tmp_path}/x#1.csv")["x"].to_list() == ["7"]


def test_what_unpacks_to_too_much_is_refused_before_it_fills_the_memory(tmp_path, monkeypatch):
    import zstandard

    monkeypatch.setattr(packed, "SMALL", 1 << 22)
    put(tmp_path, bomb__csv__zst=zstandard.compress(b"0,0\n" * (1 << 22)))
    with pytest.raises(InputError) as caught:
        frames.read(tmp_path / "bomb.csv.zst")
    assert "larger than 4,194,304 bytes" in caught.value.what and "unpack it" in caught.value.way_out
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.csv", b"0,0\n" * (1 << 21))
    with pytest.raises(InputError, match="larger than"):
        frames.read(tmp_path / "bomb.zip")


FORMS = {
    "text": b"a,b\n1,2\n",
    "json": b'[{"a": "1", "b": "2"}]',
    "lines": b'{"a": "1", "b": "2"}\n{"a": "1", "b": "2"}\n',
    "arff": b"% c\n@relation r\n@attribute a string\n@attribute b string\n@data\n1,2\n",
}


def through_standard_input(data, code, **options):
    return subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, check=False, **options)


@pytest.mark.slow
@pytest.mark.parametrize("form", [*FORMS, "gz", "parquet", "xlsx"])
def test_standard_input_is_told_by_its_first_bytes(form, tmp_path):
    import gzip

    import xlsxwriter

    frame = pl.DataFrame({"a": ["1"], "b": ["2"]})
    made = io.BytesIO()
    if form == "parquet":
        frame.write_parquet(made)
    elif form == "xlsx":
        with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
            sheet = book.add_worksheet("S")
            sheet.write_row(0, 0, ["a", "b"])
            sheet.write_row(1, 0, ["1", "2"])
    data = made.getvalue() or (gzip.compress(FORMS["text"]) if form == "gz" else FORMS[form])
    told = through_standard_input(data, "from mlwright import frames; print(frames.read('-').row(0))")
    assert told.stdout == b"('1', '2')\n", told.stderr


@pytest.mark.slow
def test_standard_input_that_can_not_be_read_is_told(tmp_path):
    code = "from mlwright import frames\ntry: frames.read('-')\nexcept frames.files.InputError as e: print(e)"
    assert b"standard input: nothing came in" in through_standard_input(b"", code).stdout
    assert b"standard input: row 0 has 1 fields" in through_standard_input(b"a,b\n1\n2,3\n", code).stdout
    limited = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    limited += "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n" + code
    told = through_standard_input(b"a,b\n" + b"1,2\n" * 999, limited, env={**os.environ, "TMPDIR": str(tmp_path)})
    assert b"standard input: can't be kept" in told.stdout, told.stderr
    assert list(tmp_path.iterdir()) == []


KILLED = """
import os, sys, polars as pl
from mlwright import frames
print("ready", flush=True)
while True:
    frames.write(pl.DataFrame({"a": [os.urandom(50).hex() for _ in range(5000)]}), sys.argv[1])
"""


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_writer_killed_at_any_moment_leaves_a_whole_file(tmp_path, suffix):
    path = tmp_path / f"x{suffix}"
    frames.write(pl.DataFrame({"a": ["old"] * 5000}), path)
    draw = random.Random(0)
    for _ in range(3):
        with subprocess.Popen([sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE) as writer:
            assert writer.stdout.readline() == b"ready\n"
            with pytest.raises(subprocess.TimeoutExpired):
                writer.wait(draw.uniform(0.02, 0.2))
            writer.kill()
        assert frames.read(path).height == 5000
        assert frames.members(tmp_path) == [path]  # what the killed one left half-written is hidden, and never read
