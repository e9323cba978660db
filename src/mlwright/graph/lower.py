"""From expressions to one ONNX model: merge what can be merged, then write the nodes down in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import msgspec
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from mlwright.graph.forest import Forest, join, split, with_roots_split
from mlwright.graph.piecewise import unfolded
from mlwright.graph.tensor import COLUMNS, PIECEWISE, Tensor, ancestors

OPSETS = {"": 21, "ai.onnx.ml": 5, "com.microsoft": 1}
IR_VERSION = 10
_DOMAINS = {"LabelEncoder": "ai.onnx.ml", "TreeEnsemble": "ai.onnx.ml", "Tokenizer": "com.microsoft"}
# Of one operator: it adds up in single precision, and the more it adds, the more is rounded (2,200 trees: 1.8e-5 off);
# ONNX Runtime 1.31 also takes 9e-9 s * trees² to load it.
_MOST_TREES = 500
_SIDE_BY_SIDE = 1_000  # columns that may be copied so that tables are cut from one place
_FEW_KEYS = 64  # a column with more levels has a dictionary of its own
Runs: TypeAlias = list[tuple[str, NDArray[np.int64]]]
_TYPES = {
    "float64": TensorProto.DOUBLE,
    "float32": TensorProto.FLOAT,
    "int64": TensorProto.INT64,
    "bool": TensorProto.BOOL,
    "string": TensorProto.STRING,
}


class Inputs(msgspec.Struct, frozen=True):
    """The names of the columns of the model's two inputs, in their order."""

    numbers: tuple[str, ...]
    strings: tuple[str, ...]


def compile(outputs: Mapping[str, Tensor], inputs: Inputs, metadata: Mapping[str, str] | None = None) -> bytes:
    """The bytes of an ONNX model with the inputs ``numbers`` (n, k) float64 and ``strings`` (n, m), where there are
    such.

    The same expressions always give the same bytes.
    """
    writer = _Writer(inputs)
    writer.write(list(outputs.values()))
    for name, tensor in outputs.items():
        writer.node("Identity", [writer.name(tensor)], {}, name)
    results = [_info(name, t.dtype, t.width) for name, t in outputs.items()]
    graph = helper.make_graph(writer.nodes, "mlwright", writer.inputs(), results, writer.initializers)
    opsets = [helper.make_opsetid(domain, version) for domain, version in OPSETS.items()]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="mlwright")
    facts = {
        "numbers": msgspec.json.encode(inputs.numbers).decode(),
        "strings": msgspec.json.encode(inputs.strings).decode(),
    }
    helper.set_model_props(model, {**facts, **(metadata or {})})
    onnx.checker.check_model(model)
    data: bytes = model.SerializeToString(deterministic=True)
    return data


