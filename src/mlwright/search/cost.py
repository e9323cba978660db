"""What a model will cost to ask, told from its expressions: the same on every machine, where a clock would not be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mlwright.graph import Tensor, ancestors

# Microseconds of one row on one core, measured on 2 cores of a common server: right within a factor of two.
_NODE, _COLUMN = 0.6, 0.0003
_PIECES = 10  # operators that one piecewise line becomes
_WEIGHT, _SINGLE = 0.0005, 0.0001  # of a matrix that the row is multiplied with; in single precision
_TREE, _SPLIT = 0.02, 0.0012  # the more splits all trees have, the fewer of them stay in the cache


def microseconds(outputs: Iterable[Tensor]) -> float:
    """About how long one row takes through expressions, each counted once."""
    return sum(map(_of, ancestors(outputs)))


def _of(tensor: Tensor) -> float:
    attrs: Any = tensor.attrs
    if tensor.op == "Trees":
        return float(_TREE * len(attrs["roots"]) + _SPLIT * len(attrs["feature"]))
    if tensor.op == "MatMul":
        each = _SINGLE if tensor.dtype == "float32" else _WEIGHT
        return float(_NODE + each * tensor.inputs[0].width * tensor.width)
    if tensor.op == "Piecewise":
        return float(_PIECES * _NODE + _COLUMN * attrs["at"].size * _PIECES)
    return 0.0 if tensor.op in ("Constant", "Numbers", "Concat", "Columns") else _NODE + _COLUMN * tensor.width
