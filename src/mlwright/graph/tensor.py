"""Expressions over typed rows: what steps and learners emit, and what `compile` turns into one ONNX model.

A `Tensor` is an immutable node named by the hash of what it computes. Two nodes that compute the same thing are the
same node, so the graphs of many folds and many members can be joined by simply mentioning them: what they share is
computed once. Every tensor is (n, width) with one row a table row, but for a column of strings, which is (n,).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, TypeAlias, Union

import numpy as np
from numpy.typing import NDArray

from mlwright.graph.forest import Forest, blend

Dtype = Literal["float64", "float32", "int64", "bool", "string"]
Attr: TypeAlias = "int | float | str | tuple[int, ...] | tuple[float, ...] | tuple[str, ...] | NDArray[Any]"
Operand: TypeAlias = Union["Tensor", float, NDArray[Any]]

COLUMNS, PIECEWISE = "Columns", "Piecewise"  # no ONNX operators: see the functions of these names
_TO_BOOL = frozenset(
    {"IsNaN", "IsInf", "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "Equal", "Not", "And", "Or"}
)


_ONE_BY_ONE = frozenset({"Add", "Cast", "Exp", "Max", "Min", "Mul", "Sigmoid"})  # what is done to each number alike
_PER_LEVEL: dict[str, Callable[..., NDArray[Any]]] = {  # what may be done to a look-up's table once, instead of to rows
    "Cast": np.asarray,
    "Concat": lambda *parts: np.hstack(parts),
    "Div": np.divide,
    "IsNaN": np.isnan,
    "Max": np.maximum,
    "Min": np.minimum,
    "Sub": np.subtract,
    "Where": np.where,
}


class Tensor:
    """One node: an operator, its inputs and its attributes. Build it with the functions of this module."""

    __slots__ = ("attrs", "dtype", "inputs", "key", "look_up", "op", "width")

    def __init__(self, op: str, inputs: tuple[Tensor, ...], attrs: Mapping[str, Attr], dtype: Dtype, width: int):
        self.op, self.inputs, self.attrs, self.dtype, self.width = op, inputs, dict(attrs), dtype, width
        self.key = _digest(op, inputs, self.attrs, dtype)
        self.look_up = _common_look_up(op, inputs)

    def __repr__(self) -> str:
        return f"<{self.op} {self.dtype} width={self.width} {self.key[:6]}>"

    def __add__(self, other: Operand) -> Tensor:
        return apply("Add", self, other)

    def __sub__(self, other: Operand) -> Tensor:
        return apply("Sub", self, other)

    def __mul__(self, other: Operand) -> Tensor:
        return apply("Mul", self, other)

    def __truediv__(self, other: Operand) -> Tensor:
        return apply("Div", self, other)

    def __matmul__(self, weights: NDArray[Any]) -> Tensor:
        """The product, in this tensor's precision: single takes a third of the time of double. Of weights that don't
        change ONNX Runtime adds up each row in one order, so its bits don't hang on how many rows there are."""
        return apply("MatMul", self, weights, width=int(weights.shape[1]))


def numbers(names: Sequence[str]) -> Tensor:
    """The columns ``names`` of the input ``numbers``: (n, len(names)) float64, missing is NaN."""
    return Tensor("Numbers", (), {"names": tuple(names)}, "float64", len(names))


def strings(name: str) -> Tensor:
    """One column of the input ``strings``: (n,) of strings, missing is the empty string."""
    return Tensor("Strings", (), {"name": name}, "string", 0)


def constant(value: Any, dtype: Dtype) -> Tensor:
    """A constant that broadcasts against (n, width)."""
    if dtype == "string":
        texts = tuple(str(v) for v in value)
        return Tensor("Constant", (), {"texts": texts}, "string", len(texts))
    array = np.ascontiguousarray(value, dtype=dtype)
    return Tensor("Constant", (), {"value": array}, dtype, int(array.shape[-1]) if array.ndim else 1)


def apply(op: str, *operands: Operand, attrs: Mapping[str, Attr] | None = None, width: int | None = None) -> Tensor:
    """An ONNX operator on tensors; numbers and arrays become constants of the first tensor's type.

    The result has the first tensor's type (bool for comparisons) and, unless ``width`` says otherwise, the widest
    operand's width.
    """
    lead = next(o for o in operands if isinstance(o, Tensor))
    inputs = tuple(o if isinstance(o, Tensor) else constant(o, lead.dtype) for o in operands)
    dtype: Dtype = "bool" if op in _TO_BOOL else lead.dtype
    made = Tensor(op, inputs, attrs or {}, dtype, width if width is not None else max(t.width for t in inputs))
    return _by_level(made)


