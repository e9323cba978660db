"""The training samples of coverage.py, for whoever is to be measured on the same; no mlwright is needed."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

TASKS = (
    "credit_g,telco_churn,phoneme,cmc,vehicle,wine_quality_white,abalone,casp,kc1,segment,quake,concrete,"
    "cal_housing,airfoil,bank_customer_churn,insurance,diabetes"
)


def draw(task: Any, resample: int, most: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A training sample and all other rows, which stand for every row that there is: they must be many. Rows of a class
    that the sample does not hold are among them: how often such rows come is what rare rows of the sample tell of."""
    rows = pd.concat([task.train, task.test], ignore_index=True)
    order = np.random.default_rng(resample).permutation(len(rows))
    most = min(most, len(rows) // 5)
    return rows.iloc[order[:most]], rows.iloc[order[most:]]


def options(doc: str | None, out: str) -> argparse.ArgumentParser:
    """What all who are measured are asked for."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, required=True)
    parser.add_argument("--tasks", default=TASKS)
    parser.add_argument("--resamples", type=int, default=20)
    parser.add_argument("--rows", type=int, default=800)
    parser.add_argument("--out", type=Path, default=Path(out))
    return parser


def each(args: argparse.Namespace, measured: Callable[[Any, int], dict[str, Any]]) -> list[dict[str, Any]]:
    """All lines, those that lie in --out already and those that are made now: one sample of each table after another,
    so that what is there at any time is of all tables."""
    sys.path.insert(0, str(args.bench))
    import tasks

    lines = read(args.out)
    known = {(line["task"], line["resample"]) for line in lines}
    for resample in range(args.resamples):
        for name in args.tasks.split(","):
            if (name, resample) not in known:
                task = tasks.load(name)
                found = measured(task, resample)
                lines.append({"task": name, "resample": resample, "metric": task.metric, **found})
                with args.out.open("a") as file:
                    file.write(json.dumps(lines[-1]) + "\n")
    return lines


def read(path: Path | None) -> list[dict[str, Any]]:
    """A line of JSON a run."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path and path.exists() else []
