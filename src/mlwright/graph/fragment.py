"""Expressions as bytes, so that what a trial learnt in its own process can join the graph of the whole model.

A fragment is an uncompressed NumPy archive: ``nodes`` (JSON) and the arrays that the nodes mention. It holds no code.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from mlwright.graph.tensor import Dtype, Tensor, ancestors


class _Node(msgspec.Struct, omit_defaults=True):
    op: str
    dtype: Dtype
    width: int
    inputs: list[int] = []
    attrs: dict[str, Any] = {}
    arrays: dict[str, str] = {}


def dump(tensor: Tensor) -> bytes:
    """``tensor`` and everything it rests on."""
    order = ancestors([tensor])
    place = {t.key: i for i, t in enumerate(order)}
    arrays: dict[str, NDArray[Any]] = {}
    nodes = []
    for t in order:
        node = _Node(t.op, t.dtype, t.width, [place[i.key] for i in t.inputs])
        for name, value in t.attrs.items():
            if isinstance(value, np.ndarray):
                node.arrays[name] = f"a{len(arrays)}"
                arrays[node.arrays[name]] = value
            else:
                node.attrs[name] = value
        nodes.append(node)
    buffer = io.BytesIO()
    np.savez(buffer, nodes=np.frombuffer(msgspec.json.encode(nodes), np.uint8), **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def load(data: bytes) -> Tensor:
    """The inverse of `dump`. Raises ValueError for bytes that are no fragment."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            nodes = msgspec.json.decode(archive["nodes"].tobytes(), type=list[_Node])
            built: list[Tensor] = []
            for node in nodes:
                attrs: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in node.attrs.items()}
                attrs.update({name: archive[key] for name, key in node.arrays.items()})
                built.append(Tensor(node.op, tuple(built[i] for i in node.inputs), attrs, node.dtype, node.width))
        return built[-1]
    except (EOFError, LookupError, zipfile.BadZipFile, msgspec.DecodeError) as error:
        raise ValueError("these bytes are no fragment") from error
