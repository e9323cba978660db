"""What it brings, where rows are few, to watch each part of them in turn instead of one.

    python benchmarks/quality/turns.py --bench FOLDER [--tasks a,b] [--rows 150,450,1500] [--only a,b]

Only the train part of a task is read, so many rows of it, in three folds; with each configuration, the loss of the
predictions out of fold beside that of the same learner that watches one part alone, and by how much longer it takes.

Needs: the benchmark folder (tasks.py and its data)
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from mlwright import plugins
from mlwright.contracts.protocols import Clock, Terms
from mlwright.search.blend import loss
from mlwright.trials.folds import WATCHED, parts

TASKS = "airfoil,boston,concrete,insurance,abalone,house_prices_nominal,credit_g,diabetes,cmc,vehicle"
CONFIGURATIONS = "linear-1,kernel-2,lightgbm-12,lightgbm-7,xgboost-4,network-3,catboost-1"
LONGEST = 20.0  # seconds a fit
FOLDS = 3


def measure(bench: str, task: str, rows: int, names: list[str]) -> dict[str, tuple[float, float]]:
    """Configuration -> the logarithms of how the loss and the seconds change."""
    sys.path[:0] = [bench, str(Path(__file__).parent / "portfolio")]
    import tasks
    from candidates import configurations
    from collect import matrices
    from features import read

    data, known = read(tasks.load(task), rows), configurations()
    flavours = {name: plugins.find("mlwright.learners", known[name][0]).flavour for name in names}
    made = matrices(data, set(flavours.values()))

    def scored(name: str, several: bool) -> tuple[float, float]:
        answer, began = np.zeros((len(data.frame), data.truth.width), np.float32), time.process_time()
        for fold in range(FOLDS):
            x, asked = made[flavours[name], fold]
            truth = data.truth.at(data.folds.train(fold))
            cut: Any = "plain" if truth.task == "regression" else "stratified"
            watch, *others = parts(cut, truth, None, WATCHED, fold)
            learner = plugins.make("mlwright.learners", *known[name])
            learner.fit(x, truth, Terms(fold, Clock.lasting(LONGEST), watch, others=tuple(others) if several else ()))
            answer[data.folds.valid(fold)] = learner.predict(asked)
        return loss(answer, data.truth, data.metric), time.process_time() - began

    found = {}
    for name in names:
        (one, brief), (several, long) = scored(name, False), scored(name, True)
        found[name] = float(np.log(several / one)), float(np.log(long / brief))
    return found


def main() -> None:
    """A line for each configuration and number of rows; tasks side by side, one a core."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", required=True)
    parser.add_argument("--tasks", default=TASKS)
    parser.add_argument("--rows", default="150,450,1500")
    parser.add_argument("--only", default=CONFIGURATIONS)
    args = parser.parse_args()
    for library in ("OMP_NUM", "OPENBLAS_NUM", "POLARS_MAX"):
        os.environ[f"{library}_THREADS"] = "1"  # read when a process imports them
    names, only = args.tasks.split(","), args.only.split(",")
    print("| rows | configuration | loss, mean | median | where most | seconds |\n|---|---|---|---|---|---|")
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        for rows in map(int, args.rows.split(",")):
            told = [job.result() for job in [pool.submit(measure, args.bench, name, rows, only) for name in names]]
            for configuration in only:
                changes = {task: of[configuration][0] for task, of in zip(names, told, strict=True)}
                longer = np.exp(np.mean([of[configuration][1] for of in told]))
                most = sorted(changes, key=lambda task: -abs(changes[task]))[:3]
                cells = [str(rows), configuration]
                cells += [f"{take(list(changes.values())):+.2%}" for take in (np.mean, np.median)]
                cells += [", ".join(f"{task} {changes[task]:+.1%}" for task in most), f"{longer:.1f} times"]
                print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
