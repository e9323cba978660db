"""A file or folder is written whole or not at all, and what a killed writer leaves harms nobody."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import textwrap
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from mlwright.contracts.errors import InputError
from mlwright.store import atomic_file, atomic_folder, atomic_write
from mlwright.store.files import TakenError

AS_ROOT = os.geteuid() == 0


def names(folder: Path) -> set[str]:
    return {p.name for p in folder.iterdir()}


@given(contents=st.lists(st.binary(max_size=200), min_size=1, max_size=4))
def test_a_file_holds_what_was_written_last(tmp_path_factory: pytest.TempPathFactory, contents: list[bytes]) -> None:
    folder = tmp_path_factory.mktemp("f")
    for data in contents:
        atomic_write(folder / "deep" / "a.bin", data)
    assert (folder / "deep" / "a.bin").read_bytes() == contents[-1]
    assert names(folder / "deep") == {"a.bin"}


def test_an_error_in_the_middle_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    atomic_write(tmp_path / "a", b"old")
    with suppress(KeyError), atomic_file(tmp_path / "a") as file:
        file.write(b"new")
        raise KeyError
    assert (tmp_path / "a").read_bytes() == b"old"
    assert names(tmp_path) == {"a"}


def test_a_link_is_written_through(tmp_path: Path) -> None:
    atomic_write(tmp_path / "real", b"old")
    (tmp_path / "link").symlink_to("real")
    atomic_write(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_a_full_or_broken_disk_is_told_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    atomic_write(tmp_path / "a", b"old")

    def broken(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(InputError) as caught:
        atomic_write(tmp_path / "a", b"new")
    assert caught.value.where == str(tmp_path / "a")
    assert os.strerror(number).lower() in caught.value.what
    assert caught.value.way_out
    with pytest.raises(InputError), atomic_folder(tmp_path / "b") as folder:
        (folder / "x").write_bytes(b"x")
    assert names(tmp_path) == {"a"}
    assert (tmp_path / "a").read_bytes() == b"old"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_devices_are_never_replaced() -> None:
    with pytest.raises(InputError, match="not a regular file"):
        atomic_write("/dev/full", b"x")
    assert Path("/dev/full").is_char_device()


def test_paths_that_cannot_be_written_are_input_errors(tmp_path: Path) -> None:
    atomic_write(tmp_path / "file", b"")
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "file" / "below", tmp_path / "folder", tmp_path / ("n" * 300), "a\0b"):
        with pytest.raises(InputError):
            atomic_write(path, b"x")
    with pytest.raises(InputError), atomic_folder(tmp_path / "file"):
        pass
    assert names(tmp_path) == {"file", "folder"}


@pytest.mark.skipif(AS_ROOT, reason="root may write anywhere")
def test_an_unwritable_folder_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(InputError, match="permission"):
            atomic_write(tmp_path / "a", b"x")
    finally:
        tmp_path.chmod(0o700)


def test_a_folder_replaces_the_old_one_whole(tmp_path: Path) -> None:
    for text in ("one", "two"):
        with atomic_folder(tmp_path / "b") as folder:
            (folder / text).write_text(text)
            (folder / "sub").mkdir()
            (folder / "sub" / "x").write_text(text)
        assert names(tmp_path / "b") == {text, "sub"}
    assert names(tmp_path) == {"b"}


def test_a_folder_that_fails_leaves_the_old_one(tmp_path: Path) -> None:
    with atomic_folder(tmp_path / "b") as folder:
        (folder / "x").write_text("old")
    with suppress(KeyError), atomic_folder(tmp_path / "b") as folder:
        (folder / "x").write_text("new")
        raise KeyError
    assert (tmp_path / "b" / "x").read_text() == "old"
    assert names(tmp_path) == {"b"}


def test_a_failed_swap_puts_the_old_folder_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with atomic_folder(tmp_path / "b") as folder:
        (folder / "x").write_text("old")
    rename, calls = os.rename, []

    def second_fails(source: Path, target: Path) -> None:
        calls.append(source)
        if len(calls) == 2:
            raise OSError(errno.EIO, "broken")
        rename(source, target)

    monkeypatch.setattr(os, "rename", second_fails)
    with pytest.raises(InputError), atomic_folder(tmp_path / "b") as folder:
        (folder / "x").write_text("new")
    assert (tmp_path / "b" / "x").read_text() == "old"
    assert names(tmp_path) == {"b"}


def test_without_replace_the_first_one_stays(tmp_path: Path) -> None:
    with atomic_folder(tmp_path / "b", replace=False) as folder:
        (folder / "x").write_text("first")
    with pytest.raises(TakenError), atomic_folder(tmp_path / "b", replace=False) as folder:
        (folder / "x").write_text("second")
    assert (tmp_path / "b" / "x").read_text() == "first"
    assert names(tmp_path) == {"b"}


KILLED = """
    import os, signal, sys
    from pathlib import Path
    from mlwright.store import atomic_folder, files
    target = Path(sys.argv[1])
    if sys.argv[2] == "between":  # after the old folder went aside, before the new one comes
        rename = os.rename
        def once(source, to):
            rename(source, to)
            os.kill(os.getpid(), signal.SIGKILL)
        os.rename = once
    with atomic_folder(target) as folder:
        (folder / "x").write_text("new")
        if sys.argv[2] == "building":
            os.kill(os.getpid(), signal.SIGKILL)
        if sys.argv[2] == "waiting":
            print("ready", flush=True)
            sys.stdin.read()
"""


def child(target: Path, moment: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(target), moment]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("moment", ["building", "between"])
def test_the_next_writer_clears_up_after_a_killed_one(tmp_path: Path, moment: str) -> None:
    target = tmp_path / "b"
    with atomic_folder(target) as folder:
        (folder / "x").write_text("old")
    with child(target, moment) as process:
        process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert len(names(tmp_path) - {"b"}) == (1 if moment == "building" else 2)
    with suppress(KeyError), atomic_folder(target):
        assert (target / "x").read_text() == "old"
        raise KeyError
    assert names(tmp_path) == {"b"}
    assert (target / "x").read_text() == "old"


def test_a_living_writer_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "b"
    with child(target, "waiting") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        with atomic_folder(target) as folder:
            (folder / "x").write_text("mine")
        assert len(names(tmp_path)) == 2
        process.communicate("")
    assert process.returncode == 0
    assert (target / "x").read_text() == "new"
    assert names(tmp_path) == {"b"}


def test_a_neighbour_with_a_longer_name_is_left_alone(tmp_path: Path) -> None:
    with atomic_folder(tmp_path / "churn.v2") as folder:
        other = folder.name
        with atomic_folder(tmp_path / "churn"):
            assert other in names(tmp_path)
    assert names(tmp_path) == {"churn", "churn.v2"}


def test_a_reader_never_meets_a_part(tmp_path: Path) -> None:
    """Killed at any moment, a writer of one big file leaves one of its whole contents."""
    script = """
        import itertools, sys
        from mlwright.store import atomic_write
        for i in itertools.count():
            atomic_write(sys.argv[1], bytes([65 + i % 26]) * 200_000)
            if i == 3:
                print("ready", flush=True)
    """
    target = tmp_path / "a"
    for wait in (0.0, 0.003, 0.011):
        command = [sys.executable, "-c", textwrap.dedent(script), str(target)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(wait)
            process.kill()
        content = target.read_bytes()
        assert len(content) == 200_000 and len(set(content)) == 1
