"""Every task of a benchmark folder: score, seconds, one-row latency, size and graph difference, beside a plain random
forest.

    python benchmarks/quality/table.py --bench FOLDER --budget 20 [--tasks a,b] [--split 0] [--tell] [--out FILE]

The folder holds tasks.py (`load(name, split)` gives a task with train, test, target, kind, metric and score) and the
data's catalog; the protocol is that of its run.py: train on the train part, predict the test part, time 20 single rows.
Each task runs in a process of its own. A line of JSON a task goes to --out, a Markdown table to standard output.

Needs: the benchmark folder (tasks.py and its data)
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

Answer = tuple[Any, Any, Any]  # values, or probabilities and their classes


def answers(model: Any, task: Any, features: Any) -> Answer:
    """What a model of mlwright says."""
    if task.kind == "regression":
        return model.predict(features), None, None
    return None, model.predict_proba(features), list(model.classes)


def forest(task: Any, features: Any) -> Answer:
    """scikit-learn's random forest with its defaults on ordinal codes: what an hour of no thought gives."""
    from sklearn.compose import make_column_selector, make_column_transformer
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OrdinalEncoder

    kind = RandomForestRegressor if task.kind == "regression" else RandomForestClassifier
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-1)
    numbers = make_column_selector(dtype_include="number")
    words = make_column_selector(dtype_exclude="number")
    encode = make_column_transformer((SimpleImputer(keep_empty_features=True), numbers), (codes, words))
    train = task.train.drop(columns=[task.target])
    words_of = train.columns.difference(train.select_dtypes("number").columns)
    as_text = dict.fromkeys(words_of, str)
    fitted = make_pipeline(encode, kind(n_jobs=-1, random_state=0))
    fitted.fit(train.astype(as_text), task.train[task.target])
    features = features.astype(as_text)
    if task.kind == "regression":
        return fitted.predict(features), None, None
    return None, fitted.predict_proba(features), list(fitted.classes_)


def constant(task: Any, rows: int) -> Answer:
    """The mean, or the shares of the classes."""
    truth = task.train[task.target]
    if task.kind == "regression":
        return np.full(rows, truth.mean()), None, None
    share = truth.value_counts(normalize=True)
    return None, np.tile(share.to_numpy(), (rows, 1)), list(share.index)


def told(rules: dict[str, Any], columns: Any) -> dict[str, str]:
    """The options that say what a task is split by, where that is a column: its time or its group."""
    named = {"time": rules.get("order_by"), "group": rules.get("group")}
    return {option: column for option, column in named.items() if column in columns}


def measure(bench: Path, name: str, split: int, budget: float, tell: bool) -> dict[str, Any]:
    """One task, in this process."""
    sys.path.insert(0, str(bench))
    import tasks

    import mlwright

    task = tasks.load(name, split)
    features = task.test.drop(columns=[task.target])
    truth = task.test[task.target]
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        mlwright.train(task.train, target=task.target, metric=task.metric, budget=budget, seed=0).save(
            f"{folder}/model"
        )
        seconds = time.perf_counter() - started
        model = mlwright.load(f"{folder}/model")
        size = sum(f.stat().st_size for f in Path(folder, "model").iterdir())
    single = []
    for i in range(min(20, len(features))):
        started_row = time.perf_counter()
        answers(model, task, features.iloc[i : i + 1])
        single.append(time.perf_counter() - started_row)
    verdict = model.verdict
    return {
        "task": name,
        "split": split,
        "budget_s": budget,
        "metric": task.metric,
        "rows": len(task.train),
        "seconds": round(seconds, 2),
        "score": task.score(truth, *answers(model, task, features)),
        "own": verdict.score.value,
        "low": verdict.score.low,
        "high": verdict.score.high,
        "verdict": verdict.decision,
        "forest": task.score(truth, *forest(task, features)),
        "constant": task.score(truth, *constant(task, len(features))),
        "row_ms": round(median(single) * 1e3, 3),
        "size_mb": round(size / 1e6, 2),
        "difference": model.manifest.difference,
    }


def row(line: dict[str, Any]) -> str:
    """A line of the Markdown table."""
    if "error" in line:
        return f"| {line['task']} | failed: {line['error'][:80]} |"
    cells = [line["task"], line["metric"], f"{line['score']:.5g}", f"{line['forest']:.5g}", f"{line['constant']:.5g}"]
    cells += [f"{line['own']:.5g} ({line['low']:.5g} to {line['high']:.5g})", line["verdict"], f"{line['seconds']:.1f}"]
    cells += [f"{line['row_ms']:.2f}", f"{line['size_mb']:.2f}", f"{line['difference']:.1e}"]
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    """Read the options, run the tasks, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, required=True)
    parser.add_argument("--budget", type=float, default=20.0)
    parser.add_argument("--tasks", default="")
    parser.add_argument("--split", type=int, default=0)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--tell", action="store_true", help="name the column of time or group that a task is split by")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    args = parser.parse_args()
    bench = args.bench.resolve()
    if args.one:
        print(json.dumps(measure(bench, args.one, args.split, args.budget, args.tell)))
        return
    sys.path.insert(0, str(bench))
    import tasks

    known = [n for n, e in tasks.catalog().items() if e["task"] not in ("image", "timeseries")]
    print("| task | metric | score | forest | constant | own estimate (95%) | verdict | s | one row ms | MB | graph |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for name in args.tasks.split(",") if args.tasks else known:
        command = [
            sys.executable,
            __file__,
            "--bench",
            str(bench),
            "--budget",
            str(args.budget),
            "--split",
            str(args.split),
        ]
        command += ["--tell"] if args.tell else []
        done = subprocess.run([*command, "--one", name], capture_output=True, text=True, check=False)
        failed = {"task": name, "error": (done.stderr.strip().splitlines() or ["no output"])[-1]}
        line = json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else failed
        print(row(line), flush=True)
        if args.out:
            with args.out.open("a") as lines:
                lines.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
