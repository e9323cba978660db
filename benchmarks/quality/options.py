"""What a learner's options, or another step in what it reads, change out of fold.

    python benchmarks/quality/options.py LEARNER OPTIONS [OPTIONS ...] --bench FOLDER [--tasks a,b] [--instead NEW=OLD]

OPTIONS are JSON objects, as '{"turns": 1}'. Each is fitted on the folds of the plan, of the train part of a task alone,
and the log loss or mean squared error of the first is told, then by how much that of each other differs. With
--instead each is fitted once more, the step OLD standing wherever the recipe has NEW, and by how much the loss with
NEW differs from that is told in brackets.

Needs: the benchmark folder (tasks.py and its data)
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import polars as pl
from single import begun

from mlwright.contracts.protocols import Clock
from mlwright.contracts.records import Problem, Recipe, TrialSpec
from mlwright.search.blend import loss
from mlwright.trials import Ground, fit_fold

TASKS = "boston,concrete,airfoil,sensory,insurance,abalone,house_prices_nominal,diabetes,credit_g,kc1,vehicle,segment"


def stepping(recipe: Recipe, old: str, new: str) -> Recipe:
    """The recipe with the step ``new`` wherever it has ``old``."""
    made = {
        flavour: tuple(
            msgspec.structs.replace(spec, steps=tuple(new if s == old else s for s in spec.steps)) for spec in specs
        )
        for flavour, specs in recipe.flavours.items()
    }
    return msgspec.structs.replace(recipe, flavours=made)


def losses(task: Any, learner: str, options: list[dict[str, Any]], steps: tuple[str, str] | None) -> list[float]:
    """The out-of-fold loss of a learner with each of ``options``."""
    with tempfile.TemporaryDirectory() as folder:
        problem = Problem(target=task.target, budget=300.0)
        rows = pl.from_pandas(task.train)
        run = begun(rows, problem, Path(folder), lambda recipe: stepping(recipe, *steps) if steps else recipe)
        ground = Ground.of(run)
        found = []
        for place, chosen in enumerate(options):
            spec = TrialSpec(id=f"tried-{place}", learner=learner, options=chosen)
            folds = range(ground.plan.folds)
            parts = {fold: fit_fold(ground, spec, fold, Clock()).prediction for fold in folds}
            answer = np.empty((len(ground.truth.values), parts[0].shape[1]))
            for fold, part in parts.items():
                answer[ground.folds.valid(fold)] = part
            found.append(loss(answer, ground.truth, ""))
        return found


def main() -> None:
    """A line a task, and the means."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("learner")
    parser.add_argument("options", nargs="+", type=json.loads)
    parser.add_argument("--bench", type=Path, required=True)
    parser.add_argument("--tasks", default=TASKS)
    parser.add_argument("--instead")
    args = parser.parse_args()
    sys.path.insert(0, str(args.bench))
    import tasks

    new, _, old = (args.instead or "").partition("=")
    print(f"| task | {' | '.join(map(json.dumps, args.options))} |\n|---{'|---' * len(args.options)}|")
    table = []
    for name in args.tasks.split(","):
        task = tasks.load(name)
        usual = np.array(losses(task, args.learner, args.options, None))
        before = np.array(losses(task, args.learner, args.options, (new, old))) if new else usual
        table.append((np.log(usual / usual[0]), np.log(usual / before)))
        told = [f"{usual[0]:.4g}", *(f"{change:+.1%}" for change in np.expm1(table[-1][0][1:]))]
        print(f"| {name} | {' | '.join(_cells(told, table[-1][1], bool(new)))} |", flush=True)
    means, steps = np.mean(table, axis=0)
    told = ["", *(f"{mean:+.1%}" for mean in np.expm1(means[1:]))]
    print(f"| mean | {' | '.join(_cells(told, steps, bool(new)))} |")


def _cells(told: list[str], steps: Any, both: bool) -> list[str]:
    return [f"{cell} ({np.expm1(step):+.1%})" if both else cell for cell, step in zip(told, steps, strict=True)]


if __name__ == "__main__":
    main()
