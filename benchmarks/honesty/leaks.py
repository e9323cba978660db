"""Leaks planted in real tables: how many are found, and how many columns of untouched tables are alarmed.

    python benchmarks/honesty/leaks.py --bench FOLDER [--tables a,b] [--rows 2000] [--columns 16] [--jobs 2]

The folder holds tasks.py (whose `DATA` is a folder of tables with their catalog.json). Columns that the catalog knows
as leaks are left out. Every kind of leak is planted in every table of few columns at three strengths, one at a time:
the new columns are read as a training reads them, beside the table (the whole table again where rows were sorted), and
searched. A leak counts as found where a finding "leak-..." names a column that was planted (for the order of rows:
where "leak-row-order" is told). Of untouched tables 20,000 rows are read, of others ``--rows``: every k-th row, so that
their order stays.

Needs: the benchmark folder (tasks.py and its data)
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray

from mlwright.contracts.protocols import Clock
from mlwright.contracts.records import ASIDE, TARGET, Finding, Problem, Table
from mlwright.explore.leaks import look
from mlwright.explore.leaks.sight import Sight
from mlwright.ingest import ingest

UNFIT = ("image", "text", "timeseries")
KNOWN = {  # columns that the catalog's notes tell of, beside those of its "bench" entry
    "bank_marketing": ("duration",),
    "titanic3_leak": ("boat", "body"),
}
Floats = NDArray[np.float64]


class Planted(NamedTuple):
    """A table with a leak in it, and the columns that carry it (none: the order of the rows)."""

    frame: pl.DataFrame
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Host:
    """A table to plant in: ``y`` is its target as numbers (classes by their index, the most frequent is 0)."""

    name: str
    frame: pl.DataFrame
    target: str
    classes: int
    rng: np.random.Generator

    @property
    def y(self) -> Floats:
        """(n,) the target."""
        values = self.frame[self.target]
        if not self.classes:
            return values.cast(pl.Float64).to_numpy().copy()
        often = values.value_counts().sort("count", self.target, descending=True)[self.target].to_list()
        return np.array([often.index(v) for v in values.to_list()], float)

    @property
    def half(self) -> NDArray[np.bool_]:
        """Where the outcome is: the upper half of a number, or the rarer classes."""
        return self.y > (0 if self.classes else np.median(self.y))

    def plant(self, **columns: Any) -> Planted:
        """The table with further columns."""
        return Planted(self.frame.with_columns(pl.Series(n, v) for n, v in columns.items()), tuple(columns))

    def mistaken(self, share: float) -> Floats:
        """The target; a ``share`` of the rows has that of another row."""
        y = self.y
        wrong = np.flatnonzero(self.rng.random(len(y)) < share)
        y[wrong] = y[self.rng.permutation(wrong)]
        return y

    def noisy(self, share: float) -> Floats:
        """The target with noise of a ``share`` of its spread."""
        return np.asarray(self.y + self.rng.normal(size=len(self.y)) * share * self.y.std())

    def fifths(self, y: Floats) -> NDArray[np.int64]:
        """Classes as they are; numbers by fifths."""
        if self.classes:
            return y.astype(np.int64)
        return np.searchsorted(np.quantile(self.y, [0.2, 0.4, 0.6, 0.8]), y)


def copy(host: Host, strength: int) -> Planted:
    """Scaled; with noise (classes: mistakes) of 5%, 10% (0.5%, 1%)."""
    if host.classes:
        return host.plant(copied=[f"state {v:.0f}" for v in host.mistaken((0.0, 0.005, 0.01)[strength])])
    return host.plant(copied=2.54 * host.noisy((0.0, 0.05, 0.1)[strength]) + 3)


def bent(host: Host, strength: int) -> Planted:
    """A curve of the target, or a score by which classes stand apart, with more and more noise."""
    if host.classes:
        return host.plant(bent=-host.y + (0.05, 0.15, 0.2)[strength] * host.rng.normal(size=len(host.y)))
    z = host.noisy((0.0, 0.05, 0.1)[strength])
    return host.plant(bent=np.cbrt((z - z.mean()) / z.std()))


def bucketed(host: Host, strength: int) -> Planted:
    """Rounded to 50, 20 or 10 levels, as texts; classes in finer ones, with mistakes of 0, 0.5%, 1%."""
    if host.classes:
        y = host.mistaken((0.0, 0.005, 0.01)[strength])
        return host.plant(bucket=[f"{v:.0f}-{d}" for v, d in zip(y, host.rng.integers(0, 4, len(y)), strict=True)])
    cuts = np.quantile(host.y, np.linspace(0, 1, (50, 20, 10)[strength] + 1)[1:-1])
    return host.plant(bucket=[f"band {b:02d}" for b in np.searchsorted(cuts, host.y)])


def filled_after(host: Host, strength: int) -> Planted:
    """An amount for 90%, 60%, 30% of the rows with the outcome, and none elsewhere."""
    there = host.half & (host.rng.random(len(host.y)) < (0.9, 0.6, 0.3)[strength])
    return host.plant(settled=pl.Series(np.where(there, host.rng.gamma(3, 20, len(there)), np.nan)).fill_nan(None))


def default_after(host: Host, strength: int) -> Planted:
    """The same, with 0 elsewhere."""
    there = host.half & (host.rng.random(len(host.y)) < (0.9, 0.6, 0.3)[strength])
    return host.plant(refunded=np.where(there, host.rng.gamma(3, 20, len(there)), 0.0))


def told_for_some(host: Host, strength: int) -> Planted:
    """The target itself in 60%, 40%, 20% of the rows."""
    there = host.rng.random(len(host.y)) < (0.6, 0.4, 0.2)[strength]
    values = [f"state {v:.0f}" for v in host.y] if host.classes else (1.2 * host.y + 7).tolist()
    return host.plant(checked=[v if t else None for v, t in zip(values, there, strict=True)])


def missing(host: Host, strength: int) -> Planted:
    """A number that is missing with the outcome, and wrongly in 0, 5%, 10% of the rows."""
    gone = host.half ^ (host.rng.random(len(host.y)) < (0.0, 0.05, 0.1)[strength])
    return host.plant(visit=pl.Series(np.where(gone, np.nan, host.rng.normal(size=len(gone)))).fill_nan(None))


def difference(host: Host, strength: int) -> Planted:
    """Two large numbers apart by the target."""
    start = host.rng.gamma(2, 5 * host.y.std(), len(host.y))
    return host.plant(begun=start, ended=start + host.noisy((0.0, 0.03, 0.08)[strength]))


def addends(host: Host, strength: int) -> Planted:
    """Two parts whose sum is the target."""
    part = host.rng.normal(size=len(host.y)) * 2 * host.y.std()
    return host.plant(part=part, rest=host.noisy((0.0, 0.03, 0.08)[strength]) - part)


def ratio(host: Host, strength: int) -> Planted:
    """Two amounts whose ratio is the target."""
    whole = host.rng.lognormal(3, 1, len(host.y))
    return host.plant(whole=whole, share=whole * _positive(host, strength))


def product(host: Host, strength: int) -> Planted:
    """Two factors whose product is the target."""
    factor = host.rng.lognormal(0, 1, len(host.y))
    return host.plant(factor=factor, other=_positive(host, strength) / factor)


def _positive(host: Host, strength: int) -> Floats:
    y = host.noisy((0.0, 0.03, 0.08)[strength])
    return np.asarray(y - y.min() + 0.5 * y.std())


def running(host: Host, strength: int) -> Planted:
    """Numbers given in the order of the target, 0, 5%, 10% of them anywhere."""
    return host.plant(number=np.argsort(np.argsort(_by_target(host, strength))) + 1001)


def prefix(host: Host, strength: int) -> Planted:
    """Keys that begin by the outcome, wrongly in 0, 5%, 10%."""
    kind = host.fifths(host.mistaken((0.0, 0.05, 0.1)[strength]))
    digits = host.rng.permutation(len(kind)) + 10_000
    return host.plant(code=[f"{chr(65 + k % 26)}{d}" for k, d in zip(kind, digits, strict=True)])


def sorted_rows(host: Host, strength: int) -> Planted:
    """Rows in the order of the target, 0, 5%, 10% of them anywhere."""
    return Planted(host.frame[np.argsort(_by_target(host, strength))], ())


def blocks(host: Host, strength: int) -> Planted:
    """Rows in 5, 10, 20 blocks that each hold one class (numbers: one fifth), in any order."""
    kind = host.fifths(host.y)
    many = (1, 2, 4)[strength]
    block = kind * many + host.rng.integers(0, many, len(kind))
    place = host.rng.permutation(int(block.max()) + 1)[block]
    return Planted(host.frame[np.argsort(place + host.rng.random(len(kind)))], ())


def _by_target(host: Host, strength: int) -> Floats:
    order = np.argsort(np.argsort(host.y + 1e-9 * host.rng.random(len(host.y)))).astype(float)
    away = host.rng.random(len(order)) < (0.0, 0.05, 0.1)[strength]
    order[away] = host.rng.random(int(away.sum())) * len(order)
    return order


def encoded(host: Host, strength: int) -> Planted:
    """The mean of the target by a column's levels: as it is, rounded to six digits, shrunk by 10 rows."""
    levels, extra = _levels(host)
    sums, counts = np.bincount(levels, _aim(host)), np.bincount(levels)
    weight = (0.0, 0.0, 10.0)[strength]
    mean = (sums + weight * _aim(host).mean()) / (counts + weight)
    values = np.round(mean[levels], 6) if strength == 1 else mean[levels]
    return Planted(extra.with_columns(pl.Series("rate", values)), ("rate",))


