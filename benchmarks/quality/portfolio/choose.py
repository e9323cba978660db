"""Order configurations so that an ensemble of the first few does best.

    python benchmarks/quality/portfolio/choose.py FOLDER [--length 16] [--without cat] [--out FILE]
    python benchmarks/quality/portfolio/choose.py FOLDER --families
    python benchmarks/quality/portfolio/choose.py FOLDER --leave-out
    python benchmarks/quality/portfolio/choose.py FOLDER --worth
    python benchmarks/quality/portfolio/choose.py FOLDER --calibration
    python benchmarks/quality/portfolio/choose.py FOLDER --logs

FOLDER is what collect.py made. After the linear model, which every plan begins with, greedily that configuration is
added which lowers an ensemble's loss most for its seconds: the mean over tasks of the logarithm, beside an ensemble of
all. Weights of an ensemble are chosen on half of the rows and judged on the other half, in turn.

--families prints what each family brings to an ensemble of all; --leave-out judges orders on tasks that they were not
learnt from. For the order in the package, --worth tells what it costs to drop members that bring little, --calibration
what calibrating brings for few rows and many, and under how strong a prior that nothing is to be done, and --logs what
configurations of the target's logarithm bring to the others, on the tasks that have them.

Needs: the folder that collect.py made
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from candidates import configurations, logged
from numpy.typing import NDArray

from mlwright.contracts.protocols import Truth
from mlwright.search import blend
from mlwright.search.blend import choose, loss
from mlwright.search.plan import portfolio

ROWS = 1_500  # of a task: more cost time and change little
WORTH = 0.3  # how much seconds count: a gain is divided by their power
_MOST = 0.3  # of a task's loss: no single task decides
_PARTS = 5


@dataclass(frozen=True)
class Task:
    """What was collected of a task: predictions (rows, width) by configuration and their seconds."""

    name: str
    truth: Truth
    predictions: dict[str, NDArray[Any]]
    seconds: dict[str, float]

    def judged(self, names: list[str]) -> float:
        """The loss of an ensemble on rows that its weights were not chosen on."""
        names = [n for n in names if n in self.predictions]
        if not names:
            return float("nan")
        odd = np.arange(len(self.truth.values)) % 2 == 1
        total, metric = 0.0, "rmse" if self.truth.task == "regression" else "log_loss"
        for half in (odd, ~odd):
            made = choose([self.predictions[n][half] for n in names], self.truth.at(half), metric, 0)
            total += loss(made([self.predictions[n][~half] for n in names], self.truth.task), self.truth.at(~half), "")
        return total / 2


def read(folder: Path, most: int = ROWS) -> Task | None:
    """A task's files, of so many rows at most."""
    if not (folder / "truth.npz").exists():
        return None
    known = np.load(folder / "truth.npz", allow_pickle=False)
    values = known["values"]
    rows = np.random.default_rng(0).permutation(len(values))[:most]
    truth = Truth(str(known["task"]), values, int(known["classes"])).at(rows)
    predictions, seconds = {}, {}
    for path in sorted(folder.glob("*-*.npz")):
        made = np.load(path)
        if np.isfinite(made["prediction"]).all():
            predictions[path.stem] = made["prediction"][rows].astype(np.float64)
            seconds[path.stem] = float(made["seconds"])
    return Task(folder.name, truth, predictions, seconds)


def log_losses(tasks: list[Task], names: list[str]) -> NDArray[np.float64]:
    """The logarithm of each task's loss."""
    return np.log([max(task.judged(names), 1e-9) for task in tasks])


