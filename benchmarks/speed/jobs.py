"""What a process of its own costs a fold: forked from a worker that has imported everything, or started afresh.

    python benchmarks/speed/jobs.py

Times jobs that fail at once (their run isn't there), so that only the process is paid for; then a fresh Python that
imports what a fold needs.

Needs: nothing
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from mlwright.trials import Job, Pool


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


if __name__ == "__main__":
    main()
