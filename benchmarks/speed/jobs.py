"""What a process of its own costs a fold: forked from a worker that has imported everything, or started afresh.

    python benchmarks/speed/jobs.py

Times jobs that fail at once (their run isn't there), so that only the process is paid for; then a fresh Python that
imports what a fold needs. Then what a whole run of a small table takes with all in its processes, each fold in one of
its own or brief folds together.

Needs: nothing
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl

import mlwright
from mlwright.search import search
from mlwright.trials import Job, Pool


def run(brief: float) -> float:
    """Seconds of the processor that a run's processes take where folds of so many seconds are brief."""
    search._BRIEF = brief
    rng = np.random.default_rng(0)
    frame = pl.DataFrame({"x": rng.normal(size=200), "z": rng.normal(size=200), "town": rng.choice(list("abc"), 200)})
    frame = frame.with_columns(answer=pl.col("x") + pl.Series(rng.normal(size=200)) > 0)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    mlwright.train(frame, "answer", trials=8)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Time both, a few times."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        with Pool(Path(folder) / "workers.log") as pool:
            forked = []
            for turn in range(12):
                before = time.perf_counter()
                pool.submit(Job(0, run=folder, trial="none", fold=0))
                while not pool.wait(10):
                    pass
                if turn == 0:
                    print(f"worker started and first job done: {time.perf_counter() - started:.2f} s")
                else:
                    forked.append(time.perf_counter() - before)
    fresh = []
    for _ in range(3):
        before = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import mlwright.trials.fold, lightgbm, sklearn.ensemble"], check=True)
        fresh.append(time.perf_counter() - before)
    print(f"a job forked from it: {median(forked) * 1e3:.1f} ms")
    print(f"a fresh process that has imported the same: {median(fresh) * 1e3:.0f} ms")
    took = [(run(0.0), run(1.0)) for _ in range(3)]
    single, shared = (median(column) for column in zip(*took, strict=True))
    print(f"a run of 10 trials on 200 rows: {single:.1f} s of processor, brief folds together {shared:.1f} s")


if __name__ == "__main__":
    main()
