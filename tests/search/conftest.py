"""Searches over small tables, fitted in this process: what a worker would have left in the run's folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import msgspec
import numpy as np
import polars as pl
import pytest

from mlwright.clean import clean
from mlwright.contracts.protocols import Clock
from mlwright.contracts.records import Plan, Problem, StepSpec, TrialSpec
from mlwright.explore import explore
from mlwright.featurize import featurize
from mlwright.ingest import ingest
from mlwright.search import Search, make_plan
from mlwright.store import Run
from mlwright.trials import Ended, Ground, Job, Pool, failure, outcome_path, write_outcome
from mlwright.trials.fold import fit_fold
from mlwright.trials.worker import perform

TRIALS = (
    TrialSpec(id="constant", learner="constant", baseline=True),
    TrialSpec(id="linear", learner="linear", baseline=True),
    TrialSpec(id="lightgbm-1", learner="lightgbm", options={"rounds": 20, "rate": 0.2, "leaves": 7}, copies=3),
    TrialSpec(id="extratrees-1", learner="extratrees", options={"trees": 30}, copies=2),
)
METRICS = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}


class Here:
    """A pool that does its jobs at once, in this process; those of ``greedy`` need more than half of the room."""

    room_of_all = 1000

    def __init__(self, greedy: str = ""):
        self.greedy, self.jobs, self._done = greedy, [], []

    @property
    def running(self) -> int:
        return len(self._done)

    @property
    def memory(self) -> int:
        return sum(ended.job.memory for ended in self._done)

    def room(self, limit: int) -> int:
        return self.room_of_all

    def submit(self, job: Job) -> int:
        self.jobs.append(job)
        if job.trial == self.greedy and job.memory < self.room_of_all:
            path = outcome_path(Path(job.run), job.trial, job.fold)
            write_outcome(path, failure(job.trial, job.fold, "memory", "too much", 0.1))
        else:
            perform(job)
        self._done.append(Ended(job, 0, "done", ""))
        return len(self.jobs)

    def wait(self, seconds: float) -> list[Ended]:
        ended, self._done = self._done, []
        return ended

    def stop(self) -> list[Ended]:
        return self.wait(0.0)


@pytest.fixture
def here() -> type[Here]:
    """A pool that does its jobs in this process."""
    return Here


def table(task: str, rows: int = 150) -> pl.DataFrame:
    """Numbers, a category with gaps, and a target that both say something about."""
    rng = np.random.default_rng(5)
    x, z = rng.normal(size=rows), rng.normal(size=rows)
    town = rng.choice(["north", "south", "east"], rows)
    signal = x + np.where(town == "north", 1.5, 0.0) + 0.7 * rng.normal(size=rows)
    target = {
        "binary": np.where(signal > 0.4, "yes", "no"),
        "multiclass": np.digitize(signal, [-0.3, 1.0]).astype(str),
        "regression": 250.0 + 40.0 * signal,
    }[task]
    gaps = [None if i % 11 == 0 else str(t) for i, t in enumerate(town)]
    return pl.DataFrame({"x": x, "z": z, "town": gaps, "target": target})


def ground(root: Path, task: str, problem: Problem) -> tuple[Run, Ground]:
    """A run that has been planned."""
    run = Run.create(root, task)
    found = ingest(table(task), problem, run.path)
    profile = explore(found, pl.read_ipc(run.path / "train.arrow"))
    recipe = featurize(clean(found, profile), found)
    plan = msgspec.structs.replace(make_plan(found, recipe, problem), trials=TRIALS, folds=3)
    for name, record in {"problem": problem, "table": found, "recipe": recipe, "plan": plan}.items():
        run.write(name, record)
    return run, Ground.of(run)


@pytest.fixture(scope="session")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Search]:
    """A finished search for a task; each is fitted once."""
    known: dict[str, Search] = {}

    def search(task: str) -> Search:
        if task not in known:
            problem = Problem(target="target")
            run, cut = ground(tmp_path_factory.mktemp("search"), task, problem)
            made = Search(run, cut, METRICS[task], Clock(), lambda event, **facts: None)
            for spec in cut.plan.trials:
                for fold in range(cut.plan.folds):
                    made.outcomes[spec.id, fold] = fit_fold(cut, spec, fold, Clock())
            known[task] = made
        return known[task]

    return search


@pytest.fixture(scope="session")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    """A pool of processes that fit."""
    with Pool(tmp_path_factory.mktemp("pool") / "workers.log") as made:
        yield made


@pytest.fixture(scope="session")
def plan_of() -> Callable[..., Plan]:
    """The plan for a table of some shape; ``split`` says how its rows have to be cut."""
    return _plan_of


def _plan_of(
    problem: Problem,
    rows: int = 1000,
    columns: int = 10,
    classes: int = 2,
    split: Literal["", "time", "group"] = "",
    flavours: Mapping[str, tuple[StepSpec, ...]] = MappingProxyType({}),
    floor: float | None = None,
    texts: int = 0,
) -> Plan:
    from mlwright.contracts.records import Column, Recipe, Schema, Split, Table, Target

    features = tuple(Column(name=f"c{i}", kind="text" if i < texts else "numeric") for i in range(columns))
    task = "regression" if classes == 0 else "binary" if classes == 2 else "multiclass"
    target = Target(name="target", task=task, classes=tuple(range(classes)), floor=floor)
    schema = Schema(columns=features, target=target)
    shape = Table(source="", rows=rows, holdout=0, sealed="", fingerprint="", schema=schema, split=Split(split))
    return make_plan(shape, Recipe(flavours=dict(flavours)), problem)
