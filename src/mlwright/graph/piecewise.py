"""A line in pieces, as operators: what `piecewise` stands for when a graph is written."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlwright.graph.tensor import Tensor, apply, cast, clip, columns, concat, where

Floats = NDArray[Any]
_AT_ONCE = 64  # columns whose pieces are computed at once: each takes rows * knots * 8 bytes, some three times over
_NARROW = 1e-300  # a slope over less would not be finite


def unfolded(t: Tensor) -> Tensor:
    """A tensor that `piecewise` gave, as operators: f(x) = f(first) + sum over pieces of slope * (how far x goes into
    the piece)."""
    (x,), at, level = t.inputs, np.asarray(t.attrs["at"]), np.asarray(t.attrs["level"])
    if x.width <= _AT_ONCE:
        return _pieces(x, at, level)
    starts = range(0, x.width, _AT_ONCE)
    some = [slice(start, min(start + _AT_ONCE, x.width)) for start in starts]
    return concat([_pieces(columns(x, range(s.start, s.stop)), at[s], level[s]) for s in some])


def _pieces(x: Tensor, at: Floats, level: Floats) -> Tensor:
    width, rise = np.diff(at, axis=1), np.diff(level, axis=1)
    flat = width <= _NARROW
    slope = np.where(flat, 0.0, rise / np.where(flat, 1.0, width))
    deep = Tensor("Unsqueeze", (x, _axis(2)), {}, x.dtype, x.width)
    pieces = clip(deep - at[:, :-1], np.zeros_like(width), np.where(flat, 0.0, width)) * slope
    if flat.any():  # a flat piece is a jump: all of its rise is due as soon as x lies above it
        pieces = pieces + cast(apply("Greater", deep, at[:, :-1]), x.dtype) * np.where(flat, rise, 0.0)
    total = Tensor("ReduceSum", (pieces, _axis(2)), {"keepdims": 0}, x.dtype, x.width)
    return where(apply("IsNaN", x), float("nan"), total + level[:, 0])


def _axis(axis: int) -> Tensor:
    return Tensor("Constant", (), {"value": np.array([axis], np.int64)}, "int64", 1)
