"""A model small enough to compute by hand: a graph written node by node, with its schema and records."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from mlwright.bundle import Contents, Model, load, write
from mlwright.contracts.records import (
    Aggregate,
    Column,
    Label,
    Provenance,
    Relation,
    Schema,
    Score,
    Target,
    Verdict,
)

COLUMNS = (
    Column(name="id", kind="identifier", example="a1"),
    Column(name="age", kind="numeric", low=18.0, high=90.0, example=42.0),
    Column(name="member", kind="boolean", example=True),
    Column(name="paid", kind="boolean", words=("no", "yes"), example="yes"),
    Column(name="since", kind="datetime", formats=("",), low=0.0, high=2e9, example="2024-03-01"),
    Column(name="plan", kind="categorical", levels=("basic", "pro"), example="pro"),
    Column(name="note", kind="text", example="<b>called</b> \"twice\" & 'left'"),
)
ROW = {"age": 42, "member": True, "paid": "yes", "since": "2024-03-01", "plan": "pro", "note": "called"}


def schema(classes: tuple[Label, ...], columns: tuple[Column, ...] = COLUMNS) -> Schema:
    task = "regression" if not classes else "binary" if len(classes) == 2 else "multiclass"
    return Schema(columns=columns, target=Target(name="y", task=task, classes=classes))


def graph(shape: Schema) -> bytes:
    """With s the sum of tanh(number / 100) over the numbers that are there, plus 1 if the first string is "pro":
    probabilities softmax(s * class index), or value s within s - 1 and s + 1."""
    k, m, classes = len(shape.numbers), len(shape.strings), shape.target.classes
    constants = {
        "hundred": np.array(100.0),
        "zero": np.array(0.0),
        "one": np.array(1.0),
        "axis": np.array([1], np.int64),
        "first": np.array([0], np.int64),
        "factors": np.arange(max(len(classes), 1), dtype=np.float32)[None, :],
    }
    nodes = [
        helper.make_node("IsNaN", ["numbers"], ["missing"]),
        helper.make_node("Where", ["missing", "zero", "numbers"], ["filled"]),
        helper.make_node("Div", ["filled", "hundred"], ["scaled"]),
        helper.make_node("Tanh", ["scaled"], ["bent"]),
        helper.make_node("ReduceSum", ["bent", "axis"], ["sum"], keepdims=1),
        helper.make_node("Gather", ["strings", "first"], ["plan"], axis=1),
        helper.make_node("LabelEncoder", ["plan"], ["pro"], domain="ai.onnx.ml", **lookup(["pro"], [1.0])),
        helper.make_node("Cast", ["pro"], ["pro64"], to=TensorProto.DOUBLE),
        helper.make_node("Add", ["sum", "pro64"], ["s"]),
    ]
    inputs = [info("numbers", TensorProto.DOUBLE, k), info("strings", TensorProto.STRING, m)]
    more, outputs = classification(classes) if classes else regression()
    tensors = [numpy_helper.from_array(array, name) for name, array in constants.items()]
    body = helper.make_graph(nodes + more, "toy", inputs, outputs, tensors)
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("ai.onnx.ml", 4)]
    model: bytes = helper.make_model(body, opset_imports=opsets, ir_version=10).SerializeToString()
    return model


def classification(classes: tuple[Label, ...]) -> tuple[list[Any], list[Any]]:
    labels = {"keys_int64s": list(range(len(classes))), "values_strings": [str(c) for c in classes]}
    nodes = [
        helper.make_node("Cast", ["s"], ["s32"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["s32", "factors"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
        helper.make_node("ArgMax", ["probabilities"], ["index"], axis=1, keepdims=0),
        helper.make_node("LabelEncoder", ["index"], ["label"], domain="ai.onnx.ml", **labels),
    ]
    return nodes, [info("probabilities", TensorProto.FLOAT, len(classes)), info("label", TensorProto.STRING, None)]


def regression() -> tuple[list[Any], list[Any]]:
    nodes = [
        helper.make_node("Squeeze", ["s", "axis"], ["value"]),
        helper.make_node("Sub", ["value", "one"], ["lower"]),
        helper.make_node("Add", ["value", "one"], ["upper"]),
    ]
    return nodes, [info(name, TensorProto.DOUBLE, None) for name in ("value", "lower", "upper")]


def lookup(keys: list[str], values: list[float]) -> dict[str, Any]:
    return {"keys_strings": keys, "values_floats": values, "default_float": 0.0}


def info(name: str, kind: int, width: int | None) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, ["n"] if width is None else ["n", width])


def by_hand(row: dict[str, Any]) -> float:
    """The s of one row of COLUMNS whose values are typed already; absent ones are missing."""
    numbers = [row.get("age"), row.get("member"), row.get("paid"), row.get("since")]
    numbers[2] = {"yes": 1.0, "no": 0.0}.get(numbers[2], numbers[2])
    if isinstance(numbers[3], str):
        numbers[3] = dt.datetime.fromisoformat(numbers[3]).replace(tzinfo=dt.UTC).timestamp()
    return sum(math.tanh(float(x) / 100) for x in numbers if x is not None) + (row.get("plan") == "pro")


def contents(classes: tuple[Label, ...] = ("No", "Yes")) -> Contents:
    shape = schema(classes)
    score = Score(metric="roc_auc" if classes else "rmse", value=0.8, low=0.7, high=0.9)
    verdict = Verdict(
        decision="ship",
        reasons=("better than a constant",),
        metric=score.metric,
        score=score,
        scores=(score,),
        baselines={"constant": score},
        method="out of fold",
        rows=100,
    )
    provenance = Provenance(
        fingerprint="f" * 64,
        source="toy.csv",
        rows=100,
        versions={"mlwright": "0.1.0"},
        seed=0,
        command="mlwright train toy.csv --target y",
        created="2026-01-31T12:00:00Z",
        commit=None,
        difference=1e-7,
        latency=0.01,
    )
    return Contents(model=graph(shape), schema=shape, verdict=verdict, card="# Toy ä\n", provenance=provenance)


def toy(folder: Path, classes: tuple[Label, ...] = ("No", "Yes")) -> Model:
    write(folder, contents(classes))
    return load(folder)


ORDERS = Relation(
    name="orders",
    key="customer",
    parent="id",
    time="at",
    moment="asked",
    columns=(Column("amount", "numeric"), Column("plan", "categorical"), Column("at", "datetime", formats=("",))),
    aggregates=(Aggregate("orders.amount sum", "sum", "amount"), Aggregate("orders.plan mode", "mode", "plan")),
    asked=Column("asked", "datetime", formats=("",), example="2024-03-01"),
)
RELATED = (
    Column("orders.plan mode", "categorical"),
    Column("age", "numeric", example=42.0),
    Column("orders.amount sum", "numeric"),
)


def related_toy(folder: Path) -> Model:
    """A regressor that reads the age and, of each customer's orders, the sum of the amounts and the usual plan."""
    made = contents(())
    shape = msgspec.structs.replace(schema((), RELATED), relations=(ORDERS,))
    write(folder, dataclasses.replace(made, model=graph(shape), schema=shape))
    return load(folder)
