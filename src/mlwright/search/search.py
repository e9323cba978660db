"""The plan's trials inside the budget: run, cut, fitted on all rows, and what each came to."""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

import msgspec
import numpy as np
from numpy.typing import NDArray

from mlwright import metrics
from mlwright.contracts.protocols import Clock, Listener, Truth
from mlwright.contracts.records import Candidates, Feature, FoldResult, Trial, TrialSpec
from mlwright.frames import feeds
from mlwright.graph import Inputs, Session, compile
from mlwright.search.assemble import emit
from mlwright.search.blend import ENOUGH, Blend, full, loss, weigh
from mlwright.search.difficulty import Cells
from mlwright.store import Run
from mlwright.trials import (
    Ended,
    Ground,
    Job,
    Outcome,
    Pool,
    allowed_memory,
    clear,
    failure,
    fit_fold,
    outcome_path,
    read_outcome,
    write_outcome,
)

_SHARE = 0.45  # of what is left of the budget a trial that could go on for ever may take
_WRAP_UP = 0.88  # a learner stops learning when so much of its time is gone: what it learnt must be emitted too
_BASELINE = 10.0  # seconds that a baseline gets in any case: one that hangs must not take all
_BRIEF = 1.0  # seconds of a fold up to which one process does several: to start it takes 0.1 s or 0.2 s
_UNKNOWN = 10.0  # times what the slowest fold so far took, that one of a learner may take which had no turn yet
_LEAST = 0.3  # seconds below which no fold is worth starting
_STAND_INS = 2  # folds whose models ship where one of all rows should
_JOINED = 20e6  # bytes of outcomes that are joined, checked and loaded in a second, at most (25e6 on 2 quick cores)
_TELLING = 1e6  # bytes of an outcome from which the seconds until it was loaded say how quick this machine is
_AGAIN = 1.3  # times what a model of all rows took, that a copy of it may take
_GROWN = 2.0  # times that the model of all rows is larger than one of a fold: forests grow further
_MEMBERS = 3  # trials for which time is kept, to be fitted on all rows and joined


