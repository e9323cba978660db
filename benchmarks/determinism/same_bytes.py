"""The same data, seed and number of trials, twice: are the bytes of model.onnx the same on a machine that is busy?

    python benchmarks/determinism/same_bytes.py [--trials 6] [--seed 0]

Three tables that scikit-learn brings: binary (569 rows, 30 numbers), multiclass (178 rows, 13 numbers) and regression
(442 rows, 10 numbers), each with gaps and a category. Each is trained on in two processes of its own; beside the
second, as many processes as there are cores do nothing but count. Prints the SHA-256 of both models; the exit status is
1 if they differ.

Needs: nothing
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import numpy as np
import polars as pl
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine

TASKS = {"binary": load_breast_cancer, "multiclass": load_wine, "regression": load_diabetes}
TRAIN = """
import sys, mlwright
data, out, trials, seed = sys.argv[1:]
mlwright.train(data, "target", budget=None, trials=int(trials), seed=int(seed), out=out)
"""


def write_table(task: str, path: Path) -> None:
    """A table: numbers with gaps, a category, the target (classes as words)."""
    data = TASKS[task]()
    rng = np.random.default_rng(0)
    frame = pl.DataFrame(data.data, schema=[name.replace(" ", "_").replace("/", "_") for name in data.feature_names])
    gaps = rng.random(data.data.shape) < 0.03
    frame = frame.with_columns(
        pl.when(~pl.Series(gaps[:, i])).then(pl.col(n)).alias(n) for i, n in enumerate(frame.columns)
    )
    target = data.target if task == "regression" else [f"class {label}" for label in data.target]
    frame.with_columns(
        pl.Series("place", rng.choice(["north", "south", "east"], len(frame))), pl.Series("target", target)
    ).write_csv(path)


@contextmanager
def busy() -> Iterator[None]:
    """All cores are kept busy meanwhile."""
    counting = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for process in counting:
            process.kill()
            process.wait()


def trained(data: Path, out: Path, options: argparse.Namespace) -> tuple[str, float]:
    """The SHA-256 of the model, and the seconds that it took."""
    started = time.monotonic()
    command = [sys.executable, "-c", TRAIN, str(data), str(out), str(options.trials), str(options.seed)]
    subprocess.run(command, check=True)
    return sha256((out / "model.onnx").read_bytes()).hexdigest(), time.monotonic() - started


def main() -> int:
    """Print the table; 1 if two models differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=6)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    print(f"python {' '.join(sys.argv)}: {os.cpu_count()} cores, mlwright {version('mlwright')}")
    print("| task | SHA-256 of model.onnx | idle, s | the same, all cores busy | busy, s | result |")
    print("|---|---|---|---|---|---|")
    different = 0
    with tempfile.TemporaryDirectory() as scratch:
        for task in TASKS:
            data = Path(scratch, f"{task}.csv")
            write_table(task, data)
            idle, quick = trained(data, Path(scratch, f"{task}-idle"), options)
            with busy():
                again, slow = trained(data, Path(scratch, f"{task}-busy"), options)
            different += idle != again
            words = "identical" if idle == again else "DIFFERENT"
            print(f"| {task} | {idle[:32]} | {quick:.1f} | {again[:32]} | {slow:.1f} | {words} |", flush=True)
    return int(different > 0)


if __name__ == "__main__":
    sys.exit(main())
