"""Which trials to go on with: rules played on the same trials, which all came to their end.

    python benchmarks/quality/race.py collect --bench FOLDER --out OUT [--tasks a,b] [--budget 60] [--seconds 200]
    python benchmarks/quality/race.py play --out OUT [--budget 60]

collect: the train part of a task goes through the trials of the plan for --budget seconds, none cut, in as many
--seconds as that takes at most; what each fold predicts and its seconds are kept. play: the folds come in their order
on two cores, for as long as that budget leaves them, and each rule says which trials are not gone on with. The ensemble
of those that ended is chosen on half of the rows and judged on the other half, in turn.

Needs: the benchmark folder (tasks.py and its data)
"""

from __future__ import annotations

import argparse
import heapq
import sys
import tempfile
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import polars as pl
from numpy.typing import NDArray
from single import begun, raced

from mlwright.contracts.protocols import Clock, Truth
from mlwright.contracts.records import Problem
from mlwright.search import Search
from mlwright.search.blend import Blend, choose, loss, weigh
from mlwright.search.plan import CORES
from mlwright.trials import Pool

TASKS = (
    "concrete,airfoil,boston,vehicle,segment,car,abalone,house_prices_nominal,cal_housing,employee_salaries,"
    "diamonds,movies,phoneme"
)
_START = 0.1  # seconds that a process takes to start
_HALVES = 10  # times that rows are cut in halves
_LEFT = 0.8  # of the budget that the trials have

Rule = Callable[["Race", str, list[int]], bool]


@dataclass(frozen=True)
class Task:
    """What was collected of a task: out-of-fold predictions (rows, width) of each trial, in the order of the plan, and
    its seconds fold by fold."""

    name: str
    truth: Truth
    fold_of: NDArray[np.int8]
    predictions: dict[str, NDArray[np.float32]]
    seconds: dict[str, NDArray[np.float64]]
    baselines: frozenset[str]


def collect(task: Any, budget: float, seconds: float, out: Path) -> int:
    """All trials of the plan for a budget, none of them cut, in a file; how many ended."""
    with tempfile.TemporaryDirectory() as folder:
        run = begun(pl.from_pandas(task.train), Problem(target=task.target, budget=budget), Path(folder))
        with mock.patch.object(Search, "_unwanted", return_value=False), Pool(run.path / "workers.log") as pool:
            search = raced(run, Clock.lasting(seconds), pool)
        ground, done = search.ground, [t.spec for t in search.trials() if t.status == "done"]
        arrays: dict[str, Any] = {f"predictions {s.id}": search.prediction(s.id) for s in done}
    arrays |= {f"seconds {s.id}": [o.result.seconds for o in search.of_folds(s.id)] for s in done}
    arrays |= {"trials": [s.id for s in done], "baselines": [s.id for s in done if s.baseline]}
    truth = ground.truth
    np.savez(out, values=truth.values, task=truth.task, classes=truth.classes, fold_of=ground.folds.of, **arrays)
    return len(done)


def read(path: Path) -> Task:
    """A task's file."""
    known = np.load(path, allow_pickle=False)
    task: Any = str(known["task"])
    truth, trials = Truth(task, known["values"], int(known["classes"])), known["trials"].tolist()
    predictions, seconds = ({n: known[f"{what} {n}"] for n in trials} for what in ("predictions", "seconds"))
    return Task(path.stem, truth, known["fold_of"], predictions, seconds, frozenset(known["baselines"].tolist()))


