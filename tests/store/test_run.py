"""What a run holds, another process reads again; what it can't hold is refused in words."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, strategies as st

from mlwright.contracts.errors import InputError, RunError
from mlwright.contracts.records import Record, Score
from mlwright.store import Run, atomic_file


class Note(Record, frozen=True):
    title: str
    marks: tuple[str, ...] = ()
    facts: dict[str, Any] = msgspec.field(default_factory=dict)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run.create(tmp_path, "churn")


def test_every_run_has_a_folder_of_its_own(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        runs = list(pool.map(lambda _: Run.create(tmp_path / "runs", "a b/../ü: C"), range(12)))
    assert len({r.path for r in runs}) == 12
    assert {r.path for r in runs} == set((tmp_path / "runs").iterdir())
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d-\d{6}-a-b-..-c(-\d+)?", r.id) for r in runs)
    assert all(Run.open(r.path).id == r.id for r in runs)


@given(name=st.text(max_size=100))
def test_any_name_makes_a_run(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    root = tmp_path_factory.mktemp("runs")
    run = Run.create(root, name)
    assert run.path.parent == root
    assert Run.open(str(run.path)).id == run.id


def test_what_is_no_run_is_refused_with_the_way_out(tmp_path: Path, run: Run) -> None:
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "empty", tmp_path / "absent", tmp_path):
        with pytest.raises(RunError) as caught:
            Run.open(path)
        assert caught.value.where == str(path)
        assert run.id in caught.value.way_out
    for mark in (b"", b'{"format": 1', b'{"format": 99, "id": "x"}', b"\xff"):
        (run.path / "run.json").write_bytes(mark)
        with pytest.raises(RunError):
            Run.open(run.path)


texts = st.text(st.characters(codec="utf-8"))
notes = st.builds(
    Note,
    title=texts,
    marks=st.lists(texts).map(tuple),
    facts=st.dictionaries(texts, st.none() | st.booleans() | texts | st.floats(allow_nan=False, allow_infinity=False)),
)


@given(note=notes)
def test_a_record_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, note: Note) -> None:
    run = Run.create(tmp_path_factory.mktemp("r"), "x")
    assert not run.has("note")
    run.write("note", note)
    run.write("trials/t01", [note, note])
    again = Run.open(run.path)
    assert again.has("note")
    assert again.read("note", Note) == note
    assert again.read("trials/t01", list[Note]) == [note, note]


def test_a_record_that_would_not_be_read_back_is_refused_now(run: Run) -> None:
    with pytest.raises(ValueError, match="read back"):
        run.write("score", Score(metric="mape", value=float("nan"), low=0.0, high=1.0))
    assert not run.has("score")


def test_a_missing_or_damaged_record_is_named(run: Run) -> None:
    with pytest.raises(RunError, match=re.escape(str(run.path / "note.json"))):
        run.read("note", Note)
    for damaged in (b"", b"{", b'{"title": 1, "marks": []}', b'"\xff"'):
        (run.path / "note.json").write_bytes(damaged)
        with pytest.raises(RunError, match=re.escape(str(run.path / "note.json"))):
            run.read("note", Note)


@pytest.mark.parametrize("name", ["", "../a", "/a", "a/../b", ".hidden", "a b", "a//b", "a/"])
def test_records_stay_inside_the_run(run: Run, name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        run.write(name, Note(title="x"))


def test_the_log_keeps_every_line_in_order(run: Run) -> None:
    assert run.events() == []
    run.log("started", rows=np.int64(5), score=np.float64(0.5), folder=Path("x"), shape=np.zeros(2))
    run.log("ended")
    first, last = Run.open(run.path).events()
    assert {k: first[k] for k in first if k != "at"} == {
        "event": "started",
        "rows": 5,
        "score": 0.5,
        "folder": "x",
        "shape": [0.0, 0.0],
    }
    assert last["event"] == "ended" and last["at"] >= first["at"] > 1.7e9


@given(cut=st.integers(min_value=1))
def test_a_torn_line_costs_itself_alone(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    run = Run.create(tmp_path_factory.mktemp("r"), "x")
    run.log("one")
    run.log("two", text="ä" * 10)
    log = run.path / "events.jsonl"
    whole = log.read_bytes()
    start = whole.index(b"\n") + 1
    log.write_bytes(whole[: start + 1 + cut % (len(whole) - start - 2)])
    assert [e["event"] for e in run.events()] == ["one"]
    run.log("three")
    assert [e["event"] for e in run.events()] == ["one", "three"]


def test_many_writers_tear_no_line(run: Run) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: run.log("e", i=i, pad="x" * 500), range(200)))
    assert sorted(e["i"] for e in run.events()) == list(range(200))


def test_one_process_at_a_time(run: Run) -> None:
    code = (
        "import sys; from mlwright.store import Run; from mlwright.contracts.errors import RunError\n"
        "try:\n    with Run.open(sys.argv[1]).lock(): print('held')\n"
        "except RunError as error: print(error.what)"
    )

    def other() -> str:
        return subprocess.run(
            [sys.executable, "-c", code, str(run.path)], capture_output=True, text=True, check=True
        ).stdout

    with run.lock():
        assert f"process {os.getpid()}" in other()
        with pytest.raises(RunError), Run.open(run.path).lock():
            pass
    assert other() == "held\n"


def test_holding_the_run_clears_what_killed_writers_left(run: Run) -> None:
    run.write("trials/t", Note(title="x"))
    for stale in (run.path / ".note.json.0123456789ab.tmp", run.path / "trials" / ".t.npz.0123456789ab.tmp"):
        stale.write_bytes(b"half")
    assert not run.has("note")
    with run.lock():
        assert {p.name for p in run.path.rglob("*")} == {"run.json", "lock", "trials", "t.json"}


def test_a_folder_that_cannot_be_made_is_an_input_error(tmp_path: Path) -> None:
    with atomic_file(tmp_path / "file") as file:
        file.write(b"x")
    with pytest.raises(InputError):
        Run.create(tmp_path / "file", "x")


def test_files_are_json_that_people_can_read(run: Run) -> None:
    run.write("note", Note(title="ä", marks=("a",)))
    text = (run.path / "note.json").read_text("utf-8")
    assert "ä" in text and text.count("\n") > 3
    assert msgspec.json.decode(text) == {"title": "ä", "marks": ["a"], "facts": {}}
