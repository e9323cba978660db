"""Packages of JavaScript that a page needs and that are not ours to ship: fetched by npm, each known by its sum.

What was fetched is kept in the user's cache and checked against the sum each time it is used.
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from mlwright.contracts.address import scrub_text
from mlwright.contracts.errors import InputError
from mlwright.store import atomic_write

PATIENCE = 600.0  # seconds that npm may take


class Package(NamedTuple):
    """A package at one version, and the SHA-512 of its archive as registries write it."""

    name: str
    version: str
    integrity: str

    @property
    def archive(self) -> str:
        """What npm calls the file."""
        return f"{self.name}-{self.version}.tgz"


def fetched(package: Package, way_out: str) -> bytes:
    """The archive of a package, from the cache or by npm. Raises InputError, with the ``way_out`` for those offline."""
    kept = _cache() / package.archive
    if kept.is_file():
        data = kept.read_bytes()
        if is_whole(package, data):
            return data
    data = _by_npm(package, way_out)
    if not is_whole(package, data):
        what = f"what npm fetched is not {package.name} {package.version} as it was published: its SHA-512 differs"
        raise InputError(what, where="npm", way_out=way_out)
    atomic_write(kept, data)
    return data


def is_whole(package: Package, archive: bytes) -> bool:
    """Whether these are the bytes that were published."""
    return f"sha512-{base64.b64encode(hashlib.sha512(archive).digest()).decode()}" == package.integrity


def members(archive: bytes, names: Sequence[str]) -> list[bytes]:
    """The content of files in a package's archive, read in memory: nothing is unpacked to the disk."""
    wanted = {f"package/{name}": name for name in names}
    found: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r|gz") as opened:  # once through, and no further than needed
        for entry in opened:
            file = opened.extractfile(entry) if entry.name in wanted else None
            if file is not None:
                found[wanted[entry.name]] = file.read()
            if len(found) == len(wanted):
                break
    return [found[name] for name in names]


def _by_npm(package: Package, way_out: str) -> bytes:
    wanted = f"{package.name}@{package.version}"
    npm = shutil.which("npm")
    if npm is None:
        raise InputError(f"{wanted} is needed, and there is no npm to fetch it", where="npm", way_out=way_out)
    with tempfile.TemporaryDirectory() as scratch:
        # A project file of the folder that mlwright was started in has no say in what is fetched.
        command = [npm, "pack", wanted, "--silent", "--ignore-scripts", "--pack-destination", scratch]
        try:
            done = subprocess.run(command, cwd=scratch, capture_output=True, text=True, timeout=PATIENCE, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise InputError(f"npm could not fetch {wanted}", where="npm", way_out=way_out) from error
        file = Path(scratch, package.archive)
        if done.returncode or not file.is_file():
            lines = [line for line in scrub_text(done.stderr).splitlines() if line.strip()]
            why = f" ({lines[0].strip()[:200]})" if lines else ""
            raise InputError(f"npm could not fetch {wanted}{why}", where="npm", way_out=way_out)
        return file.read_bytes()


def _cache() -> Path:
    """Where what was fetched is kept."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "mlwright")