@dataclass
class Search:
    """A search over the trials of a run. All that it learns lies in the run's folder, so another process can go on."""

    run: Run
    ground: Ground
    metric: str
    clock: Clock
    listener: Listener
    outcomes: dict[tuple[str, int], Outcome] = field(default_factory=dict)
    own: metrics.Metric | None = None  # the metric, if it is none of ours
    reserve: float = 0.0  # seconds that are kept for the learning curve
    model: Session | None = None  # the model that ships, once it was put together
    _ending: float = 0.0  # seconds that the members will take: to be fitted on all rows, and to be joined
    _scores: dict[str, float] = field(default_factory=dict)  # of finished trials
    _losses: dict[str, float] = field(default_factory=dict)
    _cut: set[str] = field(default_factory=set)  # trials that the ensemble has no use for

    @property
    def judge(self) -> metrics.Metric:
        """The metric."""
        return self.own or metrics.METRICS[self.metric]

    @property
    def left(self) -> float:
        """Seconds that trials may still take. Then the best are fitted on all rows, joined, checked and loaded: large
        forests take long for that."""
        return self.clock.left - self._ending - self.reserve

    def execute(self, pool: Pool) -> None:
        """Run every fold that has no outcome yet, in order, as many at once as there are cores, until the clock
        ends."""
        fitted = [spec for spec in self.ground.plan.trials if not spec.over]
        self._work(pool, [(spec, fold) for spec in fitted for fold in self._folds])
        clear(self.run.path)
        if not any(t.status == "done" for t in self.trials()):
            self._last_resort()

    def refit(self, copies: Mapping[str, int], pool: Pool) -> None:
        """Fit trials on all rows, in their order; then those of which more ``copies`` ship once more, while there is
        time."""
        every, specs = self.ground.plan.folds, {spec.id: spec for spec in self.ground.plan.trials}
        for copy in range(max(copies.values(), default=0)):
            self._ending = _GROWN * self._joining({n: min(copy + 1, count) for n, count in copies.items()})
            names = [n for n, count in copies.items() if copy < count]
            self._work(
                pool, [(specs[n], every + copy) for n in (self._soon(names, copy) if copy else names)], share=1.0
            )
        clear(self.run.path)

    def _soon(self, names: Sequence[str], copies: int) -> Iterator[str]:
        """Those whose copies so far differ, and of which one more ends in time, going by the first."""
        cores, spent = os.cpu_count() or 1, 0.0
        for name in (n for n in names if len(self._whole(n, copies)) == copies):
            seconds = self.outcomes[name, self.ground.plan.folds].result.seconds * _AGAIN
            if spent + seconds < self.left:
                spent += seconds / cores
                yield name

    def _work(self, pool: Pool, units: list[tuple[TrialSpec, int]], share: float = _SHARE) -> None:
        cores, specs = os.cpu_count() or 1, {spec.id: spec for spec in self.ground.plan.trials}
        room = pool.room(allowed_memory(self.ground.problem.memory))
        queue = deque((spec, fold, room // cores) for spec, fold in units if (spec.id, fold) not in self.outcomes)
        while (queue or pool.running) and self.left > 0:
            while queue and pool.running < cores and pool.memory + queue[0][2] <= room and self.left > _LEAST:
                spec, fold, memory = queue.popleft()
                if not (self._abandoned(spec) or self._unwanted(spec, len(queue))):
                    more = [queue.popleft()[1] for _ in range(self._together(spec, memory, queue))]
                    pool.submit(self.job(spec, (fold, *more), memory, share))
            for ended in pool.wait(min(self.left, 0.5)):
                spec = specs[ended.job.trial]
                memory = ended.job.memory if ended.status == "deadline" else room
                queue.extendleft((spec, fold, memory) for fold in reversed(self._take(ended, spec, room)))
            if queue and self.left <= _LEAST and not pool.running:
                break
        for ended in pool.stop():  # what is left of the budget is for what comes after
            self._take(ended, specs[ended.job.trial], room)

    def trials(self) -> list[Trial]:
        """What became of each configuration, in the plan's order."""
        return [self._trial(spec) for spec in self.ground.plan.trials]

    def load(self) -> None:
        """Take up all outcomes that lie in the run's folder."""
        for spec in self.ground.plan.trials:
            for fold in range(self.ground.plan.folds + spec.copies):
                known = read_outcome(outcome_path(self.run.path, spec.id, fold))
                if known is not None:
                    self.keep(known)

    def _last_resort(self) -> None:
        """When no time was left for any trial: the first baseline, which takes milliseconds, in this very process. A
        run ends with a model, if only one that its verdict refuses."""
        spec = self.ground.plan.trials[0]
        for fold in self._folds:
            outcome = fit_fold(self.ground, spec, fold, Clock())
            write_outcome(outcome_path(self.run.path, spec.id, fold), outcome)
            self.keep(outcome)

    @property
    def _folds(self) -> range:
        return range(self.ground.plan.folds)

    def keep(self, outcome: Outcome) -> None:
        """Take up a fold's outcome."""
        self.outcomes[outcome.result.trial, outcome.result.fold] = outcome

    def _size(self, trial: str) -> int:
        """Bytes of a trial's outcomes: of all its folds."""
        paths = (outcome_path(self.run.path, trial, fold) for fold in self._folds)
        return sum(path.stat().st_size for path in paths if path.exists())

    def _joining(self, models: Mapping[str, int]) -> float:
        """Seconds that joining so many models of trials will take, each as large as one of its folds."""
        ship = sum(self._size(trial) * count for trial, count in models.items())
        return ship / self.ground.plan.folds / self.pace()

    def pace(self) -> float:
        """Bytes of outcomes that are joined, checked and loaded in a second here and now: as many as of the large
        graphs that folds have emitted and loaded."""
        done = [(o.result.emitted, outcome_path(self.run.path, *key)) for key, o in self.outcomes.items()]
        known = [(seconds, path.stat().st_size) for seconds, path in done if seconds and path.exists()]
        large = [(seconds, size) for seconds, size in known if size > _TELLING]
        return min(_JOINED, sum(size for _, size in large) / sum(s for s, _ in large)) if large else _JOINED

    def _refit_seconds(self, spec: TrialSpec) -> float:
        """Seconds that a fit on all rows will take, from those of the fold with the most and of the dearest matrix."""
        plan = self.ground.plan
        if (spec.id, plan.folds) in self.outcomes:
            return 0.0
        *rows, every = (min(len(self.ground.folds.train(f)), spec.rows or sys.maxsize) for f in range(plan.folds + 1))
        most = max(range(plan.folds), key=lambda fold: rows[fold])
        fold, made = self.outcomes[spec.id, most].result, max(o.result.made for o in self.outcomes.values())
        return (fold.seconds - fold.made + made) * every / max(1, rows[most])

    def _abandoned(self, spec: TrialSpec) -> bool:
        """Whether a trial is not worth going on with: one of its folds failed, or its learner let the time of as many
        other trials run out as it ended, and may hang again."""
        failed = {id: o.result.status for (id, _), o in self.outcomes.items() if o.result.status != "done"}
        of = [s for s in self.ground.plan.trials if s.learner == spec.learner]
        late, done = sum(failed.get(s.id) == "deadline" for s in of), sum(self._trial(s).status == "done" for s in of)
        return spec.id in failed or (0 < late >= done and self._trial(spec).status != "done")

    def _unwanted(self, spec: TrialSpec, waiting: int) -> bool:
        """Whether the ensemble of the trials that ended would give this one no weight, going by its first folds, while
        there is no time for all that waits."""
        done = [fold for fold in self._folds if (spec.id, fold) in self.outcomes]
        few = len(done) < min(2, self.ground.plan.folds - 2)
        whole = len(done) == self.ground.plan.folds  # what was chosen is only fitted on all rows now
        if spec.baseline or few or whole or not done or spec.id in self._cut or not self._losses:
            return spec.id in self._cut
        if not self._time_for(waiting):
            rows = self._rows(done)
            some = slice(None, None, len(rows) // ENOUGH + 1)
            known = [self._predictions(trial, done)[some] for trial in (*self._losses, spec.id)]
            if not weigh(known, self.ground.truth.at(rows[some]), self.metric, Blend(())).weights[-1]:
                self._cut.add(spec.id)
        return spec.id in self._cut

    def _each(self) -> float:
        """Seconds that a fold took so far, on average."""
        return sum(o.result.seconds for o in self.outcomes.values()) / max(1, len(self.outcomes))

    def _longest(self, learner: str) -> float:
        """Seconds that a fold of a learner may take, going by those that were done."""
        of = {spec.id: spec.learner for spec in self.ground.plan.trials}
        took = [(of[id], o.result.seconds) for (id, _), o in self.outcomes.items()]
        any_other = _UNKNOWN * max((seconds for _, seconds in took), default=float("inf"))
        return max((seconds for name, seconds in took if name == learner), default=any_other)

    def _time_for(self, waiting: int) -> bool:
        """Whether there is time for so many folds more."""
        return waiting * self._each() / (os.cpu_count() or 1) < self.left

    def _together(self, spec: TrialSpec, memory: int, queue: Sequence[tuple[TrialSpec, int, int]]) -> int:
        """How many of the folds that wait next the process of a trial's fold does too: its share of them, if they are
        brief and nothing that waits has to be cut."""
        if self._longest(spec.learner) > _BRIEF or not self._time_for(len(queue)):
            return 0
        same = sum(1 for _ in takewhile(lambda unit: (unit[0], unit[2]) == (spec, memory), queue))
        return min(same, -(-len(self._folds) // (os.cpu_count() or 1)) - 1)

    def _rows(self, folds: Sequence[int]) -> NDArray[np.int64]:
        """The rows that some folds are scored on."""
        return np.concatenate([self.ground.folds.valid(fold) for fold in folds])

    def _predictions(self, trial: str, folds: Sequence[int]) -> NDArray[np.float32]:
        """What a trial predicts of them."""
        return np.concatenate([self.outcomes[trial, fold].prediction for fold in folds])

    def _loss(self, trial: str, folds: Sequence[int]) -> float:
        """The loss of these predictions."""
        return loss(self._predictions(trial, folds), self.ground.truth.at(self._rows(folds)), self.metric)

    def job(self, spec: TrialSpec, folds: tuple[int, ...], memory: int, share: float = _SHARE) -> Job:
        """Some folds as they are asked for now: how long they may take is a share of what is left of the budget."""
        left, (fold, *more) = self.left, folds
        job = Job(0, str(self.run.path), spec.id, fold, memory=memory, more=tuple(more))
        if left == float("inf"):
            return job
        rounds = -(-len(self._folds) // (os.cpu_count() or 1)) if share < 1 else 1  # waves that the trial takes
        allowed = left * _WRAP_UP if spec.baseline else max(0.5, share * left / rounds) * len(folds)
        now = time.monotonic()
        limit = now + min(left, max(_BASELINE * spec.baseline, share * left) + 1.0)
        return msgspec.structs.replace(job, deadline=now + min(allowed, left * _WRAP_UP), limit=limit)

    def _take(self, ended: Ended, spec: TrialSpec, room: int) -> tuple[int, ...]:
        """Keep what a job left behind. The folds that should be done once more: they ran out of their share of the
        room, bytes of memory that all jobs have together, or of the time that they shared with others."""
        for place, fold in enumerate(ended.job.folds):
            path = outcome_path(self.run.path, spec.id, fold)
            outcome = read_outcome(path)
            status = outcome.result.status if outcome else ended.status
            if (status == "memory" and ended.job.memory < room) or (status == "deadline" and place):
                path.unlink(missing_ok=True)
                return ended.job.folds[place:]
            if status == "deadline":  # a resumed run has time again
                path.unlink(missing_ok=True)
            if outcome is None:
                status = "crashed" if ended.status == "done" else ended.status
                outcome = failure(spec.id, fold, status, ended.error or "left no outcome", 0.0)
                if status != "deadline":
                    write_outcome(path, outcome)
            self.keep(outcome)
            self._report(spec, outcome.result)
            if outcome.result.status != "done":
                break
        return ()

    def _report(self, spec: TrialSpec, result: FoldResult) -> None:
        trial, fold = spec.id, result.fold
        self.run.log("fold", trial=trial, fold=fold, status=result.status, seconds=round(result.seconds, 3))
        for message in result.refused:
            self.listener("step-refused", trial=trial, fold=fold, message=message)
        if result.status == "deadline" and fold not in self._folds:
            return  # the trial is done, and its folds stand in
        if result.status != "done":
            self.listener("trial-failed", trial=trial, fold=fold, status=result.status, error=result.error)
        elif fold in self._folds and self._trial(spec).status == "done":
            self._tell(spec)

    def _tell(self, spec: TrialSpec) -> None:
        done = [t for t in self.trials() if t.status == "done"]
        best_first = sorted(done, key=lambda t: (t.spec.baseline, t.loss))[:_MEMBERS]
        refits = [0.0 if t.spec.baseline else self._refit_seconds(t.spec) for t in best_first]
        self._ending = max(max(refits), sum(refits) / (os.cpu_count() or 1))
        self._ending += self._joining({t.spec.id: min(t.spec.copies, self.ground.plan.folds) for t in best_first})
        scores = {t.spec.id: self.score(t.spec.id) for t in done}
        sign = 1 if self.judge.greater_is_better else -1
        best = max(scores.values(), key=lambda s: sign * s)
        count = len(self.ground.plan.trials)
        told = {"metric": self.metric, "title": self.judge.title}
        self.listener("trial", trial=spec.id, score=scores[spec.id], best=best, done=len(done), planned=count, **told)

    def scored(self) -> NDArray[np.int64]:
        """Rows that have out-of-fold predictions."""
        return np.flatnonzero(self.ground.folds.of >= 0)

    def prediction(self, trial: str) -> NDArray[np.float32]:
        """A finished trial's out-of-fold predictions (n, w) of the rows `scored`."""
        width = self.ground.truth.width
        table = np.zeros((len(self.ground.frame), width), np.float32)
        for fold in self._folds:
            table[self.ground.folds.valid(fold)] = self.outcomes[trial, fold].prediction
        return table[self.scored()]

    def truth(self) -> Truth:
        """The truth of the rows `scored`."""
        return self.ground.truth.at(self.scored())

    def cells(self) -> Cells:
        """What the graph is fed for the rows `scored`."""
        schema = self.ground.table.schema
        return Cells.of(feeds(self.ground.frame[self.scored()], schema), schema)

    def score(self, trial: str) -> float:
        """A finished trial's out-of-fold metric."""
        if trial not in self._scores:
            self._scores[trial] = self._judged(trial)
        return self._scores[trial]

    def _judged(self, trial: str) -> float:
        return score_of(self.judge, self.prediction(trial), self.truth(), self.ground)

    def _trial(self, spec: TrialSpec) -> Trial:
        found = [self.outcomes.get((spec.id, fold)) for fold in self._folds]
        done = [o for o in found if o is not None]
        seconds = sum(o.result.seconds for o in done)
        bad = next((o.result for o in done if o.result.status != "done"), None)
        if bad is not None:
            return Trial(spec=spec, status=bad.status, seconds=seconds, error=bad.error)
        if len(done) < len(found):
            why = "the ensemble has no use for it" if spec.id in self._cut else "no time was left for it"
            return Trial(spec=spec, status="skipped", seconds=seconds, error=why)
        if spec.id not in self._losses:
            self._losses[spec.id] = self._loss(spec.id, self._folds)
        difference = max(o.result.difference for o in done)
        return Trial(spec=spec, status="done", loss=self._losses[spec.id], seconds=seconds, difference=difference)

    def refitted(self, trial: str) -> bool:
        """Whether there is a model of all rows."""
        return bool(self._whole(trial, 1))

    def of_folds(self, trial: str) -> list[Outcome]:
        """A finished trial's outcomes of its folds."""
        return [self.outcomes[trial, fold] for fold in self._folds]

    def member(self, trial: str, copies: int) -> list[Outcome]:
        """The outcomes that stand for a trial in a model: at most so many of all rows, for which a few folds stand in
        if there was no time for one. They are the last, which in time order know most."""
        return self._whole(trial, copies) or self.of_folds(trial)[-_STAND_INS:]

    def _whole(self, trial: str, copies: int) -> list[Outcome]:
        """Its models of all rows, each once: a learner that draws nothing comes to the same with every seed."""
        found = (self.outcomes.get((trial, self.ground.plan.folds + copy)) for copy in range(copies))
        return list({o.fragment.key: o for o in found if o is not None and o.fragment is not None}.values())


def reader(search: Search, trial: str) -> Session:
    """A finished trial alone, as a model: how baselines answer rows that were sealed away."""
    schema = search.ground.table.schema
    member = search.member(trial, copies=1)
    outputs = emit([[o.fragment for o in member if o.fragment is not None]], Blend((1.0,)), schema)
    return Session(compile(outputs, _inputs(search)))


def _inputs(search: Search) -> Inputs:
    schema = search.ground.table.schema
    return Inputs(schema.numbers, schema.strings)


def unseen(search: Search, candidates: Candidates, seconds: float) -> dict[int, Session]:
    """By fold, the ensemble as it ships, but for having learnt from the other folds alone: it has not seen this fold's
    rows. Of as many folds as can be joined in so many ``seconds``, the last ones, which in time order know most."""
    target, started = search.ground.table.schema.target, time.monotonic()
    found: dict[int, Session] = {}
    names = [member.trial for member in candidates.members]
    apart = any(spec.over for spec in search.ground.plan.trials if spec.id in names)
    weights = tuple(member.weight for member in candidates.members)
    blend = Blend(weights, candidates.slope, candidates.offset)
    if candidates.threshold is not None:
        blend = replace(blend, threshold=candidates.threshold)
    for fold in reversed(range(search.ground.plan.folds)):
        fragments = [search.outcomes[name, fold].fragment for name in names]
        size = sum(p.stat().st_size for n in names if (p := outcome_path(search.run.path, n, fold)).exists())
        spent = time.monotonic() - started
        if spent + max(size / search.pace(), spent / max(1, len(found))) > seconds or not all(fragments):
            break
        outputs = emit([[one] for one in fragments if one is not None], blend, search.ground.table.schema, apart)
        wanted = "probabilities" if target.classes else "value"
        found[fold] = Session(compile({wanted: outputs[wanted]}, _inputs(search)))
    return found


def features(search: Search, candidates: Candidates) -> tuple[Feature, ...]:
    """The columns of the matrices that the ensemble reads, each with the input and the step it came from."""
    found: dict[str, Feature] = {}
    over = {spec.id: spec.over for spec in search.ground.plan.trials}
    for trial in dict.fromkeys(n for member in candidates.members for n in over[member.trial] or (member.trial,)):
        for feature in search.outcomes[trial, 0].result.features:
            found.setdefault(feature.name, feature)
    return tuple(found.values())


def score_of(metric: metrics.Metric, prediction: NDArray[np.float32], truth: Truth, ground: Ground) -> float:
    """The metric of predictions as learners give them, on the target's own scale."""
    target = ground.table.schema.target
    answer, values = full(prediction.astype(np.float64), truth.task), truth.values
    if truth.task == "regression":
        answer, values = answer * target.scale + target.mean, values * target.scale + target.mean
    return float(metrics.score(metric, values, answer, weight=truth.weight))