def order(tasks: list[Task], names: list[str], length: int) -> list[tuple[str, float]]:
    """Configurations in the order that they should be tried, with the mean excess of the loss after each."""
    whole = log_losses(tasks, names)
    chosen = ["linear-1"]  # a baseline of every plan
    told: list[tuple[str, float]] = []
    before = _MOST
    share = {
        n: float(np.mean([t.seconds.get(n, 1.0) / np.mean(list(t.seconds.values())) for t in tasks])) for n in names
    }
    while len(chosen) < length:
        found = {}
        for name in (n for n in names if n not in chosen):
            excess = float(np.mean(np.clip(log_losses(tasks, [*chosen, name]) - whole, -_MOST, _MOST)))
            found[name] = excess
        best = max(found, key=lambda n: (before - found[n]) / share[n] ** WORTH)
        chosen.append(best)
        before = found[best]
        told.append((best, before))
        print(f"{len(chosen):3d} {best:16s} {100 * before:+.3f}%  {share[best]:.2f}", flush=True)
    return told


def families(tasks: list[Task], names: list[str]) -> None:
    """By how much the loss of an ensemble grows without each family, over all tasks and where most."""
    whole = log_losses(tasks, names)
    print("| without | loss grows, mean | median | where most | seconds a task |\n|---|---|---|---|---|")
    for family in sorted({n.rpartition("-")[0] for n in names}):
        grown = log_losses(tasks, [n for n in names if n.rpartition("-")[0] != family]) - whole
        took = np.mean([sum(s for n, s in t.seconds.items() if n.startswith(family)) for t in tasks])
        worst = ", ".join(f"{tasks[i].name} {100 * grown[i]:+.1f}%" for i in np.argsort(-grown)[:3])
        mean = 100 * np.mean(np.clip(grown, -_MOST, _MOST))
        print(f"| {family} | {mean:+.2f}% | {100 * np.median(grown):+.2f}% | {worst} | {took:.1f} |", flush=True)


def leave_out(tasks: list[Task], names: list[str], length: int) -> None:
    """Orders learnt without a fifth of the tasks, judged on that fifth, beside an order by chance and all."""
    found: list[tuple[float, float]] = []
    for part in range(_PARTS):
        learnt = [t for i, t in enumerate(tasks) if i % _PARTS != part]
        judged = [t for i, t in enumerate(tasks) if i % _PARTS == part]
        whole = log_losses(judged, names)
        chosen = ["linear-1", *(name for name, _ in order(learnt, names, length))]
        drawn = ["linear-1", *np.random.default_rng(part).permutation([n for n in names if n != "linear-1"])[:length]]
        found += [
            (a, b) for a, b in zip(log_losses(judged, chosen) - whole, log_losses(judged, drawn) - whole, strict=True)
        ]
    ours, chance = np.clip(np.array(found), -_MOST, _MOST).T
    print(
        f"on tasks left out: {100 * ours.mean():+.2f}% beside an ensemble of all; by chance {100 * chance.mean():+.2f}%"
    )


def worth(tasks: list[Task]) -> None:
    """The portfolio's ensembles with other thresholds for what a member has to bring."""
    names = ["linear-1", *(entry.id for entry in portfolio())]
    usual = log_losses(tasks, names)
    print("| a member brings at least | loss grows, mean | median | where most |\n|---|---|---|---|")
    for least in (0.0, 3e-4, 2e-3, 3e-3, 5e-3, 1e-2):
        kept, blend._WORTH = blend._WORTH, least
        print(f"| {least:.2%} | {_grown(log_losses(tasks, names) - usual, tasks)} |", flush=True)
        blend._WORTH = kept


