"""By how much runs overrun their budgets: `mlwright train` as a process, from its start to its end, on many tables.

    python benchmarks/robustness/deadlines.py --bench FOLDER [--budgets 10,20,30] [--runs 100] [--out deadlines.jsonl]

The train parts of the folder's tasks in turn, each time around with the next of the budgets (seconds), until so many
runs are done; reading the file, the report and the model's folder are within the budget. Asked is that of 99 of 100
runs none takes longer than its budget by more than 2% and a second. --out keeps a line a run as JSON, and goes on where
it stopped.

Needs: the benchmark folder (tasks.py and its data), nothing else running
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

MLWRIGHT = Path(sys.executable).with_name("mlwright")


def run(task: Any, budget: float) -> dict[str, Any]:
    """Seconds and exit code of one run."""
    with tempfile.TemporaryDirectory() as folder:
        task.train.to_parquet(f"{folder}/train.parquet")
        command = [str(MLWRIGHT), "train", "train.parquet", "--target", task.target, "--budget", f"{budget:g}s"]
        started = time.monotonic()
        done = subprocess.run([*command, "--out", "model"], cwd=folder, capture_output=True, text=True, check=False)
        seconds = time.monotonic() - started
    return {"rows": len(task.train), "budget": budget, "seconds": round(seconds, 2), "code": done.returncode}


def tell(lines: list[dict[str, Any]]) -> None:
    """A line a budget, and all."""
    print("| budget, s | runs | without a model | overran, median | 99 of 100 | most | more than 2% + 1 s |")
    print("|---|---|---|---|---|---|---|")
    for budget in (*sorted({line["budget"] for line in lines}), None):
        some = [line for line in lines if budget in (line["budget"], None)]
        over = np.array([line["seconds"] - line["budget"] for line in some])
        late = sum(line["seconds"] > 1.02 * line["budget"] + 1 for line in some)
        told = " | ".join(f"{v:+.2f}" for v in (np.median(over), np.percentile(over, 99), over.max()))
        failed = sum(line["code"] != 0 for line in some)
        print(f"| {'all' if budget is None else f'{budget:g}'} | {len(some)} | {failed} | {told} | {late} |")
    worst = max(lines, key=lambda line: line["seconds"] - line["budget"])
    print(f"\nthe longest: {worst}")


def main() -> None:
    """Run what is missing, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, required=True)
    parser.add_argument("--budgets", default="10,20,30")
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--out", type=Path, default=Path("deadlines.jsonl"))
    args = parser.parse_args()
    sys.path.insert(0, str(args.bench))
    import tasks

    known = [n for n, e in tasks.catalog().items() if e["task"] not in ("image", "timeseries")]
    lines = [json.loads(line) for line in args.out.read_text().splitlines()] if args.out.exists() else []
    budgets = [float(b) for b in args.budgets.split(",")]
    for turn in range(len(lines), args.runs):
        around, place = divmod(turn, len(known))
        budget = budgets[(around + place) % len(budgets)]
        lines.append({"task": known[place], **run(tasks.load(known[place]), budget)})
        with args.out.open("a") as file:
            file.write(json.dumps(lines[-1]) + "\n")
    tell(lines)


if __name__ == "__main__":
    main()
