"""One row and a batch in process, beside another AutoML library's model, in the same run.

    python benchmarks/speed/predict.py --bench ../shared/bench [--tasks credit_g,telco_churn,diamonds] [--peer-python
    PYTHON]

Both train on the same rows (--budget seconds each), then answer the same single rows and the same batch, in turn, each
in a process of its own. The peer is AutoGluon, run by --peer-python (an environment that holds it); without it only
mlwright is measured. Prints a line a task: median milliseconds of one row, rows a second of a batch of --rows rows.

Needs: the benchmark folder (tasks.py and its data); to compare, an environment with autogluon.tabular
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any


def trained(system: str, task: Any, budget: float, preset: str, folder: str) -> Any:
    """A function from a frame to predictions."""
    if system == "mlwright":
        import mlwright

        model = mlwright.train(task.train, target=task.target, metric=task.metric, budget=budget, seed=0)
        return model.predict if task.kind == "regression" else model.predict_proba
    from autogluon.tabular import TabularPredictor

    metric = {"rmse": "root_mean_squared_error"}.get(task.metric, task.metric)
    peer = TabularPredictor(task.target, problem_type=task.kind, eval_metric=metric, path=folder, verbosity=0)
    peer.fit(task.train, time_limit=budget, presets=preset)
    peer.persist()
    return peer.predict if task.kind == "regression" else peer.predict_proba


def measure(options: argparse.Namespace, system: str, name: str) -> dict[str, float]:
    """Train and time one system on one task, in this process."""
    sys.path.insert(0, str(options.bench.resolve()))
    import pandas as pd
    import tasks

    rows = options.rows

    task = tasks.load(name)
    features = task.test.drop(columns=[task.target])
    with tempfile.TemporaryDirectory() as folder:
        ask = trained(system, task, options.budget, options.preset, folder + "/model")
        single = []
        for i in range(220 if system == "mlwright" else 30):
            frame = features.iloc[i % len(features) : i % len(features) + 1]
            started = time.perf_counter()
            ask(frame)
            single.append(time.perf_counter() - started)
        batch = pd.concat([features] * (rows // len(features) + 1), ignore_index=True).iloc[:rows]
        seconds = []
        for _ in range(3):
            started = time.perf_counter()
            ask(batch)
            seconds.append(time.perf_counter() - started)
    return {"row_ms": median(single[len(single) // 10 :]) * 1e3, "rows_a_second": rows / min(seconds)}


def main() -> None:
    """Read the options, run both systems on each task, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, required=True)
    parser.add_argument("--tasks", default="credit_g,telco_churn,diamonds")
    parser.add_argument("--budget", type=float, default=60.0)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--peer-python")
    parser.add_argument("--preset", default="best_quality", help="of the peer")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    bench = args.bench.resolve()
    if args.one:
        print(json.dumps(measure(args, *args.one)))
        return
    print("| task | system | one row, ms | rows a second | times the peer's |\n|---|---|---|---|---|")
    for name in args.tasks.split(","):
        found: dict[str, dict[str, float]] = {}
        for system, python in (("autogluon", args.peer_python), ("mlwright", sys.executable)):
            if python:
                options = [
                    "--bench",
                    str(bench),
                    "--budget",
                    str(args.budget),
                    "--rows",
                    str(args.rows),
                    "--preset",
                    args.preset,
                ]
                command = [python, __file__, *options, "--one", system, name]
                done = subprocess.run(command, capture_output=True, text=True, check=True)
                found[system] = json.loads(done.stdout.splitlines()[-1])
        for system, line in found.items():
            peer = found.get("autogluon", line)
            times = line["rows_a_second"] / peer["rows_a_second"]
            print(
                f"| {name} | {system} | {line['row_ms']:.3f} | {line['rows_a_second']:,.0f} | {times:.1f} |", flush=True
            )


if __name__ == "__main__":
    main()
