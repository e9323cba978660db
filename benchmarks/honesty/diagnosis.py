"""Whether a diagnosis is right: on made-up tables whose truth is known, and on real ones by adding rows.

    python benchmarks/honesty/diagnosis.py [--bench FOLDER] [--tasks a,b] [--rows 2000] [--trials 3]

Without a folder only the first table is printed. Each made-up table has one thing wrong with it; a run of so many
trials is diagnosed, and what it says is set beside the truth. With the benchmark folder (tasks.py and its data), a run
on a sample of the train part says what more rows would bring; then as many are added, and both models are judged on the
same rows of the rest.

Needs: nothing; for the second table the benchmark folder
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from scipy.special import expit

import mlwright
from mlwright import metrics
from mlwright.contracts.insight import Diagnosis
from mlwright.metrics import shown
from mlwright.store import Run

ROWS = 2000
JUDGED = 10_000  # rows of the rest that both models are judged on
Told = Callable[[Diagnosis], str]


def diagnosed(frame: Any, target: str, **wish: Any) -> tuple[Diagnosis, mlwright.Model]:
    """The diagnosis of a run, and its model."""
    with tempfile.TemporaryDirectory() as folder:
        model = mlwright.train(frame, target, runs=Path(folder, "runs"), **wish)
        (run,) = Path(folder, "runs").iterdir()
        return Run.open(run).read("diagnosis", Diagnosis), model


def table(x: np.ndarray, y: np.ndarray) -> pl.DataFrame:
    """Numbers and a target."""
    return pl.DataFrame({f"c{i}": column for i, column in enumerate(x.T)} | {"y": y})


def codes(found: Diagnosis) -> str:
    """The findings that say that something is wrong."""
    usual = {"learning-curve", "noise-ceiling", "iterated", "unstable-selection"}
    return ", ".join(sorted({f.code for f in found.findings} - usual)) or "none"


def gained(found: Diagnosis) -> str:
    """What more rows would bring."""
    gain = found.gain
    return "no curve" if gain is None else f"{found.more:,} more rows: {shown(gain.value)} ({span(gain)})"


def reach(found: Diagnosis) -> str:
    """The ceiling."""
    return "can't tell" if found.ceiling is None else f"ceiling {shown(found.ceiling.value)} ({span(found.ceiling)})"


def span(found: Any) -> str:
    """An interval."""
    return f"{shown(found.low)} to {shown(found.high)}"


def problems(trials: int) -> Iterator[tuple[str, str, pl.DataFrame, dict[str, Any], Told]]:
    """(what is wrong, the truth, the table, how to train, what is told of it)."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(ROWS, 5))
    noise, wish = rng.normal(size=ROWS), {"trials": trials}
    smooth = x[:, 0] + np.sin(2 * x[:, 1])
    yield "nothing (regression)", "ceiling RMSE 0.7", table(x, smooth + 0.7 * noise), wish, reach
    p = expit(2 * x[:, 0] + 1.5 * np.sin(2 * x[:, 1]))
    y = (rng.random(ROWS) < p).astype(int)
    both = np.stack([1 - p, p], axis=1)
    best = metrics.score(metrics.METRICS["roc_auc"], y, both)
    yield "nothing (two classes)", f"ceiling ROC AUC {best:.4f}", table(x, y), wish, reach
    tangled = table(x, 2 * x[:, 0] * x[:, 1] + x[:, 2] + 0.5 * noise)
    yield "a line and a small tree alone", "underfitting; ceiling RMSE 0.5", tangled, {"trials": 1}, reach
    wide = np.hstack([x[:, :3], rng.normal(size=(ROWS, 37))])
    signal = wide[:, 0] + wide[:, 1] * wide[:, 2]
    yield "37 of 40 columns are noise", "too-many-features", table(wide, signal + 0.5 * noise), wish, columns_told
    truth = (x[:, 0] + x[:, 1] > 0).astype(int)
    flipped = rng.random(ROWS) < 0.05
    labels = table(x, np.where(flipped, 1 - truth, truth))
    yield "5% of the labels flipped", f"{flipped.sum()} rows", labels, wish, lambda d: suspects_told(d, flipped)
    moved = np.where(np.arange(ROWS) > 0.7 * ROWS, -1.0, 1.0) * x[:, 0] + x[:, 1] + 0.3 * noise
    yield "the concept turns round at 70%", "drift", table(x, moved), wish | {"ordered": True}, lambda d: ""
    still = table(x, x[:, 0] + x[:, 1] + 0.3 * noise)
    yield "it does not", "no drift", still, wish | {"ordered": True}, lambda d: ""
    few = rng.normal(size=(1200, 30))
    starved = table(few, np.sin(few[:, :6] * 2).sum(axis=1) + 0.3 * rng.normal(size=1200))
    yield "1,200 rows of what takes many", "too-little-data", starved, wish, gained
    rank = rng.normal(size=(4000, 1))
    full = table(rank, rank[:, 0] + rng.normal(size=4000))
    yield "4,000 rows of a line in noise", "next to no gain", full, wish, gained
    blind = table(x, rng.lognormal(0, 3, ROWS) * np.exp(x[:, 0]))
    yield "RMSE of a heavy tail", "unfit-metric", blind, wish | {"metric": "rmse"}, lambda d: ""


