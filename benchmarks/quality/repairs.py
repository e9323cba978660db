"""What each repair brings: the loss of a linear model, boosted trees and a forest in five folds, without and with it.

    python benchmarks/quality/repairs.py --bench FOLDER [--tasks a,b] [--rows 4000]

Natural: the tables of the folder's catalog in which a repair is made, each code kept and not. Planted: in three numeric
columns of every other table a tenth of the cells becomes -999. Skewed: a linear model with and without the logarithm of
skewed columns. One line a comparison: the change of the loss in percent, below 0 where the repair helps.

Needs: the benchmark folder (catalog.json and a Parquet file a table)
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import polars as pl

from mlwright.clean import clean, mend
from mlwright.contracts.errors import MlwrightError
from mlwright.contracts.protocols import Clock, Truth
from mlwright.contracts.records import REPAIRS, Plan, Problem, Profile, Recipe, Table, TrialSpec
from mlwright.explore import explore
from mlwright.featurize import featurize
from mlwright.ingest import ingest
from mlwright.trials import Ground, assign, fit_fold, truth_of

SPECS = (
    TrialSpec(id="linear", learner="linear"),
    TrialSpec(id="lightgbm", learner="lightgbm", options={"rounds": 150, "rate": 0.08}),
    TrialSpec(id="extratrees", learner="extratrees", options={"trees": 60}),
)
FOLDS, CELL = 5, "{:>14}"


def loss(truth: Truth, prediction: Any) -> float:
    """The mean squared error, or the mean log loss of what is no probability yet or already is."""
    answer = np.asarray(prediction, np.float64)
    if truth.task == "regression":
        return float(((answer[:, 0] - truth.values) ** 2).mean())
    p = np.clip(np.hstack([1 - answer, answer]) if answer.shape[1] == 1 else answer, 1e-6, 1)
    p /= p.sum(axis=1, keepdims=True)
    return float(-np.log(p[np.arange(len(p)), truth.values]).mean())


def folds_of(table: Table, problem: Problem, frame: pl.DataFrame, recipe: Recipe) -> Ground:
    """The ground of a run, without a run."""
    truth = truth_of(frame, table.schema.target)
    splitter = "plain" if truth.task == "regression" else "stratified"
    cut = assign(splitter, truth, None, FOLDS, 0)
    plan = Plan(folds=FOLDS, splitter=splitter, trials=SPECS)
    return Ground(table, problem, plan, recipe, frame, truth, None, cut)


def judged(ground: Ground, specs: tuple[TrialSpec, ...]) -> dict[str, float]:
    """The out-of-fold loss of each spec."""
    found = {}
    for spec in specs:
        parts = [
            loss(ground.truth.at(ground.folds.valid(f)), fit_fold(ground, spec, f, Clock()).prediction)
            for f in range(FOLDS)
        ]
        found[spec.id] = float(np.mean(parts))
    return found


def losses(
    table: Table, frame: pl.DataFrame, profile: Profile, keep: tuple[str, ...], specs: tuple[TrialSpec, ...] = SPECS
) -> dict[str, float]:
    """The losses with every repair but those to keep."""
    problem = Problem(target=table.schema.target.name)
    repairs = clean(table, profile, keep)
    recipe = mend(featurize(repairs, table), repairs.unknowns)
    return judged(folds_of(table, problem, frame, recipe), specs)


def told(name: str, what: str, without: dict[str, float], repaired: dict[str, float]) -> list[float]:
    """Print the changes in percent."""
    change = [100 * (repaired[k] / without[k] - 1) for k in without]
    print(f"{name:<26}{what:<22}" + "".join(CELL.format(f"{c:+.2f}") for c in change), flush=True)
    return change


def planted(table: Table, frame: pl.DataFrame) -> pl.DataFrame | None:
    """The rows with a code for "missing" in a tenth of the cells of three numeric columns without a negative number."""
    rng = np.random.default_rng(0)
    fit = [c.name for c in table.schema.features if c.kind == "numeric" and c.unique > 20 and (c.low or 0.0) >= 0]
    if len(fit) < 3:
        return None
    for name in rng.choice(fit, 3, replace=False):
        hit = pl.Series(rng.random(frame.height) < 0.1)
        frame = frame.with_columns(pl.when(hit).then(-999.0).otherwise(pl.col(name)).alias(name))
    return frame


def skewed(table: Table, frame: pl.DataFrame) -> tuple[Table, pl.DataFrame] | None:
    """The table with the logarithm of 1 + |x| / median, signed, beside each numeric column of a skewness over 2."""
    names = [c for c in table.schema.features if c.kind == "numeric" and c.unique > 30]
    more = []
    for column in names:
        values = frame[column.name]
        if abs(values.skew() or 0.0) > 2:
            scale = values.abs().filter(values != 0).median() or 1.0
            log = (values.sign() * (1 + values.abs() / scale).log()).alias(f"log {column.name}")
            frame = frame.with_columns(log)
            more.append(msgspec.structs.replace(column, name=log.name, unique=2))  # no quantiles of its own
    if not more:
        return None
    schema = msgspec.structs.replace(table.schema, columns=(*table.schema.columns, *more))
    return msgspec.structs.replace(table, schema=schema), frame


def compare(name: str, table: Table, frame: pl.DataFrame) -> dict[str, list[float]]:
    """All comparisons that the table allows."""
    found: dict[str, list[float]] = {}
    profile = explore(table, frame)
    repaired = losses(table, frame, profile, ()) if profile.unknowns else {}
    for code in profile.unknowns:
        found[code] = told(name, code, losses(table, frame, profile, (code,)), repaired)
    if not profile.unknowns and (damaged := planted(table, frame)) is not None:
        seen = explore(table, damaged)
        found["planted -999"] = told(
            name, "planted -999", losses(table, damaged, seen, REPAIRS), losses(table, damaged, seen, ())
        )
    if (logs := skewed(table, frame)) is not None:
        found["skewed, log"] = told(
            name,
            "skewed, log",
            losses(table, frame, profile, (), SPECS[:1]),
            losses(*logs, profile, (), SPECS[:1]),
        )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, required=True)
    parser.add_argument("--tasks", default="")
    parser.add_argument("--rows", type=int, default=4000)
    asked = parser.parse_args()
    print(f"{'table':<26}{'repair':<22}" + "".join(CELL.format(s.id) for s in SPECS))
    together: dict[str, list[list[float]]] = {}
    for entry in json.loads((asked.bench / "catalog.json").read_text("utf-8")):
        if (asked.tasks and entry["name"] not in asked.tasks.split(",")) or entry["columns"] > 100:
            continue
        if entry["task"] not in ("binary", "multiclass", "regression"):
            continue
        frame = pl.read_parquet(asked.bench / f"{entry['name']}.parquet")
        drop = (entry.get("bench") or {}).get("drop") or []
        frame = frame.sample(min(asked.rows, frame.height), seed=0).drop(c for c in drop if c in frame.columns)
        with tempfile.TemporaryDirectory() as folder:
            try:
                table = ingest(frame, Problem(target=entry["target"]), Path(folder))
                rows = pl.read_ipc(Path(folder) / "train.arrow")
                for what, change in compare(entry["name"], table, rows).items():
                    together.setdefault(what, []).append(change)
            except MlwrightError as error:
                print(f"{entry['name']:<26}{error}")
    for what, changes in together.items():
        middle = np.median(np.array(changes), axis=0)
        print(f"{'median of ' + str(len(changes)):<26}{what:<22}" + "".join(CELL.format(f"{c:+.2f}") for c in middle))


if __name__ == "__main__":
    main()
