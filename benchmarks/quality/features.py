"""What each family of features brings: a boosted tree or a line with the recipe as it is, and without the family.

    python benchmarks/quality/features.py --bench FOLDER [--tasks a,b] [--rows 15000]

The folder holds tasks.py (`load(name)` gives a task with train, target and metric) and its data. Only the train part is
read: it is ingested, and three folds are scored out of fold with one seed, everything fitted inside the fold. A family
is left out by leaving out its steps. "made" and "learnt" are seconds of a core for three matrices and three models.

Needs: the benchmark folder (tasks.py and its data)
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from mlwright import metrics, plugins
from mlwright.clean import clean
from mlwright.contracts.protocols import Clock, Terms, Truth
from mlwright.contracts.records import Problem, Profile, Recipe, StepSpec, Table
from mlwright.featurize import featurize
from mlwright.frames import feeds
from mlwright.graph import Session, compile
from mlwright.ingest import ingest
from mlwright.trials import Folds, assign, truth_of
from mlwright.trials.matrix import CROSS, Rows, fit_matrix

FOLDS = 3
BOOSTING = {"rounds": 400, "rate": 0.1, "leaves": 31, "columns": 0.5}
FAMILIES: dict[str, tuple[str, ...]] = {  # a family's steps; "crossed" are those of pairs of columns
    "spelling of levels": ("similar",),
    "characters of texts and levels": ("character_tfidf",),
    "words": ("tfidf",),
    "shape of texts": ("text_shape",),
    "topics": ("topics",),
    "items of lists": ("items", "item_mean"),
    "numbers inside texts": ("numbers_within",),
    "target means": ("target_mean", "item_mean"),
    "frequency": ("frequency",),
    "place in an order": ("ladder",),
    "gaps between moments": ("moment_gaps",),
    "pairs of categories": ("crossed",),
    "pairs of numbers": ("arithmetic",),
}


@dataclass(frozen=True)
class Data:
    """A typed table, its truth, its folds and its metric."""

    table: Table
    frame: pl.DataFrame
    truth: Truth
    folds: Folds
    metric: str

    def rows(self, index: Any) -> Rows:
        """Some of its rows."""
        frame = self.frame[index]
        return Rows(frame, feeds(frame, self.table.schema), self.truth.at(index), self.table.schema)


def read(task: Any, most: int) -> Data:
    """The train part of a task, ``most`` rows of it."""
    with tempfile.TemporaryDirectory() as folder:
        table = ingest(task.train, Problem(target=task.target), Path(folder))
        frame = pl.read_ipc(Path(folder) / "train.arrow")
    frame = frame.sample(min(most, len(frame)), seed=0)
    truth = truth_of(frame, table.schema.target)
    cut = assign("plain" if truth.task == "regression" else "stratified", truth, None, FOLDS, 0)
    return Data(table, frame, truth, cut, task.metric)


def score(data: Data, specs: Sequence[StepSpec], learner: str) -> tuple[float, int, float, float]:
    """The out-of-fold metric, columns of the matrix, seconds to make it and to learn."""
    answer = np.zeros((len(data.frame), data.truth.width))
    made = learnt = 0.0
    for fold in range(FOLDS):
        train, valid = data.rows(data.folds.train(fold)), data.rows(data.folds.valid(fold))
        parts = assign("plain", train.truth, None, CROSS, fold).of
        watch = assign("plain", train.truth, None, 8, fold).of == 0
        started = time.process_time()
        matrix = fit_matrix(specs, train, parts)
        between = time.process_time()
        model = plugins.make("mlwright.learners", learner, BOOSTING if learner == "lightgbm" else {})
        model.fit(matrix.values, train.truth, Terms(fold, Clock(), watch))
        made, learnt = made + between - started, learnt + time.process_time() - between
        x = Session(compile({"x": matrix.tensor}, valid.inputs), threads=1)(valid.feeds)["x"]
        answer[data.folds.valid(fold)] = model.predict(x)
    values: Any = data.truth.values
    if data.truth.task == "regression":
        scale = data.table.schema.target.scale
        answer, values = answer[:, 0] * scale, values * scale
    elif data.truth.task == "binary":
        answer = np.hstack([1 - answer, answer])
    return metrics.score(metrics.METRICS[data.metric], values, answer), matrix.values.shape[1], made, learnt


def without(specs: Sequence[StepSpec], steps: Sequence[str]) -> list[StepSpec]:
    """``specs`` but for those that use one of ``steps``."""
    return [s for s in specs if not (set(s.steps) & set(steps) or (s.crossed and "crossed" in steps))]


def main() -> None:
    """A table a task."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, required=True)
    parser.add_argument("--tasks", default="employee_salaries,open_payments,basket_fraud,sms_spam,tweet_emotion")
    parser.add_argument("--rows", type=int, default=15_000)
    args = parser.parse_args()
    sys.path.insert(0, str(args.bench))
    import tasks

    print("| task | learner | features | score | width | made, s | learnt, s |\n|---|---|---|---|---|---|---|")
    for name in args.tasks.split(","):
        data = read(tasks.load(name), args.rows)
        recipe = featurize(clean(data.table, Profile(rows=data.table.rows)), data.table)
        for flavour, specs in recipe.flavours.items():
            learner = "linear" if flavour == "linear" else "lightgbm"
            for family, kept in variants(recipe, flavour, specs):
                value, width, made, learnt = score(data, kept, learner)
                cells = [name, f"{learner}, {flavour}", family, f"{value:.5g}", width, f"{made:.1f}", f"{learnt:.1f}"]
                print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def variants(recipe: Recipe, flavour: str, specs: Sequence[StepSpec]) -> list[tuple[str, list[StepSpec]]]:
    """All features, then without each family that is there (in flavours beyond "trees": that "trees" does not have)."""
    found = [("all", list(specs))]
    seen = list(recipe.flavours["trees"]) if flavour not in ("trees", "linear") else []
    for family, steps in FAMILIES.items():
        kept = without(specs, steps)
        if kept and len(kept) < len(specs) and len(without(seen, steps)) == len(seen):
            found.append((f"without {family}", kept))
    return found


if __name__ == "__main__":
    main()
