"""What a table larger than memory costs: seconds and the peak memory of all processes, as Parquet and as CSV.

Makes a table of --rows rows in pieces in a temporary folder, then measures in processes of their own: one look at all
of it (counting, typing, drawing a sample), training under --memory and --budget, and scoring all of it. The peak is the
largest sum of the processes' proportional set sizes (PSS), looked at ten times a second.

Needs: room for the table in the folder of temporary files (a row takes about 130 bytes); Linux.
    python benchmarks/speed/large.py [--rows 20000000] [--memory 4GB] [--budget 120s] [--forms parquet,csv]
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl

from mlwright import frames

PIECE = 500_000
CITIES = [f"city {number}" for number in range(500)]
COLOURS = ["red", "green", "blue", "white", "black", "none at all"]
LOOK = """
import sys
from mlwright.ingest.sample import Bounds
from mlwright.ingest.source import load
from mlwright.lifecycle import amounts
bounds = Bounds(amounts.memory(sys.argv[2]), amounts.seconds(sys.argv[3]), 0, "late")
origin = load(sys.argv[1], bounds=bounds).origin
print(f"{origin.taken:,} of {origin.rows:,} rows taken")
"""


class Cost(NamedTuple):
    """What a command took."""

    seconds: float
    peak: float
    said: str


def main() -> None:
    """Measure and print one table."""
    options = argparse.ArgumentParser()
    options.add_argument("--rows", type=int, default=20_000_000)
    options.add_argument("--memory", default="4GB")
    options.add_argument("--budget", default="120s")
    options.add_argument("--forms", default="parquet,csv")
    asked = options.parse_args()
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("mlwright", "polars", "lightgbm"))
    print(
        f"{asked.rows:,} rows, 11 columns; --memory {asked.memory} --budget {asked.budget}; {os.cpu_count()} cores; ",
        end="",
    )
    print(f"Python {platform.python_version()}, {versions}\n")
    print("| form | MB on disk | step | seconds | peak, MB | said |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="large-") as folder:
        for form in asked.forms.split(","):
            data = Path(folder) / f"data.{form}"
            frames.write_batches(pieces(asked.rows), data)
            measure(data, asked, Path(folder) / f"model-{form}")
            data.unlink()


def measure(data: Path, asked: argparse.Namespace, model: Path) -> None:
    """The rows of the table for one file."""
    cli = [str(Path(sys.executable).with_name("mlwright"))]
    limits = ["--memory", asked.memory, "--budget", asked.budget]
    steps = {
        "look": [sys.executable, "-c", LOOK, str(data), asked.memory, asked.budget],
        "train": [*cli, "train", str(data), "--target", "late", *limits, "--out", str(model)],
        "predict": [*cli, "predict", str(model), str(data), "-o", str(data.with_name(f"out{data.suffix}"))],
    }
    size = data.stat().st_size / 1e6
    for name, command in steps.items():
        cost = run(command, data.parent)
        print(
            f"| {data.suffix[1:]} | {size:,.0f} | {name} | {cost.seconds:.1f} | {cost.peak / 1e6:,.0f} | {cost.said} |"
        )
        sys.stdout.flush()
    data.with_name(f"out{data.suffix}").unlink(missing_ok=True)


def run(command: list[str], folder: Path) -> Cost:
    """Run a command and watch all its processes."""
    started, peak = time.monotonic(), 0
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(command, cwd=folder, stdout=told, stderr=subprocess.STDOUT)
        while process.poll() is None:
            peak = max(peak, sum(pss(pid) for pid in family(process.pid)))
            time.sleep(0.1)
        told.seek(0)
        lines = [line for line in told.read().decode().splitlines() if line.strip()]
    words = [line.strip() for line in lines if "rows taken" in line or "Verdict" in line or "this model" in line]
    said = "; ".join(words) if process.returncode == 0 else f"exit {process.returncode}: {' '.join(lines[-3:])}"
    return Cost(time.monotonic() - started, peak, said or lines[-1])


def family(root: int) -> list[int]:
    """A process and all that came from it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found, ahead = [], [root]
    while ahead:
        found.append(ahead.pop())
        ahead += children.get(found[-1], [])
    return found


def pss(pid: int) -> int:
    """Bytes of a process, of which what it shares is divided among those who share it."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def pieces(rows: int) -> Iterator[pl.DataFrame]:
    """Numbers, two categories, a moment, a boolean, gaps; the target is late or not, with noise."""
    for start in range(0, rows, PIECE):
        yield piece(start, min(PIECE, rows - start))


def piece(start: int, rows: int) -> pl.DataFrame:
    """Some rows of the table, the same whenever they are made."""
    rng = np.random.default_rng([0, start])
    first, second, third = rng.normal(size=(3, rows))
    city, colour = rng.integers(0, len(CITIES), rows), rng.integers(0, len(COLOURS), rows)
    signal = 0.9 * first - 0.6 * second * third + 0.4 * np.sin(city) + 0.3 * (colour == 2)
    seconds = (np.arange(start, start + rows) * 5_000_000).astype("timedelta64[us]")
    gaps = np.where(rng.random(rows) < 0.1, np.nan, np.round(rng.normal(size=rows), 3))
    return pl.DataFrame(
        {
            "order": np.arange(start, start + rows) * 7 + 13,
            "moment": np.datetime64("2020-01-01", "us") + seconds,
            "amount": np.round(np.exp(first + 3), 2),
            "distance": np.round(second * 10 + 50, 3),
            "speed": np.round(third, 4),
            "visits": rng.poisson(3, rows),
            "city": np.array(CITIES, dtype=object)[city],
            "colour": np.array(COLOURS, dtype=object)[colour],
            "member": rng.random(rows) < 0.3,
            "gap": pl.Series(gaps).fill_nan(None),
            "late": (signal + rng.logistic(size=rows) > 1).astype(np.int8),
        },
        schema_overrides={"city": pl.String, "colour": pl.String},
    )


if __name__ == "__main__":
    main()
