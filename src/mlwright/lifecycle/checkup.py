"""What a diagnosis is made from: the search's out-of-fold predictions, what was measured, and numbers by which rows are
near."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import rankdata

from mlwright.contracts.insight import Range, Tried
from mlwright.contracts.protocols import Clock
from mlwright.contracts.records import NUMBER_KINDS, ROW, Candidates, Column
from mlwright.evaluate import Checkup, Evidence, Fewer, Gap, gain
from mlwright.search import (
    Blend,
    Measured,
    Search,
    best,
    full,
    is_sampled,
    learning_curve,
    measured,
    score_of,
    single,
    weigh,
)

SHARE = 0.02  # of the budget that judging what was measured may take
_NEAR, _A_SECOND = 20_000, 4_000  # rows whose nearest are looked for: at most, and in a second (time grows as squares)
_LEAST = 0.3  # seconds without which they are not looked for
_COLUMNS, _LEVELS = 60, 8
_GAPS = 6  # single trials whose rows learnt from are looked at
_TIMES, _ROWS = 10, 2_000  # samples on which the ensemble is chosen again, each of so many rows
Array = NDArray[Any]


@dataclass(frozen=True)
class _Scale:
    """Predictions and truths of a search as metrics read them: on the target's own scale."""

    search: Search

    def answer(self, prediction: Array) -> Array:
        """(n, k) probabilities or (n,) values."""
        target = self.search.ground.table.schema.target
        shown = full(prediction.astype(np.float64), target.task)
        return shown * target.scale + target.mean if target.task == "regression" else shown

    def truth(self, rows: Array) -> Array:
        """(n,) class indices or values."""
        target, values = self.search.ground.table.schema.target, self.search.ground.truth.values[rows]
        return values * target.scale + target.mean if target.task == "regression" else values

    def evidence(self, rows: Array) -> Evidence:
        """Rows to compare predictions on."""
        ground, target = self.search.ground, self.search.ground.table.schema.target
        groups = None if ground.groups is None else ground.groups[rows]
        weight, y = ground.truth.at(rows).weight, self.truth(rows)
        return Evidence(target.task, target.classes, self.search.judge, y, y, "", groups=groups, weight=weight)


def checkup(search: Search, candidates: Candidates | None, clock: Clock) -> Checkup:
    """What is known of a search; with ``candidates`` of its ensemble, else of its best single trial. What ``clock`` has
    no time for is left out."""
    ground, scored, scale = search.ground, search.scored(), _Scale(search)
    found = measured(search)
    near = _near(len(scored), clock.left)
    threshold = candidates.threshold if candidates else None
    return Checkup(
        metric=search.judge,
        classes=ground.table.schema.target.classes,
        y=scale.truth(scored),
        prediction=scale.answer(_answer(search, candidates)),
        fold=ground.folds.of[scored],
        near=near,
        x=_numbers(search, scored[near]) if len(near) else {},
        rows=None if is_sampled(search) or ROW not in ground.frame.columns else ground.frame[ROW].to_numpy()[scored],
        groups=None if ground.groups is None else ground.groups[scored],
        threshold=threshold,
        ordered=ground.folds.ordered,
        sampled=is_sampled(search),
        gaps=_gaps(search, scale),
        growth=learning_curve(search, found) if found and clock.left > 0 else None,
        fewer=_fewer(search, found, scale) if found and clock.left > 0 else None,
        agreement=_agreement(search, candidates) if candidates and clock.left > 0 else None,
        tried=_tried(search, candidates, scale) if candidates else (),
    )


def _answer(search: Search, candidates: Candidates | None) -> Array:
    """Out-of-fold predictions (n, w) of the rows that have them."""
    if candidates is None:
        lead = best(search)
        return search.prediction(lead.id if lead else search.ground.plan.trials[0].id)
    blend = Blend(tuple(m.weight for m in candidates.members), candidates.slope, candidates.offset)
    return blend([search.prediction(m.trial) for m in candidates.members], search.ground.truth.task)


def _near(rows: int, seconds: float) -> NDArray[np.int64]:
    """Rows whose nearest there is time to look for."""
    if seconds < _LEAST:
        return np.zeros(0, np.int64)
    most = _NEAR if seconds == float("inf") else min(_NEAR, int(_A_SECOND * seconds**0.5))
    return np.arange(rows) if rows <= most else np.sort(np.random.default_rng(0).permutation(rows)[:most])


def _numbers(search: Search, rows: Array) -> dict[str, Array]:
    """Columns as numbers of one scale: ranks, and the frequent levels of categories one by one."""
    frame, found = search.ground.frame[rows], {}
    for column in search.ground.table.schema.features[:_COLUMNS]:
        found.update(_ranks(column, frame) if column.kind in NUMBER_KINDS else _levels(column, frame))
    return found


