"""A random forest and CatBoost with their defaults on the tasks of a benchmark folder, in the form of its run.py.

    python benchmarks/quality/defaults.py --bench FOLDER [--tasks a,b] [--split 0] >> defaults.jsonl
    python FOLDER/compare.py ours.jsonl defaults.jsonl
    python benchmarks/quality/defaults.py --bench FOLDER --beside 60 [--systems default-forest] >> beside.jsonl

What no model should be worse than. CatBoost gets everything that is no number as a category, and moments as numbers.
With --beside, mlwright is trained too, for so many seconds, and each line says how much better it is, in the metric,
and between which bounds that lies with 95% when the test rows are drawn anew for both (below nought: worse).

Needs: the benchmark folder (tasks.py and its data)
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from table import Answer, answers, forest

_DRAWS = 1000


def catboost(task: Any, features: Any) -> Answer:
    """1,000 rounds, nothing set."""
    from catboost import CatBoostClassifier, CatBoostRegressor

    def readable(frame: Any) -> tuple[Any, list[str]]:
        moments = frame.select_dtypes("datetime")
        frame = frame.assign(**{name: moments[name].astype("int64") for name in moments})
        words = frame.columns.difference(frame.select_dtypes("number").columns)
        texts = frame[words].astype(str).where(frame[words].notna(), "")  # astype leaves what is missing as it is
        return frame.assign(**{name: texts[name] for name in words}), list(words)

    kind = CatBoostRegressor if task.kind == "regression" else CatBoostClassifier
    rows, words = readable(task.train.drop(columns=[task.target]))
    fitted = kind(verbose=False, allow_writing_files=False, random_seed=0, cat_features=words)
    fitted.fit(rows, task.train[task.target])
    asked = readable(features)[0]
    if task.kind == "regression":
        return fitted.predict(asked), None, None
    return None, fitted.predict_proba(asked), list(fitted.classes_)


SYSTEMS: dict[str, Callable[[Any, Any], Answer]] = {
    "default-forest": forest,
    "default-catboost": catboost,
}


def ours(task: Any, features: Any, budget: float) -> Answer:
    """What is measured beside them."""
    import mlwright

    model = mlwright.train(task.train, target=task.target, metric=task.metric, budget=budget, seed=0)
    return answers(model, task, features)


def better(task: Any, one: Answer, other: Answer) -> list[float]:
    """By how much one is better than the other on the test rows, and the bounds of that, of _DRAWS draws of as many."""
    truth, sign = task.test[task.target].to_numpy(), 1 if task.metric == "roc_auc" else -1

    def score(answer: Answer, rows: NDArray[np.int64]) -> float:
        told = (None if part is None else part[rows] for part in answer[:2])
        return sign * float(task.score(truth[rows], *told, answer[2]))

    def gain(rows: NDArray[np.int64]) -> float:
        return score(one, rows) - score(other, rows)

    rng = np.random.default_rng(0)
    gains = [gain(rng.integers(len(truth), size=len(truth))) for _ in range(_DRAWS)]
    return [round(value, 6) for value in (gain(np.arange(len(truth))), *np.quantile(gains, (0.025, 0.975)))]


def main() -> None:
    """A line of JSON for each task and system."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, required=True)
    parser.add_argument("--tasks", default="")
    parser.add_argument("--split", type=int, default=0)
    parser.add_argument("--budget", type=float, default=60.0, help="what to call the lines; the time is not limited")
    parser.add_argument("--beside", type=float, help="seconds that mlwright is trained for, to be told beside it")
    parser.add_argument("--systems", default=",".join(SYSTEMS))
    args = parser.parse_args()
    sys.path.insert(0, str(args.bench))
    import tasks

    for name in args.tasks.split(",") if args.tasks else tasks.catalog():
        task = tasks.load(name, args.split)
        features = task.test.drop(columns=[task.target])
        beside = None if args.beside is None else ours(task, features, args.beside)
        for system in args.systems.split(","):
            line = {"system": system, "preset": None, "task": name, "split": args.split, "budget_s": args.budget}
            started = time.perf_counter()
            theirs = SYSTEMS[system](task, features)
            seconds, score = time.perf_counter() - started, task.score(task.test[task.target], *theirs)
            line |= {"metric": task.metric, "score": round(score, 6), "fit_s": round(seconds, 1)}
            line |= {"single_row_ms": 0.0, "size_mb": 0.0}
            line |= {} if beside is None else {"better_by": better(task, beside, theirs)}
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
