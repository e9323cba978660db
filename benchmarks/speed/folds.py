"""What the preparations of many folds take for one row and for many, done together and one by one.

    python benchmarks/speed/folds.py

A made-up table of 20 numbers and 8 categories. So many folds, each of which has learnt from rows of its own, prepare it
for a line each; the mean of the lines is the answer. Compiled as a model is, and with every fold's operators left as
they are: operators, milliseconds for one row, and milliseconds for 4,096 rows, on one core.

Needs: nothing
"""

from __future__ import annotations

import platform
import tempfile
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import polars as pl

from mlwright.clean import clean
from mlwright.contracts.records import Problem, Profile
from mlwright.featurize import featurize
from mlwright.frames import feeds
from mlwright.graph import Session, Tensor, compile, concat, lower
from mlwright.ingest import ingest
from mlwright.trials import assign, truth_of
from mlwright.trials.matrix import CROSS, Rows, fit_matrix

ROWS, FOLDS = 4_096, (1, 3, 5, 8)
rng = np.random.default_rng(0)


def prepared(folds: int) -> tuple[Rows, list[Tensor]]:
    """A table as the graph is fed with it, and the answer of each fold."""
    columns = {f"x{i}": np.where(rng.random(ROWS) < 0.1, np.nan, rng.normal(size=ROWS)) for i in range(20)}
    levels = {f"c{i}": rng.choice(list("abcdefgh"), ROWS) for i in range(8)}
    frame = pl.DataFrame({**columns, **levels, "target": rng.integers(0, 2, ROWS)})
    with tempfile.TemporaryDirectory() as folder:
        shape = ingest(frame, Problem(target="target"), Path(folder))
        typed = pl.read_ipc(Path(folder) / "train.arrow")
    recipe = featurize(clean(shape, Profile(rows=shape.rows)), shape)
    found = []
    for fold in range(folds):
        some = typed.filter(pl.int_range(pl.len()) % folds != (fold if folds > 1 else 1))
        truth = truth_of(some, shape.schema.target)
        rows = Rows(some, feeds(some, shape.schema), truth, shape.schema)
        made = fit_matrix(recipe.flavours["linear"], rows, assign("plain", truth, None, CROSS, fold).of)
        found.append(made.tensor @ rng.normal(size=(made.tensor.width, 1)))
    truth = truth_of(typed, shape.schema.target)
    return Rows(typed, feeds(typed, shape.schema), truth, shape.schema), found


def measured(rows: Rows, answers: list[Tensor]) -> tuple[int, float, float]:
    """Operators, milliseconds for one row, milliseconds for all."""
    model = compile({"y": concat(answers) @ np.full((len(answers), 1), 1 / len(answers))}, rows.inputs)
    session = Session(model, threads=1)
    one = {name: array[:1] for name, array in rows.feeds.items()}
    times = []
    for fed, count in ((one, 400), (rows.feeds, 7)):
        session(fed)
        seconds = []
        for _ in range(count):
            started = time.process_time()
            session(fed)
            seconds.append(time.process_time() - started)
        times.append(float(np.median(seconds)) * 1e3)
    return len(onnx.load_from_string(model).graph.node), times[0], times[1]


def main() -> None:
    """A line a number of folds."""
    print(f"{platform.machine()}, Python {platform.python_version()}, ONNX Runtime {onnxruntime.__version__}\n")
    print("| folds | operators | one row, ms | 4,096 rows, ms | apart: operators | one row, ms | 4,096 rows, ms |")
    print("|---|---|---|---|---|---|---|")
    joining = lower.together
    for folds in FOLDS:
        rows, answers = prepared(folds)
        cells = []
        for way in (joining, list):
            lower.together = way
            nodes, single, many = measured(rows, answers)
            cells += [str(nodes), f"{single:.3f}", f"{many:.0f}"]
        print(f"| {folds} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
