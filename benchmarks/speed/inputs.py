"""One input a column against one input a type: what a row costs before any model has seen it.

    python benchmarks/speed/inputs.py

Two graphs that only put their columns side by side as float32 are asked for one row, in turn. Prints a line a width.

Needs: nothing
"""

from __future__ import annotations

import time
from statistics import median

import numpy as np
import onnxruntime
from onnx import TensorProto, helper


def session(names: list[str], width: int) -> onnxruntime.InferenceSession:
    """A graph that reads ``names``, each (n, ``width``) float64, and gives all columns as float32."""
    inputs = [helper.make_tensor_value_info(n, TensorProto.DOUBLE, ["n", width]) for n in names]
    output = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", width * len(names)])
    joined = [helper.make_node("Concat", names, ["all"], axis=1)] if len(names) > 1 else []
    cast = helper.make_node("Cast", ["all" if joined else names[0]], ["x"], to=TensorProto.FLOAT)
    graph = helper.make_graph([*joined, cast], "inputs", inputs, [output])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options)


def main() -> None:
    """Time both for a few widths."""
    print("| columns | one input a column, ms | one input, ms | times |\n|---|---|---|---|")
    for columns in (20, 100, 800):
        names = [f"c{i}" for i in range(columns)]
        apart, together = session(names, 1), session(["numbers"], columns)
        row = {name: np.zeros((1, 1)) for name in names}
        seconds: dict[bool, list[float]] = {True: [], False: []}
        for turn in range(400):
            split = turn % 2 == 0
            started = time.perf_counter()
            (apart if split else together).run(None, row if split else {"numbers": np.zeros((1, columns))})
            seconds[split].append(time.perf_counter() - started)
        many, one = median(seconds[True]) * 1e3, median(seconds[False]) * 1e3
        print(f"| {columns} | {many:.4f} | {one:.4f} | {many / one:.1f} |")


if __name__ == "__main__":
    main()
