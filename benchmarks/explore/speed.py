"""How long `mlwright explore` takes on large and on wide tables, the whole command with its page.

    python benchmarks/explore/speed.py [--rows 1000000] [--wide 80]

Tables are made here: ten columns of numbers, six of categories, two of dates, one of text and one of yes/no, as
Parquet; and a wide one of 20,000 rows. Each is explored once without and once with a target. Prints one line a run:
seconds of wall clock and of processor, the largest memory so far (MB), and the size of the page (kB).

Needs: nothing
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import polars as pl

MLWRIGHT = Path(sys.executable).with_name("mlwright")
WORDS = np.array(["the", "river", "ran", "past", "town", "nobody", "had", "ever", "seen", "snow", "until", "winter"])
START = np.datetime64("2024-01-01", "ms")


def column(kind: str, place: int, rows: int, rng: np.random.Generator) -> pl.Series:
    """A column of a kind, with a few values missing in every third."""
    if kind == "number":
        values = (rng.normal(place, 1, rows), rng.lognormal(3, 1, rows), rng.integers(0, 100, rows))[place % 3]
        series = pl.Series(values)
    elif kind == "category":
        levels = np.array([f"level {n}" for n in range((3, 8, 20, 60, 300, 2)[place % 6])])
        series = pl.Series(levels[(rng.beta(1, 3, rows) * len(levels)).astype(int)])
    elif kind == "date":
        series = pl.Series(START + rng.integers(0, 500 * 86_400_000, rows).astype("timedelta64[ms]"))
    elif kind == "text":
        picked = WORDS[rng.integers(0, len(WORDS), (rows, 8))]
        series = pl.DataFrame(picked).select(pl.concat_str(pl.all(), separator=" ")).to_series()
    else:
        series = pl.Series(rng.random(rows) < 0.3)
    gaps = pl.Series(rng.random(rows) < 0.05)
    return series.to_frame("x").select(pl.when(~gaps).then("x")).to_series() if place % 3 == 0 else series


def table(rows: int, kinds: dict[str, int], seed: int) -> pl.DataFrame:
    """A table of so many columns of each kind, and a target that two of the numbers tell something about."""
    rng = np.random.default_rng(seed)
    frame = pl.DataFrame(
        [column(kind, n, rows, rng).alias(f"{kind} {n}") for kind, count in kinds.items() for n in range(count)]
    )
    score = frame["number 1"].log().fill_null(0).to_numpy() + 0.02 * frame["number 2"].fill_null(0).to_numpy()
    return frame.with_columns(pl.Series("y", np.where(score + rng.normal(0, 1, rows) > 4, "yes", "no")))


def run(data: Path, target: str | None) -> tuple[float, float, float, float]:
    """Wall seconds, processor seconds, MB and kB of one command."""
    page = data.with_suffix(".html")
    words = [str(MLWRIGHT), "explore", str(data), "--out", str(page), *(["--target", target] if target else [])]
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, spent, after.ru_maxrss / 1000, page.stat().st_size / 1000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--wide", type=int, default=80)
    given = parser.parse_args()
    print(
        f"python {' '.join(sys.argv)}: {os.cpu_count()} cores, mlwright {version('mlwright')}, polars {pl.__version__}"
    )
    print(f"{'table':<28}{'target':>8}{'wall s':>9}{'cpu s':>9}{'MB':>8}{'page kB':>9}")
    part = given.wide // 8
    shapes = {
        "tall": (given.rows, {"number": 10, "category": 6, "date": 2, "text": 1, "yes/no": 1}),
        "wide": (20_000, {"number": 4 * part, "category": 3 * part, "date": part // 2, "yes/no": part - part // 2}),
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, (rows, kinds) in shapes.items():
            data = Path(folder, f"{name}.parquet")
            table(rows, kinds, seed=0).write_parquet(data)
            for target in (None, "y"):
                wall, spent, memory, size = run(data, target)
                shape = f"{name}, {rows:,} x {sum(kinds.values()) + 1}"
                print(f"{shape:<28}{target or '':>8}{wall:>9.1f}{spent:>9.1f}{memory:>8.0f}{size:>9.0f}", flush=True)


if __name__ == "__main__":
    main()
