"""Verdict -> Release: where a bundle goes. So far: a folder."""

from __future__ import annotations

import subprocess
import time
from importlib.metadata import version
from pathlib import Path

from mlwright.bundle import Contents, write
from mlwright.contracts.records import Candidates, Provenance, Release, Table

PACKAGES = ("mlwright", "catboost", "lightgbm", "numpy", "onnx", "onnxruntime", "polars", "scikit-learn", "xgboost-cpu")


def provenance(table: Table, candidates: Candidates, seed: int, command: str) -> Provenance:
    """Where a model that is made now comes from: the data, this machine's versions, the time (UTC), and the git commit
    of the working folder, if it is under version control."""
    return Provenance(
        fingerprint=table.fingerprint,
        source=table.source,
        rows=table.rows,
        versions={name: version(name) for name in PACKAGES},
        seed=seed,
        command=command,
        created=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        commit=_commit(),
        difference=candidates.difference,
        latency=candidates.latency,
        origins=table.origins,
    )


def to_folder(folder: Path, contents: Contents) -> Release:
    """Write the bundle into ``folder``, whole or not at all. Raises InputError when that can't be."""
    started = time.monotonic()
    manifest = write(folder, contents)
    return Release(path=str(folder), size=manifest.size, seconds=time.monotonic() - started)


def _commit() -> str | None:
    try:
        found = subprocess.run(
            ["git", "rev-parse", "HEAD"],
            capture_output=True,
            text=True,
            timeout=2,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return found.stdout.strip() or None if found.returncode == 0 else None