class _Writer:
    """Writes tensors as nodes, each once; names are short and follow the order of writing.

    A table of tensors is often only columns of others: of an input, of a table that all look-ups share, of what all
    trees answer. So each tensor has a place, which is runs of columns of what nodes give ("bases"), and is gathered
    into one of its own only where an operator needs that.
    """

    def __init__(self, inputs: Inputs):
        self.layout = inputs
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []
        self.widths = {"numbers": len(inputs.numbers), "strings": len(inputs.strings)}
        self.places: dict[str, Runs] = {}
        self.names: dict[str, str] = {}
        self.joined: dict[tuple[str, ...], str] = {}

    def inputs(self) -> list[onnx.ValueInfoProto]:
        types = {"numbers": "float64", "strings": "string"}
        return [_info(name, types[name], self.widths[name]) for name in types if self.widths[name]]

    def write(self, outputs: Sequence[Tensor]) -> None:
        """Give every tensor that ``outputs`` rest on a place or a name."""
        order = ancestors(outputs)
        self._lookups([t for t in order if t.op == "Lookup" and t.key not in self.places])
        levels = _tree_levels(order)
        for tensor in order:
            if tensor.key in self.places or tensor.key in self.names or tensor.op == "Strings":
                continue
            if tensor.op == "Trees":
                group = levels[tensor.key]
                self.write([t.inputs[0] for t in group])  # the other forests of the level may read what comes later
                self._trees(group)
            elif tensor.op == "Numbers":
                names: Any = tensor.attrs["names"]
                self.places[tensor.key] = [("numbers", _indices(names, self.layout.numbers))]
            elif tensor.op == "Concat":
                self.places[tensor.key] = _merged([run for t in tensor.inputs for run in self.place(t)])
            elif tensor.op == COLUMNS:
                index: Any = tensor.attrs["index"]
                self.places[tensor.key] = _chosen(self.place(tensor.inputs[0]), index)
            elif tensor.op == PIECEWISE:
                whole = unfolded(tensor)
                self.write([whole])
                self.places[tensor.key] = self.place(whole)
            else:
                self._plain(tensor)

    def place(self, tensor: Tensor) -> Runs:
        """The tensor's columns as columns of bases."""
        if tensor.key not in self.places:
            name = self.name(tensor)
            self.widths[name] = tensor.width
            self.places[tensor.key] = [(name, np.arange(tensor.width))]
        return self.places[tensor.key]

    def name(self, tensor: Tensor) -> str:
        """The tensor as the output of a node (or an input), which is written where it is not yet."""
        if tensor.key not in self.names:
            if tensor.op == "Strings":
                index = np.array(self.layout.strings.index(str(tensor.attrs["name"])), np.int64)  # a scalar gives (n,)
                self.names[tensor.key] = self.node("Gather", ["strings", self.array(index)], {"axis": 1})
            else:
                self.names[tensor.key] = self.gathered(self.places[tensor.key])
        return self.names[tensor.key]

    def gathered(self, runs: Runs) -> str:
        """The columns of runs, side by side."""
        if len({base for base, _ in runs}) > 1 and not all(self._whole(*run) for run in runs):
            runs = self._from_one(runs)
        parts = []
        for base, index in runs:
            whole = self._whole(base, index)
            parts.append(base if whole else self.node("Gather", [base, self.array(index)], {"axis": 1}))
        return parts[0] if len(parts) == 1 else self.node("Concat", parts, {"axis": 1})

    def _whole(self, base: str, index: NDArray[np.int64]) -> bool:
        return np.array_equal(index, np.arange(self.widths[base]))

    def _from_one(self, runs: Runs) -> Runs:
        """The same columns of one base, in which all bases stand side by side: the tables of many folds are cut from
        it by one operator each."""
        bases = tuple(dict.fromkeys(base for base, _ in runs))
        start = dict(zip(bases, np.cumsum([0, *(self.widths[b] for b in bases)]), strict=False))
        if sum(self.widths[b] for b in bases) > _SIDE_BY_SIDE:
            return runs
        if bases not in self.joined:
            self.joined[bases] = self.node("Concat", list(bases), {"axis": 1})
            self.widths[self.joined[bases]] = sum(self.widths[b] for b in bases)
        return [(self.joined[bases], np.concatenate([start[base] + index for base, index in runs]))]

    def node(self, op: str, inputs: list[str], attrs: Mapping[str, Any], output: str = "") -> str:
        """Write a node; the name of its output."""
        output = output or f"_n{len(self.nodes)}"
        name = f"{op}_{len(self.nodes)}"
        node = helper.make_node(op, inputs, [output], name=name, domain=_DOMAINS.get(op, ""))
        for key, value in attrs.items():
            node.attribute.append(_attribute(key, value))
        self.nodes.append(node)
        return output

    def array(self, value: Any) -> str:
        """An initializer that holds an array, or a sequence of texts."""
        name = f"_c{len(self.initializers)}"
        self.initializers.append(
            numpy_helper.from_array(value, name) if isinstance(value, np.ndarray) else _texts(name, value)
        )
        return name

    def _plain(self, tensor: Tensor) -> None:
        if tensor.op == "Constant":
            texts = tensor.attrs.get("texts")
            self.names[tensor.key] = self.array(tensor.attrs["value"] if texts is None else texts)
            return
        attrs: dict[str, Any] = dict(tensor.attrs)
        if tensor.op == "Cast":
            attrs["to"] = _TYPES[attrs["to"]]
        self.names[tensor.key] = self.node(tensor.op, [self.name(t) for t in tensor.inputs], attrs)

    def _lookups(self, lookups: Sequence[Tensor]) -> None:
        """All look-ups of a column read one table; columns with few levels share one dictionary and one table too."""
        by_column: dict[str, list[Tensor]] = {}
        for t in lookups:
            by_column.setdefault(t.inputs[0].key, []).append(t)
        dictionaries = [_Dictionary(group[0].inputs[0], group) for group in by_column.values()]
        shared = [d for d in dictionaries if d.small]
        if len(shared) > 1:
            self._shared(shared)
        for d in dictionaries:
            if not d.small or len(shared) == 1:
                self.write([d.column])
                code = self.node("LabelEncoder", [self.name(d.column)], _encoder(d.keys))
                self._tables(self.node("Gather", [self.array(d.table(d.keys)), code], {"axis": 0}), [d], d.width)

    def _shared(self, shared: list[_Dictionary]) -> None:
        """One look-up for several columns: code + offset of the column is the row of a table of all columns' rows."""
        keys = sorted({key for d in shared for key in d.keys})
        width = max(d.width for d in shared)
        rows = [np.pad(d.table(keys), ((0, 0), (0, width - d.width))) for d in shared]
        index = _indices([str(d.column.attrs["name"]) for d in shared], self.layout.strings)
        offset = np.arange(len(shared), dtype=np.int64) * (len(keys) + 1)
        code = self.node("LabelEncoder", [self.gathered([("strings", index)])], _encoder(keys))
        row = self.node("Add", [code, self.array(offset)], {})
        found = self.node("Gather", [self.array(np.concatenate(rows)), row], {"axis": 0})
        shape = np.array([0, len(shared) * width], np.int64)  # 0 keeps the number of rows
        self._tables(self.node("Reshape", [found, self.array(shape)], {}), shared, width)

    def _tables(self, base: str, dictionaries: list[_Dictionary], width: int) -> None:
        self.widths[base] = width * len(dictionaries)
        for number, d in enumerate(dictionaries):
            start = number * width
            for t in d.lookups:
                self.places[t.key] = [(base, start + np.arange(t.width))]
                start += t.width

    def _trees(self, group: list[Tensor]) -> None:
        """One TreeEnsemble over the columns that the forests read."""
        places = [self.place(t.inputs[0]) for t in group]
        read: dict[str, NDArray[np.int64]] = {}
        for base, index in (run for runs in places for run in runs):
            read[base] = np.union1d(read.get(base, np.zeros(0, np.int64)), index)
        start = dict(zip(read, np.cumsum([0, *(len(i) for i in read.values())]), strict=False))
        forests = []
        for t, runs in zip(group, places, strict=True):
            columns = [start[base] + np.searchsorted(read[base], index) for base, index in runs]
            forests.append(Forest.of(t.attrs).reading(np.concatenate(columns)))
        matrix = self.gathered(list(read.items()))
        answers = [self.node("TreeEnsemble", [matrix], _ensemble(f)) for f in split(join(forests), _MOST_TREES)]
        result = answers[0] if len(answers) == 1 else self.node("Sum", answers, {})
        ends = np.cumsum([0, *(t.width for t in group)])
        self.widths[result] = int(ends[-1])
        self.places.update({t.key: [(result, np.arange(a, a + t.width))] for t, a in zip(group, ends, strict=False)})


