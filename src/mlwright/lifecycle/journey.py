"""One run on its way, and what each stage does with it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import polars as pl

from mlwright import bundle, deploy, evaluate, metrics
from mlwright.clean import clean, mend
from mlwright.contracts.errors import RunError
from mlwright.contracts.insight import Diagnosis, Explanation, Scrutiny
from mlwright.contracts.protocols import Clock, Listener
from mlwright.contracts.records import Candidates, Plan, Problem, Profile, Recipe, Record, Release, Table, Verdict
from mlwright.contracts.report import Report
from mlwright.explore import explore
from mlwright.featurize import featurize
from mlwright.ingest import ingest
from mlwright.lifecycle.checkup import SHARE, checkup
from mlwright.lifecycle.costs import check_costs
from mlwright.lifecycle.evidence import evened, fold_evidence, sealed_evidence
from mlwright.lifecycle.explanation import explain_run
from mlwright.lifecycle.judges import Asking, asking
from mlwright.report import Card, card, draw
from mlwright.search import LAYER, Search, conclude, features, make_plan, measure, overlay, prescribe, relay, share
from mlwright.store import Run, atomic_write
from mlwright.trials import Ground, Pool

R = TypeVar("R", bound=Record)
SECOND = 0.3  # of the budget is for the second round of trials, where there is one


class Request(Record, frozen=True):
    """What a run was asked for, as far as resuming needs it: where the data is ("" when it was in memory), the folder
    that the model goes to, and the command as the user gave it."""

    source: str
    model: str
    command: str


@dataclass
class Journey:
    """One run on its way: its folder, its clock, who listens, and what the stages have made so far."""

    run: Run
    problem: Problem
    request: Request
    clock: Clock
    listener: Listener
    pool: Pool | None = None
    data: Any = None
    own: metrics.Metric | None = None  # the metric, if it is none of ours
    _records: dict[str, Record] = field(default_factory=dict)
    _search: Search | None = None
    _asking: Asking | None = None
    _evidence: evaluate.Evidence | None = None

    def get(self, name: str, type: type[R]) -> R:
        """A record that an earlier stage made."""
        if name not in self._records:
            self._records[name] = self.run.read(name, type)
        record = self._records[name]
        if not isinstance(record, type):
            raise TypeError(f"the record {name!r} is no {type.__name__}")
        return record

    def find(self, name: str, type: type[R]) -> R | None:
        """A record that an earlier stage may have made."""
        return self.get(name, type) if name in self._records or self.run.has(name) else None

    def put(self, name: str, record: Record) -> None:
        """Keep a record, on disk and here."""
        self.run.write(name, record)
        self._records[name] = record

    @property
    def metric(self) -> tuple[str, str]:
        """The metric and why it is this one."""
        target = self.get("table", Table).schema.target
        if self.problem.metric is not None:
            named = self.own or self.problem.metric
            return metrics.find(named, target.task).name, "It was named in the request."
        return metrics.choose(target.task, target.counts)

    @property
    def search(self) -> Search:
        """The search over this run's trials, with all outcomes that lie in its folder."""
        if self._search is None:
            kept = wrap_up_seconds(self.problem.budget, self.get("table", Table)) + self.ask().seconds
            kept += explain_seconds(self.problem.budget) + scrutiny_seconds(self.problem.budget)
            clock = self.clock.within(self.clock.left - kept)
            self._search = Search(self.run, Ground.of(self.run), self.metric[0], clock, self.listener, own=self.own)
            self._search.load()
            for spec in self._search.ground.plan.trials:
                if spec.over and all(t.status == "done" for t in self._search.trials() if t.spec.id in spec.over):
                    relay(self._search, spec, Clock())
        return self._search

    @property
    def evidence(self) -> evaluate.Evidence:
        """What the finished model is judged by. Only now the sealed rows are opened."""
        if self._evidence is None:
            candidates, sealed = self.get("candidates", Candidates), self.get("table", Table).sealed
            self._evidence = (sealed_evidence if sealed else fold_evidence)(self.search, candidates)
        return self._evidence

    def ask(self) -> Asking:
        """What asking the metric takes, if it is somebody else's function. Raises InputError when that fails."""
        if self.own is not None and self._asking is None:
            table, train = self.get("table", Table), self.run.path / "train.arrow"
            self._asking = asking(self.own, train, table, self.problem.budget)
        return self._asking or Asking(0.0, None)


def wrap_up_seconds(budget: float | None, table: Table) -> float:
    """What is kept of a budget for choosing, assembling, judging and writing: it grows with the table."""
    if budget is None:
        return 0.0
    cells = (table.rows + table.holdout) * (len(table.schema.features) + len(table.schema.target.classes))
    return min(0.4 * budget, 1.0 + 0.055 * budget + cells / 4e6)


def explain_seconds(budget: float | None) -> float:
    """What is kept of a budget for explaining the model."""
    return 0.0 if budget is None else min(20.0, 0.3 + 0.015 * budget)


def scrutiny_seconds(budget: float | None) -> float:
    """What is kept of a budget for looking where the model can be trusted."""
    return 0.0 if budget is None else min(0.01 * budget, 5.0)


def ingested(j: Journey) -> Table:
    """Source -> Table. That the model can't be written where it shall go is told now, not when the time is spent."""
    table = ingest(j.request.source if j.data is None else j.data, j.problem, j.run.path)
    check_costs(j.problem.costs, table.schema.target)
    bundle.check_place(j.request.model)
    return table


