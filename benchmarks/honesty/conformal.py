"""Do intervals and label sets hold the truth in 90% of rows that nothing was learnt from, over all and by part?

    python benchmarks/honesty/conformal.py --bench FOLDER [--tasks a,b] [--trials 4] [--rows 20000] [--one-width]

The folder holds tasks.py (`load(name)` gives a task with train, test and target) and its data. A model is trained on
the train part of each task; its intervals or label sets are compared with the truth of the test part. "by prediction"
is the least and the most of four equal parts of the test rows by prediction (of the classes with 30 rows or more, for
label sets), "by column" the least and most of all parts, of 100 rows or more, of all columns. With --one-width all
intervals are as wide, as they would be without bins. A test part that is later in time has no duty to be like the train
part.

Needs: the benchmark folder (tasks.py and its data)
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

import mlwright
from mlwright.contracts.records import TARGET
from mlwright.evaluate.columns import cut
from mlwright.ingest import labelled
from mlwright.search import conformal

TASKS = (
    *("abalone", "airfoil", "cal_housing", "concrete", "diamonds", "employee_salaries", "house_prices_nominal"),
    *("insurance", "movies", "credit_g", "kc1", "phoneme", "telco_churn", "titanic3_leak", "cmc", "vehicle"),
    *("wine_quality_white", "segment", "bike_sharing", "parkinsons_telemonitoring"),
)


class Row(NamedTuple):
    """What a model's promises come to on a task's test part: shares of rows, widths in labels or deviations."""

    held: float
    by_prediction: list[float]
    by_column: list[float]
    width: float


def judge(model: mlwright.Model, test: pl.DataFrame) -> Row:
    """Coverage of a finished model's intervals or label sets."""
    known = labelled(test, model.schema).filter(pl.col(TARGET).is_not_null())
    y, features = known[TARGET].to_numpy(), known.drop(TARGET)
    if model.classes:
        inside = model.predict_sets(features)
        holds, width = inside[np.arange(len(y)), y], float(inside.sum(axis=1).mean())
        parts = [y == c for c in range(len(model.classes)) if (y == c).sum() >= 30]
    else:
        low, high = model.intervals(features).T
        holds, width = (low <= y) & (y <= high), float((high - low).mean() / y.std())
        parts = list(quarters(model.predict(features)))
    columns = [held for name in features.columns for held in by_levels(features[name], holds)]
    return Row(float(holds.mean()), [float(holds[p].mean()) for p in parts], columns, width)


def quarters(answer: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """Masks of four equal parts."""
    place = np.argsort(np.argsort(answer, kind="stable"), kind="stable") * 4 // len(answer)
    yield from (place == part for part in range(4))


def by_levels(column: pl.Series, holds: NDArray[Any]) -> list[float]:
    """Coverage by the parts of a column."""
    made = cut(column, 100)
    return [] if made is None else [float(holds[made.codes == code].mean()) for code in range(len(made.names))]


def cells(name: str, row: Row) -> str:
    """A line of the table."""

    def ends(shares: list[float]) -> str:
        return f"{min(shares):.3f} to {max(shares):.3f}" if shares else ""

    return f"| {name} | {row.held:.3f} | {ends(row.by_prediction)} | {ends(row.by_column)} | {row.width:.2f} |"


def main() -> None:
    """A line a task, then how often coverage is within two points."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, required=True)
    parser.add_argument("--tasks", default=",".join(TASKS))
    parser.add_argument("--budget")
    parser.add_argument("--trials", type=int)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--one-width", action="store_true")
    args = parser.parse_args()
    if args.one_width:
        conformal.BINS = 1
    sys.path.insert(0, str(args.bench))
    import tasks

    print("| task | held | by prediction or class | by column | width |\n|---|---|---|---|---|")
    held = []
    for name in args.tasks.split(","):
        task = tasks.load(name)
        train = (
            task.train if len(task.train) <= args.rows else task.train.sample(args.rows, random_state=0).sort_index()
        )
        with tempfile.TemporaryDirectory() as folder:
            trials = args.trials if args.trials or args.budget else 4
            model = mlwright.train(train, task.target, budget=args.budget, trials=trials, out=Path(folder) / "model")
            row = judge(model, pl.from_pandas(task.test))
        held.append(row.held)
        print(cells(name, row), flush=True)
    near = sum(abs(share - 0.9) <= 0.02 for share in held)
    print(f"\n{near} of {len(held)} within two points of 90%; mean {np.mean(held):.3f}")


if __name__ == "__main__":
    main()
