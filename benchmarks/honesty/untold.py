"""What a run promises that was told neither time nor groups, beside the truth; and whether it says when to hold.

    python benchmarks/honesty/untold.py --bench FOLDER [--budget 60]

First the tables whose rows hang together: a model is trained on the earlier three quarters (on some subjects), nothing
named, and its verdict's interval is compared with the score on the last quarter (on the other subjects). Then three
whose verdict is known: a table with its known leaks in (hold, by a leak's finding), one whose target was shuffled
(refuse), and a clean one with a strong signal (ship).

Needs: the benchmark folder (tasks.py and its data)
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import mlwright
from mlwright import metrics

HANGING = ("bank_marketing", "electricity", "bike_sharing", "flights_nyc13", "parkinsons_telemonitoring")


def promised(task: Any, budget: float) -> str:
    """A line of what was told and what is true."""
    model = mlwright.train(task.train, task.target, metric=task.metric, budget=budget, seed=0)
    features, truth = task.test.drop(columns=[task.target]), task.test[task.target]
    if task.kind == "regression":
        true = task.score(truth, model.predict(features), None, None)
    else:
        true = task.score(truth, None, model.predict_proba(features), list(model.classes))
    told = next(s for s in model.verdict.scores if s.metric == task.metric)
    inside = "yes" if told.low <= true <= told.high else "no"
    shown = [metrics.shown(v) for v in (told.value, told.low, told.high, true)]
    title = metrics.METRICS[task.metric].title
    cells = f"{title} | {shown[0]} ({shown[1]} to {shown[2]}) | {shown[3]} | {inside} | {model.verdict.decision}"
    return f"| {task.name} | {cells} |"


def decided(name: str, frame: pd.DataFrame, target: str, budget: float) -> str:
    """A line of the verdict and its first reason."""
    verdict = mlwright.train(frame, target, budget=budget, seed=0).verdict
    severe = ", ".join(sorted({f.code for f in verdict.findings if f.severity == "severe"})) or "none"
    return f"| {name} | {verdict.decision} | {severe} | {verdict.reasons[0]} |"


def main() -> None:
    """Two tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, required=True)
    parser.add_argument("--budget", type=float, default=60.0)
    args = parser.parse_args()
    sys.path.insert(0, str(args.bench))
    import tasks

    print("| table | measure | told | true | inside | verdict |\n|---|---|---|---|---|---|")
    for name in HANGING:
        print(promised(tasks.load(name), args.budget), flush=True)
    clean = tasks.load("phoneme")
    labels = np.random.default_rng(0).permutation(clean.train[clean.target].to_numpy())
    noise = clean.train.assign(**{clean.target: labels})
    titanic = pd.read_parquet(tasks.DATA / "titanic3_leak.parquet")
    print("\n| table | verdict | severe findings | first reason |\n|---|---|---|---|")
    print(decided("titanic with boat and body", titanic, tasks.catalog()["titanic3_leak"]["target"], args.budget))
    print(decided("phoneme, its target shuffled", noise, clean.target, args.budget), flush=True)
    print(decided("phoneme", clean.train, clean.target, args.budget))


if __name__ == "__main__":
    main()
