"""A second layer: a linear model that reads the answers of the ensemble's members, as one more trial beside them.

Wolpert (1992), "Stacked generalization". It is fitted on out-of-fold answers; its own, by which it is chosen like any
other trial, are of folds that it was not fitted on. What it brings is measured: docs/decisions/0020.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from mlwright import graph
from mlwright.contracts.protocols import Clock, Terms
from mlwright.contracts.records import FoldResult, TrialSpec
from mlwright.learners import Learner
from mlwright.search.assemble import averages, log
from mlwright.search.blend import choose
from mlwright.search.search import Search
from mlwright.trials import Outcome, fit_over

LAYER = 0.02  # of the budget that it may take
_EDGE = 0.01  # probabilities are read no closer to 0 and 1: their log-odds would hang on a forest's last bits
_READ = 5  # trials, or as many as are members
_CELLS = 5e5  # rows times columns times answers that it is fitted on at most
_FEWEST = 200  # rows that it is fitted on in any case
_FITS = 2.0  # times what settling on a strength took, that the fits of the folds and of all rows take

Floats = NDArray[np.float64]


def overlay(search: Search) -> None:
    """Add the trial to the search's plan, over the members of the ensemble so far and the best trials after them, with
    an outcome for each fold. Nothing is added over a single trial, where rows are in the order of time (those that came
    first have no out-of-fold answers), where an answer is bound to go one way, or where time is short.

    Trials that are no better than the constant are not read: out of fold, answers that know nothing go against the
    truth, as each fold's are fitted on rows in which its own truth is the rarer, and a line would turn them around.
    """
    ground, problem = search.ground, search.ground.problem
    if ground.plan.splitter == "time" or problem.monotone or any(spec.over for spec in ground.plan.trials):
        return
    done = [(t.loss, t.spec) for t in search.trials() if t.status == "done" and t.loss is not None]
    nothing = min((loss for loss, spec in done if spec.learner == "constant"), default=float("inf"))
    names = [spec.id for loss, spec in sorted(done, key=lambda each: each[0]) if loss < nothing]
    if len(names) < 2:
        return
    known = [search.prediction(name) for name in names]
    weights = choose(known, search.truth(), search.judge, problem.seed, problem.costs).weights
    first = [name for name, weight in zip(names, weights, strict=True) if weight]
    over = tuple(dict.fromkeys((*first, *names)))[: max(_READ, len(first))]
    spec = TrialSpec(id="second-layer", learner="linear", over=over)
    share = None if problem.budget is None or problem.trials is not None else LAYER * problem.budget
    clock = search.clock if share is None else search.clock.within(share)
    if relay(search, spec, clock):
        plan = msgspec.structs.replace(ground.plan, trials=(*ground.plan.trials, spec))
        search.ground = replace(ground, plan=plan)


def relay(search: Search, spec: TrialSpec, clock: Clock) -> bool:
    """Fit the trial for each fold on the others, from the outcomes of those it is over; whether there was time."""
    view, started = _View.of(search, spec), time.monotonic()
    settled = view.line(np.ones(len(view.raw), bool), clock).learner.settled
    if _FITS * (time.monotonic() - started) > clock.left:
        return False
    for fold in range(search.ground.plan.folds):
        line, members = view.line(view.fold != fold, clock, settled), [[search.outcomes[n, fold]] for n in spec.over]
        search.keep(line.outcome(spec, fold, members, view.raw[view.fold == fold]))
    return True


def finish(search: Search, spec: TrialSpec, shipped: Mapping[str, int]) -> None:
    """Its model of all rows, over the members as they ship: ``shipped`` is how many models each has at most."""
    view, settled = _View.of(search, spec), search.outcomes[spec.id, 0].result.settled
    line = view.line(np.ones(len(view.raw), bool), Clock(), settled)
    members = [search.member(name, shipped[name]) for name in spec.over]
    search.keep(line.outcome(spec, search.ground.plan.folds, members, view.raw[:0]))


@dataclass(frozen=True)
class _View:
    """What the trial reads of the rows that have out-of-fold answers, ``raw`` (n, k), and each row's fold (n,)."""

    search: Search
    spec: TrialSpec
    raw: Floats
    fold: NDArray[np.int64]

    @classmethod
    def of(cls, search: Search, spec: TrialSpec) -> _View:
        task, scored = search.ground.truth.task, search.scored()
        raw = np.hstack([_odds(search.prediction(name).astype(np.float64), task) for name in spec.over])
        return cls(search, spec, raw, search.ground.folds.of[scored].astype(np.int64))

    def line(self, rows: NDArray[np.bool_], clock: Clock, settled: Mapping[str, Any] | None = None) -> _Line:
        """The line through some rows (of many, through even ones); how strong it is held is settled by the last fold,
        where it is not known."""
        truth, places = self.search.truth(), np.flatnonzero(rows)
        most = max(_FEWEST, int(_CELLS / (self.raw.shape[1] * truth.width)))
        if len(places) > most:
            places = places[np.linspace(0, len(places) - 1, most).astype(np.int64)]
        some, watch = self.raw[places], self.fold[places] == self.fold.max()
        middle, spread = some.mean(axis=0), some.std(axis=0) + 1e-6
        terms = Terms(self.search.ground.problem.seed, clock, watch, () if settled is None else (settled,))
        x = np.asarray((some - middle) * (1.0 / spread), np.float32)
        return _Line(fit_over(self.spec, x, truth.at(places), terms), middle, spread, truth.task)


@dataclass(frozen=True)
class _Line:
    """A fitted line, and how what it reads is centred and scaled."""

    learner: Learner
    middle: Floats
    spread: Floats
    task: str

    def outcome(self, spec: TrialSpec, fold: int, members: Sequence[Sequence[Outcome]], scored: Floats) -> Outcome:
        """What a fold's job would have left behind. The graph holds that of the members: a tensor that stands there
        twice is computed once."""
        parts = averages([[o.fragment for o in member if o.fragment is not None] for member in members])
        raw = _emit_odds(parts, self.task)
        x = graph.cast((raw - self.middle) * (1.0 / self.spread), "float32")
        natives = [_odds(np.mean([o.native for o in member], axis=0), self.task) for member in members]
        result = FoldResult(trial=spec.id, fold=fold, status="done", settled=self.learner.settled)
        prediction = self._answer(scored).astype(np.float32)
        return Outcome(
            result, graph.cast(self.learner.emit(x), "float32"), prediction, self._answer(np.hstack(natives))
        )

    def _answer(self, raw: Floats) -> Floats:
        x = np.asarray((raw - self.middle) * (1.0 / self.spread), np.float32)
        return np.asarray(self.learner.predict(x), np.float64)


def _odds(answer: Floats, task: str) -> Floats:
    if task == "regression":
        return answer
    p = np.clip(answer, _EDGE, 1 - _EDGE)
    return np.log(p / (1 - p)) if task == "binary" else np.log(p)


def _emit_odds(answer: graph.Tensor, task: str) -> graph.Tensor:
    wide = graph.cast(answer, "float64")
    if task == "regression":
        return wide
    p = graph.clip(wide, _EDGE, 1 - _EDGE)
    return log(p / graph.apply("Sub", 1.0, p)) if task == "binary" else log(p)
