"""What is fitted to understand a search and not to win it: a good single trial once more, on fewer rows and without
the columns that tell it nothing. A small share of the budget; what has no time is left."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

from mlwright import plugins
from mlwright.contracts.records import Trial, TrialSpec
from mlwright.search.search import Search
from mlwright.trials import Job, Outcome, Pool, allowed_memory, clear, outcome_path, read_outcome

SHARE, SAMPLED = 0.03, 0.08  # of the budget that it may take; where the table is a sample of a larger one
EVEN = 0.03  # more, where somebody named sensitive columns
_PARTS = (8, 4, 2)  # of the rows one in so many
_FEWEST = 100  # rows on which a trial is fitted
_COLUMNS = 5  # of them, fewer are not worth choosing from
_CURE = 2.2  # fits that a cure takes together with its own
_EVENED = 1.1  # fits that one of weighted rows takes
_NEARLY = 0.03  # of what the best single trial is ahead of a constant, that a quicker one may be behind
_FOLDS = 2  # that are measured where no budget says how long


@dataclass(frozen=True)
class Measured:
    """The outcomes of one of the best single trials: ``points`` by the rows that it learnt from (fewest first), each
    with one of the same ``folds``, ``fewer``, without columns that tell it nothing, with the first of them, and
    ``evened``, with rows weighted so that no group of the sensitive columns tells the class."""

    spec: TrialSpec
    folds: tuple[int, ...]
    points: dict[int, tuple[Outcome, ...]]
    fewer: tuple[Outcome, ...]
    evened: tuple[Outcome, ...] = ()


def is_sampled(search: Search) -> bool:
    """Whether the table is a sample of a larger one."""
    return any(origin.taken < origin.rows for origin in search.ground.table.origins[:1])


def share(search: Search) -> float:
    """Seconds that measuring may take; infinite where there is no budget."""
    budget, named = search.ground.problem.budget, search.ground.problem.sensitive
    part = (SAMPLED if is_sampled(search) else SHARE) + EVEN * bool(named)
    return float("inf") if budget is None else part * budget


def single(trial: Trial) -> bool:
    """Whether it is one that the portfolio has: none that a diagnosis prescribed, nor one that reads others."""
    return trial.spec.learner != "constant" and not (trial.spec.answers or trial.spec.over)


def best(search: Search) -> TrialSpec | None:
    """The single trial of the plan with the least loss; not one that a diagnosis prescribed."""
    done = [t for t in search.trials() if t.status == "done" and single(t)]
    return min(done, key=lambda t: t.loss or 0.0).spec if done else None


def swift(search: Search) -> TrialSpec | None:
    """The quickest single trial that is nearly as good as the best: what is measured on it holds for that too."""
    lead, done = best(search), {t.spec.id: t for t in search.trials() if t.status == "done" and t.loss is not None}
    if lead is None:
        return None
    least = done[lead.id].loss or 0.0
    worst = max((t.loss or 0.0 for t in done.values() if t.spec.learner == "constant"), default=least)
    near = [t for t in done.values() if (t.loss or 0.0) <= least + _NEARLY * max(worst - least, 0.0)]
    near = [t for t in near if single(t) and not t.spec.baseline and t.spec.rows == lead.rows]
    return min(near, key=lambda t: t.seconds).spec if near and search.clock.deadline is not None else lead


def measure(search: Search, pool: Pool) -> None:
    """Fit what `measured` reads, fold by fold, until the share of the budget is used up. What is there already is not
    fitted again."""
    spec = swift(search)
    if spec is None:
        return
    until = time.monotonic() + min(share(search), search.left)
    cores = os.cpu_count() or 1
    ladder = max(1 / _PARTS[-1], sum(1 / part for part in _PARTS) / cores)  # fits that all rungs take, side by side
    folds, counts = _order(search), _counts(search, spec)
    made = max(outcome.result.made for outcome in search.outcomes.values())
    for fold in folds if until < float("inf") else folds[:_FOLDS]:
        whole = search.outcomes[spec.id, fold].result
        rungs = [Job(0, str(search.run.path), spec.id, fold, rows=rows) for rows in counts]
        evened, fewer = _even(search, spec, fold), _cure(search, spec, fold)
        for jobs, fits in ((evened, _EVENED * bool(evened)), (rungs, ladder), (fewer, _CURE)):
            if time.monotonic() + fits * (whole.seconds - whole.made + made) > until or search.left <= 0:
                return
            _run(search, pool, jobs, until)


def measured(search: Search) -> Measured | None:
    """What was measured, from the run's folder; None where there is no trial. Folds that lack a point are left out."""
    spec = swift(search)
    if spec is None:
        return None
    found = {}
    counts = _counts(search, spec)
    for fold in _order(search):
        outcomes = [_read(search, Job(0, "", spec.id, fold, rows=rows)) for rows in counts]
        known = [outcome for outcome in outcomes if outcome is not None]
        if not counts or len(known) < len(counts):
            break
        found[fold] = (*known, search.outcomes[spec.id, fold])
    points = {rows: tuple(o[i] for o in found.values()) for i, rows in enumerate((*counts, _most(search, spec)))}
    cures = [_read(search, job) for fold in _order(search) for job in _cure(search, spec, fold)]
    evened = [_read(search, job) for fold in _order(search) for job in _even(search, spec, fold)]
    fewer, even = (tuple(o for o in some if o is not None) for some in (cures, evened))
    return Measured(spec, tuple(found), points if found else {}, fewer, even)