class _Dictionary:
    """The look-ups of one column: their keys together, and their rows side by side."""

    def __init__(self, column: Tensor, lookups: list[Tensor]):
        self.column, self.lookups = column, lookups
        self.owned: list[tuple[str, ...]] = [t.attrs["keys"] for t in lookups]  # type: ignore[misc]
        self.keys = sorted({key for own in self.owned for key in own})
        self.width = sum(t.width for t in lookups)

    @property
    def small(self) -> bool:
        """Whether it may share a table whose rows stand for every column's keys."""
        return self.column.op == "Strings" and len(self.keys) <= _FEW_KEYS and self.width <= _FEW_KEYS * 4

    def table(self, keys: Sequence[str]) -> NDArray[np.float32]:
        """(len(keys) + 1, width): the row of each key, then that of all others."""
        position = {key: i for i, key in enumerate(keys)}
        parts = []
        for t, own in zip(self.lookups, self.owned, strict=True):
            part = np.tile(np.asarray(t.attrs["default"]), (len(keys) + 1, 1))
            part[[position[k] for k in own]] = t.attrs["table"]
            parts.append(part)
        return np.hstack(parts)


def _merged(runs: Runs) -> Runs:
    """Runs of the same base that follow each other as one."""
    merged: Runs = []
    for base, index in runs:
        if merged and merged[-1][0] == base:
            merged[-1] = (base, np.concatenate([merged[-1][1], index]))
        else:
            merged.append((base, index))
    return merged


