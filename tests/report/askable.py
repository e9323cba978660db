"""Models that hold all that a graph is made of, in seconds: a trial of each kind of learner, blended by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import polars as pl

from mlwright import graph
from mlwright.bundle import Contents, Model, load, write
from mlwright.clean import clean
from mlwright.contracts.insight import Example, Part
from mlwright.contracts.protocols import Clock
from mlwright.contracts.records import Problem, Record, Schema, Table, TrialSpec
from mlwright.contracts.report import Report
from mlwright.explore import explore
from mlwright.featurize import featurize
from mlwright.ingest import ingest
from mlwright.search import make_plan
from mlwright.search.assemble import emit
from mlwright.search.blend import Blend
from mlwright.search.conformal import Band
from mlwright.store import Run
from mlwright.testing import messy
from mlwright.trials import Ground
from mlwright.trials.fold import fit_fold

SEED, ROWS = 5, 240
LEARNERS: dict[str, dict[str, Any]] = {
    "lightgbm": {"rounds": 30, "rate": 0.1},
    "linear": {},
    "kernel": {"landmarks": 40},
    "network": {"epochs": 20},
}


def rows(task: Any) -> pl.DataFrame:
    """A table of every kind of column, lists and money with them."""
    rng = np.random.default_rng(SEED)
    tags = [
        ", ".join(rng.choice(("red", "green", "old", "new"), rng.integers(1, 4), replace=False)) for _ in range(ROWS)
    ]
    price = [f"${value:,.2f}" for value in rng.lognormal(6, 1, ROWS)]
    return messy(ROWS, SEED, task).with_columns(pl.Series("tags", tags), pl.Series("price", price))


def made(task: Any, reports: Any, place: Path) -> Model:
    """A bundle with a report, whose examples are two rows of its table."""
    problem = Problem(target="target")
    run = Run.create(place / "runs", task)
    table = ingest(rows(task), problem, run.path)
    recipe = featurize(clean(table, explore(table, pl.read_ipc(run.path / "train.arrow"))), table)
    plan = msgspec.structs.replace(make_plan(table, recipe, problem), folds=3)
    records: dict[str, Record] = {"problem": problem, "table": table, "recipe": recipe, "plan": plan}
    for name, record in records.items():
        run.write(name, record)
    told = _report(task, reports, table, run)
    contents = Contents(_graph(run, table.schema), table.schema, told.verdict, "# Card\n", told.provenance, told, "x")
    write(place / "models" / task, contents)
    return load(place / "models" / task)


def _graph(run: Run, schema: Schema) -> bytes:
    ground = Ground.of(run)
    specs = [TrialSpec(id=learner, learner=learner, options=options) for learner, options in LEARNERS.items()]
    fragments = [[fit_fold(ground, spec, 0, Clock()).fragment] for spec in specs]
    cuts = tuple(0.3 for _ in schema.target.classes)
    blend = Blend(
        tuple(1 / len(LEARNERS) for _ in LEARNERS), slope=1.1, threshold=0.4, band=Band(halves=(0.8,)), cuts=cuts
    )
    return graph.compile(emit(fragments, blend, schema), graph.Inputs(schema.numbers, schema.strings))


def _report(task: Any, reports: Any, table: Table, run: Run) -> Report:
    columns = ("amount", "plan", "note", "since")
    shown = pl.read_ipc(run.path / "train.arrow").head(2).select([c.name for c in table.schema.features]).to_dicts()
    parts = (Part("amount", 12.0, 0.1),)
    examples = tuple(
        Example(kind, {name: _told(table.schema, name, value) for name, value in row.items()}, 0.5, None, 0.4, parts)
        for kind, row in zip(("typical", "unsure"), shown, strict=True)
    )
    found = msgspec.structs.replace(reports.explanation(task, columns), examples=examples)
    target = table.schema.target
    told: Report = reports.report(task, table=table, explanation=found, scrutiny=None, diagnosis=None)
    known = reports.verdict(task, confusion=()) if target.classes else reports.verdict(task)
    return msgspec.structs.replace(told, verdict=known)


def _told(schema: Schema, name: str, value: Any) -> Any:
    """A typed value as a record of examples has it."""
    kind = next(column.kind for column in schema.columns if column.name == name)
    if value is None or isinstance(value, bool):
        return value
    if kind == "datetime":
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return value.split("\x1f") if kind == "list" else value