def columns_told(found: Diagnosis) -> str:
    """The finding on columns."""
    told = [f.message for f in found.findings if f.code == "too-many-features"]
    return told[0].split(":")[0] if told else "nothing on columns"


def suspects_told(found: Diagnosis, flipped: np.ndarray) -> str:
    """How many suspects are right, and how many of the flipped rows are among them."""
    right = int(flipped[list(found.suspects)].sum())
    many, precision = len(found.suspects), right / max(1, len(found.suspects))
    return f"{many} suspects: precision {precision:.2f}, recall {right / flipped.sum():.2f}"


def added(task: Any, rows: int, trials: int) -> list[str]:
    """What more rows were said to bring to a model of ``rows`` rows, and what they brought."""
    frame = pl.from_pandas(task.train).sample(fraction=1.0, shuffle=True, seed=0)
    keep = {"keep": ("time-order", "grouped-rows"), "trials": trials}
    found, few = diagnosed(frame[:rows], task.target, **keep)
    if found.gain is None:
        return [task.name, task.metric, f"{rows:,}", "no curve", "", "", ""]
    larger = diagnosed(frame[: rows + found.more], task.target, **keep)[1]
    rest = frame[rows + found.more :][:JUDGED]
    metric = metrics.find(few.verdict.metric, few.schema.target.task)
    scores = [scored(metric, model, rest, task.target) for model in (few, larger)]
    came = (scores[1] - scores[0]) * (1 if metric.greater_is_better else -1)
    told = f"{shown(found.gain.value)} ({span(found.gain)})"
    inside = "yes" if found.gain.low <= came <= found.gain.high else "no"
    return [task.name, metric.title, f"{rows:,}", f"{found.more:,}", told, shown(came), inside]


def scored(metric: metrics.Metric, model: mlwright.Model, rest: pl.DataFrame, target: str) -> float:
    """The metric of a model on rows that it did not learn from."""
    features = rest.drop(target)
    if not model.classes:
        return metrics.score(metric, rest[target].to_numpy().astype(float), np.asarray(model.predict(features), float))
    place = {str(label): i for i, label in enumerate(model.classes)}
    known = rest[target].cast(pl.String).replace_strict(place, default=None)
    rows = known.is_not_null().to_numpy()
    return metrics.score(metric, known.drop_nulls().to_numpy(), np.asarray(model.predict_proba(features))[rows])


def line(cells: list[str]) -> None:
    """A row of a table."""
    print("| " + " | ".join(cells) + " |", flush=True)


def main() -> None:
    """One table or two."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path)
    parser.add_argument("--tasks", default="cal_housing,casp,phoneme")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--trials", type=int, default=3)
    parser.add_argument("--only", choices=["known", "added"])
    args = parser.parse_args()
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, mlwright {version('mlwright')}")
    print(f"\n    {' '.join(sys.argv)}\n", flush=True)
    if args.only != "added":
        print("| what is wrong | truth | told as wrong | told of it |\n|---|---|---|---|", flush=True)
        for wrong, truth, frame, wish, tell in problems(args.trials):
            found = diagnosed(frame, "y", **wish)[0]
            line([wrong, truth, codes(found), tell(found)])
    if args.bench is None or args.only == "known":
        return
    sys.path.insert(0, str(args.bench))
    import tasks

    print("\n| task | metric | rows | added | said to bring | brought | inside |\n|---|---|---|---|---|---|---|")
    for name in args.tasks.split(","):
        line(added(tasks.load(name), args.rows, args.trials))


if __name__ == "__main__":
    main()
