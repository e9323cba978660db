"""Which split is found in each table as it lies in its file, and how much a random one would flatter.

    python benchmarks/honesty/splits.py --bench FOLDER [--tasks a,b]

Nothing is named: no time, no group. Columns that are known only after the outcome are dropped, as the catalog says.

Needs: the benchmark folder (tasks.py and its data)
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import polars as pl

from mlwright.contracts.records import Problem
from mlwright.ingest import ingest

CODES = ("time-order", "grouped-rows", "row-order")


def main() -> None:
    """A line a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, required=True)
    parser.add_argument("--tasks", default="")
    args = parser.parse_args()
    sys.path.insert(0, str(args.bench))
    import tasks

    entries = tasks.catalog()
    tables = [name for name, entry in entries.items() if entry["task"] not in ("image", "timeseries")]
    print("| table | rows | split | told | seconds to read and type |\n|---|---|---|---|---|")
    for name in args.tasks.split(",") if args.tasks else tables:
        frame = pl.read_parquet(tasks.DATA / f"{name}.parquet")
        frame = frame.drop([c for c in entries[name].get("bench", {}).get("drop", []) if c in frame.columns])
        started = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            table = ingest(frame, Problem(target=entries[name]["target"]), Path(folder))
        seconds = time.perf_counter() - started
        split = f"{table.split.kind} {table.split.column or 'by the rows'}" if table.split.kind else "random"
        told = " ".join(f"{f.code}: {f.message}" for f in table.findings if f.code in CODES)
        print(f"| {name} | {table.rows:,} | {split} | {told} | {seconds:.1f} |", flush=True)


if __name__ == "__main__":
    main()
