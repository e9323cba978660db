"""The stages in order, and the two ways to travel them: from the start, and from where a run stopped."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from mlwright import bundle
from mlwright.contracts.address import absolute, scrub
from mlwright.contracts.errors import InputError, RunError
from mlwright.contracts.insight import Diagnosis, Explanation, Scrutiny
from mlwright.contracts.protocols import Clock, Listener
from mlwright.contracts.records import (
    Candidates,
    ChildTable,
    Finding,
    Plan,
    Problem,
    Profile,
    Recipe,
    Record,
    Release,
    Table,
    Verdict,
)
from mlwright.lifecycle import amounts
from mlwright.lifecycle.costs import costs as read_costs
from mlwright.lifecycle.directions import directions
from mlwright.lifecycle.journey import (
    Journey,
    Request,
    cleaned,
    deployed,
    diagnosed,
    evaluated,
    explained,
    explored,
    featurized,
    ingested,
    planned,
    scrutinised,
    searched,
)
from mlwright.lifecycle.judges import again, engaged, given
from mlwright.metrics import Metric
from mlwright.store import Run
from mlwright.trials import Pool


class Stage(NamedTuple):
    """A verb, the record that it writes, and what it does."""

    verb: str
    record: str
    type: type[Record]
    act: Callable[[Journey], Record]


STAGES = (
    Stage("ingest", "table", Table, ingested),
    Stage("explore", "profile", Profile, explored),
    Stage("clean", "repairs", Recipe, cleaned),
    Stage("featurize", "recipe", Recipe, featurized),
    Stage("plan", "plan", Plan, planned),
    Stage("search", "candidates", Candidates, searched),
    Stage("explain", "explanation", Explanation, explained),
    Stage("scrutinise", "scrutiny", Scrutiny, scrutinised),
    Stage("diagnose", "diagnosis", Diagnosis, diagnosed),
    Stage("evaluate", "verdict", Verdict, evaluated),
    Stage("deploy", "release", Release, deployed),
)
_LEFTOVERS = ("train.arrow", "holdout.arrow", "model.onnx", "trials")  # a finished run keeps records, no rows


@dataclass(frozen=True)
class Place:
    """Where a run lives and its model goes, the clock that its budget started, and the command as the user gave it."""

    runs: Path
    model: Path
    clock: Clock
    command: str = ""


@dataclass(frozen=True)
class Arrival:
    """A finished run: its folder, the model's, the verdict, what was found in the data, and the seconds that it
    took."""

    run: Path
    model: Path
    verdict: Verdict
    findings: tuple[Finding, ...]
    seconds: float


def train(
    data: Any,
    target: str,
    *,
    metric: str | Metric | Callable[..., float] | None = None,
    budget: float | str | None = None,
    trials: int | None = None,
    group: str | None = None,
    time: str | None = None,
    ordered: bool = False,
    weight: str | None = None,
    test: str | os.PathLike[str] | None = None,
    seed: int = 0,
    max_latency: float | str | None = None,
    max_size: float | str | None = None,
    query: str | None = None,
    schema: str | os.PathLike[str] | None = None,
    tables: Sequence[ChildTable] = (),
    memory: float | str | None = None,
    keep: Sequence[str] = (),
    monotone: Mapping[str, str] | None = None,
    costs: Mapping[str, float] | None = None,
    sensitive: Sequence[str] = (),
    iterate: bool = False,
    out: str | os.PathLike[str] | None = None,
    runs: str | os.PathLike[str] | None = None,
    listener: Listener | None = None,
) -> bundle.Model:
    """Train a model to predict the column ``target`` of ``data``: a path or URL, or a pandas, Polars or Arrow table.

    ``budget`` is wall clock for all of it ("10min", or seconds; None for 60 s, or for no limit with ``trials``),
    ``trials`` a number of configurations instead, which makes the result repeatable to the byte. ``group`` names a
    column whose groups are never split, ``time`` one that orders the rows (``ordered``: they lie in the order of time),
    ``weight`` one that says how much each row counts (a number, 0 or more), ``test`` a path or URL of data to judge on.
    ``max_latency`` ("1ms", or milliseconds a row) and ``max_size`` ("20MB", or bytes) are hard limits, ``memory``
    ("8GB") what the run may take. ``query`` is SQL for data in a database, ``schema`` the path of a corrected schema
    (TOML), ``tables`` are child tables, ``keep`` the codes of repairs that are not to be made. ``monotone`` says of
    columns whether the answer (the number, or the probability of the second class) may only go "up" or only "down" with
    them. ``costs`` says what a "false_positive" and a "false_negative" cost (and a "true_positive" or "true_negative",
    if they do): the decision threshold makes their mean small. ``sensitive`` names columns by whose groups the model is
    looked at. ``iterate`` tries what the diagnosis of a first round of trials prescribes, within the same budget (after
    ``trials``: six more at most). The model is written to the folder ``out`` and the run kept under ``runs``, where
    these are given. Raises InputError, BudgetError or RunError, which say what to do about it.
    """
    name, own = given(metric)
    problem = Problem(
        target=target,
        metric=name,
        budget=amounts.budget(budget, trials),
        trials=trials,
        group=group,
        time=time,
        ordered=ordered,
        weight=weight,
        test=_path(test),
        seed=seed,
        max_latency=amounts.milliseconds(max_latency),
        max_size=amounts.size(max_size),
        query=query,
        schema=_path(schema),
        tables=tuple(tables),
        memory=amounts.memory(memory),
        keep=tuple(keep),
        monotone=directions(monotone),
        costs=read_costs(costs),
        sensitive=tuple(sensitive),
        iterate=iterate,
    )
    clock = Clock.lasting(problem.budget)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mlwright-")))
        model = Path(out) if out is not None else folder / "model"
        place = Place(Path(runs) if runs is not None else folder / "runs", model, clock, "mlwright.train(...)")
        run(data, problem, place, listener or _silent, own)
        return bundle.load(model)


def run(data: Any, problem: Problem, place: Place, listener: Listener, own: Metric | None = None) -> Arrival:
    """Run every stage on ``data``. What was finished stays in the run's folder, for `go_on`. ``own`` is the problem's
    metric if it is a function and not a name."""
    problem, own = engaged(problem, own)
    source = _kept(os.fspath(data)) if isinstance(data, str | os.PathLike) and str(data) != "-" else ""
    _check(problem)
    started = Run.create(place.runs, place.model.name)
    request = Request(source=source, model=str(place.model.absolute()), command=place.command)
    started.write("problem", _to_keep(problem))
    started.write("request", request)
    try:
        return _travel(Journey(started, problem, request, place.clock, listener, data=data, own=own))
    except InputError:
        if not started.has("table"):  # nothing was done that could be gone on with
            shutil.rmtree(started.path, ignore_errors=True)
        raise


def _check(problem: Problem) -> None:
    """Raises InputError for what no run could keep: an option of another type, a negative seed, no trials."""
    try:
        msgspec.convert(msgspec.to_builtins(problem), Problem)
    except msgspec.ValidationError as error:
        raise InputError(
            f"an option is of the wrong type: {error}", way_out="See the documentation of train."
        ) from error
    for name, least in (("seed", 0), ("trials", 1)):
        value = getattr(problem, name)
        if value is not None and value < least:
            raise InputError(f"{name} is {value}", where=f"--{name}", way_out=f"Give a whole number, {least} or more.")


def resume(
    folder: str | os.PathLike[str],
    listener: Listener | None = None,
    metric: Metric | Callable[..., float] | None = None,
) -> bundle.Model:
    """The model of a run that was interrupted, after going on with it; of a finished run, just its model. A run that is
    judged by a function has to be given the same ``metric`` again.

    Raises what `go_on` does, and BundleError when a finished run's model is no longer where it was.
    """
    _, own = given(metric)
    return bundle.load(go_on(Path(folder), listener or _silent, own).model)


def go_on(folder: Path, listener: Listener, own: Metric | None = None) -> Arrival:
    """Go on with a run that was interrupted; a finished one just says again what it came to.

    Its clock has what was left of the budget, but at least a fifth of it. Credentials are not kept with a run: the
    password of a database is then taken from the variable MLWRIGHT_PASSWORD. Neither are functions: ``own`` is the
    metric, if it is none of ours and no plug-in. Raises RunError when the folder is no run, its metric is not there, or
    its data was in memory and had not been written down.
    """
    stopped = Run.open(folder)
    problem, request = stopped.read("problem", Problem), stopped.read("request", Request)
    if not request.source and not stopped.has("table"):
        raise RunError(
            "this run's data was in memory and had not been written down", where=str(folder), way_out="Train anew."
        )
    own = own if stopped.has("verdict") else again(problem, own, folder)
    left = None if problem.budget is None else max(problem.budget - _spent(stopped), 0.2 * problem.budget)
    return _travel(Journey(stopped, problem, request, Clock.lasting(left), listener, own=own))


def _travel(journey: Journey) -> Arrival:
    started = time.monotonic()
    run = journey.run
    with ExitStack() as stack:
        stack.enter_context(run.lock())
        if not run.has("candidates"):
            journey.pool = stack.enter_context(Pool(run.path / "workers.log"))
        journey.listener("run", folder=run.path, clock=journey.clock)
        run.log("start", left=_left(journey.clock))
        for stage in STAGES:
            if not run.has(stage.record):
                journey.listener("stage", stage=stage.verb)
                journey.put(stage.record, stage.act(journey))
                run.log("stage", stage=stage.verb, left=_left(journey.clock))
        _tidy(run.path)
        findings = (
            *journey.get("repairs", Recipe).findings,
            *journey.get("table", Table).findings,
            *journey.get("profile", Profile).findings,
            *journey.get("candidates", Candidates).findings,
            *journey.get("scrutiny", Scrutiny).findings,
            *journey.get("diagnosis", Diagnosis).findings,
        )
        model = Path(journey.get("release", Release).path)
        return Arrival(run.path, model, journey.get("verdict", Verdict), findings, time.monotonic() - started)


def _kept(place: str) -> str:
    """A path or URL as a run keeps it: as good from another folder, and without credentials."""
    return scrub(absolute(place))


def _to_keep(problem: Problem) -> Problem:
    tables = tuple(msgspec.structs.replace(table, data=_kept(table.data)) for table in problem.tables)
    return msgspec.structs.replace(problem, test=problem.test and _kept(problem.test), tables=tables)


def _path(test: str | os.PathLike[str] | None) -> str | None:
    if test is not None and not isinstance(test, str | os.PathLike):
        raise InputError(f"test data is read from a file, not from a {type(test).__name__}", way_out="Give its path.")
    return None if test is None else os.fspath(test)


def _left(clock: Clock) -> float | None:
    return None if clock.deadline is None else round(clock.left, 3)


def _spent(run: Run) -> float:
    """Seconds that earlier processes worked on the run: from each start to the last thing heard of it."""
    total, since, last = 0.0, None, 0.0
    for event in run.events():
        if event["event"] == "start":
            total += 0.0 if since is None else last - since
            since = event["at"]
        last = event["at"]
    return total + (0.0 if since is None else last - since)


def _tidy(folder: Path) -> None:
    for name in _LEFTOVERS:
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _silent(event: str, **facts: Any) -> None:
    """Nobody listens."""
