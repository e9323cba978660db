"""Runs killed at random moments and resumed: do they come to the result of the run that was not killed?

    python benchmarks/resume/kill.py [--kills 20] [--seed 0] [--trials 3]

A table that scikit-learn brings (569 rows, 30 numbers) gets gaps and a category and is written to disk. One run of it
is left alone. Others get SIGKILL, sent to the process that asked and to nothing else, at a moment drawn between 5% and
95% of the time that a run takes from when its request was written down; then they are resumed in a new process. A run
that had ended by then is not counted: it took less than was thought, and another moment is drawn. The SHA-256 of
model.onnx and of evaluation.json in the bundle must be those of the run that was left alone. Prints a line a kill and
how many are identical; the exit status is 1 if one is not.

Needs: nothing
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from itertools import count, islice
from pathlib import Path

import numpy as np
import polars as pl
from sklearn.datasets import load_breast_cancer

STAGES = ("table", "profile", "repairs", "recipe", "plan", "candidates", "verdict", "release")
TRAIN = """
import sys, mlwright
data, folder, trials = sys.argv[1:]
mlwright.train(data, "diagnosis", budget=None, trials=int(trials), seed=0, out=folder + "/model", runs=folder + "/runs")
"""
RESUME = """
import sys, mlwright
mlwright.resume(sys.argv[1], lambda event, **facts: None)
"""


@dataclass(frozen=True)
class Killed:
    """When a run was killed (seconds), how far it was, and how long the rest took."""

    at: float
    stage: str
    folds: int
    rest: float


def write_table(path: Path) -> None:
    """The table: numbers with gaps, a category, a target of two words."""
    data = load_breast_cancer()
    rng = np.random.default_rng(0)
    names = [name.replace(" ", "_") for name in data.feature_names]
    frame = pl.DataFrame(data.data, schema=names)
    gaps = rng.random(data.data.shape) < 0.03
    frame = frame.with_columns(pl.when(~pl.Series(gaps[:, i])).then(pl.col(n)).alias(n) for i, n in enumerate(names))
    clinic = pl.Series("clinic", rng.choice(["north", "south", "east"], len(frame)))
    diagnosis = pl.Series("diagnosis", data.target_names[data.target])
    frame.with_columns(clinic, diagnosis).write_csv(path)


def begun(process: subprocess.Popen[bytes], folder: Path) -> Path:
    """The run's folder, as soon as its request is written down."""
    while process.poll() is None:
        found = list(folder.glob("runs/*/request.json"))
        if found:
            return found[0].parent
        time.sleep(0.002)
    raise SystemExit(f"a run ended with status {process.returncode} before it had begun")


def sums(folder: Path) -> list[str]:
    """The SHA-256 of the model and of its evaluation."""
    return [sha256((folder / "model" / n).read_bytes()).hexdigest() for n in ("model.onnx", "evaluation.json")]


def kill(command: list[str], folder: Path, after: float) -> Killed | float:
    """Begin a run, kill it ``after`` seconds, resume it. The seconds that it took if it had ended by then."""
    process = subprocess.Popen([*command[:-1], str(folder), command[-1]])
    run = begun(process, folder)
    started = time.monotonic()
    while time.monotonic() < started + after:
        if (run / "release.json").exists():
            ended = time.monotonic() - started
            process.wait()
            return ended
        time.sleep(0.002)
    process.kill()
    process.wait()
    done = [stage for stage in STAGES if (run / f"{stage}.json").exists()]
    folds = len(list(run.glob("trials/*.outcome")))
    started = time.monotonic()
    subprocess.run([sys.executable, "-c", RESUME, str(run)], check=True)
    return Killed(after, done[-1] if done else "none", folds, time.monotonic() - started)


def moments(command: list[str], place: Path, draw: random.Random, seconds: float) -> Iterator[tuple[Path, Killed]]:
    """Runs that were killed, without end; ``seconds`` is how long one takes at most."""
    for number in count():
        folder = place / f"run-{number}"
        told = kill(command, folder, draw.uniform(0.05, 0.95) * seconds)
        if isinstance(told, Killed):
            yield folder, told
        else:
            seconds = min(seconds, told)
        shutil.rmtree(folder)


def main() -> int:
    """Print the table; 1 if a run came to another result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--trials", type=int, default=3)
    options = parser.parse_args()
    print(f"python {' '.join(sys.argv)}: {os.cpu_count()} cores, mlwright {version('mlwright')}")
    draw, identical = random.Random(options.seed), 0
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        write_table(place / "data.csv")
        command = [sys.executable, "-c", TRAIN, str(place / "data.csv"), str(options.trials)]
        whole = subprocess.Popen([*command[:-1], str(place / "whole"), command[-1]])
        begun(whole, place / "whole")
        started = time.monotonic()
        if whole.wait() != 0:
            raise SystemExit("the run that was left alone failed")
        seconds = time.monotonic() - started
        expected = sums(place / "whole")
        print(f"left alone: {seconds:.1f} s, model.onnx {expected[0][:16]}, evaluation.json {expected[1][:16]}")
        print("| kill | at, s | last record | folds done | resumed in, s | model.onnx | result |")
        print("|---|---|---|---|---|---|---|")
        runs = moments(command, place, draw, seconds)
        for number, (folder, told) in enumerate(islice(runs, options.kills), 1):
            found = sums(folder)
            identical += found == expected
            words = "identical" if found == expected else "DIFFERENT"
            how = f"{told.at:.2f} | {told.stage} | {told.folds} | {told.rest:.1f}"
            print(f"| {number} | {how} | {found[0][:16]} | {words} |", flush=True)
    print(f"{identical} of {options.kills} identical")
    return int(identical < options.kills)


if __name__ == "__main__":
    sys.exit(main())