def _ranks(column: Column, frame: pl.DataFrame) -> dict[str, Array]:
    values = frame[column.name].to_physical().cast(pl.Float64).to_numpy()
    known = np.isfinite(values)
    ranks = np.full(len(values), 0.5)
    ranks[known] = rankdata(values[known]) / max(1, known.sum())
    return {column.name: (ranks - 0.5) * np.sqrt(12)}


def _levels(column: Column, frame: pl.DataFrame) -> dict[str, Array]:
    if column.kind not in ("categorical", "ordinal"):
        return {}
    values = frame[column.name].cast(pl.String).fill_null("")
    counts = values.value_counts(sort=True).sort("count", column.name, descending=[True, False])
    levels = counts[column.name].to_list()[:_LEVELS]
    return {f"{column.name} = {level}": (values == level).to_numpy() * np.sqrt(2.0) for level in levels}


def _gaps(search: Search, scale: _Scale) -> tuple[Gap, ...]:
    """The best single trials of the first round, on rows learnt from and on others."""
    done = [t for t in search.trials() if t.status == "done" and single(t)]
    found = []
    for trial in sorted(done, key=lambda t: t.loss or 0.0)[:_GAPS]:
        outcomes = [search.outcomes[trial.spec.id, fold] for fold in range(search.ground.plan.folds)]
        learnt, seen = np.concatenate([o.learnt for o in outcomes]), np.concatenate([o.seen for o in outcomes])
        if len(learnt):
            scored = search.scored()
            found.append(
                Gap(
                    trial=trial.spec.id,
                    seen=score_of(search.judge, seen, search.ground.truth.at(learnt), search.ground),
                    reached=search.score(trial.spec.id),
                    seen_error=_error(scale.truth(learnt), scale.answer(seen)),
                    error=_error(scale.truth(scored), scale.answer(search.prediction(trial.spec.id))),
                )
            )
    return tuple(found)


def _error(y: Array, answer: Array) -> float:
    if answer.ndim == 1:
        return float(np.square(y - answer).mean())
    return float(np.square(np.eye(answer.shape[1])[y] - answer).sum(axis=1).mean())


def _fewer(search: Search, found: Measured, scale: _Scale) -> Fewer | None:
    """What the columns that were left out cost, over the folds in which that was measured."""
    if not found.fewer:
        return None
    folds = [outcome.result.fold for outcome in found.fewer]
    whole = [search.outcomes[found.spec.id, fold] for fold in folds]
    columns = {f.column for f in whole[0].result.features}
    kept = set().union(*({f.column for f in outcome.result.features} for outcome in found.fewer))
    rows = np.concatenate([search.ground.folds.valid(fold) for fold in folds])
    ours, theirs = (scale.answer(np.concatenate([o.prediction for o in some])) for some in (found.fewer, whole))
    gained = gain(scale.evidence(rows), ours, theirs, search.ground.problem.seed)
    return Fewer(tuple(sorted(columns - kept)), len(columns), gained)


def _agreement(search: Search, candidates: Candidates) -> float | None:
    """The share of the ensemble's weights that samples of the rows choose again."""
    done = [t.spec.id for t in candidates.trials if t.status == "done"]
    if len(done) < 3:
        return None
    weights = {member.trial: member.weight for member in candidates.members}
    now = np.array([weights.get(name, 0.0) for name in done])
    rng, truth = np.random.default_rng(search.ground.problem.seed), search.truth()
    predictions = [search.prediction(name) for name in done]
    shares = []
    for _ in range(_TIMES):
        rows = rng.integers(0, len(truth.values), min(_ROWS, len(truth.values)))
        again = weigh([p[rows] for p in predictions], truth.at(rows), search.metric, Blend((1.0,)))
        shares.append(float(np.minimum(now, again.weights).sum()))
    return float(np.mean(shares))


def _tried(search: Search, candidates: Candidates, scale: _Scale) -> tuple[Tried, ...]:
    """What became of the trials that a diagnosis prescribed."""
    lead, weights = best(search), {member.trial: member.weight for member in candidates.members}
    asked = [t.spec for t in candidates.trials if t.spec.answers and t.status == "done"]
    if lead is None or not asked:
        return ()
    evidence, before = scale.evidence(search.scored()), scale.answer(search.prediction(lead.id))

    def against(name: str) -> Range:
        return gain(evidence, scale.answer(search.prediction(name)), before, search.ground.problem.seed)

    return tuple(Tried(spec.answers, spec.id, against(spec.id), weights.get(spec.id, 0.0)) for spec in asked)
