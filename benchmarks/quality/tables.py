"""Child tables: a leak planted in the future of one, and a flattened file beside the two tables that it was made of.

    python benchmarks/quality/tables.py [--trials 4] [--bench FOLDER --budget 60 --splits 0,1,2]

The first table needs nothing: orders of customers, of which refunds are written after the moment at which a row is
asked, for one class alone. With time and moment named, the refunds must change neither what the model promises nor what
it reaches on new customers, of whom only the past is known; without a moment everything is looked at, as when a table
is flattened by hand, and the promise is a lie. The second table is made if a benchmark folder is given: its
basket_fraud is one row a basket with the values of all its products in one cell, and is rebuilt into baskets and
products.

Needs: nothing
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import mlwright

START = dt.datetime(2024, 1, 1)
WAYS = ("card", "cash", "transfer")
LISTS = ("items", "makes", "models", "goods_codes", "cash_prices", "quantities")


def shop(rows: int, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Customers asked about at some moment, and their orders: the amounts say a little about the class; refunds, the
    negative amounts, come after the moment and say all."""
    rng = np.random.default_rng(seed)
    returns = rng.integers(0, 2, rows)
    asked = [START + dt.timedelta(days=float(day)) for day in rng.uniform(100, 300, rows)]
    orders = []
    for customer in range(rows):
        for _ in range(rng.poisson(5)):
            when = asked[customer] - dt.timedelta(days=float(rng.exponential(20)))
            orders.append((customer, when, abs(float(rng.normal(50 + 6 * returns[customer], 15))), rng.choice(WAYS)))
        if returns[customer]:
            when = asked[customer] + dt.timedelta(days=float(rng.uniform(1, 9)))
            orders.append((customer, when, -50.0, rng.choice(WAYS)))
    names = ["customer", "ordered_at", "amount", "way"]
    return (
        pl.DataFrame({"customer": np.arange(rows), "asked_at": asked, "returns": returns}),
        pl.DataFrame(orders, schema=names, orient="row"),
    )


def leak(folder: Path, trials: int) -> None:
    """The first table."""
    from sklearn.metrics import roc_auc_score

    customers, orders = shop(3_000, 0)
    new, later = shop(3_000, 1)
    known = later.filter(pl.col("amount") > 0)  # what is there when it is asked
    orders.write_parquet(folder / "planted.parquet")
    orders.filter(pl.col("amount") > 0).write_parquet(folder / "clean.parquet")
    print("| child table | looked at | promised ROC AUC (95%) | on new customers |")
    print("|---|---|---|---|")
    for name, moment in (("clean", "asked_at"), ("planted", "asked_at"), ("planted", None)):
        child = mlwright.ChildTable(
            "orders", str(folder / f"{name}.parquet"), key="customer", time="ordered_at", moment=moment
        )
        model = mlwright.train(customers, "returns", metric="roc_auc", trials=trials, tables=[child])
        reached = roc_auc_score(new["returns"], model.predict_proba(new, tables={"orders": known})[:, 1])
        score = model.verdict.score
        looked = "what came before the moment" if moment else "all rows"
        print(
            f"| {name} | {looked} | {score.value:.4f} ({score.low:.4f} to {score.high:.4f}) | {reached:.4f} |",
            flush=True,
        )


def two_tables(flat: Any) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The baskets and their products, one row each."""
    frame = pl.DataFrame({name: flat[name].to_list() for name in flat.columns})
    products = frame.select("basket_ID", pl.col(LISTS).str.split(" | ")).explode(LISTS)
    names = {name: name.removesuffix("s") for name in LISTS}
    return frame.drop(LISTS), products.rename(names)


def baskets(folder: Path, bench: Path, budget: float, splits: list[int]) -> None:
    """The second table."""
    sys.path.insert(0, str(bench))
    import tasks

    print("\n| basket_fraud, split | rows | products | flat file | two tables |")
    print("|---|---|---|---|---|")
    for split in splits:
        task = tasks.load("basket_fraud", split)
        flat = mlwright.train(task.train, task.target, metric=task.metric, budget=budget)
        one = task.score(task.test[task.target], None, flat.predict_proba(task.test), flat.classes)
        train, products = two_tables(task.train)
        products.write_parquet(folder / "products.parquet")
        child = mlwright.ChildTable("products", str(folder / "products.parquet"), key="basket_ID")
        related = mlwright.train(train, task.target, metric=task.metric, budget=budget, tables=[child])
        test, bought = two_tables(task.test)
        proba = related.predict_proba(test, tables={"products": bought})
        two = task.score(task.test[task.target], None, proba, related.classes)
        print(f"| {split} | {train.height:,} | {products.height:,} | {one:.4f} | {two:.4f} |", flush=True)


def main() -> None:
    """Read the options, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=4)
    parser.add_argument("--bench", type=Path)
    parser.add_argument("--budget", type=float, default=60.0)
    parser.add_argument("--splits", default="0,1,2")
    args = parser.parse_args()
    print(f"{os.cpu_count()} cores, Polars {pl.__version__}; {' '.join(sys.argv)}\n")
    with tempfile.TemporaryDirectory() as folder:
        leak(Path(folder), args.trials)
        if args.bench:
            baskets(Path(folder), args.bench.resolve(), args.budget, [int(s) for s in args.splits.split(",")])


if __name__ == "__main__":
    main()
