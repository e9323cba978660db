"""What a table says of itself when rows were recorded twice, and what is true on new rows.

    python benchmarks/quality/copies.py

A third of 1,500 rows of a known law is put in once more; models of three trials are trained with copies kept together,
and with --keep duplicate-rows, and asked about 20,000 new rows. A line each: the ROC AUC told, its interval, the true
one.

Needs: nothing
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import polars as pl

import mlwright

ROWS, NEW, SHARE = 1500, 20_000, 0.35


def drawn(rows: int, seed: int) -> pl.DataFrame:
    """Rows of a law that can be learnt in part: six features, of which three matter."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 6))
    y = x[:, 0] + x[:, 1] * x[:, 2] + 1.5 * rng.normal(size=rows) > 0
    return pl.DataFrame({f"x{i}": x[:, i] for i in range(6)} | {"y": np.where(y, "yes", "no")})


def auc(truth: np.ndarray, score: np.ndarray) -> float:
    """The share of pairs of a yes and a no that are in order (no ties here)."""
    ranks = np.argsort(np.argsort(score)) + 1.0
    many = int(truth.sum())
    return float((ranks[truth].sum() - many * (many + 1) / 2) / (many * (len(truth) - many)))


def main() -> None:
    once, new = drawn(ROWS, 0), drawn(NEW, 1)
    table = pl.concat([once, once.sample(fraction=SHARE, seed=1)]).sample(fraction=1.0, shuffle=True, seed=3)
    print(f"{'copies':<18}{'told':>8}{'interval':>20}{'true':>8}")
    for what, keep in (("kept together", ()), ("on both sides", ("duplicate-rows",))):
        with tempfile.TemporaryDirectory() as folder:
            model = mlwright.train(table, "y", trials=3, metric="roc_auc", keep=keep, out=Path(folder) / "model")
            score = model.verdict.score
            yes = np.asarray(model.predict_proba(new.drop("y")))[:, 1]
            true = auc((new["y"] == "yes").to_numpy(), yes)
        print(f"{what:<18}{score.value:>8.4f}{f'{score.low:.4f} to {score.high:.4f}':>20}{true:>8.4f}")


if __name__ == "__main__":
    main()
