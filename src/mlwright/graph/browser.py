"""A compiled graph as browsers run it rightly."""

from __future__ import annotations

import onnx
from onnx import NodeProto

from mlwright.contracts.errors import InputError

FOLDED = "folded"
# Operators that only put strings elsewhere or one behind the other: what is folded before them is folded behind them.
_PLACING = ("Concat", "Gather", "Identity", "Reshape", "Slice", "Split", "Squeeze", "StringConcat", "Unsqueeze")


def for_browsers(model: bytes) -> bytes:
    """The same graph, with A to Z read as a to z outside where it would be inside: the input ``folded`` holds the
    ``strings`` so.

    The operator for it knows the alphabets of its machine's locale "C": A to Z alone where models are made and served,
    and all alphabets in a browser. A graph that folds nothing is returned as it is.
    """
    loaded = onnx.load_from_string(model)
    if not any(_folds(node) for node in loaded.graph.node):
        return model
    made = {output: node for node in loaded.graph.node for output in node.output}
    twins = {"strings": FOLDED}
    nodes: list[NodeProto] = []
    for node in loaded.graph.node:
        if _folds(node):
            nodes += _twin(node.input[0], made, twins)
            twins[node.output[0]] = twins[node.input[0]]
            continue
        kept = NodeProto()
        kept.CopyFrom(node)
        folded = [twins[name] if name in made and _folds(made[name]) else name for name in node.input]
        kept.input[:] = folded
        nodes.append(kept)
    del loaded.graph.node[:]
    loaded.graph.node.extend(nodes)
    extra = loaded.graph.input.add()
    extra.CopyFrom(next(one for one in loaded.graph.input if one.name == "strings"))
    extra.name = FOLDED
    data: bytes = loaded.SerializeToString(deterministic=True)
    return data


def _folds(node: NodeProto) -> bool:
    return bool(node.op_type == "StringNormalizer")


def _twin(name: str, made: dict[str, NodeProto], twins: dict[str, str]) -> list[NodeProto]:
    """The nodes that make ``name`` out of folded strings, in order; ``twins`` learns what their outputs are called."""
    if name in twins or name not in made:
        twins.setdefault(name, name)
        return []
    node = made[name]
    if node.op_type == "Constant":
        twins[name] = name
        return []
    if node.op_type not in _PLACING:
        what = f"this model folds text behind the operator {node.op_type}, which a browser can't be asked to do rightly"
        raise InputError(what, way_out="Draw its report without --interactive.")
    before = [one for parent in node.input for one in _twin(parent, made, twins)]
    copy = NodeProto()
    copy.CopyFrom(node)
    copy.name = f"{node.name}_{FOLDED}"
    copy.input[:] = [twins[parent] for parent in node.input]
    copy.output[:] = [f"{output}_{FOLDED}" for output in node.output]
    twins.update(zip(node.output, copy.output, strict=True))
    return [*before, copy]