@dataclass
class Race:
    """A task's folds, one after the other on two cores for so many ``seconds``, and which trials a ``rule`` takes out:
    it is told the race, a trial, and its folds that are done."""

    task: Task
    seconds: float
    rule: Rule
    done: dict[str, list[int]] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)
    cut: set[str] = field(default_factory=set)
    _blends: dict[int, Blend] = field(default_factory=dict)

    @property
    def folds(self) -> int:
        """How many folds a trial has."""
        return int(self.task.fold_of.max()) + 1

    @property
    def ended(self) -> list[str]:
        """Trials whose folds are all done."""
        return [name for name, folds in self.done.items() if len(folds) == self.folds]

    def run(self) -> list[str]:
        """Which trials ended."""
        queue = deque((name, fold) for name in self.task.seconds for fold in range(self.folds))
        running: list[tuple[float, str, int, float]] = []
        now = 0.0
        while queue or running:
            while queue and len(running) < CORES:
                name, fold = queue.popleft()
                if not self._out(name, len(queue), now):
                    took = self.task.seconds[name][fold] + _START
                    heapq.heappush(running, (now + took, name, fold, took))
            if running:
                now, name, fold, took = heapq.heappop(running)
                if now > self.seconds:
                    break
                self.done.setdefault(name, []).append(fold)
                self.took.append(took)
        return self.ended

    def _out(self, name: str, waiting: int, now: float) -> bool:
        known, left = sorted(self.done.get(name, [])), self.seconds - now
        if name in self.cut or name in self.task.baselines:
            return name in self.cut
        few = len(known) < min(2, self.folds - 2) or not known
        if not few and waiting * np.mean(self.took) / CORES >= left and self.rule(self, name, known):
            self.cut.add(name)
        return name in self.cut

    def of(self, name: str, folds: list[int]) -> NDArray[np.float32]:
        """What a trial predicts of the rows of some folds."""
        return self.task.predictions[name][np.isin(self.task.fold_of, folds)]

    def truth(self, folds: list[int]) -> Truth:
        """The truth of these rows."""
        return self.task.truth.at(np.isin(self.task.fold_of, folds))

    def blend(self) -> Blend:
        """The ensemble of those that ended so far."""
        names = self.ended
        if len(names) not in self._blends:
            every = list(range(self.folds))
            self._blends[len(names)] = choose([self.of(n, every) for n in names], self.truth(every), self.metric, 0)
        return self._blends[len(names)]

    @property
    def metric(self) -> str:
        """What rests on the loss."""
        return "rmse" if self.task.truth.task == "regression" else "log_loss"

    def judged(self) -> float:
        """The loss of an ensemble of those that ended, on rows that its weights were not chosen on."""
        every = list(range(self.folds))
        known, truth = [self.of(n, every) for n in self.ended], self.truth(every)
        total, rng = 0.0, np.random.default_rng(0)
        for _ in range(_HALVES):
            odd = rng.permutation(len(truth.values)) % 2 == 1
            for half in (odd, ~odd):
                made = choose([one[half] for one in known], truth.at(half), self.metric, 0)
                total += loss(made([one[~half] for one in known], truth.task), truth.at(~half), "") / 2 / _HALVES
        return total


def nothing(race: Race, name: str, folds: list[int]) -> bool:
    """Every trial is gone on with."""
    return False


def behind(share: float) -> Rule:
    """Out is what is behind the best that ended by a share of the loss."""

    def rule(race: Race, name: str, folds: list[int]) -> bool:
        truth, every = race.truth(folds), list(range(race.folds))
        best = min(race.ended, key=lambda n: loss(race.of(n, every), race.truth(every), ""))
        return loss(race.of(name, folds), truth, "") > loss(race.of(best, folds), truth, "") * (1 + share)

    return rule


def brings(least: float) -> Rule:
    """Out is what brings the ensemble of those that ended less than a share of the loss, in any of a few weights."""

    def rule(race: Race, name: str, folds: list[int]) -> bool:
        truth = race.truth(folds)
        ours = race.blend()([race.of(n, folds) for n in race.ended], truth.task)
        other = race.of(name, folds)
        mixed = min(loss((1 - w) * ours + w * other, truth, "") for w in (0.1, 0.25, 0.5))
        return mixed > loss(ours, truth, "") * (1 - least)

    return rule


def weighs(race: Race, name: str, folds: list[int]) -> bool:
    """Out is what an ensemble with those that ended would give no weight."""
    known = [race.of(n, folds) for n in (*race.ended, name)]
    return weigh(known, race.truth(folds), race.metric, Blend(())).weights[-1] == 0


RULES: dict[str, Rule] = {
    "behind by 10%": behind(0.1),
    "nothing": nothing,
    **{f"behind by {share:.0%}": behind(share) for share in (0.05, 0.2, 0.4)},
    **{f"brings less than {least:.1%}": brings(least) for least in (0.0, 0.01)},
    "gets no weight": weighs,
}


def play(tasks: list[Task], budget: float) -> None:
    """A line a rule: how much the loss grows beside the first rule."""
    seconds = _LEFT * budget
    found = {}
    for label, rule in RULES.items():
        races = [Race(task, seconds, rule) for task in tasks]
        for race in races:
            race.run()
        found[label] = np.log([race.judged() for race in races]), [len(race.ended) for race in races]
    usual = found[next(iter(RULES))][0]
    print("| out is what is | loss grows, mean | median | trials that ended | by task |\n|---|---|---|---|---|")
    for label, (losses, ended) in found.items():
        grown = 100 * (losses - usual)
        each = ", ".join(f"{task.name} {g:+.1f}%" for task, g in zip(tasks, grown, strict=True))
        print(f"| {label} | {grown.mean():+.2f}% | {np.median(grown):+.2f}% | {np.mean(ended):.1f} | {each} |")


def main() -> None:
    """Collect, or play what was collected."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("do", choices=("collect", "play"))
    parser.add_argument("--bench", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--tasks", default=TASKS)
    parser.add_argument("--budget", type=float, default=60.0)
    parser.add_argument("--seconds", type=float, default=200.0)
    args = parser.parse_args()
    if args.do == "collect":
        sys.path.insert(0, str(args.bench))
        import tasks

        args.out.mkdir(parents=True, exist_ok=True)
        for name in args.tasks.split(","):
            count = collect(tasks.load(name), args.budget, args.seconds, args.out / f"{name}.npz")
            print(f"{name}: {count} trials", flush=True)
        return
    play([read(path) for path in sorted(args.out.glob("*.npz"))], args.budget)


if __name__ == "__main__":
    main()