def explored(j: Journey) -> Profile:
    """Table -> Profile."""
    return explore(j.get("table", Table), pl.read_ipc(j.run.path / "train.arrow"), j.clock)


def cleaned(j: Journey) -> Recipe:
    """Profile -> Recipe."""
    return clean(j.get("table", Table), j.get("profile", Profile), j.problem.keep)


def featurized(j: Journey) -> Recipe:
    """Recipe -> Recipe."""
    repairs = j.get("repairs", Recipe)
    return mend(featurize(repairs, j.get("table", Table), j.problem.monotone), repairs.unknowns)


def planned(j: Journey) -> Plan:
    """Recipe -> Plan. A metric that does not fit the task, or fails, is refused here, before anything is fitted."""
    metric, reason = j.metric
    j.ask()
    j.listener("metric", metric=metric, reason=reason)
    return make_plan(j.get("table", Table), j.get("recipe", Recipe), j.problem)


def searched(j: Journey) -> Candidates:
    """Plan -> Candidates, and model.onnx beside them."""
    if j.pool is None:
        raise RunError("there is no worker process to search with")
    j.search.reserve = _kept_for_diagnosis(j)
    j.search.execute(j.pool)
    j.search.reserve = 0.0
    measure(j.search, j.pool)
    if j.problem.iterate:
        _try_remedies(j, j.pool)
    overlay(j.search)
    j.put("plan", j.search.ground.plan)
    candidates, assembly = conclude(j.search, j.pool, j.metric[1])
    j.run.write("features", features(j.search, candidates))
    atomic_write(j.run.path / "model.onnx", assembly.model)
    j.search.model = assembly.session
    return candidates


def explained(j: Journey) -> Explanation:
    """Candidates -> Explanation, on rows to learn from alone: what is sealed stays so."""
    if j.problem.budget is None:
        return explain_run(j.search, j.get("candidates", Candidates), Clock())
    kept = wrap_up_seconds(j.problem.budget, j.get("table", Table)) + j.ask().seconds
    kept += scrutiny_seconds(j.problem.budget)
    allowed = min(explain_seconds(j.problem.budget), j.clock.left - kept)
    return explain_run(j.search, j.get("candidates", Candidates), Clock.lasting(allowed))


def scrutinised(j: Journey) -> Scrutiny:
    """Candidates -> Scrutiny."""
    budget, costs, sensitive = j.problem.budget, j.problem.costs, j.problem.sensitive
    clock = Clock() if budget is None else j.clock.within(scrutiny_seconds(budget))
    look = evaluate.Look(costs, sensitive, j.problem.seed, clock, evened(j.search))
    return evaluate.scrutinise(j.evidence, look)


def _kept_for_diagnosis(j: Journey) -> float:
    """Seconds of a budget that the first round of trials leaves."""
    if j.problem.budget is None:
        return 0.0
    later = LAYER + (SECOND if j.problem.iterate else 0.0)
    return share(j.search) + later * j.problem.budget


def _try_remedies(j: Journey, pool: Pool) -> None:
    """What the first round's diagnosis prescribes, as further trials of the plan. A run that is gone on with has them
    in its plan already."""
    plan = j.get("plan", Plan)
    if not any(spec.answers for spec in plan.trials):
        looked = checkup(j.search, None, j.search.clock.within(SHARE * (j.problem.budget or float("inf"))))
        plan = prescribe(j.search, evaluate.diagnose(looked), looked.growth.latest if looked.growth else 0)
        j.put("plan", plan)
    j.search.ground = replace(j.search.ground, plan=plan)
    j.search.execute(pool)


def diagnosed(j: Journey) -> Diagnosis:
    """Candidates -> Diagnosis."""
    most = float("inf") if j.problem.budget is None else min(SHARE * j.problem.budget, 0.3 * j.clock.left)
    return evaluate.diagnose(checkup(j.search, j.get("candidates", Candidates), j.clock.within(most)))


def evaluated(j: Journey) -> Verdict:
    """Candidates -> Verdict."""
    table, candidates = j.get("table", Table), j.get("candidates", Candidates)
    findings = (*j.get("repairs", Recipe).findings, *table.findings, *j.get("profile", Profile).findings)
    findings = (*findings, *candidates.findings, *j.get("scrutiny", Scrutiny).findings)
    findings = (*findings, *j.get("diagnosis", Diagnosis).findings)
    return evaluate.judge(replace(j.evidence, findings=findings, calls=j.ask().calls), j.problem.seed)


def deployed(j: Journey) -> Release:
    """Verdict -> Release: the bundle's folder, with the model card and the report."""
    table, candidates, verdict = j.get("table", Table), j.get("candidates", Candidates), j.get("verdict", Verdict)
    model, profile = Path(j.request.model), j.get("profile", Profile)
    origin = deploy.provenance(table, candidates, j.problem.seed, j.request.command)
    facts = Card(
        table, j.problem, profile, candidates, verdict, table.schema, origin.versions, origin.created, model.name
    )
    told = Report(
        model=model.name,
        problem=j.run.read("problem", Problem),  # as it was kept: without passwords
        table=table,
        profile=profile,
        candidates=candidates,
        verdict=verdict,
        provenance=origin,
        explanation=j.find("explanation", Explanation),
        scrutiny=j.find("scrutiny", Scrutiny),
        diagnosis=j.find("diagnosis", Diagnosis),
    )
    graph = (j.run.path / "model.onnx").read_bytes()
    contents = bundle.Contents(graph, table.schema, verdict, card(facts), origin, told, draw(told))
    return deploy.to_folder(model, contents)
