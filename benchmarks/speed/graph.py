"""How fast the fitted graph turns typed rows into a matrix, on one core, by what the table holds.

    python benchmarks/speed/graph.py

Made-up tables of 50,000 rows: numbers, moments, categories of few and of many levels, phrases (half of the levels seen
in training), lists, short texts; each alone, then a mixed table of 40 columns. A recipe is made and fitted on 10,000
rows as in a run; then its graph transforms all rows. A cell is one value of the table. Prints a line a table:
millions of cells a second (the best of 3), columns of the matrix, and milliseconds for one row.

Needs: nothing
"""

from __future__ import annotations

import datetime as dt
import platform
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import polars as pl

from mlwright.clean import clean
from mlwright.contracts.records import Problem, Profile, Table
from mlwright.featurize import featurize
from mlwright.frames import feeds
from mlwright.graph import Session, compile
from mlwright.ingest import ingest
from mlwright.trials import assign, truth_of
from mlwright.trials.matrix import CROSS, Rows, fit_matrix

ROWS, FIT = 50_000, 10_000
CRAFTS = [
    f"{rank} {craft}"
    for rank in ("senior", "chief", "assistant", "deputy", "")
    for craft in (
        "police officer",
        "librarian",
        "fire captain",
        "nurse",
        "program manager",
        "bus operator",
        "engineer",
        "clerk",
    )
]
rng = np.random.default_rng(0)


def phrases(rows: int) -> list[str]:
    """Titles with a unit number, of which half are rare."""
    number = np.where(rng.random(rows) < 0.5, rng.integers(0, 5, rows), rng.integers(0, 5000, rows))
    return [f"{CRAFTS[i]} unit {n}" for i, n in zip(rng.integers(0, len(CRAFTS), rows), number, strict=True)]


def moments(rows: int) -> list[dt.datetime]:
    """Moments of five years."""
    return [dt.datetime(2019, 1, 1) + dt.timedelta(seconds=int(s)) for s in rng.integers(0, 150_000_000, rows)]


def texts(rows: int) -> list[str]:
    """Messages of about fifteen words."""
    words = np.array([f"w{i:x}rd" for i in range(3000)])
    picked = words[np.minimum(rng.zipf(1.3, (rows, 15)) - 1, 2999)]
    return [" ".join(row) for row in picked]


def lists(rows: int) -> list[str]:
    """One to four items with their numbers."""
    return [", ".join(f"item {i}" for i in rng.integers(0, 200, n)) for n in rng.integers(2, 5, rows)]


KINDS: dict[str, tuple[int, Callable[[int], object]]] = {
    "numbers": (24, lambda rows: rng.normal(size=rows)),
    "moments": (2, moments),
    "categories of 8 levels": (8, lambda rows: [f"level {i}" for i in rng.integers(0, 8, rows)]),
    "categories of 2,000 levels": (3, lambda rows: [f"c{i}" for i in rng.integers(0, 2000, rows)]),
    "phrases": (1, phrases),
    "lists": (1, lists),
    "short texts": (1, texts),
}


def table(kinds: list[str]) -> pl.DataFrame:
    """A table of the kinds, and a target that rests on nothing."""
    columns = {f"{kind} {i}": KINDS[kind][1](ROWS) for kind in kinds for i in range(KINDS[kind][0])}
    return pl.DataFrame({**columns, "target": rng.integers(0, 2, ROWS)})


def measure(frame: pl.DataFrame, flavour: str) -> tuple[float, int, float]:
    """Millions of cells a second, columns of the matrix, milliseconds for one row."""
    with tempfile.TemporaryDirectory() as folder:
        shape: Table = ingest(frame, Problem(target="target"), Path(folder))
        typed = pl.read_ipc(Path(folder) / "train.arrow")
    recipe = featurize(clean(shape, Profile(rows=shape.rows)), shape)
    some = typed.head(FIT)
    truth = truth_of(some, shape.schema.target)
    rows = Rows(some, feeds(some, shape.schema), truth, shape.schema)
    made = fit_matrix(recipe.flavours[flavour], rows, assign("plain", truth, None, CROSS, 0).of)
    session = Session(compile({"x": made.tensor}, rows.inputs), threads=1)
    fed, cells = feeds(typed, shape.schema), len(typed) * len(shape.schema.features)
    one = {name: array[:1] for name, array in fed.items()}
    session(fed)
    best = min(seconds(lambda: session(fed)) for _ in range(3))
    single = min(seconds(lambda: session(one)) for _ in range(200))
    return cells / best / 1e6, len(made.features), single * 1e3


def seconds(act: Callable[[], object]) -> float:
    """Seconds of a core that ``act`` takes: other work on the machine does not count."""
    started = time.process_time()
    act()
    return time.process_time() - started


def main() -> None:
    """Every kind alone, then all together."""
    print(
        f"{platform.machine()}, one core, Python {platform.python_version()}, ONNX Runtime {onnxruntime.__version__}\n"
    )
    print("| table | columns | trees: million cells/s | width | one row, ms | linear: million cells/s | width |")
    print("|---|---|---|---|---|---|---|")
    for kinds in [*([kind] for kind in KINDS), [k for k in KINDS if k != "short texts"], list(KINDS)]:
        frame = table(kinds)
        name = kinds[0] if len(kinds) == 1 else ("all" if len(kinds) == len(KINDS) else "all but texts")
        rate, width, single = measure(frame, "trees")
        slow, wide, _ = measure(frame, "linear")
        print(f"| {name} | {frame.width - 1} | {rate:.2f} | {width} | {single:.3f} | {slow:.2f} | {wide} |", flush=True)


if __name__ == "__main__":
    main()