def _order(search: Search) -> list[int]:
    """Folds in the order in which they are measured. In time order it is the last alone: the others learn from other
    numbers of rows."""
    count = search.ground.folds.count
    return [count - 1] if search.ground.folds.ordered else list(range(count))


def _most(search: Search, spec: TrialSpec) -> int:
    """Rows that the trial learns from in every fold."""
    learnt = min(len(search.ground.folds.train(fold)) for fold in _order(search))
    return min(spec.rows or learnt, learnt)


def _counts(search: Search, spec: TrialSpec) -> list[int]:
    """On how many rows it is fitted, fewest first; none where these are too few."""
    counts = [_most(search, spec) // part for part in _PARTS]
    return counts if counts[0] >= _FEWEST else []


def _cure(search: Search, spec: TrialSpec, fold: int) -> list[Job]:
    """The job without columns that tell nothing, where there are enough of them."""
    columns = {feature.column for feature in search.outcomes[spec.id, fold].result.features}
    if len(columns) < _COLUMNS or _most(search, spec) < _FEWEST:
        return []
    return [Job(0, str(search.run.path), spec.id, fold, cure="fewer-columns")]


def _even(search: Search, spec: TrialSpec, fold: int) -> list[Job]:
    """The job that learns from weighted rows, where somebody named sensitive columns and the learner can weigh."""
    named = set(search.ground.problem.sensitive) & set(search.ground.frame.columns)
    weighs = plugins.find("mlwright.learners", spec.learner).weighs
    if not named or not weighs or search.ground.truth.task != "binary":
        return []
    return [Job(0, str(search.run.path), spec.id, fold, cure="even-groups")]


def _read(search: Search, job: Job) -> Outcome | None:
    outcome = read_outcome(outcome_path(search.run.path, job.name, job.fold))
    return outcome if outcome is not None and outcome.result.status == "done" else None


def _run(search: Search, pool: Pool, jobs: list[Job], until: float) -> None:
    """Do the jobs; those that have not ended at ``until`` are given up. They have no deadline of their own: what learnt
    for a shorter time would be no point of the line."""
    cores = os.cpu_count() or 1
    memory = pool.room(allowed_memory(search.ground.problem.memory)) // cores
    queue = [job for job in jobs if not outcome_path(search.run.path, job.name, job.fold).exists()]
    while (queue or pool.running) and min(search.left, until - time.monotonic()) > 0:
        while queue and pool.running < cores:
            job = queue.pop(0)
            pool.submit(Job(0, job.run, job.trial, job.fold, memory=memory, rows=job.rows, cure=job.cure))
        pool.wait(max(0.0, min(search.left, until - time.monotonic(), 0.5)))
    pool.stop()
    clear(search.run.path)
