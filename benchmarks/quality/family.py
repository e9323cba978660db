"""What a family of features brings to the ensemble that ships, in the same seconds.

    python benchmarks/quality/family.py STEP --bench FOLDER [--tasks a,b] [--budget 40] [--splits 1]

Only the train part of a task is read: three quarters of it go through two searches, with the recipe as it is and
without what STEP makes; both ensembles are judged on the last quarter. The loss (log loss or mean squared error) is
told without, and by how much it changes with; then which members read it. A second number of the mean is its standard
error.

Needs: the benchmark folder (tasks.py and its data)
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from single import judged, searched

from mlwright.contracts.records import Recipe
from mlwright.search import Blend

TASKS = "abalone,cal_housing,vehicle,concrete,boston,wine_quality_white,phoneme,bank_customer_churn,diamonds,casp,cmc"

_OWN = ("trees", "linear")  # flavours that are read where no other is named


def without(step: str) -> Callable[[Recipe], Recipe]:
    """Leaves out of a recipe what a step makes."""

    def less(recipe: Recipe) -> Recipe:
        kept = {f: tuple(s for s in specs if step not in s.steps) for f, specs in recipe.flavours.items()}
        own = {f: specs for f, specs in kept.items() if f in _OWN or specs not in [kept[name] for name in _OWN]}
        return Recipe(own, recipe.findings, recipe.unknowns)

    return less


def measured(task: Any, budget: float, split: int, change: Callable[[Recipe], Recipe]) -> tuple[float, list[str]]:
    """The loss of the ensemble on the rows held back, and the flavours that its members read."""
    with tempfile.TemporaryDirectory() as folder:
        search, chosen = searched(task, budget, Path(folder), split + 1, change)
        blend = Blend(tuple(m.weight for m in chosen.members), chosen.slope, chosen.offset, chosen.threshold or 0.5)
        specs = {spec.id: spec for spec in search.ground.plan.trials}
        value, _ = judged(search, blend, [search.member(m.trial, m.models) for m in chosen.members])
        return value, [specs[m.trial].flavour for m in chosen.members]


def main() -> None:
    """A line a task, and the means."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step")
    parser.add_argument("--bench", type=Path, required=True)
    parser.add_argument("--tasks", default=TASKS)
    parser.add_argument("--budget", type=float, default=40.0)
    parser.add_argument("--splits", type=int, default=1)
    args = parser.parse_args()
    sys.path.insert(0, str(args.bench))
    import tasks

    changes = []
    print("| task | without | with | flavours of the members |\n|---|---|---|---|")
    for name, split in itertools.product(args.tasks.split(","), range(args.splits)):
        task = tasks.load(name)
        usual, _ = measured(task, args.budget, split, without(args.step))
        then, read = measured(task, args.budget, split, lambda recipe: recipe)
        changes.append(np.log(then / usual))
        print(f"| {name} | {usual:.4g} | {changes[-1]:+.2%} | {', '.join(f or 'usual' for f in read)} |", flush=True)
    error = np.std(changes) / max(1, len(changes) - 1) ** 0.5
    print(f"| mean | | {np.mean(changes):+.2%} ± {error:.2%}, median {np.median(changes):+.2%} | |")


if __name__ == "__main__":
    main()
