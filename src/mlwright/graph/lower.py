"""From expressions to one ONNX model: merge what can be merged, then write the nodes down in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from mlwright.graph.forest import Forest, join, with_roots_split
from mlwright.graph.tensor import Tensor, ancestors, concat

OPSETS = {"": 21, "ai.onnx.ml": 5, "com.microsoft": 1}
IR_VERSION = 10
_DOMAINS = {"LabelEncoder": "ai.onnx.ml", "TreeEnsemble": "ai.onnx.ml", "Tokenizer": "com.microsoft"}
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
    """The bytes of an ONNX model with the inputs ``numbers`` (n, k) float64 and ``strings`` (n, m), where there are such.

    The same expressions always give the same bytes.
    """
    writer = _Writer(inputs)
    writer.write(list(outputs.values()))
    for name, tensor in outputs.items():
        writer.node("Identity", [writer.names[tensor.key]], name, {})
    results = [_info(name, t.dtype, t.width) for name, t in outputs.items()]
    graph = helper.make_graph(writer.nodes, "mlwright", writer.inputs(), results, writer.initializers)
    opsets = [helper.make_opsetid(domain, version) for domain, version in OPSETS.items()]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="mlwright")
    facts = {"numbers": msgspec.json.encode(inputs.numbers).decode(), "strings": msgspec.json.encode(inputs.strings).decode()}
    helper.set_model_props(model, {**facts, **(metadata or {})})
    onnx.checker.check_model(model)
    return model.SerializeToString(deterministic=True)


class _Writer:
    """Writes tensors as nodes, each once; names are short and follow the order of writing."""

    def __init__(self, inputs: Inputs):
        self.layout = inputs
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []
        self.names: dict[str, str] = {}

    def inputs(self) -> list[onnx.ValueInfoProto]:
        found = []
        if self.layout.numbers:
            found.append(_info("numbers", "float64", len(self.layout.numbers)))
        if self.layout.strings:
            found.append(_info("strings", "string", len(self.layout.strings)))
        return found

    def write(self, outputs: Sequence[Tensor]) -> None:
        order = ancestors(outputs)
        lookups: dict[str, list[Tensor]] = {}
        for tensor in order:
            if tensor.op == "Lookup":
                lookups.setdefault(tensor.inputs[0].key, []).append(tensor)
        levels = _tree_levels(order)
        for tensor in order:
            if tensor.key in self.names:
                continue
            if tensor.op == "Lookup":
                self._lookups(lookups[tensor.inputs[0].key])
            elif tensor.op == "Trees":
                group = levels[tensor.key]
                self.write([t.inputs[0] for t in group])  # the other forests of the level may read what comes later
                self._trees(group)
            else:
                self._plain(tensor)

    def node(self, op: str, inputs: list[str], outputs: str | list[str], attrs: Mapping[str, Any]) -> None:
        outputs = [outputs] if isinstance(outputs, str) else outputs
        name = f"{op}_{len(self.nodes)}"
        node = helper.make_node(op, inputs, outputs, name=name, domain=_DOMAINS.get(op, ""))
        for key, value in attrs.items():
            node.attribute.append(_attribute(key, value))
        self.nodes.append(node)

    def fresh(self) -> str:
        return f"t{len(self.names)}_{len(self.nodes)}"

    def array(self, value: NDArray[Any] | Sequence[str]) -> str:
        name = f"c{len(self.initializers)}"
        if isinstance(value, np.ndarray):
            self.initializers.append(numpy_helper.from_array(value, name))
        else:
            texts = [v.encode() for v in value]
            self.initializers.append(helper.make_tensor(name, TensorProto.STRING, [len(texts)], texts))
        return name

    def _plain(self, tensor: Tensor) -> None:
        if tensor.op == "Constant":
            texts = tensor.attrs.get("texts")
            self.names[tensor.key] = self.array(tensor.attrs["value"] if texts is None else texts)
            return
        if tensor.op in ("Numbers", "Strings"):
            self.names[tensor.key] = self._input(tensor)
            return
        attrs: dict[str, Any] = dict(tensor.attrs)
        if tensor.op == "Cast":
            attrs["to"] = _TYPES[attrs["to"]]
        if tensor.op == "Concat":
            attrs["axis"] = 1
        name = self.fresh()
        self.node(tensor.op, [self.names[t.key] for t in tensor.inputs], name, attrs)
        self.names[tensor.key] = name

    def _input(self, tensor: Tensor) -> str:
        if tensor.op == "Strings":
            index = np.array(self.layout.strings.index(str(tensor.attrs["name"])), np.int64)  # a scalar: gives (n,)
            source = "strings"
        else:
            names: Any = tensor.attrs["names"]
            if names == self.layout.numbers:
                return "numbers"
            place = {name: i for i, name in enumerate(self.layout.numbers)}
            index, source = np.array([place[n] for n in names], np.int64), "numbers"
        name = self.fresh()
        self.node("Gather", [source, self.array(index)], name, {"axis": 1})
        return name

    def _lookups(self, group: list[Tensor]) -> None:
        """One dictionary for all look-ups of a column, one table with their rows side by side, then a split."""
        keys = sorted({key for t in group for key in t.attrs["keys"]})  # type: ignore[union-attr]
        place = {key: i for i, key in enumerate(keys)}
        tables = []
        for t in group:
            table = np.tile(np.asarray(t.attrs["default"]), (len(keys) + 1, 1))
            own: Any = t.attrs["keys"]
            table[[place[k] for k in own]] = t.attrs["table"]
            tables.append(table)
        code, rows = self.fresh(), self.fresh() + "r"
        texts = helper.make_tensor("keys", TensorProto.STRING, [len(keys)], [k.encode() for k in keys])
        values = numpy_helper.from_array(np.arange(len(keys), dtype=np.int64), "values")
        default = numpy_helper.from_array(np.array([len(keys)], dtype=np.int64), "default")
        attrs = {"keys_tensor": texts, "values_tensor": values, "default_tensor": default}
        self.node("LabelEncoder", [self.names[group[0].inputs[0].key]], code, attrs)
        self.node("Gather", [self.array(np.hstack(tables)), code], rows, {"axis": 0})
        self._split(rows, group)

    def _trees(self, group: list[Tensor]) -> None:
        """One TreeEnsemble over the columns that the forests read, then a split into each forest's outputs."""
        pool: dict[str, tuple[Tensor, int]] = {}
        width = 0
        for t in group:
            for part in _parts(t.inputs[0]):
                if part.key not in pool:
                    pool[part.key] = (part, width)
                    width += part.width
        forests = []
        for t in group:
            index = [pool[p.key][1] + np.arange(p.width, dtype=np.int64) for p in _parts(t.inputs[0])]
            forests.append(Forest.of(t.attrs).reading(np.concatenate(index)))
        matrix = concat([part for part, _ in pool.values()])
        self.write([matrix])
        result = self.fresh()
        self.node("TreeEnsemble", [self.names[matrix.key]], result, _ensemble(join(forests)))
        self._split(result, group)

    def _split(self, source: str, parts: list[Tensor]) -> None:
        names = [f"{source}_{i}" for i in range(len(parts))]
        if len(parts) == 1:
            names = [source]
        else:
            sizes = np.array([t.width for t in parts], np.int64)
            self.node("Split", [source, self.array(sizes)], names, {"axis": 1})
        self.names.update({t.key: name for t, name in zip(parts, names, strict=True)})


def _parts(matrix: Tensor) -> tuple[Tensor, ...]:
    return matrix.inputs if matrix.op == "Concat" else (matrix,)


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


def _attribute(name: str, value: Any) -> onnx.AttributeProto:
    if isinstance(value, np.ndarray):  # onnx.helper looks at every integer of a list: seconds for a large forest
        attribute = onnx.AttributeProto(name=name, type=onnx.AttributeProto.INTS)
        attribute.ints.extend(value.tolist())
        return attribute
    return helper.make_attribute(name, value)


def _info(name: str, dtype: str, width: int) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, _TYPES[dtype], ["n", width] if width else ["n"])
