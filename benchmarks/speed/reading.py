"""Reading and typing a CSV against Polars reading it with types: what the guesses and the checks of every value cost.

    python benchmarks/speed/reading.py [--rows 1000000] [--times 5]

Writes 20 columns (numbers, words, dates, true and false, gaps) into a temporary file. In each turn both read
it: ``pl.read_csv(try_parse_dates=True)``; and ours, which reads, infers the Schema and conforms the table to it. Prints
the seconds of each part, the median over the turns, and the ratio.

Needs: nothing
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl

from mlwright import frames
from mlwright.contracts.records import Schema, Target
from mlwright.ingest import kinds


def write_table(path: Path, rows: int) -> None:
    """12 columns of numbers, 4 of words, 2 of dates, 1 of true and false, 1 key; a tenth of some is missing."""
    draw = np.random.default_rng(0)
    columns: dict[str, object] = {"key": np.arange(rows)}
    for place in range(6):
        columns[f"float_{place}"] = np.round(draw.normal(size=rows) * 10.0**place, 3)
        columns[f"whole_{place}"] = draw.integers(0, 10 ** (place + 1), rows)
    for place, count in enumerate((3, 20, 500, 20_000)):
        columns[f"word_{place}"] = np.array([f"word {n}" for n in range(count)])[draw.integers(0, count, rows)]
    columns["yes"] = draw.random(rows) < 0.3
    days = pl.Series(draw.integers(0, 9_000, rows), dtype=pl.Int32).cast(pl.Date)
    moments = pl.Series(draw.integers(0, 10**9, rows) * 10**6).cast(pl.Datetime("us"))
    frame = pl.DataFrame(columns).with_columns(day=days, moment=moments)
    gaps = ["float_1", "whole_2", "word_1", "day"]
    frame = frame.with_columns(
        pl.when(pl.Series(draw.random(rows) >= 0.1)).then(pl.col(name)).alias(name) for name in gaps
    )
    frame.write_csv(path, datetime_format="%Y-%m-%d %H:%M:%S")


def ours(path: Path) -> dict[str, float]:
    """Seconds of each part."""
    begun = time.perf_counter()
    frame = frames.read(path)
    read = time.perf_counter()
    typed = kinds.read(frame)
    schema = Schema(columns=tuple(column for column, _ in typed), target=Target(name="", task="regression"))
    inferred = time.perf_counter()
    frames.conform(frame, schema, known=kinds.known(typed, frame.height))
    done = time.perf_counter()
    return {"read": read - begun, "infer": inferred - read, "conform": done - inferred, "ours": done - begun}


def theirs(path: Path) -> dict[str, float]:
    """Seconds that Polars takes to read the same with types."""
    begun = time.perf_counter()
    pl.read_csv(path, try_parse_dates=True)
    typed = time.perf_counter()
    pl.read_csv(path, infer_schema=False)
    return {"Polars, typed": typed - begun, "Polars, as texts": time.perf_counter() - typed}


def main() -> None:
    """Measure in turns and print a table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--times", type=int, default=5)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        write_table(path, asked.rows)
        print(f"{asked.rows:,} rows, 20 columns, {path.stat().st_size / 1e6:.0f} MB\n")
        turns = [theirs(path) | ours(path) for _ in range(asked.times)]
    print("| part | seconds, median |\n|---|---|")
    for part in turns[0]:
        print(f"| {part} | {median(turn[part] for turn in turns):.2f} |")
    ratios = sorted(turn["ours"] / turn["Polars, typed"] for turn in turns)
    print(f"\nours / Polars, typed: {median(ratios):.2f} (from {ratios[0]:.2f} to {ratios[-1]:.2f})")


if __name__ == "__main__":
    main()
