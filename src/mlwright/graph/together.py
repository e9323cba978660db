"""What many folds do to columns of their own, done once to all of these columns side by side.

A model holds the preparations of many folds and members: the same operators in the same order, with other constants.
An operator costs more to call for one row than to compute, so those that stand at the same depth and work element by
element become one. Only operators that round nothing, or round correctly, are joined: their answer for an element does
not hang on its place in the vector.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlwright.graph.tensor import COLUMNS, PIECEWISE, Attr, Tensor, ancestors, apply, cast, clip, columns, concat, where

Floats = NDArray[Any]
_ELEMENTWISE = frozenset(
    {"Abs", "Add", "And", "Cast", "Div", "Equal", "Greater", "GreaterOrEqual", "IsInf", "IsNaN", "Less", "LessOrEqual"}
    | {"Max", "Min", "Mul", "Neg", "Not", "Or", "Sub", "Where", PIECEWISE}
)
_AT_ONCE = 64  # columns whose pieces are computed at once: each takes rows * knots * 8 bytes, some three times over
_NARROW = 1e-300  # a slope over less would not be finite
_FEWEST = 3  # two cost as much as what joins and parts them
_WIDEST = 600  # columns that are done at once: where there are more, calling is cheap beside what is done and held


def together(outputs: Sequence[Tensor]) -> list[Tensor]:
    """The same values by fewer operators."""
    order = ancestors(outputs)
    plain = _plain(order)
    depth: dict[str, int] = {}
    for t in order:
        depth[t.key] = max((depth[i.key] for i in t.inputs), default=0) + _joins(t, plain)
    layers: dict[int, list[Tensor]] = {}
    for t in order:
        layers.setdefault(depth[t.key], []).append(t)
    made: dict[str, Tensor] = {}
    for level in sorted(layers):
        alike: dict[tuple[object, ...], list[Tensor]] = {}
        for t in (t for t in layers[level] if _joins(t, plain)):
            alike.setdefault(_kind(t), []).append(t)
        for group in (part for all_alike in alike.values() for part in _parted(all_alike)):
            made.update(_joined(group, made) if len(group) >= _FEWEST else {t.key: _renewed(t, made) for t in group})
        made.update((t.key, _renewed(t, made)) for t in layers[level] if not _joins(t, plain))
    return [made[t.key] for t in outputs]


def _plain(order: Iterable[Tensor]) -> set[str]:
    """Keys of tensors that are certainly tables (n, width), made column by column from what the graph is fed."""
    found: set[str] = set()
    for t in order:
        made = t.op in _ELEMENTWISE and all(i.key in found or _row(i, t.width) for i in t.inputs)
        chosen = t.op in ("Concat", COLUMNS) and all(i.key in found for i in t.inputs)
        if t.op in ("Numbers", "Lookup") or made or chosen:
            found.add(t.key)
    return found


def _joins(t: Tensor, plain: set[str]) -> bool:
    return t.op in _ELEMENTWISE and t.key in plain and all(i.width == t.width or i.op == "Constant" for i in t.inputs)


def _row(t: Tensor, width: int) -> bool:
    """Whether this is one number, or one for each of so many columns."""
    value = t.attrs.get("value")
    return t.op == "Constant" and isinstance(value, np.ndarray) and value.size in (1, width) and value.ndim <= 2


def _kind(t: Tensor) -> tuple[object, ...]:
    """What tensors have in common that can be joined."""
    knots = {n: np.shape(v)[1:] for n, v in t.attrs.items() if isinstance(v, np.ndarray)}
    plain = {n: v for n, v in t.attrs.items() if not isinstance(v, np.ndarray)}
    return (t.op, t.dtype, str(plain), str(knots), *((i.dtype, i.op == "Constant") for i in t.inputs))


def _parted(alike: list[Tensor]) -> list[list[Tensor]]:
    """Runs of tensors that have no more than _WIDEST columns together, but for one that has more alone."""
    parts: list[list[Tensor]] = [[]]
    width = 0
    for t in alike:
        if parts[-1] and width + t.width > _WIDEST:
            parts, width = [*parts, []], 0
        parts[-1].append(t)
        width += t.width
    return parts


def _renewed(t: Tensor, made: dict[str, Tensor]) -> Tensor:
    """The tensor, reading what was made of its inputs."""
    inputs = tuple(made[i.key] for i in t.inputs)
    if all(a is b for a, b in zip(inputs, t.inputs, strict=True)):
        return t
    return concat(inputs) if t.op == "Concat" else Tensor(t.op, inputs, t.attrs, t.dtype, t.width)


def _joined(group: list[Tensor], made: dict[str, Tensor]) -> dict[str, Tensor]:
    first, widths = group[0], [t.width for t in group]
    inputs = []
    for place, lead in enumerate(first.inputs):
        sides = [t.inputs[place] for t in group]
        inputs.append(_constants(sides, widths) if lead.op == "Constant" else concat(made[s.key] for s in sides))
    arrays: dict[str, Attr] = {
        n: np.concatenate([np.asarray(t.attrs[n]) for t in group])
        for n, v in first.attrs.items()
        if isinstance(v, np.ndarray)
    }
    whole = Tensor(first.op, tuple(inputs), {**first.attrs, **arrays}, first.dtype, sum(widths))
    ends = np.cumsum(widths)
    return {t.key: columns(whole, range(end - t.width, end)) for t, end in zip(group, ends, strict=True)}


def _constants(sides: Sequence[Tensor], widths: Sequence[int]) -> Tensor:
    """The constants side by side; one alone where all are the same number."""
    values = [np.asarray(s.attrs["value"]).reshape(-1) for s in sides]
    if all(v.size == 1 for v in values) and len({v.tobytes() for v in values}) == 1:
        return sides[0]
    row = np.concatenate([np.broadcast_to(v, (w,)) for v, w in zip(values, widths, strict=True)])
    return Tensor("Constant", (), {"value": row}, sides[0].dtype, len(row))


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
