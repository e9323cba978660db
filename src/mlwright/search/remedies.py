"""From a diagnosis to further trials: what a finding's remedy says, as configurations of the best single trials."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from mlwright.contracts.insight import Diagnosis
from mlwright.contracts.records import Plan, TrialSpec
from mlwright.search.measuring import best
from mlwright.search.search import Search

MOST = 6  # trials
_BOOSTED = ("lightgbm", "xgboost", "catboost")
_COLUMNS = 5  # of them, fewer are not worth choosing from


def prescribe(search: Search, diagnosis: Diagnosis, latest: int = 0) -> Plan:
    """The plan with trials that the diagnosis' findings prescribe, at most six, each with the finding's code in
    ``answers``; the same plan where none does. ``latest`` rows are what a drift says to learn from."""
    plan, lead = search.ground.plan, best(search)
    if lead is None:
        return plan
    codes = {finding.code for finding in diagnosis.findings}
    asked = [spec for spec in _wanted(search, lead, codes, latest) if _new(spec, plan)]
    return replace(plan, trials=(*plan.trials, *asked[:MOST]))


def _wanted(search: Search, lead: TrialSpec, codes: set[str], latest: int) -> Iterator[TrialSpec]:
    """Remedies, surest first."""
    boosted = _best_boosted(search)
    cured = boosted if lead.baseline else lead  # a baseline is there to be beaten
    columns = {feature.column for feature in search.outcomes[lead.id, 0].result.features}
    fewer = next((code for code in ("too-many-features", "overfitting") if code in codes), None)
    if fewer is not None and len(columns) >= _COLUMNS and cured is not None:
        yield replace(_named(cured, fewer, "fewer"), cure="fewer-columns")
    if "label-noise" in codes and cured is not None:
        yield replace(_named(cured, "label-noise", "trusted"), cure="fewer-rows")
    if "drift" in codes and latest:
        yield replace(_named(lead, "drift", "latest"), rows=latest)
    if boosted is not None and "overfitting" in codes:
        yield replace(_named(boosted, "overfitting", "calmer"), options=calmer(boosted.learner, boosted.options))
    if boosted is not None and "underfitting" in codes:
        yield replace(_named(boosted, "underfitting", "larger"), options=larger(boosted.learner, boosted.options))
        for flavour in search.ground.recipe.flavours:
            if flavour not in (boosted.flavour or "trees", "linear"):
                yield replace(_named(boosted, "underfitting", flavour), flavour=flavour)


def calmer(learner: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """A boosting's options with smaller trees, fewer columns a tree and more shrinkage."""
    shrunk = {"l2": 5.0 * max(options.get("l2", 1.0), 1.0), "columns": 0.6 * options.get("columns", 0.8)}
    if learner == "lightgbm":
        shrunk |= {"leaves": max(4, options.get("leaves", 31) // 2), "least": 2 * options.get("least", 20)}
    else:
        shrunk |= {"depth": max(2, options.get("depth", 6) - 2)}
    return {**options, **shrunk}


def larger(learner: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """A boosting's options with larger trees."""
    if learner == "lightgbm":
        grown = {"leaves": 3 * options.get("leaves", 31), "least": max(3, options.get("least", 20) // 2)}
    else:
        grown = {"depth": min(10, options.get("depth", 6) + 2)}
    return {**options, **grown}


def _best_boosted(search: Search) -> TrialSpec | None:
    done = [t for t in search.trials() if t.status == "done" and t.loss is not None and not t.spec.answers]
    boosted = [t for t in done if t.spec.learner in _BOOSTED]
    return min(boosted, key=lambda t: t.loss or 0.0).spec if boosted else None


def _named(spec: TrialSpec, code: str, how: str) -> TrialSpec:
    return replace(spec, id=f"{spec.id}-{how}", answers=code)


def _new(spec: TrialSpec, plan: Plan) -> bool:
    return all(spec.id != known.id for known in plan.trials)
