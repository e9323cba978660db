"""From finished trials to the model that ships: which of them, how they are blended, and which as one model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from mlwright.contracts.errors import BudgetError, RunError
from mlwright.contracts.records import Candidates, Member, Trial
from mlwright.search.assemble import Assembly, assemble
from mlwright.search.blend import Blend, choose, loss, spread
from mlwright.search.cost import microseconds
from mlwright.search.search import Search
from mlwright.trials import Pool

_QUICK = 300.0  # microseconds of a row up to which the models of folds ship; one of all rows is about as good


@dataclass(frozen=True)
class Choice:
    """Trials, how they are blended, and those of them that ship as one model of all rows."""

    names: tuple[str, ...]
    blend: Blend
    single: frozenset[str]


def conclude(search: Search, pool: Pool, metric_reason: str) -> tuple[Candidates, Assembly]:
    """Choose among the finished trials, fit the chosen on all rows where the plan says so, and assemble the best
    ensemble that keeps to the limits of latency and size.

    Raises RunError when no trial finished, BudgetError when nothing keeps to the limits.
    """
    trials = search.trials()
    done = [t.spec.id for t in trials if t.status == "done"]
    if not done:
        errors = "; ".join(sorted({t.error for t in trials if t.error})) or "no trial ended in time"
        raise RunError(
            f"no model could be trained: {errors}",
            way_out="give a larger --budget, or look at workers.log in the run's folder",
        )
    problem = search.ground.problem
    search.listener("stage", stage="assemble")
    smallest, fastest = float("inf"), float("inf")
    for choice in _choices(search, done):
        search.refit(choice.names, choice.single, pool)
        members = [search.member(n, n in choice.single) for n in choice.names]
        assembly = assemble(members, choice.blend, search.ground.table.schema, search.ground.probe())
        smallest, fastest = min(smallest, assembly.size), min(fastest, assembly.latency)
        if assembly.size <= (problem.max_size or float("inf")) and assembly.latency <= (
            problem.max_latency or float("inf")
        ):
            return _candidates(search, trials, choice, assembly, metric_reason), assembly
    raise BudgetError(
        f"no model keeps to the limits: the smallest has {smallest:,.0f} bytes, "
        f"the fastest takes {fastest:.3f} ms a row",
        way_out="allow more with --max-size or --max-latency",
    )


def _choices(search: Search, done: list[str]) -> Iterator[Choice]:
    """Ensembles, best first: the blend, then less and less of it; where there are limits, each also with single models
    alone."""
    truth, problem = search.truth(), search.ground.problem
    predictions = {n: search.prediction(n) for n in done}
    blend = choose([predictions[n] for n in done], truth, search.metric, problem.seed)
    order = sorted(
        (n for n, w in zip(done, blend.weights, strict=True) if w), key=lambda n: -blend.weights[done.index(n)]
    )
    groups = [order[:size] for size in range(len(order), 0, -1)]
    groups += [[n] for n in sorted(done, key=lambda n: loss(predictions[n], truth, search.metric)) if [n] not in groups]
    for names in groups:
        blend = choose([predictions[n] for n in names], truth, search.metric, problem.seed)
        kept = tuple(n for n, w in zip(names, blend.weights, strict=True) if w)
        blend = replace(blend, weights=tuple(w for w in blend.weights if w))
        if truth.task == "regression":
            answer = blend([predictions[n] for n in kept], truth.task)
            blend = replace(blend, spread=spread(answer, truth))
        yield Choice(kept, blend, _single(search, kept))
        if problem.max_size is not None or problem.max_latency is not None:
            yield Choice(kept, blend, frozenset(kept))


def _single(search: Search, names: tuple[str, ...]) -> frozenset[str]:
    """Those trials that ship as one model of all rows: because the plan says so, or because the models of all their
    folds would take longest where all together take too long."""
    specs = {spec.id: spec for spec in search.ground.plan.trials}
    single = {n for n in names if not specs[n].bagged}
    folds = {n: microseconds(o.fragment for o in search.member(n, single=False) if o.fragment) for n in names}
    for name in sorted(names, key=lambda n: -folds[n]):
        if sum(folds[n] / (search.ground.plan.folds if n in single else 1) for n in names) <= _QUICK:
            break
        single.add(name)
    return frozenset(single)


def _candidates(search: Search, trials: list[Trial], choice: Choice, assembly: Assembly, reason: str) -> Candidates:
    blend = choice.blend
    binary = search.ground.truth.task == "binary"
    return Candidates(
        trials=tuple(trials),
        members=tuple(
            Member(trial=n, weight=w, refit=n in choice.single and search.refitted(n))
            for n, w in zip(choice.names, blend.weights, strict=True)
        ),
        metric=search.metric,
        metric_reason=reason,
        slope=blend.slope,
        offset=blend.offset,
        threshold=blend.threshold if binary else None,
        spread=blend.spread,
        difference=assembly.difference,
        latency=assembly.latency,
        size=assembly.size,
    )
