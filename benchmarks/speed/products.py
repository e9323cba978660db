"""What a network's products take in single and in double precision, and whether a row keeps its bits among others.

    python benchmarks/speed/products.py

Networks with random weights and the layers of the portfolio's (256, 128, 64), on one core: microseconds for one row,
milliseconds for 4,096, and the largest difference of single from double precision, relative to 1 + the answer. Then
networks of 150 random shapes in single precision: how many give some row other bits in a batch of another size.

Needs: nothing
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import median

import numpy as np
import onnxruntime

from mlwright.graph import Inputs, Session, apply, cast, compile, numbers

LAYERS, COLUMNS, ROWS = (256, 128, 64, 1), (22, 87, 726), 4096
SHAPES, WIDEST, BATCHES = 150, 600, (1, 2, 3, 5, 12, 31)


def network(dims: Sequence[int], dtype: str) -> Session:
    """Layers of so many units; the first of ``dims`` are columns."""
    rng = np.random.default_rng(0)
    names = tuple(f"c{i}" for i in range(dims[0]))
    x = cast(numbers(names), dtype)  # type: ignore[arg-type]
    for place, (inner, outer) in enumerate(pairwise(dims)):
        x = apply("Relu", x) if place else x
        x = x @ (rng.normal(size=(inner, outer)) / np.sqrt(inner)) + rng.normal(size=outer)
    return Session(compile({"y": x}, Inputs(names, ())), threads=1)


def seconds(act: Callable[[], object], times: int) -> float:
    """The median time of ``act``."""
    found = []
    for _ in range(times):
        started = time.perf_counter()
        act()
        found.append(time.perf_counter() - started)
    return median(found)


def moved(session: Session, rows: np.ndarray) -> bool:
    """Whether some row's bits hang on how many rows there are."""
    whole = session({"numbers": rows})["y"]
    for size in BATCHES:
        parts = [session({"numbers": rows[i : i + size]})["y"] for i in range(0, len(rows), size)]
        if not np.array_equal(np.concatenate(parts), whole):
            return True
    return False


def main() -> None:
    """A line a width, then the count of shapes."""
    print(
        f"{platform.machine()}, one core, Python {platform.python_version()}, ONNX Runtime {onnxruntime.__version__}\n"
    )
    print("| columns | double: a row, us | 4,096 rows, ms | single: a row, us | 4,096 rows, ms | difference |")
    print("|---|---|---|---|---|---|")
    rng = np.random.default_rng(1)
    for columns in COLUMNS:
        rows = rng.normal(size=(ROWS, columns)) * 10
        cells, answers = [], []
        for dtype in ("float64", "float32"):
            session = network((columns, *LAYERS), dtype)
            answers.append(session({"numbers": rows})["y"])
            one = seconds(lambda s=session, r=rows: s({"numbers": r[:1]}), 400)  # type: ignore[misc]
            many = seconds(lambda s=session, r=rows: s({"numbers": r}), 10)  # type: ignore[misc]
            cells += [f"{one * 1e6:.1f}", f"{many * 1e3:.1f}"]
        off = float(np.max(np.abs(answers[1] - answers[0]) / (1 + np.abs(answers[0]))))
        print(f"| {columns} | {' | '.join(cells)} | {off:.0e} |", flush=True)
    shapes = [np.exp(rng.uniform(0, np.log(WIDEST), rng.integers(2, 5))).astype(int).tolist() for _ in range(SHAPES)]
    count = sum(moved(network(dims, "float32"), rng.normal(size=(97, dims[0])) * 10) for dims in shapes)
    print(f"\nOther bits in other batches: {count} of {SHAPES} shapes")


if __name__ == "__main__":
    main()
