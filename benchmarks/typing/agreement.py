"""Does the inferred Schema agree with a person? Ten messy tables, each column's kind written down in truth.toml.

    python benchmarks/typing/agreement.py [--data FOLDER]

Prints each disagreement, and the share of columns that agree: strictly (the person's first choice) and with what a
second careful person might have written (`also` in truth.toml).

Needs: the datasets as Parquet files in a folder.
"""

from __future__ import annotations

import argparse
import tomllib
from pathlib import Path

import polars as pl

from mlwright import frames, ingest

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[2] / "shared" / "data"
LEAST = 0.97


def main() -> int:
    """Print the table; 1 if less than 97% of the columns agree."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of the Parquet files")
    data: Path = parser.parse_args().data
    strict = loose = total = 0
    print("| table | columns | agree | agree strictly |\n|---|---|---|---|")
    misses = []
    for name, truth in tomllib.loads((HERE / "truth.toml").read_text()).items():
        also = truth.pop("also", {})
        expected = {column: kind for kind, columns in truth.items() for column in columns}
        columns = ingest.infer(frames.adopt(pl.read_parquet(data / f"{name}.parquet")))
        found = {column.name: column.kind for column in columns}
        if set(found) != set(expected):
            raise SystemExit(f"{name}: truth.toml and the table differ in {sorted(set(found) ^ set(expected))}")
        right = [column for column, kind in found.items() if kind == expected[column]]
        near = [column for column, kind in found.items() if kind in also.get(column, ())]
        misses += [
            f"{name}.{column}: {kind}, a person says {expected[column]}"
            for column, kind in found.items()
            if column not in right + near
        ]
        print(f"| {name} | {len(found)} | {len(right) + len(near)} | {len(right)} |")
        strict, loose, total = strict + len(right), loose + len(right) + len(near), total + len(found)
    print(f"| all | {total} | {loose} ({loose / total:.1%}) | {strict} ({strict / total:.1%}) |\n")
    print("\n".join(misses) or "no column disagrees")
    return 0 if loose / total >= LEAST else 1


if __name__ == "__main__":
    raise SystemExit(main())
