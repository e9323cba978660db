"""The models of folds, or models of all rows: what an ensemble loses, and what a row takes.

    python benchmarks/quality/single.py --bench FOLDER [--tasks a,b] [--budget 60]

Only the train part of a task is read: three quarters of it go through a search, and the ensemble that it chooses is
judged on the last quarter in every way. "folds": the mean of every member's fold models; "2 folds": of the last two;
"one": every member as one model of all rows; "two": as the mean of two, which differ in their seeds, and so on;
"mixed": of one and of two folds; "ships": as it is chosen; "150 us": as it would be if the estimate of a row was to
stay below so many microseconds. The loss is the log loss or the mean squared error, told beside that of "folds"; with
the milliseconds of a row.

Needs: the benchmark folder (tasks.py and its data)
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from mlwright.clean import clean, mend
from mlwright.contracts.protocols import Clock, Truth
from mlwright.contracts.records import Problem, Recipe
from mlwright.evaluate import unseal
from mlwright.explore import explore
from mlwright.featurize import featurize
from mlwright.graph import Inputs, Session, compile
from mlwright.ingest import ingest
from mlwright.search import Blend, Search, conclude, make_plan
from mlwright.search.assemble import emit, measure
from mlwright.search.blend import loss
from mlwright.search.choice import counts
from mlwright.store import Run
from mlwright.trials import Ground, Outcome, Pool, fit_fold

QUICK = (300, 200, 150)
COPIES = {"one": 1, "two": 2, "three": 3, "four": 4}
TASKS = "credit_g,titanic3_leak,house_prices_nominal,movies,loans_full_schema,abalone,kr_vs_kp,concrete,cmc,vehicle"


def begun(
    rows: pl.DataFrame, problem: Problem, folder: Path, change: Callable[[Recipe], Recipe] = lambda recipe: recipe
) -> Run:
    """A run that is planned, with a recipe that was changed."""
    run = Run.create(folder, "single")
    table = ingest(rows, problem, run.path)
    repairs = clean(table, explore(table, pl.read_ipc(run.path / "train.arrow")))
    recipe = change(mend(featurize(repairs, table), repairs.unknowns))
    for name, record in {"problem": problem, "table": table, "recipe": recipe}.items():
        run.write(name, record)
    run.write("plan", make_plan(table, recipe, problem))
    return run


def raced(run: Run, clock: Clock, pool: Pool) -> Search:
    """The search over the run's trials, when the clock has ended it."""
    search = Search(run, Ground.of(run), "", clock, lambda event, **facts: None)
    search.metric = {"regression": "rmse"}.get(search.ground.truth.task, "log_loss")
    search.execute(pool)
    return search


def searched(
    task: Any, budget: float, folder: Path, seed: int = 1, change: Callable[[Recipe], Recipe] = lambda recipe: recipe
) -> tuple[Search, Any]:
    """A search over three quarters of a task's train part, drawn by the seed, with a recipe that was changed, finished,
    and its candidates."""
    rows = pl.from_pandas(task.train).sample(fraction=1.0, shuffle=True, seed=seed)
    cut = len(rows) * 3 // 4
    rows[cut:].write_parquet(folder / "judged.parquet")
    clock = Clock.lasting(budget)
    run = begun(
        rows[:cut], Problem(target=task.target, budget=budget, test=str(folder / "judged.parquet")), folder, change
    )
    with Pool(run.path / "workers.log") as pool:
        search = raced(run, clock.within(clock.left * 0.9), pool)
        return search, conclude(search, pool, "")[0]


def judged(search: Search, blend: Blend, members: list[list[Outcome]]) -> tuple[float, float]:
    """The loss of an ensemble on the rows held back, and the milliseconds of a row."""
    schema = search.ground.table.schema
    target, rows = schema.target, unseal(search.run.path, schema)
    fragments = [[o.fragment for o in member if o.fragment is not None] for member in members]
    session = Session(compile(emit(fragments, blend, schema), Inputs(schema.numbers, schema.strings)))
    out, y = session(rows.feeds), rows.y
    if target.task == "regression":
        answer, y = ((out["value"] - target.mean) / target.scale)[:, None], (y - target.mean) / target.scale
    else:
        answer = out["probabilities"][:, 1:] if target.task == "binary" else out["probabilities"]
    truth = Truth(target.task, y, len(target.classes))
    return loss(answer.astype(np.float64), truth, ""), measure(session, search.ground.probe())


def ways(search: Search, candidates: Any) -> dict[str, tuple[float, float]]:
    """The chosen ensemble in each way."""
    names = [m.trial for m in candidates.members]
    weights = tuple(m.weight for m in candidates.members)
    blend = Blend(weights, candidates.slope, candidates.offset, candidates.threshold or 0.5)
    specs, folds = {s.id: s for s in search.ground.plan.trials}, search.ground.plan.folds

    def whole(name: str, count: int) -> list[Outcome]:
        for fold in range(folds, folds + count):
            if (name, fold) not in search.outcomes:
                search.keep(fit_fold(search.ground, specs[name], fold, Clock()))
        return search.member(name, count)

    made: dict[str, Callable[[str], list[Outcome]]] = {
        "folds": search.of_folds,
        "2 folds": lambda name: search.of_folds(name)[-2:],
        "ships": lambda name: search.member(name, next(m.models for m in candidates.members if m.trial == name)),
        **{way: partial(whole, count=count) for way, count in COPIES.items()},
        "mixed": lambda name: [*whole(name, 1), *search.of_folds(name)[-2:]],
    }
    within = {quick: counts(search, names, quick) for quick in QUICK}
    made |= {f"{quick} us": lambda name, quick=quick: whole(name, within[quick][name]) for quick in QUICK}
    return {way: judged(search, blend, [members(name) for name in names]) for way, members in made.items()}


def main() -> None:
    """A line a task, and the means."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, required=True)
    parser.add_argument("--tasks", default=TASKS)
    parser.add_argument("--budget", type=float, default=60.0)
    args = parser.parse_args()
    sys.path.insert(0, str(args.bench))
    import tasks

    found: list[dict[str, tuple[float, float]]] = []
    for name in args.tasks.split(","):
        with tempfile.TemporaryDirectory() as folder:
            search, candidates = searched(tasks.load(name), args.budget, Path(folder))
            found.append(ways(search, candidates))
        if len(found) == 1:
            print("| task | " + " | ".join(found[0]) + " |\n|---" + "|---" * len(found[0]) + "|")
        print(f"| {name} | " + " | ".join(_cell(w, found[-1]) for w in found[-1]) + " |", flush=True)
    means = (np.mean([_excess(way, one) for one in found]) for way in found[0])
    slow = (np.median([one[way][1] for one in found]) for way in found[0])
    print("| mean; median ms | " + " | ".join(f"{m:+.2%}, {s:.2f} ms" for m, s in zip(means, slow, strict=True)) + " |")


def _excess(way: str, one: dict[str, tuple[float, float]]) -> float:
    return float(np.log(one[way][0] / one["folds"][0]))


def _cell(way: str, one: dict[str, tuple[float, float]]) -> str:
    told = f"{one[way][0]:.4g}" if way == "folds" else f"{_excess(way, one):+.1%}"
    return f"{told}, {one[way][1]:.2f} ms"


if __name__ == "__main__":
    main()
