"""Fitted matrices that wait for the next trial of the same fold: most trials of a run read the same matrix, and making
it (text above all) can take longer than learning from it.

What lies here is a copy of what would be computed again: it may be deleted at any time, and a file that is not whole
is not used.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from mlwright import graph
from mlwright.contracts.errors import InputError
from mlwright.contracts.records import Feature
from mlwright.store import atomic_write
from mlwright.trials.matrix import Matrix

_FOLDER = "matrices"
_MOST = 256 * 2**20  # bytes of a matrix that is kept: reading a larger one back would cost as much memory twice
_SUM = 32


def shelved(run: Path, name: str, make: Callable[[], Matrix]) -> Matrix:
    """The matrix ``name`` of a run, from its shelf or, where it is not there yet, made and put there."""
    path = run / _FOLDER / f"{name}.matrix"
    known = _read(path)
    if known is not None:
        return known
    matrix = make()
    if sum(array.nbytes for array in _arrays(matrix).values()) <= _MOST:
        with suppress(InputError, OSError):  # no room: the next trial makes it again
            path.parent.mkdir(exist_ok=True)
            atomic_write(path, _bytes(matrix))
    return matrix


def clear(run: Path) -> None:
    """Delete all matrices of a run: no trial will ask again."""
    shutil.rmtree(run / _FOLDER, ignore_errors=True)


def _arrays(matrix: Matrix) -> dict[str, Any]:
    named = {"values": matrix.values, "scored": matrix.scored, "probed": matrix.probed}
    return {name: array for name, array in named.items() if array is not None}


def _bytes(matrix: Matrix) -> bytes:
    buffer = io.BytesIO()
    np.savez(
        buffer,
        tensor=np.frombuffer(graph.dump(matrix.tensor), np.uint8),
        features=np.frombuffer(msgspec.json.encode(matrix.features), np.uint8),
        refused=np.frombuffer(msgspec.json.encode(matrix.refused), np.uint8),
        **_arrays(matrix),
    )
    return sha256(buffer.getbuffer()).digest() + buffer.getbuffer()


def _read(path: Path) -> Matrix | None:
    try:
        data = memoryview(path.read_bytes())
    except OSError:
        return None
    if sha256(data[_SUM:]).digest() != bytes(data[:_SUM]):
        return None
    with np.load(io.BytesIO(data[_SUM:]), allow_pickle=False) as archive:
        return Matrix(
            graph.load(archive["tensor"].tobytes()),
            msgspec.json.decode(archive["features"].tobytes(), type=tuple[Feature, ...]),
            archive["values"],
            msgspec.json.decode(archive["refused"].tobytes(), type=tuple[str, ...]),
            *(archive.get(name) for name in ("scored", "probed")),
        )