def left_out(host: Host, strength: int) -> Planted:
    """The same without the row's own target: as it is, shrunk by 5 rows, with 0.5% of noise."""
    levels, extra = _levels(host)
    sums, counts = np.bincount(levels, _aim(host)), np.bincount(levels)
    weight = (1e-9, 5.0, 1e-9)[strength]
    mean = (sums[levels] - _aim(host) + weight * _aim(host).mean()) / (counts[levels] - 1 + weight)
    noise = 1 + (0.0, 0.0, 0.005)[strength] * host.rng.normal(size=len(mean))
    return Planted(extra.with_columns(pl.Series("rate", mean * noise)), ("rate",))


def _aim(host: Host) -> Floats:
    return (host.y == 0).astype(float) if host.classes else host.y


def _levels(host: Host) -> tuple[NDArray[np.int64], pl.DataFrame]:
    """A column of levels that come back eight times or more on average, as codes; made of a number where there is
    none."""
    rows = host.frame.height
    for name in host.frame.columns:
        kind = host.frame.schema[name]
        if name != host.target and kind == pl.String and 12 <= host.frame[name].n_unique() <= rows / 8:
            return host.frame[name].fill_null("").rank("dense").to_numpy().astype(np.int64) - 1, host.frame
    numbers = [n for n, kind in host.frame.schema.items() if kind.is_numeric() and n != host.target]
    base = host.frame[numbers[0]].cast(pl.Float64).fill_null(0.0).to_numpy() if numbers else host.y * 0
    place = np.argsort(np.argsort(base + 1e-9 * host.rng.random(rows)))
    levels = host.rng.permutation(rows // 12 + 1)[place // 12].astype(np.int64)
    return levels, host.frame.with_columns(pl.Series("team", [f"team {v}" for v in levels]))


def whole_group(host: Host, strength: int) -> Planted:
    """The mean of the target over groups of 4, 10, 30 rows that no column names."""
    size = (4, 10, 30)[strength]
    group = host.rng.permutation(host.frame.height) // size
    mean = np.bincount(group, _aim(host)) / np.bincount(group)
    return host.plant(average=mean[group])


def rows_to_come(host: Host, strength: int) -> Planted:
    """The mean of the target over the next row, the next 3, the next 6."""
    ahead = (1, 3, 6)[strength]
    y = _aim(host)
    later = np.stack([np.roll(y, -k) for k in range(1, ahead + 1)]).mean(axis=0)
    return host.plant(next=later + 1e-6 * host.rng.random(len(y)))


ENCODED, FUTURE, AFTER = "leak-target-encoding", "leak-future-aggregate", "leak-after-outcome"
COPIES, PAIR, KEY, ORDER = "leak-target-copy", "leak-pair", "leak-identifier", "leak-row-order"
KINDS: dict[Callable[[Host, int], Planted], tuple[str, ...]] = {
    copy: (COPIES,),
    bent: (COPIES,),
    bucketed: (COPIES,),
    filled_after: (AFTER, "leak-missingness"),
    default_after: (AFTER,),
    told_for_some: (AFTER,),
    missing: ("leak-missingness",),
    difference: (PAIR,),
    addends: (PAIR,),
    ratio: (PAIR,),
    product: (PAIR,),
    running: (KEY, COPIES),  # numbers that do not follow the rows look like any others
    prefix: (KEY,),
    sorted_rows: (ORDER,),
    blocks: (ORDER,),
    encoded: (ENCODED,),
    left_out: (ENCODED,),
    whole_group: (FUTURE,),
    rows_to_come: (FUTURE,),
}
SPARE = "spare"  # a column of no meaning, so that there is always something to learn from
STRENGTHS = ("strong", "middle", "weak")


def read(entry: dict[str, Any], folder: Path, rows: int) -> Host:
    """A table of the catalog without its known leaks."""
    frame = pl.read_parquet(folder / f"{entry['name']}.parquet").drop_nulls(entry["target"])
    texts = [name for name, kind in frame.schema.items() if kind in (pl.Categorical, pl.Enum)]
    drop = (*entry.get("bench", {}).get("drop", ()), *KNOWN.get(entry["name"], ()))
    frame = frame.with_columns(pl.col(texts).cast(pl.String)).drop(drop, strict=False)
    classes = entry["n_classes"] or 0
    if classes:
        target = pl.col(entry["target"]).cast(pl.String)
        frame = frame.with_columns(target).filter(pl.len().over(entry["target"]) >= 4)
    frame = frame.gather_every(max(1, -(-frame.height // rows)))
    return Host(entry["name"], frame, entry["target"], classes, np.random.default_rng(0))


def typed(frame: pl.DataFrame, target: str) -> tuple[Table, pl.DataFrame]:
    """A table and its rows to learn from, as a training reads them."""
    with tempfile.TemporaryDirectory() as folder:
        table = ingest(frame, Problem(target=target), Path(folder))
        return table, pl.read_ipc((Path(folder) / "train.arrow").read_bytes())


def joined(base: tuple[Table, pl.DataFrame], more: tuple[Table, pl.DataFrame]) -> tuple[Table, pl.DataFrame] | None:
    """A table that was read, and columns beside it that were read alone; None where their rows are not the same."""
    (table, rows), (beside, extra) = base, more
    if rows[TARGET].to_list() != extra[TARGET].to_list():
        return None
    new = [name for name in extra.columns if name not in rows.columns and name != SPARE]
    columns = [c for c in beside.schema.columns if c.name in new or ASIDE + c.name in new]
    schema = msgspec.structs.replace(table.schema, columns=(*table.schema.columns, *columns))
    told = (*table.findings, *beside.findings)
    return msgspec.structs.replace(table, schema=schema, findings=told), rows.hstack(extra.select(new))


def search(table: Table, rows: pl.DataFrame) -> list[Finding]:
    """The leaks that a training would be told of."""
    found = (*table.findings, *(leak.finding for leak in look(Sight(table, rows), Clock())[0]))
    return [finding for finding in found if finding.code.startswith("leak-")]


def alarmed_of(host: Host, found: list[Finding]) -> set[str]:
    """The columns of a table that a warning names."""
    return {n for n in host.frame.columns for f in found if f"{n!r}" in f.message and f.severity != "info"}


def untouched(entries: list[dict[str, Any]], folder: Path) -> None:
    """What is alarmed in tables as they are."""
    print("| table | columns | alarmed | told of |\n|---|---|---|---|")
    columns, alarmed, shares, seconds = 0, 0, [], 0.0
    for entry in entries:
        host = read(entry, folder, 20_000)
        started = time.process_time()
        table, rows = typed(host.frame, host.target)
        found = search(table, rows)
        seconds += time.process_time() - started
        width = len(table.schema.columns)
        names = alarmed_of(host, found)
        columns, alarmed = columns + width, alarmed + len(names)
        shares.append(len(names) / width)
        if found:
            told = "; ".join(f"{f.code} {f.column or ''}".strip() for f in found)
            print(f"| {host.name} | {width} | {len(names)} | {told} |", flush=True)
    print(
        f"\n{len(entries)} tables, {columns:,} columns: {alarmed} alarmed ({alarmed / columns:.2%}); the mean over the "
        f"tables is {np.mean(shares):.2%}. {seconds:.0f} s of a core, reading included. Alarmed are columns that a"
        " warning names; the order of rows is no column.\n"
    )


class Outcome(NamedTuple):
    """Whether a planted leak was found, and by its own code."""

    table: str
    kind: str
    strength: int
    found: bool
    own: bool


def plantings(host: Host) -> Iterator[tuple[Callable[[Host, int], Planted], int, Planted]]:
    """All kinds at all strengths, always in this order: each takes its chance from the same generator."""
    for kind in KINDS:
        for strength in range(len(STRENGTHS)):
            yield kind, strength, kind(host, strength)


def plant(entry: dict[str, Any], folder: Path, rows: int) -> list[Outcome]:
    """All kinds at all strengths in one table."""
    host, outcomes = read(entry, folder, rows), []
    base = typed(host.frame, host.target)
    for kind, strength, made in plantings(host):
        new = [name for name in made.frame.columns if name not in host.frame.columns]
        alone = made.frame.select(*new, host.target).with_row_index(SPARE)
        beside = joined(base, typed(alone.with_columns(pl.col(SPARE) % 3), host.target)) if new else None
        found = search(*(beside or typed(made.frame, host.target)))
        if made.columns:
            fit = [f for f in found if any(f"{n!r}" in f.message for n in made.columns)]
        else:
            fit = [f for f in found if f.code == ORDER]
        own = any(f.code in KINDS[kind] for f in fit)
        outcomes.append(Outcome(host.name, kind.__name__, strength, bool(fit), own))
    print(f"{host.name} done", file=sys.stderr, flush=True)
    return outcomes


def planted(entries: list[dict[str, Any]], folder: Path, rows: int, jobs: int) -> None:
    """What is found of what was planted."""
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        parts = pool.map(plant, entries, repeat(folder), repeat(rows))
        outcomes = [outcome for part in parts for outcome in part]
    print("| leak | " + " | ".join(STRENGTHS) + " | by its own code | missed in |\n|---|---|---|---|---|---|")
    for kind in KINDS:
        mine = [one for one in outcomes if one.kind == kind.__name__]
        cells = [f"{np.mean([one.found for one in mine if one.strength == s]):.0%}" for s in range(len(STRENGTHS))]
        own = np.mean([one.own for one in mine if one.found]) if any(one.found for one in mine) else 0.0
        missed = ", ".join(f"{one.table} ({STRENGTHS[one.strength]})" for one in mine if not one.found)
        print(f"| {kind.__name__.replace('_', ' ')} | {' | '.join(cells)} | {own:.0%} | {missed} |")
    by = [f"{name} {np.mean([o.found for o in outcomes if o.strength == s]):.1%}" for s, name in enumerate(STRENGTHS)]
    whole = np.mean([one.found for one in outcomes])
    print(
        f"\n{len(outcomes):,} leaks of {len(KINDS)} kinds in {len(entries)} tables: {whole:.1%} found "
        f"({', '.join(by)})."
    )


def fit_for(catalog: dict[str, dict[str, Any]], asked: list[str]) -> list[dict[str, Any]]:
    """The tables of a catalog that leaks can be looked for in, or those of them that were asked for."""
    return [e for name, e in catalog.items() if e["task"] not in UNFIT and (not asked or name in asked)]


def main() -> None:
    """Two tables: alarms, and recall."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, required=True)
    parser.add_argument("--tables", default="")
    parser.add_argument("--rows", type=int, default=2_000)
    parser.add_argument("--columns", type=int, default=16, help="planted in tables with no more")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", choices=("untouched", "planted"))
    args = parser.parse_args()
    sys.path.insert(0, str(args.bench))
    import tasks

    print(f"`{' '.join(sys.argv)}`, {os.cpu_count()} cores, Python {sys.version.split()[0]}, Polars {pl.__version__}\n")
    asked = [name for name in args.tables.split(",") if name]
    entries = fit_for(tasks.catalog(), asked)
    if args.only != "planted":
        untouched(entries, tasks.DATA)
    if args.only != "untouched":
        narrow = [e for e in entries if e["columns"] <= args.columns]
        planted(narrow, tasks.DATA, args.rows, args.jobs)


if __name__ == "__main__":
    main()