def logs(folder: Path) -> None:
    """Each configuration of the logarithm beside the portfolio without them, those in it, and beginnings of both."""
    found = (read(path, 2 * ROWS) for path in sorted(folder.iterdir()) if path.is_dir())
    tasks = [t for t in found if t is not None and any(map(logged, t.predictions))]
    names = ["linear-1", *(entry.id for entry in portfolio())]
    rest = [n for n in names if not logged(n)]
    usual = log_losses(tasks, rest)
    print(f"{len(tasks)} tasks\n\n| with | loss grows, mean | median | where most |\n|---|---|---|---|")
    for name in filter(logged, configurations()):
        print(f"| {name} | {_grown(log_losses(tasks, [*rest, name]) - usual, tasks)} |", flush=True)
    print(f"| those in the portfolio | {_grown(log_losses(tasks, names) - usual, tasks)} |")
    for seconds in (2, 8, 16, 32):
        first, without = (_within(tasks, order, seconds) for order in (names, rest))
        grown = _grown(log_losses(tasks, first) - log_losses(tasks, without), tasks)
        print(f"| the first {seconds} s, beside those without | {grown} |", flush=True)


def _within(tasks: list[Task], names: list[str], seconds: float) -> list[str]:
    """The first of so many seconds a task, on average."""
    took = np.cumsum([np.mean([t.seconds.get(n, 0.0) for t in tasks]) for n in names])
    return [n for n, so_far in zip(names, took, strict=True) if so_far <= seconds]


def calibration(folder: Path) -> None:
    """The portfolio's ensembles of classes, chosen and calibrated on so many rows, beside the same without."""
    names = ["linear-1", *(entry.id for entry in portfolio())]
    print("| rows | tasks | prior | loss grows, mean | median | where most |\n|---|---|---|---|---|---|")
    for rows in (150, 300, 800, 2_000):
        found = (read(path, 2 * rows) for path in sorted(folder.iterdir()) if path.is_dir())
        tasks = [t for t in found if t is not None and t.truth.classes and len(t.truth.values) > 1.5 * rows]
        kept, blend._PRIOR = blend._PRIOR, 1e9
        without = log_losses(tasks, names)
        for prior in (0.0, 1.0, 3.0, 10.0, 30.0):
            blend._PRIOR = prior
            grown = _grown(log_losses(tasks, names) - without, tasks)
            print(f"| {rows} | {len(tasks)} | {prior} | {grown} |", flush=True)
        blend._PRIOR = kept


def _grown(grown: NDArray[np.float64], tasks: list[Task]) -> str:
    worst = int(np.argmax(grown))
    mean = 100 * np.mean(np.clip(grown, -_MOST, _MOST))
    return f"{mean:+.2f}% | {100 * np.median(grown):+.2f}% | {tasks[worst].name} {100 * grown[worst]:+.1f}%"


def main() -> None:
    """Read, order, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--length", type=int, default=16)
    parser.add_argument("--without", default="", help="families that are not looked at")
    parser.add_argument("--families", action="store_true")
    parser.add_argument("--leave-out", action="store_true")
    parser.add_argument("--worth", action="store_true")
    parser.add_argument("--calibration", action="store_true")
    parser.add_argument("--logs", action="store_true")
    parser.add_argument("--out", type=Path, help="the file that the order is written to, as a plan reads it")
    args = parser.parse_args()
    if args.calibration:
        calibration(args.folder)
        return
    if args.logs:
        logs(args.folder)
        return
    found = [read(path) for path in sorted(args.folder.iterdir()) if path.is_dir()]
    tasks = [t for t in found if t is not None]
    without = args.without.split(",")
    names = [n for n in configurations() if n.rpartition("-")[0] not in without]
    print(f"{len(tasks)} tasks, {len(names)} configurations\n")
    if args.families:
        families(tasks, names)
    elif args.worth:
        worth(tasks)
    elif args.leave_out:
        leave_out(tasks, names, args.length)
    else:
        chosen = [name for name, _ in order(tasks, names, args.length)]
        made = [(n, *configurations()[n], logged(n)) for n in chosen]
        if args.out:
            entries = [dict(zip(("id", "learner", "options", "log"), each, strict=True)) for each in made]
            for place, entry in enumerate(portfolio()):
                # what reads a flavour of its own is not collected: it keeps its place
                if entry.flavour and entry.learner not in without:
                    entries.insert(place, msgspec.to_builtins(entry))
            args.out.write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
