"""Packages of JavaScript come from the cache or by npm, and only as they were published."""

from __future__ import annotations

import base64
import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from mlwright.contracts.errors import InputError
from mlwright.lifecycle.packages import Package, fetched, is_whole, members


def archive(**files: bytes) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as opened:
        for name, data in files.items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(data)
            opened.addfile(entry, io.BytesIO(data))
    return made.getvalue()


ARCHIVE = archive(one=b"1", two=b"22")
TOY = Package("toy", "1.2.3", f"sha512-{base64.b64encode(hashlib.sha512(ARCHIVE).digest()).decode()}")
OFFLINE = "Bring it yourself."


@pytest.fixture
def npm(tmp_path, monkeypatch):
    """A stand-in for npm that does what it is told by a line of shell, and the cache's folder."""
    programs, cache = tmp_path / "programs", tmp_path / "cache"
    programs.mkdir()
    (tmp_path / "served.tgz").write_bytes(ARCHIVE)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))

    def does(line: str) -> Path:
        script = programs / "npm"
        script.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n{line}\n')
        script.chmod(0o755)
        return cache / "mlwright" / TOY.archive

    return does


def test_it_is_fetched_once_and_checked_each_time(npm, tmp_path):
    kept = npm(f"cp {tmp_path}/served.tgz toy-1.2.3.tgz")
    assert fetched(TOY, OFFLINE) == fetched(TOY, OFFLINE) == kept.read_bytes() == ARCHIVE
    (asked,) = (tmp_path / "asked").read_text().splitlines()
    assert asked.startswith("pack toy@1.2.3 --silent --ignore-scripts")
    kept.write_bytes(ARCHIVE[:-1])
    assert fetched(TOY, OFFLINE) == kept.read_bytes() == ARCHIVE
    assert len((tmp_path / "asked").read_text().splitlines()) == 2


@pytest.mark.parametrize(
    ("does", "said"),
    [
        ("exit 1", "npm could not fetch toy@1.2.3"),
        ("echo 'no network for https://ann:s3cret@npm.example.org/toy' >&2; exit 1", "no network for"),
        ("true", "npm could not fetch toy@1.2.3"),
        ("echo other > toy-1.2.3.tgz", "its SHA-512 differs"),
    ],
)
def test_what_goes_wrong_is_told_with_the_way_out(npm, does, said):
    kept = npm(does)
    with pytest.raises(InputError, match=said) as caught:
        fetched(TOY, OFFLINE)
    assert caught.value.way_out == OFFLINE
    assert "s3cret" not in str(caught.value)
    assert not kept.exists()


def test_without_npm_there_is_a_way_out(npm, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="there is no npm to fetch it") as caught:
        fetched(TOY, OFFLINE)
    assert caught.value.way_out == OFFLINE


def test_files_are_read_from_an_archive_in_memory():
    assert is_whole(TOY, ARCHIVE) and not is_whole(TOY, ARCHIVE + b" ")
    assert members(ARCHIVE, ["two", "one"]) == [b"22", b"1"]
    with pytest.raises(KeyError):
        members(ARCHIVE, ["three"])