def cast(x: Tensor, dtype: Dtype) -> Tensor:
    """``x`` as another type; itself when it has that type already."""
    if x.op == "Cast" and x.inputs[0].dtype == "bool":
        x = x.inputs[0]  # 0 and 1 of any type in between
    return x if x.dtype == dtype else _by_level(Tensor("Cast", (x,), {"to": dtype}, dtype, x.width))


def concat(parts: Iterable[Tensor]) -> Tensor:
    """The columns of all parts side by side. Nested concatenations are flattened."""
    flat: list[Tensor] = []
    for part in parts:
        flat.extend(part.inputs if part.op == "Concat" else (part,))
    return flat[0] if len(flat) == 1 else Tensor("Concat", tuple(flat), {}, flat[0].dtype, sum(t.width for t in flat))


def beside(parts: Sequence[Tensor]) -> tuple[Tensor, list[int]]:
    """Tensors (n, w) of one width and type side by side, and which stands where. What is done to several by the same
    operator is done to them at once: a hundred small operators would take longer than the trees before them."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for place, t in enumerate(parts):
        alike = (t.op in _ONE_BY_ONE and all(_single(operand) for operand in t.inputs[1:])) or _row_by_row(t)
        key: tuple[str, ...] = (t.op, t.dtype, t.inputs[0].dtype, str(len(t.inputs))) if alike else ()
        groups.setdefault(key, []).append(place)
    made, order = [], []
    for key, places in groups.items():
        some = [parts[place] for place in places]
        if not key or len(some) == 1:
            made += some
            order += places
            continue
        first, inner = beside([t.inputs[0] for t in some])
        made.append(_at_once(first, [some[place] for place in inner]))
        order += [places[place] for place in inner]
    return concat(made), order


def _at_once(x: Tensor, alike: Sequence[Tensor]) -> Tensor:
    """What ``alike`` tensors do to their first operands, done to these as they stand side by side in ``x``."""
    lead, width = alike[0], x.width // len(alike)
    if _row_by_row(lead):
        apart = Tensor("Reshape", (x, constant([0, len(alike), width], "int64")), {}, x.dtype, x.width)
        done = Tensor(lead.op, (apart,), {"axis": 2}, lead.dtype, x.width)
        return Tensor("Reshape", (done, constant([0, x.width], "int64")), {}, lead.dtype, x.width)
    rest = [[t.inputs[k] for t in alike] for k in range(1, len(lead.inputs))]
    rows = [np.repeat([np.asarray(t.attrs["value"]).item() for t in ts], width)[None] for ts in rest]
    values = [constant(row, ts[0].dtype) for row, ts in zip(rows, rest, strict=True)]
    return Tensor(lead.op, (x, *values), lead.attrs, lead.dtype, x.width)


def _row_by_row(t: Tensor) -> bool:
    return t.op == "Softmax" and t.attrs == {"axis": 1}


def _single(t: Tensor) -> bool:
    return t.op == "Constant" and "value" in t.attrs and np.size(t.attrs["value"]) == 1


def columns(x: Tensor, indices: Sequence[int]) -> Tensor:
    """The columns of ``x`` at ``indices``. No operator: whoever reads them takes them from where ``x`` lies."""
    return Tensor(COLUMNS, (x,), {"index": np.asarray(indices, dtype=np.int64)}, x.dtype, len(indices))


def where(condition: Tensor, yes: Operand, no: Operand) -> Tensor:
    """``yes`` where ``condition`` holds, else ``no``; at least one of them is a tensor."""
    lead = yes if isinstance(yes, Tensor) else no
    if not isinstance(lead, Tensor):
        raise TypeError("where() needs a tensor as one of its branches")
    branches = tuple(b if isinstance(b, Tensor) else constant(b, lead.dtype) for b in (yes, no))
    width = max(condition.width, *(b.width for b in branches))
    return _by_level(Tensor("Where", (condition, *branches), {}, lead.dtype, width))


def clip(x: Tensor, low: Operand, high: Operand) -> Tensor:
    """``x`` limited to [low, high], column by column; NaN stays NaN."""
    if isinstance(low, float) and isinstance(high, float):
        return apply("Clip", x, low, high)
    return apply("Min", apply("Max", x, low), high)


def piecewise(x: Tensor, at: NDArray[np.float64], level: NDArray[np.float64]) -> Tensor:
    """``x`` (n, w) column by column through the line that is ``level[j]`` (w, k) at the knots ``at[j]`` (w, k), which
    rise, and is flat outside them. Two knots at one place are a jump: its end is due above the place alone. NaN stays
    NaN."""
    attrs: dict[str, Attr] = {"at": np.asarray(at, np.float64), "level": np.asarray(level, np.float64)}
    return Tensor(PIECEWISE, (x,), attrs, x.dtype, x.width)


def flat(x: Tensor) -> Tensor:
    """The only column of ``x`` as (n,)."""
    return Tensor("Squeeze", (x, constant([1], "int64")), {}, x.dtype, 0)


def choose(texts: Sequence[str], index: Tensor) -> Tensor:
    """``texts[i]`` for each of the (n,) int64 indices: (n,) strings."""
    return Tensor("Gather", (constant(texts, "string"), index), {"axis": 0}, "string", 0)


def lookup(column: Tensor, keys: Sequence[str], table: NDArray[Any], default: NDArray[Any]) -> Tensor:
    """Row ``table[i]`` (float32, (len(keys), width)) where the string is ``keys[i]``, else ``default``.

    All look-ups of one column share one dictionary in the compiled model.
    """
    table, default = np.ascontiguousarray(table, dtype=np.float32), np.ascontiguousarray(default, dtype=np.float32)
    attrs: dict[str, Attr] = {"keys": tuple(keys), "table": table, "default": default}
    return Tensor("Lookup", (column,), attrs, "float32", int(table.shape[1]))


def _by_level(t: Tensor) -> Tensor:
    """``t`` as a look-up where it hangs on one look-up and constants alone: its value is known for each level."""
    if t.look_up is None or t.dtype != "float32":
        return t
    rows, keys = _level_rows(t), t.look_up.attrs["keys"]
    return lookup(t.look_up.inputs[0], keys, rows[:-1], rows[-1])  # type: ignore[arg-type]


def _level_rows(t: Tensor) -> Any:
    """The value of ``t``, which hangs on a look-up, for each of its levels and, the last, for all others: (levels + 1,
    w). A constant's is the same for all."""
    if t.op == "Lookup":
        return np.vstack([t.attrs["table"], t.attrs["default"]])
    if t.op == "Constant":
        return t.attrs["value"]
    with np.errstate(all="ignore"):
        return _PER_LEVEL[t.op](*map(_level_rows, t.inputs)).astype(t.dtype)


