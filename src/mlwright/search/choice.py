"""From finished trials to the model that ships: which of them, how they are blended, and which as one model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mlwright.contracts.errors import BudgetError, RunError
from mlwright.contracts.records import Candidates, Member, Trial, TrialSpec
from mlwright.search.assemble import Assembly, assemble
from mlwright.search.blend import Blend, choose, loss, promising
from mlwright.search.cost import microseconds
from mlwright.search.layer import finish
from mlwright.search.search import Search
from mlwright.trials import Pool

_QUICK = 200.0  # microseconds that a row may take before fewer copies of a trial ship


@dataclass(frozen=True)
class Choice:
    """Trials, how they are blended, and how many models ship for each at most, also of those that a second layer
    alone reads."""

    names: tuple[str, ...]
    blend: Blend
    shipped: dict[str, int]
    layer: TrialSpec | None = None


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
        search.refit(choice.shipped, pool)
        if choice.layer:
            finish(search, choice.layer, choice.shipped)
        members = [search.member(n, choice.shipped.get(n, 1)) for n in choice.names]
        schema, probe = search.ground.table.schema, search.ground.probe()
        assembly = assemble(members, choice.blend, schema, probe, choice.layer is not None)
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
    """The ensembles of `_groups`; where there are limits, each also with single models alone."""
    truth, problem = search.truth(), search.ground.problem
    predictions = {n: search.prediction(n) for n in done}
    layer = next((spec for spec in search.ground.plan.trials if spec.over and spec.id in done), None)

    def blended(names: list[str]) -> Blend:
        return choose([predictions[n] for n in names], truth, search.judge, problem.seed, problem.costs)

    losses = {n: loss(predictions[n], truth, search.metric) for n in done}
    for names in _groups(losses, blended, layer.id if layer else ""):
        blend = blended(names)
        kept = tuple(n for n, w in zip(names, blend.weights, strict=True) if w)
        blend = replace(blend, weights=tuple(w for w in blend.weights if w))
        blend = promising(blend, [predictions[n] for n in kept], truth, search.cells())
        top = layer if layer and layer.id in kept else None
        below = [n for n in dict.fromkeys((*kept, *(top.over if top else ()))) if top is None or n != top.id]
        yield Choice(kept, blend, counts(search, below, _QUICK), top)
        if problem.max_size is not None or problem.max_latency is not None:
            yield Choice(kept, blend, dict.fromkeys(below, 1), top)


def _groups(losses: dict[str, float], blended: Callable[[list[str]], Blend], layer: str) -> Iterator[list[str]]:
    """Which trials to blend, best first: all that the blend of all takes, then fewer, then one alone. Fewer have no
    second layer: with all that it reads it would not be the lighter."""

    def order(names: list[str]) -> list[str]:
        weights = dict(zip(names, blended(names).weights, strict=True))
        return sorted((n for n in names if weights[n]), key=lambda n: -weights[n])

    whole = order(list(losses))
    yield whole
    plain = [n for n in losses if n != layer]
    less = order(plain) if layer in whole else whole[:-1]
    yield from (less[:size] for size in range(len(less), 0, -1))
    yield from ([n] for n in sorted(plain, key=losses.__getitem__) if [n] not in (whole, less[:1]))


def counts(search: Search, names: Sequence[str], quick: float) -> dict[str, int]:
    """How many models ship for each trial: as many as the plan says, or fewer of those that take longest while all
    together take more than ``quick`` microseconds, going by those of their folds."""
    specs = {spec.id: spec for spec in search.ground.plan.trials}
    folds = search.ground.plan.folds
    costs = np.array([microseconds(o.fragment for o in search.of_folds(n) if o.fragment) / folds for n in names])
    each = np.array([specs[n].copies for n in names])
    while costs @ each > quick and (each > 1).any():
        each[np.argmax(np.where(each > 1, costs * each, -1.0))] -= 1
    return dict(zip(names, each.tolist(), strict=True))


def _candidates(search: Search, trials: list[Trial], choice: Choice, assembly: Assembly, reason: str) -> Candidates:
    blend = choice.blend
    binary = search.ground.truth.task == "binary"
    return Candidates(
        trials=tuple(trials),
        members=tuple(
            Member(n, w, len(search.member(n, choice.shipped.get(n, 1))), folds=not search.refitted(n))
            for n, w in zip(choice.names, blend.weights, strict=True)
        ),
        metric=search.metric,
        metric_reason=reason,
        slope=blend.slope,
        offset=blend.offset,
        threshold=blend.threshold if binary else None,
        edges=blend.band.edges,
        halves=() if blend.cuts else blend.band.halves,
        cuts=blend.cuts,
        difference=assembly.difference,
        latency=assembly.latency,
        size=assembly.size,
    )
