"""A run on disk: one folder, one file a record, an append-only log of what happened.

A run is known by its file run.json. Every file but the log is written whole or not at all, so a run that was killed
holds all that was finished and nothing that was not.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np

from mlwright.contracts.errors import RunError
from mlwright.store.files import TakenError, atomic_folder, atomic_write, explain, sweep_files

T = TypeVar("T")

_MARK, _EVENTS, _LOCK = "run.json", "events.jsonl", "lock"
_FORMAT = 1
_NAME = re.compile(r"[A-Za-z0-9_][\w.+-]*(/[A-Za-z0-9_][\w.+-]*)*")
_ANEW = "Delete this file and resume the run to make it again, or train anew."


class _Mark(msgspec.Struct, frozen=True):
    """What run.json holds."""

    format: int
    id: str


class Run:
    """One run's folder. Make one with ``create``, come back to one with ``open``."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r})"

    @property
    def id(self) -> str:
        """The name of the folder."""
        return self.path.name

    @classmethod
    def create(cls, root: str | os.PathLike[str], name: str) -> Run:
        """A new run at root/YYYY-MM-DD-HHMMSS-NAME (local time); a number follows where that is taken.

        ``name`` may be any text: what doesn't belong in the name of a folder becomes "-". Raises InputError when
        ``root`` can't be written.
        """
        slug = re.sub(r"[^\w.]+", "-", name, flags=re.ASCII).strip("-.").lower()[:60] or "run"
        stem, count = f"{time.strftime('%Y-%m-%d-%H%M%S')}-{slug}", 1
        while True:
            path = Path(root, stem if count == 1 else f"{stem}-{count}")
            if _make(path):
                return cls(path)
            count += 1

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Run:
        """The run that was made at ``path``. Raises RunError if there is none, or one of another version."""
        folder = Path(path)
        try:
            mark = msgspec.json.decode((folder / _MARK).read_bytes(), type=_Mark)
        except OSError as error:
            what = "this folder is not a run" if folder.is_dir() else "no such run"
            raise RunError(what, where=str(path), way_out=_known_runs(folder)) from error
        except msgspec.MsgspecError as error:
            raise RunError(f"not readable ({error})", where=str(folder / _MARK), way_out="Train anew.") from error
        if mark.format != _FORMAT:
            what = f"made by another version of mlwright (format {mark.format}, this one reads {_FORMAT})"
            raise RunError(what, where=str(path), way_out="Resume it with the version that made it, or train anew.")
        return cls(folder)

    def write(self, name: str, record: Any) -> None:
        """Keep a record (anything msgspec encodes) as NAME.json. Raises InputError when it can't be written.

        Raises ValueError for a record that would not be read back, as one with a NaN: JSON has none, and a run that
        can't be resumed must show now, not on resuming.
        """
        data = msgspec.json.encode(record, enc_hook=_plain)
        if isinstance(record, msgspec.Struct):
            try:
                msgspec.json.decode(data, type=type(record))
            except msgspec.ValidationError as error:
                raise ValueError(f"the record {name!r} would not be read back: {error}") from error
        atomic_write(self._file(name, ".json"), msgspec.json.format(data, indent=2) + b"\n")

    def read(self, name: str, type: type[T]) -> T:
        """The record that ``write`` kept under this name. Raises RunError if it is missing or not one of ``type``."""
        file = self._file(name, ".json")
        try:
            return msgspec.json.decode(file.read_bytes(), type=type)
        except OSError as error:
            raise RunError("this record is missing from the run", where=str(file), way_out="Train anew.") from error
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise RunError(f"not readable ({error})", where=str(file), way_out=_ANEW) from error

    def has(self, name: str) -> bool:
        """Whether a record was kept under this name."""
        return self._file(name, ".json").is_file()

    def log(self, event: str, **facts: Any) -> None:
        """Add one line to events.jsonl: the event, "at" (seconds since 1970) and the facts, which must fit JSON."""
        line = msgspec.json.encode({"event": event, "at": round(time.time(), 3)} | facts, enc_hook=_plain) + b"\n"
        try:
            descriptor = os.open(self.path / _EVENTS, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
            try:
                end = os.fstat(descriptor).st_size
                torn = end > 0 and os.pread(descriptor, 1, end - 1) != b"\n"  # a writer was killed half-way
                line = b"\n" + line if torn else line
                if os.write(descriptor, line) < len(line):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            finally:
                os.close(descriptor)
        except OSError as error:
            raise explain(error, self.path / _EVENTS) from error

    def events(self) -> list[dict[str, Any]]:
        """Every line of the log, oldest first, without those that a killed writer left torn."""
        file = self.path / _EVENTS
        lines = file.read_bytes().split(b"\n") if file.is_file() else []
        return [event for line in lines if (event := _event(line)) is not None]

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the run, so that no other process works on it; the kernel lets go when this process ends.

        What killed writers left in the folder is deleted. Raises RunError if somebody else holds the run.
        """
        file = self.path / _LOCK
        try:
            descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise explain(error, file) from error
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
                what = "another process is working on this run" + (f" (process {holder})" if holder else "")
                raise RunError(what, where=str(self.path), way_out="Wait until it ends, or stop it.") from error
            except OSError as error:
                raise RunError("this file system has no locks", where=str(file), way_out="Use another disk.") from error
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
            sweep_files(self.path)
            yield
        finally:
            os.close(descriptor)

    def _file(self, name: str, suffix: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} can't be the name of a record")
        return self.path / f"{name}{suffix}"


def _make(path: Path) -> bool:
    """Make the folder of a run, with its mark inside from the first moment. False if the name is taken."""
    mark = msgspec.json.encode(_Mark(format=_FORMAT, id=path.name))
    try:
        with atomic_folder(path, replace=False) as folder:
            (folder / _MARK).write_bytes(mark + b"\n")
    except TakenError:
        return False
    return True


def _known_runs(folder: Path) -> str:
    """The way out for one who named a folder that is no run: the latest run beside or inside it."""
    for place in (folder, folder.parent):
        runs = sorted(mark.parent for mark in place.glob(f"*/{_MARK}"))
        if runs:
            return f"The latest run there is {runs[-1]}."
    return "Name the folder of a run, e.g. runs/2026-01-31-120000-churn."


def _event(line: bytes) -> dict[str, Any] | None:
    try:
        event = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return event if isinstance(event, dict) else None


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    raise TypeError(f"{type(value).__name__} can't be written as JSON")
