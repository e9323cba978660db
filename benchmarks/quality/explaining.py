"""How often the interval of a column's importance holds the truth, on tables whose truth is known.

    python benchmarks/quality/explaining.py [--samples 300]

A sample of so many rows of two normal numbers is explained by a model that knows the law, with one permutation of a
and with five. For the number y = 3 a + b, the RMSE worsens by 3 sqrt(2) when a is dealt out anew. For the classes
of a logistic law, by how much the ROC AUC worsens is measured on 200 larger samples.

Needs: nothing
"""

from __future__ import annotations

import argparse
import os
import sys
from importlib.metadata import version
from typing import Any

import numpy as np

from mlwright.contracts.records import Column, Schema, Target
from mlwright.explain import Subject
from mlwright.explain.importance import importances, shake
from mlwright.metrics import METRICS

LARGE, MANY = 1000, 200


def number(rows: int, seed: int) -> Subject:
    """y = 3 a + b, told as it is."""
    x = np.random.default_rng(seed).normal(size=(rows, 2))
    schema = Schema(_columns(), Target("y", "regression"))

    def answers(feeds: Any, origin: Any) -> Any:
        return feeds["numbers"] @ [3.0, 1.0]

    return Subject(schema, _feeds(x), answers, METRICS["rmse"], y=x @ [3.0, 1.0], seed=seed)


def classes(rows: int, seed: int) -> Subject:
    """The odds of "yes" are exp(a + b / 2)."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 2))
    y = (x @ [1.0, 0.5] + rng.logistic(size=rows) > 0).astype(int)
    schema = Schema(_columns(), Target("y", "binary", ("no", "yes"), (1, 1)))

    def answers(feeds: Any, origin: Any) -> Any:
        p = 1 / (1 + np.exp(-(feeds["numbers"] @ [1.0, 0.5])))
        return np.column_stack([1 - p, p])

    return Subject(schema, _feeds(x), answers, METRICS["roc_auc"], y=y, seed=seed)


def _columns() -> tuple[Column, ...]:
    return Column("a", "numeric"), Column("b", "numeric")


def _feeds(x: Any) -> Any:
    return {"numbers": x, "strings": np.empty((len(x), 0), object)}


def loss(subject: Subject, times: int) -> Any:
    """By how much the metric worsens without a, dealt out so many times."""
    shaken = shake(subject, subject.model, [(0,)], times * subject.rows)
    if shaken is None:
        raise SystemExit("there was no time")
    return importances(subject, [(0,)], shaken)[0].loss


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=300)
    samples = parser.parse_args().samples
    print(f"{os.cpu_count()} cores, NumPy {version('numpy')}: {' '.join(sys.argv)}")
    print(f"{'metric':<8} {'rows':>5} {'dealt out':>9}  held of {samples}")
    auc = float(np.mean([loss(classes(LARGE, 10_000 + seed), 5).value for seed in range(MANY)]))
    for name, make, truth in (("RMSE", number, 3 * np.sqrt(2)), ("ROC AUC", classes, auc)):
        for rows in (150, 500):
            for times in (1, 5):
                found = (loss(make(rows, seed), times) for seed in range(samples))
                held = sum(one.low <= truth <= one.high for one in found)
                print(f"{name:<8} {rows:>5} {times:>9}  {held / samples:.1%}", flush=True)


if __name__ == "__main__":
    main()
