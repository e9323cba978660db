"""What a linear model over the trials' answers would add to the weighted mean of them.

    python benchmarks/quality/second_layer.py --bench FOLDER [--tasks a,b] [--budget 60] [--splits 1]

Only the train part of a task is read: three quarters of it go through a search, and what is chosen is judged on the
last quarter. "mean" is the loss of the ensemble as it is chosen today, of the means of folds' models; the others are
by how much it changes when one more member may be chosen: the linear learner, fitted on the out-of-fold answers (their
log-odds, no further from zero than those of 1%) of the ensemble's members and the best trials after them, up to so many
("all": of every trial), and judged out of fold like any other member. Beside it, what the out-of-fold rows promised.
Of several splits a line each; a second number of the mean is its standard error.

Needs: the benchmark folder (tasks.py and its data)
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from single import TASKS, searched

from mlwright import plugins
from mlwright.contracts.protocols import Clock, Terms, Truth
from mlwright.evaluate import unseal
from mlwright.graph import Inputs, Session, compile
from mlwright.search import Blend, Search
from mlwright.search.assemble import emit
from mlwright.search.blend import choose, loss

EDGE = 0.01  # probabilities are kept this far from 0 and 1
WAYS = {"members": 0, "5": 5, "8": 8, "all": 1000}

Floats = NDArray[np.float64]


def odds(answer: Floats, task: str) -> Floats:
    """Of one trial (n, w), as a linear model reads it."""
    p = np.clip(answer, EDGE, 1 - EDGE)
    return answer if task == "regression" else np.log(p / (1 - p)) if task == "binary" else np.log(p)


def answers(search: Search, trial: str, feeds: Any) -> Floats:
    """The mean of a trial's folds' models for new rows, (n, w)."""
    schema, fragments = search.ground.table.schema, [o.fragment for o in search.of_folds(trial)]
    outputs = emit([[f for f in fragments if f is not None]], Blend((1.0,)), schema)
    out = Session(compile(outputs, Inputs(schema.numbers, schema.strings)))(feeds)
    if not schema.target.classes:
        return np.asarray(((out["value"] - schema.target.mean) / schema.target.scale)[:, None], np.float64)
    return np.asarray(out["probabilities"][:, 1:] if len(schema.target.classes) == 2 else out["probabilities"], float)


def line(x: Floats, truth: Truth, new: Floats) -> Floats:
    """The linear learner's answers for new rows."""
    middle, spread = x.mean(axis=0), x.std(axis=0) + 1e-6
    watch = np.random.default_rng(0).random(len(x)) < 0.125
    learner = plugins.make("mlwright.learners", "linear", {})
    learner.fit(((x - middle) / spread).astype(np.float32), truth, Terms(0, Clock(), watch))
    return np.asarray(learner.predict(((new - middle) / spread).astype(np.float32)), np.float64)


def judged(search: Search) -> tuple[float, dict[str, tuple[float, float]]]:
    """The loss of the mean on the rows held back, and by way how much it changes there and out of fold."""
    schema, truth, rows = (
        search.ground.table.schema,
        search.truth(),
        unseal(search.run.path, search.ground.table.schema),
    )
    y = rows.y if schema.target.classes else (rows.y - schema.target.mean) / schema.target.scale
    task, new_truth = truth.task, Truth(truth.task, y, truth.classes)
    names = [t.spec.id for t in search.trials() if t.status == "done" and t.spec.learner != "constant"]
    known = [search.prediction(n).astype(np.float64) for n in names]
    new = [answers(search, n, rows.feeds) for n in names]
    mean = choose(known, truth, search.metric, 0)
    usual, promised = loss(mean(new, task), new_truth, ""), loss(mean(known, task), truth, "")
    best = sorted(range(len(names)), key=lambda i: (not mean.weights[i], loss(known[i], truth, "")))
    of, found = search.ground.folds.of[search.scored()], {}
    for way, most in WAYS.items():
        over = best[: max(most, int(np.count_nonzero(mean.weights)))]
        x, z = (np.hstack([odds(some[i], task) for i in over]) for some in (known, new))
        out = np.zeros_like(known[0])
        for fold in np.unique(of):
            out[of == fold] = line(x[of != fold], truth.at(np.flatnonzero(of != fold)), x[of == fold])
        blend = choose([*known, out], truth, search.metric, 0)
        then = loss(blend([*new, line(x, truth, z)], task), new_truth, "")
        found[way] = (np.log(then / usual), np.log(loss(blend([*known, out], task), truth, "") / promised))
    return usual, found


def main() -> None:
    """A line a task, and the means."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, required=True)
    parser.add_argument("--tasks", default=TASKS)
    parser.add_argument("--budget", type=float, default=60.0)
    parser.add_argument("--splits", type=int, default=1)
    args = parser.parse_args()
    sys.path.insert(0, str(args.bench))
    import tasks

    changes = []
    print(
        "| task | mean | "
        + " | ".join(f"over {way} (promised)" for way in WAYS)
        + " |\n|---|---"
        + "|---" * len(WAYS)
        + "|"
    )
    for name, split in itertools.product(args.tasks.split(","), range(args.splits)):
        with tempfile.TemporaryDirectory() as folder:
            search, _ = searched(tasks.load(name), args.budget, Path(folder), split + 1)
            usual, found = judged(search)
        changes.append([then for then, _ in found.values()])
        cells = " | ".join(f"{then:+.1%} ({told:+.1%})" for then, told in found.values())
        print(f"| {name} | {usual:.4g} | {cells} |", flush=True)
    error = np.std(changes, axis=0) / max(1, len(changes) - 1) ** 0.5
    means = [f"{mean:+.2%} ± {off:.2%}" for mean, off in zip(np.mean(changes, axis=0), error, strict=True)]
    print("| mean | | " + " | ".join(means) + " |")
    print("| median | | " + " | ".join(f"{value:+.2%}" for value in np.median(changes, axis=0)) + " |")


if __name__ == "__main__":
    main()
