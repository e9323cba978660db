"""A process that asks for two jobs that hang, says that they run, and waits to be killed."""

from __future__ import annotations

import sys
from pathlib import Path

from mlwright.trials import Job, Pool

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    with Pool(folder / "workers.log", module="acts") as pool:
        for fold in range(2):
            pool.submit(Job(0, str(folder), "hang", fold))
        pool.wait(600)
