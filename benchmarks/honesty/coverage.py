"""How often the interval that a run promises holds the score on all the rows that it never saw.

    python benchmarks/honesty/coverage.py --bench FOLDER [--tasks a,b] [--resamples 20] [--rows 800] [--trials 6]

From each table, again and again, a training sample is drawn, a model is trained on it, and what its verdict says is
compared with the score of the model on all other rows. The tables are those without time or groups. Beside it,
what is told without a correction: the plain cross-validation of the winner among the trials, with an
interval from the same bootstrap of its rows. A line a table is printed as it comes, then the sums; --out keeps a line a
run as JSON, and goes on where it stopped.

Needs: the benchmark folder (tasks.py and its data)
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import mlwright
from mlwright import evaluate, metrics
from mlwright.contracts.insight import Diagnosis, Explanation, Scrutiny
from mlwright.lifecycle import journey

TASKS = (
    "credit_g,telco_churn,phoneme,cmc,vehicle,wine_quality_white,diamonds,abalone,casp,kc1,segment,quake,concrete,"
    "cal_housing,airfoil,bank_customer_churn,car,kr_vs_kp,insurance,diabetes"
)


def told(model: Any, metric: str) -> tuple[float, float, float]:
    """What the verdict says of a metric, and its interval."""
    score = next(s for s in model.verdict.scores if s.metric == metric)
    return score.value, score.low, score.high


def reached(model: Any, rows: Any, task: Any) -> float:
    """The score on rows that were never seen."""
    features = rows.drop(columns=[task.target])
    if task.kind == "regression":
        return float(task.score(rows[task.target], model.predict(features), None, None))
    return float(task.score(rows[task.target], None, model.predict_proba(features), list(model.classes)))


class Winner:
    """Remembers what plain cross-validation of the best trial would have told."""

    def __init__(self) -> None:
        self.evidence: Any = None
        self._made = journey.fold_evidence
        journey.fold_evidence = self._kept

    def _kept(self, *args: Any) -> Any:
        self.evidence = self._made(*args)
        return self.evidence

    def naive(self, metric: str) -> tuple[float, float, float]:
        """The best trial's score on the rows that it was chosen by, and the bootstrap's interval."""
        judge, e = metrics.METRICS[metric], self.evidence
        best = min(e.out_of_fold.values(), key=lambda p: metrics.loss(judge, e.y, p))
        rng, n = np.random.default_rng(0), len(e.y)
        draws = (rng.integers(0, n, n) for _ in range(200))
        low, high = np.percentile([metrics.score(judge, e.y[d], best[d]) for d in draws], [2.5, 97.5])
        return metrics.score(judge, e.y, best), float(low), float(high)


def number_alone() -> None:
    """Runs leave out what no number of the verdict rests on: explaining, scrutinising and diagnosing the model."""
    journey.measure = lambda *_: None
    journey.explain_run = lambda *_: Explanation(rows=0, metric="")
    evaluate.scrutinise = lambda *_: Scrutiny()
    journey.checkup, evaluate.diagnose = lambda *_: None, lambda *_: Diagnosis()


def runs(task: Any, args: argparse.Namespace, known: int) -> list[dict[str, Any]]:
    """One line a resample."""
    rows = pd.concat([task.train, task.test], ignore_index=True)
    winner, found = Winner(), []
    for resample in range(known, args.resamples):
        order = np.random.default_rng(resample).permutation(len(rows))
        most = min(args.rows, len(rows) // 5)  # all the others stand for every row that there is: they must be many
        train, rest = rows.iloc[order[:most]], rows.iloc[order[most:]]
        if task.kind != "regression":
            rest = rest[rest[task.target].isin(set(train[task.target]))]
        model = mlwright.train(train, task.target, metric=task.metric, trials=args.trials, seed=resample)
        found.append(
            {
                "task": task.name,
                "resample": resample,
                "metric": task.metric,
                "rows": most,
                "true": reached(model, rest, task),
                "ours": told(model, task.metric),
                "winner": winner.naive(task.metric),
            }
        )
    return found


def summed(lines: list[dict[str, Any]], who: str) -> tuple[int, float, float]:
    """Runs whose interval held the truth; the mean error towards the better in widths of the interval, and its size."""
    held, biases = 0, []
    for line in lines:
        value, low, high = line[who]
        held += low <= line["true"] <= high
        sign = 1 if metrics.METRICS[line["metric"]].greater_is_better else -1
        biases.append(sign * (value - line["true"]) / max(high - low, 1e-12))
    return held, float(np.mean(biases)), float(np.mean(np.abs(biases)))


def main() -> None:
    """A line a task, and the sums."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, required=True)
    parser.add_argument("--tasks", default=TASKS)
    parser.add_argument("--resamples", type=int, default=20)
    parser.add_argument("--rows", type=int, default=800)
    parser.add_argument("--trials", type=int, default=6)
    parser.add_argument("--out", type=Path, default=Path("coverage.jsonl"))
    args = parser.parse_args()
    sys.path.insert(0, str(args.bench))
    import tasks

    number_alone()
    lines = [json.loads(line) for line in args.out.read_text().splitlines()] if args.out.exists() else []
    print("| table | runs | held by ours | bias, widths | held by the winner's | bias, widths |")
    print("|---|---|---|---|---|---|")
    for name in args.tasks.split(","):
        known = [line for line in lines if line["task"] == name]
        made = runs(tasks.load(name), args, len(known)) if len(known) < args.resamples else []
        with args.out.open("a") as file:
            file.writelines(json.dumps(line) + "\n" for line in made)
        lines += made
        _print(name, [line for line in lines if line["task"] == name])
    _print("all", lines)


def _print(name: str, lines: list[dict[str, Any]]) -> None:
    cells = []
    for who in ("ours", "winner"):
        held, bias, _ = summed(lines, who)
        cells += [f"{held / len(lines):.1%}", f"{bias:+.3f}"]
    print(f"| {name} | {len(lines)} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
