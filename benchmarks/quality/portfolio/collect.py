"""Fit every configuration on every task, fold by fold, and keep what it predicts out of fold.

    python benchmarks/quality/portfolio/collect.py --bench FOLDER --out FOLDER [--tasks a,b] [--rows 6000] [--only a,b]

Only the train part of a task is read (split 0). A file a task and configuration is written whole: predictions (n, w),
seconds of a core; one of the truth a task. What lies there already is not fitted again, so it can be stopped and gone
on with.

Needs: the benchmark folder (tasks.py and its data)
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import traceback
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from candidates import configurations, logged

from mlwright import plugins
from mlwright.clean import clean
from mlwright.contracts.protocols import Clock, Terms
from mlwright.contracts.records import Profile
from mlwright.featurize import featurize
from mlwright.graph import Session, compile
from mlwright.learners import Logged
from mlwright.trials import assign
from mlwright.trials.matrix import CROSS, fit_matrix

FOLDS = 3
LONGEST = 25.0  # seconds a fit


def matrices(data: Any, flavours: set[str]) -> dict[tuple[str, int], tuple[Any, Any]]:
    """Flavour and fold -> the matrix that is learnt from, and that of the rows that are scored."""
    recipe = featurize(clean(data.table, Profile(rows=data.table.rows)), data.table)
    made = {}
    for fold in range(FOLDS):
        train, valid = data.rows(data.folds.train(fold)), data.rows(data.folds.valid(fold))
        parts = assign("plain", train.truth, None, CROSS, fold).of
        for name in flavours:
            matrix = fit_matrix(recipe.flavours[name], train, parts)
            x = Session(compile({"x": matrix.tensor}, valid.inputs), threads=1)(valid.feeds)["x"]
            made[name, fold] = matrix.values, x
    return made


def collect(bench: str, out: str, task: str, most: int, only: str) -> str:
    """All configurations of a task."""
    sys.path[:0] = [bench, str(Path(__file__).parents[1])]
    import tasks
    from features import read

    folder = Path(out) / task
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {name: c for name, c in configurations().items() if name.startswith(tuple(only.split(",")))}
    wanted = {name: c for name, c in wanted.items() if not (folder / f"{name}.npz").exists()}
    if not wanted:
        return f"{task}: nothing to do"
    data = read(tasks.load(task), most)
    target = data.table.schema.target
    if target.floor is None:
        wanted = {name: c for name, c in wanted.items() if not logged(name)}
    made = matrices(data, {_flavour(learner) for learner, _ in wanted.values()})
    save(
        folder / "truth.npz",
        values=data.truth.values,
        task=data.truth.task,
        classes=data.truth.classes,
    )
    for name, (learner, options) in wanted.items():
        answer = np.full((len(data.frame), data.truth.width), np.nan)
        started = time.process_time()
        try:
            for fold in range(FOLDS):
                x, scored = made[_flavour(learner), fold]
                truth = data.truth.at(data.folds.train(fold))
                watch = assign("plain", truth, None, 8, fold).of == 0
                model = plugins.make("mlwright.learners", learner, options)
                if logged(name):
                    model = Logged(model, (target.floor - target.mean) / target.scale)
                model.fit(x, truth, Terms(fold, Clock(time.monotonic() + LONGEST), watch))
                answer[data.folds.valid(fold)] = model.predict(scored)
        except Exception:
            traceback.print_exc(limit=1)
        save(folder / f"{name}.npz", prediction=answer.astype(np.float32), seconds=time.process_time() - started)
    return f"{task}: {len(wanted)} configurations, {data.truth.task}, {len(data.frame)} rows"


def _flavour(learner: str) -> str:
    found: str = plugins.find("mlwright.learners", learner).flavour
    return found


def save(path: Path, **arrays: Any) -> None:
    """Whole or not at all."""
    part = path.with_suffix(".part.npz")
    np.savez(part, **arrays)
    part.replace(path)


def main() -> None:
    """Tasks side by side, one a core."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--tasks", default="")
    parser.add_argument("--rows", type=int, default=6_000)
    parser.add_argument("--only", default="", help="configurations whose names begin so")
    args = parser.parse_args()
    sys.path.insert(0, args.bench)
    import tasks

    names = (
        args.tasks.split(",")
        if args.tasks
        else [name for name, entry in tasks.catalog().items() if entry["task"] not in ("image", "timeseries")]
    )
    for library in ("OMP_NUM", "OPENBLAS_NUM", "POLARS_MAX"):
        os.environ[f"{library}_THREADS"] = "1"  # read when a process imports them
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        for done in [pool.submit(collect, args.bench, args.out, name, args.rows, args.only) for name in names]:
            print(done.result(), flush=True)


if __name__ == "__main__":
    main()