def _common_look_up(op: str, inputs: Sequence[Tensor]) -> Tensor | None:
    """The look-up that all inputs hang on, but for constants, where the operator may be done to its table. Others of
    the same column and levels are as good."""
    inputs = [t for t in inputs if t.op != "Constant"] if op in _PER_LEVEL else []
    found = [t if t.op == "Lookup" else t.look_up for t in inputs]
    first = found[0] if found else None
    if first is None:
        return None
    levels = (first.inputs[0].key, first.attrs["keys"])
    alike = all(t is not None and (t.inputs[0].key, t.attrs["keys"]) == levels for t in found)
    return first if alike else None


def trees(x: Tensor, forest: Forest) -> Tensor:
    """The summed leaf weights of ``forest`` on the matrix ``x`` (n, features) float32: (n, forest.targets) float32.

    All forests of a model that don't feed each other become one TreeEnsemble operator.
    """
    return Tensor("Trees", (x,), forest.attributes(), "float32", forest.targets)


def sum_of_trees(parts: Sequence[Tensor], share: NDArray[np.float64]) -> Tensor:
    """The weighted sum (n, 1) of tensors that `trees` gave, each (n, 1), as one forest: cheaper than adding them up."""
    offset = np.cumsum([0, *(t.inputs[0].width for t in parts)])
    reading = [
        Forest.of(t.attrs).reading(start + np.arange(t.inputs[0].width))
        for t, start in zip(parts, offset, strict=False)
    ]
    return trees(concat([t.inputs[0] for t in parts]), blend(reading, share))


def ancestors(outputs: Iterable[Tensor]) -> list[Tensor]:
    """Every tensor that ``outputs`` rest on, inputs first, each once, in a fixed order."""
    order: dict[str, Tensor] = {}
    stack = [(t, False) for t in reversed(list(outputs))]
    while stack:
        tensor, ready = stack.pop()
        if tensor.key in order:
            continue
        if ready:
            order[tensor.key] = tensor
        else:
            stack.append((tensor, True))
            stack.extend((t, False) for t in reversed(tensor.inputs))
    return list(order.values())


def _digest(op: str, inputs: tuple[Tensor, ...], attrs: Mapping[str, Attr], dtype: str) -> str:
    hasher = hashlib.blake2b(f"{op}|{dtype}|{'|'.join(t.key for t in inputs)}".encode(), digest_size=16)
    for name in sorted(attrs):
        value = attrs[name]
        if isinstance(value, np.ndarray):
            hasher.update(f"|{name}:{value.dtype}{value.shape}".encode())
            hasher.update(np.ascontiguousarray(value).tobytes())
        else:
            hasher.update(f"|{name}={value!r}".encode())
    return hasher.hexdigest()
