"""As coverage.py, of AutoGluon: its own validation score beside the score on all rows that it never saw.

    python benchmarks/honesty/coverage_autogluon.py --bench FOLDER [--tasks a,b] [--resamples 20] [--seconds 10]

Run it with the Python of an environment that holds AutoGluon (no mlwright is needed). It tells no interval, so one is
made of its out-of-fold predictions as coverage.py makes the winner's: from a bootstrap of the rows. --out keeps a line
a run as JSON, and goes on where it stopped; coverage.py --beside reads it.

Needs: the benchmark folder (tasks.py and its data), an environment with autogluon.tabular
"""

from __future__ import annotations

import argparse
import logging
import shutil
import tempfile
import warnings
from typing import Any

import numpy as np
from _draws import draw, each, options

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)


def answers(fitted: Any, task: Any, rows: Any) -> tuple[Any, Any, Any]:
    """Labels or values, probabilities and their classes, as a task's score reads them; of no rows: out of fold."""
    if task.kind == "regression":
        return (fitted.predict_oof() if rows is None else fitted.predict(rows)).to_numpy(), None, None
    proba = fitted.predict_proba_oof() if rows is None else fitted.predict_proba(rows)
    return None, proba.to_numpy(), list(proba.columns)


def told(fitted: Any, task: Any, train: Any) -> tuple[float, float, float]:
    """Its validation score, and the bootstrap's interval of its out-of-fold predictions."""
    sign = 1 if task.metric == "roc_auc" else -1
    values, proba, classes = answers(fitted, task, None)
    truth, rng, found = train[task.target].to_numpy(), np.random.default_rng(0), []
    for _ in range(200):
        rows = rng.integers(0, len(truth), len(truth))
        some = None if values is None else values[rows], None if proba is None else proba[rows]
        found.append(task.score(truth[rows], *some, classes))
    low, high = np.percentile(found, [2.5, 97.5])
    return sign * float(fitted.leaderboard().score_val.max()), float(low), float(high)


def measured(task: Any, resample: int, args: argparse.Namespace) -> dict[str, Any]:
    """A line for a resample."""
    from autogluon.tabular import TabularPredictor

    train, rest = draw(task, resample, args.rows)
    folder = tempfile.mkdtemp()
    metric = {"rmse": "root_mean_squared_error"}.get(task.metric, task.metric)
    try:
        fitted = TabularPredictor(task.target, task.kind, metric, path=folder, verbosity=0)
        fitted.fit(train.reset_index(drop=True), time_limit=args.seconds, presets=args.preset, dynamic_stacking=False)
        true = task.score(rest[task.target], *answers(fitted, task, rest.drop(columns=[task.target])))
        return {"true": true, "autogluon": told(fitted, task, train)}
    except Exception as error:  # that it fails is a result too
        return {"error": f"{type(error).__name__}: {error}"[:200]}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """A line of JSON a run."""
    parser = options(__doc__, "coverage_autogluon.jsonl")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--preset", default="best_quality")
    args = parser.parse_args()
    each(args, lambda task, resample: measured(task, resample, args))


if __name__ == "__main__":
    main()
