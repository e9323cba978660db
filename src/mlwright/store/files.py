"""Files and folders that are written whole or not at all.

Everything is built under a temporary name beside its target (".NAME.TOKEN.tmp"), flushed to the disk and renamed into
place, so a reader sees the old content or the new, never a part, even when the writer is killed. What a killed writer
left behind has a name that no reader looks for.

A folder that is being built is held by a lock on the folder itself. The kernel lets go of it when its holder dies, so
leftovers can be told from a build that is still going on, and are swept away by the next writer of the same target.
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from mlwright.contracts.errors import InputError

_BUILDING, _REPLACED = ".tmp", ".old"
_WAYS_OUT = {
    errno.ENOSPC: "Free some disk space, or write to another disk.",
    errno.EDQUOT: "Your disk quota is used up: free some space, or write to another disk.",
    errno.EACCES: "Choose a folder that you may write to, or change its permissions.",
    errno.EPERM: "Choose a folder that you may write to, or change its permissions.",
    errno.EROFS: "The file system is read-only: choose another folder.",
    errno.EEXIST: "A part of this path is a file: choose another path.",
    errno.ENOTDIR: "A part of this path is a file: choose another path.",
    errno.ENAMETOOLONG: "Choose a shorter name.",
}


@contextmanager
def atomic_file(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Open a new binary file that takes the place of ``path`` when the block ends, and vanishes when it raises.

    Folders on the way are made. A symbolic link is followed. Raises InputError when ``path`` can't be written.
    """
    with _explained(path):
        target = _target(path)
        if target.exists() and not target.is_file():
            raise InputError("this is not a regular file", where=str(path), way_out="Choose another path.")
        temporary = _beside(target, _BUILDING)
        descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o666)
        try:
            with os.fdopen(descriptor, "w+b") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, target)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
        _flush(target.parent)


def atomic_write(path: str | os.PathLike[str], data: bytes) -> None:
    """Make ``data`` the content of ``path``, whole or not at all. Raises InputError when it can't be written."""
    with atomic_file(path) as file:
        file.write(data)


class TakenError(InputError):
    """Something stands already where a new folder should go."""


@contextmanager
def atomic_folder(path: str | os.PathLike[str], *, replace: bool = True) -> Iterator[Path]:
    """Give an empty folder to fill, which takes the place of ``path`` when the block ends, and vanishes when it raises.

    A folder that stood at ``path`` is renamed aside, then deleted with all that is in it: the caller makes sure that it
    may go; without ``replace`` it stays and TakenError is raised. Raises InputError when ``path`` can't be written.
    """
    with _explained(path):
        target = _folder_target(path)
        sweep_folder(target)
        building, lock = _make_locked(target)
        try:
            yield building
            _flush_tree(building)
            (_swap if replace else _claim)(building, target)
        except BaseException:
            shutil.rmtree(building, ignore_errors=True)
            raise
        finally:
            os.close(lock)


def check_folder(path: str | os.PathLike[str]) -> None:
    """Raise InputError, as ``atomic_folder`` would, if a folder can't be made at ``path``."""
    with _explained(path):
        trial = _beside(_folder_target(path), _BUILDING)
        trial.mkdir()
        trial.rmdir()


def sweep_folder(target: Path) -> None:
    """Undo what killed writers of the folder ``target`` left: half-built ones go, one renamed aside comes back."""
    for leftover in _leftovers(target):
        lock = _lock_folder(leftover)
        if lock is None:  # its writer is alive, or nobody can tell
            continue
        try:
            if leftover.suffix == _REPLACED and not target.exists():
                os.rename(leftover, target)
            else:
                shutil.rmtree(leftover, ignore_errors=True)
        finally:
            os.close(lock)


def sweep_files(folder: Path) -> None:
    """Delete the temporary files anywhere under ``folder``. Only for one who knows that nobody is writing there."""
    for leftover in folder.rglob(f".*{_BUILDING}"):
        if leftover.is_file():
            leftover.unlink(missing_ok=True)


def explain(error: OSError, path: str | os.PathLike[str]) -> InputError:
    """The InputError that says why ``path`` can't be written, and the way out."""
    what = f"can't be written: {(error.strerror or str(error)).lower()}"
    return InputError(what, where=str(path), way_out=_WAYS_OUT.get(error.errno or 0, "Choose another path."))


@contextmanager
def _explained(path: str | os.PathLike[str]) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise explain(error, path) from error


def _target(path: str | os.PathLike[str]) -> Path:
    """Where to write: links followed, folders on the way made."""
    if "\0" in os.fspath(path):
        raise InputError("a path can't hold a null character", where=repr(os.fspath(path)))
    target = Path(os.path.realpath(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    return target


def _folder_target(path: str | os.PathLike[str]) -> Path:
    target = _target(path)
    if target.exists() and not target.is_dir():
        raise InputError("a file stands in the folder's place", where=str(path), way_out="Choose another path.")
    return target


def _beside(target: Path, suffix: str) -> Path:
    return target.parent / f".{target.name}.{secrets.token_hex(6)}{suffix}"


def _leftovers(target: Path) -> list[Path]:
    start, ends = f".{target.name}.", (_BUILDING, _REPLACED)
    found = [entry for entry in os.scandir(target.parent) if entry.name.startswith(start) and entry.name.endswith(ends)]
    whole = len(start) + 12 + 4  # the token and the suffix: "churn" must not take ".churn.v2.TOKEN.tmp" for its own
    return [Path(entry.path) for entry in found if len(entry.name) == whole and entry.is_dir(follow_symlinks=False)]


def _make_locked(target: Path) -> tuple[Path, int]:
    """A new folder beside ``target`` and the descriptor that holds it."""
    while True:
        building = _beside(target, _BUILDING)
        building.mkdir()
        with suppress(FileNotFoundError):  # another writer swept it between the making and the opening
            lock = os.open(building, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            if _held(lock) and building.exists():  # else another writer is sweeping it, or has
                return building, lock
            os.close(lock)


def _held(lock: int) -> bool:
    """Whether the lock was got. A file system without locks says yes: nobody will sweep there either."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _lock_folder(folder: Path) -> int | None:
    """A descriptor that holds ``folder``, or None if somebody else holds it or it is gone."""
    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    return lock


def _claim(building: Path, target: Path) -> None:
    """Put ``building`` at ``target`` unless somebody was first: renaming onto a folder that holds anything fails."""
    try:
        os.rename(building, target)
    except OSError as error:
        if error.errno in (errno.EEXIST, errno.ENOTEMPTY):
            raise TakenError("already exists", where=str(target), way_out="Choose another name.") from error
        raise
    _flush(target.parent)


def _swap(building: Path, target: Path) -> None:
    """Put ``building`` at ``target``. What stood there is out of the way for the time of one rename."""
    if not target.exists():
        return _claim(building, target)
    old, lock = _beside(target, _REPLACED), _lock_folder(target)
    try:
        os.rename(target, old)
        try:
            os.rename(building, target)
        except BaseException:
            os.rename(old, target)
            raise
        _flush(target.parent)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        if lock is not None:
            os.close(lock)


def _flush_tree(folder: Path) -> None:
    for parent, _, names in os.walk(folder):
        for name in names:
            _flush(Path(parent, name))
        _flush(Path(parent))


def _flush(path: Path) -> None:
    """Have the disk hold ``path`` (a file's content, a folder's names) before going on."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
