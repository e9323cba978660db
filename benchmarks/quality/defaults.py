"""A random forest and CatBoost with their defaults on the tasks of a benchmark folder, in the form of its run.py.

    python benchmarks/quality/defaults.py --bench FOLDER [--tasks a,b] [--split 0] >> defaults.jsonl
    python FOLDER/compare.py ours.jsonl defaults.jsonl

What no model should be worse than. CatBoost gets everything that is no number as a category, and moments as numbers.

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

from table import forest


def catboost(task: Any, features: Any) -> tuple[Any, Any, Any]:
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


SYSTEMS: dict[str, Callable[[Any, Any], tuple[Any, Any, Any]]] = {
    "default-forest": forest,
    "default-catboost": catboost,
}


def main() -> None:
    """A line of JSON for each task and system."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, required=True)
    parser.add_argument("--tasks", default="")
    parser.add_argument("--split", type=int, default=0)
    parser.add_argument("--budget", type=float, default=60.0, help="what to call the lines; the time is not limited")
    args = parser.parse_args()
    sys.path.insert(0, str(args.bench))
    import tasks

    for name in args.tasks.split(",") if args.tasks else tasks.catalog():
        task = tasks.load(name, args.split)
        features = task.test.drop(columns=[task.target])
        for system, ask in SYSTEMS.items():
            line = {"system": system, "preset": None, "task": name, "split": args.split, "budget_s": args.budget}
            started = time.perf_counter()
            score = task.score(task.test[task.target], *ask(task, features))
            line |= {"metric": task.metric, "score": round(score, 6), "fit_s": round(time.perf_counter() - started, 1)}
            line |= {"single_row_ms": 0.0, "size_mb": 0.0}
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
