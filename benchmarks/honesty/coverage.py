"""How often the interval that a run promises holds the score on all the rows that it never saw.

    python benchmarks/honesty/coverage.py --bench FOLDER [--tasks a,b] [--resamples 20] [--rows 800] [--trials 6]

From each table, again and again, a training sample is drawn, a model is trained on it, and what its verdict says is
compared with the score of the model on all other rows. The tables are those without time or groups. Beside it, how
often the interval would hold that the bootstrap alone gives, and what is told without a correction: the plain
cross-validation of the winner among the trials, with an interval from the same bootstrap of its rows. --out keeps a
line a run as JSON, and goes on where it stopped.

Needs: the benchmark folder (tasks.py and its data)
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from _draws import draw, each, options, read

import mlwright
from mlwright import evaluate, metrics
from mlwright.contracts.insight import Diagnosis, Explanation, Scrutiny
from mlwright.evaluate.judge import WIDER
from mlwright.lifecycle import journey


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


def measured(task: Any, resample: int, args: argparse.Namespace, winner: Winner) -> dict[str, Any]:
    """A line for a resample."""
    train, rest = draw(task, resample, args.rows)
    model = mlwright.train(train, task.target, metric=task.metric, trials=args.trials, seed=resample)
    told_and_true = {"true": reached(model, rest, task), "ours": told(model, task.metric)}
    return {"rows": len(train), **told_and_true, "winner": winner.naive(task.metric)}


def summed(lines: list[dict[str, Any]], who: str) -> tuple[int, float]:
    """Runs whose interval held the truth, and the mean error towards the better in widths of the interval."""
    held, biases = 0, []
    for line in lines:
        value, low, high = line[who]
        held += low <= line["true"] <= high
        sign = 1 if metrics.METRICS[line["metric"]].greater_is_better else -1
        biases.append(sign * (value - line["true"]) / max(high - low, 1e-12))
    return held, float(np.mean(biases))


def main() -> None:
    """A line a table, and the sums."""
    parser = options(__doc__, "coverage.jsonl")
    parser.add_argument("--trials", type=int, default=6)
    parser.add_argument("--beside", type=Path, help="what coverage_autogluon.py wrote")
    args = parser.parse_args()
    number_alone()
    winner = Winner()
    lines = each(args, lambda task, resample: measured(task, resample, args, winner))
    tell(lines, [line for line in read(args.beside) if "error" not in line], args.tasks.split(","))


def bare(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same runs with intervals as the bootstrap alone gives them."""
    ours = [line["ours"] for line in lines]
    narrow = [[v, v - (v - low) / WIDER, v + (high - v) / WIDER] for v, low, high in ours]
    return [{**line, "bootstrap": some} for line, some in zip(lines, narrow, strict=True)]


def tell(lines: list[dict[str, Any]], beside: list[dict[str, Any]], names: list[str]) -> None:
    """A line a table, and the sums."""
    columns = {"ours": lines, "bootstrap": bare(lines), "winner": lines, **({"autogluon": beside} if beside else {})}
    print("| table | runs | " + " | ".join(f"held: {who} | bias, widths" for who in columns) + " |")
    print("|---|---" + "|---|---" * len(columns) + "|")
    for name in (*names, "all"):
        cells = [name, str(sum(name in (line["task"], "all") for line in lines))]
        for who, found in columns.items():
            some = [line for line in found if name in (line["task"], "all")]
            held, bias = summed(some, who) if some else (0, 0.0)
            cells += [f"{held / len(some):.1%}", f"{bias:+.3f}"] if some else ["", ""]
        print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
