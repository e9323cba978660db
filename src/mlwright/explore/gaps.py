"""Missing values: which columns miss them together, and whether the goal is another where they are missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
import polars as pl

from mlwright.contracts.portrait import ColumnPortrait, Gap, Pattern
from mlwright.contracts.records import TARGET
from mlwright.explore.aim import Aim
from mlwright.explore.association import Side, adjusted, associate

MOST_PATTERNS = 12
_COLUMNS = 60  # whose patterns fit into one whole number
_FEWEST = 5  # rows on either side, or nothing is said of the goal


def gaps(
    columns: Sequence[ColumnPortrait], frame: pl.DataFrame, aim: Aim | None, sample: Mapping[str, Side]
) -> list[Gap]:
    """A Gap for each column that misses values, the most first; ``sample`` has the target's Side under TARGET."""
    found = [_gap(column, frame, aim, sample) for column in columns if column.missing]
    rates = iter(adjusted([gap.q for gap in found if gap.where_missing]))
    found = [msgspec.structs.replace(gap, q=next(rates)) if gap.where_missing else gap for gap in found]
    return sorted(found, key=lambda gap: -gap.missing)


def _gap(column: ColumnPortrait, frame: pl.DataFrame, aim: Aim | None, sample: Mapping[str, Side]) -> Gap:
    bare = Gap(column.name, column.missing)
    if aim is None or column.name == aim.goal.name or column.name not in frame.columns:
        return bare
    missing = frame[column.name].is_null()
    slices = aim.slices(missing.cast(pl.Int32), ("there", "missing"), frame[TARGET])
    feature = sample.get(column.name)
    if len(slices) < 2 or min(one.rows for one in slices) < _FEWEST or feature is None:
        return bare
    holes = Side(column.name, None, (~feature.there).astype(np.int64))
    test = associate(sample[TARGET], holes)
    return Gap(column.name, column.missing, slices[1], slices[0], test.p, test.strength)


def patterns(columns: Sequence[ColumnPortrait], frame: pl.DataFrame) -> list[Pattern]:
    """The combinations of columns that are missing together in most rows; of 60 columns at most."""
    holed = [c for c in columns if c.missing and c.name in frame.columns]
    names = [c.name for c in sorted(holed, key=lambda c: -c.missing)[:_COLUMNS]]
    if not names:
        return []
    bits = [pl.col(name).is_null().cast(pl.Int64) * (1 << at) for at, name in enumerate(names)]
    counts = frame.select(pl.sum_horizontal(bits).alias("bits"))["bits"].value_counts(name="rows")
    counts = counts.filter(pl.col("bits") > 0).sort("rows", "bits", descending=[True, False]).head(MOST_PATTERNS)
    return [
        Pattern(tuple(name for at, name in enumerate(names) if code >> at & 1), rows)
        for code, rows in counts.iter_rows()
    ]