def _chosen(runs: Runs, index: NDArray[np.int64]) -> Runs:
    """The columns of runs at ``index``."""
    run = np.repeat(np.arange(len(runs)), [len(columns) for _, columns in runs])[index]
    column = np.concatenate([columns for _, columns in runs])[index]
    starts = np.flatnonzero(np.diff(run, prepend=-1))
    if not len(starts):
        return [(base, columns[:0]) for base, columns in runs[:1]]
    return _merged([(runs[run[i]][0], part) for i, part in zip(starts, np.split(column, starts[1:]), strict=True)])


def _indices(names: Sequence[str], layout: Sequence[str]) -> NDArray[np.int64]:
    position = {name: i for i, name in enumerate(layout)}
    return np.array([position[name] for name in names], np.int64)


def _encoder(keys: Sequence[str]) -> dict[str, Any]:
    """Attributes of a LabelEncoder that gives each key its position, and len(keys) to all else."""
    values = numpy_helper.from_array(np.arange(len(keys), dtype=np.int64), "values")
    default = numpy_helper.from_array(np.array([len(keys)], dtype=np.int64), "default")
    return {"keys_tensor": _texts("keys", keys), "values_tensor": values, "default_tensor": default}


def _tree_levels(order: Sequence[Tensor]) -> dict[str, list[Tensor]]:
    """For each Trees tensor all those that can run beside it: as many forests lie on their way to the inputs."""
    depth: dict[str, int] = {}
    levels: dict[int, list[Tensor]] = {}
    for t in order:
        depth[t.key] = max((depth[i.key] + (i.op == "Trees") for i in t.inputs), default=0)
        if t.op == "Trees":
            levels.setdefault(depth[t.key], []).append(t)
    return {t.key: group for group in levels.values() for t in group}


def _ensemble(forest: Forest) -> dict[str, Any]:
    forest = with_roots_split(forest)
    to_leaf = {side: (getattr(forest, side) < 0) for side in ("left", "right")}
    child = {side: np.where(to_leaf[side], ~getattr(forest, side), getattr(forest, side)) for side in ("left", "right")}
    modes = np.zeros(len(forest.feature), np.uint8)  # 0 is "less or equal"
    return {
        "n_targets": forest.targets,
        "tree_roots": forest.roots,
        "nodes_featureids": forest.feature,
        "nodes_splits": numpy_helper.from_array(forest.threshold, "splits"),
        "nodes_modes": numpy_helper.from_array(modes, "modes"),
        "nodes_truenodeids": child["left"],
        "nodes_falsenodeids": child["right"],
        "nodes_trueleafs": to_leaf["left"].astype(np.int64),
        "nodes_falseleafs": to_leaf["right"].astype(np.int64),
        "nodes_missing_value_tracks_true": forest.missing_left.astype(np.int64),
        "leaf_weights": numpy_helper.from_array(forest.weight, "weights"),
        "leaf_targetids": forest.target,
        "aggregate_function": 1,
        "post_transform": 0,
    }


def _texts(name: str, values: Sequence[str]) -> onnx.TensorProto:
    return onnx.TensorProto(
        name=name, data_type=TensorProto.STRING, dims=[len(values)], string_data=[v.encode() for v in values]
    )


def _attribute(name: str, value: Any) -> onnx.AttributeProto:
    if isinstance(value, np.ndarray):  # onnx.helper looks at every integer of a list: seconds for a large forest
        attribute = onnx.AttributeProto(name=name, type=onnx.AttributeProto.INTS)
        attribute.ints.extend(value.tolist())
        return attribute
    return helper.make_attribute(name, value)


def _info(name: str, dtype: str, width: int) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, _TYPES[dtype], ["n", width] if width else ["n"])
