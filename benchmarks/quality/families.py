"""What each family of learners brings to the ensemble: the blend of all trials of a plan, and without the family.

    python benchmarks/quality/families.py --bench FOLDER [--tasks a,b] [--rows 8000]

The folder holds tasks.py (`load(name)` gives a task with train and target) and its data. Only the train part is read.
Three folds are predicted out of fold by every trial of the plan for 60 seconds. The blend is chosen on one half of
the rows and judged on the other, six times; printed is by how many percent the loss grows (log loss or squared
error) when a family is left out, and the seconds of a core that the family took.

Needs: the benchmark folder (tasks.py and its data)
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from features import FOLDS, Data, read  # the script beside this one
from numpy.typing import NDArray

from mlwright import plugins
from mlwright.clean import clean
from mlwright.contracts.protocols import Clock, Terms
from mlwright.contracts.records import Problem, Profile
from mlwright.featurize import featurize
from mlwright.graph import Session, compile
from mlwright.search import make_plan
from mlwright.search.blend import choose, loss
from mlwright.trials import assign
from mlwright.trials.matrix import CROSS, fit_matrix

TASKS = "credit_g,titanic3_leak,telco_churn,house_prices_nominal,movies,vehicle,cmc,diabetes,abalone,concrete,phoneme"
HALVES = 6
Answers = dict[str, NDArray[Any]]


def predict(data: Data) -> tuple[Answers, dict[str, float]]:
    """Each trial's out-of-fold answers, and the seconds of each family."""
    recipe = featurize(clean(data.table, Profile(rows=data.table.rows)), data.table)
    plan = make_plan(data.table, recipe, Problem(target=data.table.schema.target.name, budget=60.0))
    trials = [t for t in plan.trials if t.learner not in ("constant", "small_tree")]
    answers: Answers = {t.id: np.zeros((len(data.frame), data.truth.width)) for t in trials}
    seconds: dict[str, float] = {}
    for fold in range(FOLDS):
        train, valid = data.rows(data.folds.train(fold)), data.rows(data.folds.valid(fold))
        parts, watch = (assign("plain", train.truth, None, n, fold).of for n in (CROSS, 8))
        made: dict[str, tuple[NDArray[Any], NDArray[Any]]] = {}
        for trial in trials:
            model = plugins.make("mlwright.learners", trial.learner, trial.options)
            flavour = trial.flavour or model.flavour
            if flavour not in made:
                matrix = fit_matrix(recipe.flavours[flavour], train, parts)
                x = Session(compile({"x": matrix.tensor}, valid.inputs), threads=1)(valid.feeds)["x"]
                made[flavour] = matrix.values, x
            started = time.process_time()
            model.fit(made[flavour][0], train.truth, Terms(fold, Clock(), watch == 0))
            seconds[trial.learner] = seconds.get(trial.learner, 0.0) + time.process_time() - started
            answers[trial.id][data.folds.valid(fold)] = model.predict(made[flavour][1])
    return answers, seconds


def blended(data: Data, answers: list[NDArray[Any]]) -> float:
    """The loss of a blend on rows that it was not chosen on: the mean over halves."""
    found = []
    for seed in range(HALVES):
        half = np.random.default_rng(seed).random(len(data.frame)) < 0.5
        blend = choose([a[half] for a in answers], data.truth.at(half), "", seed)
        found.append(loss(blend([a[~half] for a in answers], data.truth.task), data.truth.at(~half), ""))
    return float(np.mean(found))


def main() -> None:
    """A line a task, and the mean."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, required=True)
    parser.add_argument("--tasks", default=TASKS)
    parser.add_argument("--rows", type=int, default=8_000)
    args = parser.parse_args()
    sys.path.insert(0, str(args.bench))
    import tasks

    families = ("linear", "lightgbm", "xgboost", "extratrees")
    print("| task | loss | " + " | ".join(f"without {f} | s" for f in families) + " |\n|---|---|" + "---|" * 8)
    grown: dict[str, list[float]] = {f: [] for f in families}
    for name in args.tasks.split(","):
        data = read(tasks.load(name), args.rows)
        answers, seconds = predict(data)
        whole = blended(data, list(answers.values()))
        cells = [name, f"{whole:.5g}"]
        for family in families:
            rest = blended(data, [a for id, a in answers.items() if not id.startswith(family)])
            grown[family].append(100 * (rest / whole - 1))
            cells += [f"{grown[family][-1]:+.2f}%", f"{seconds[family]:.1f}"]
        print("| " + " | ".join(cells) + " |", flush=True)
    print("| mean | | " + " | ".join(f"{np.mean(grown[f]):+.2f}% |" for f in families) + " |")


if __name__ == "__main__":
    main()
