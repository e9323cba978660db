"""The target in a column under another name: what is beyond doubt is no feature.

Beyond doubt is a column whose values and the target's go one to one, in every row: a label and its number, an amount in
two currencies. What only follows the target closely is a suspicion, and exploring tells of it.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import numpy as np
import polars as pl

from mlwright.contracts.records import TARGET, Column, Finding, Problem, Schema

CODE = "leak-target-copy"
_ROWS = 50  # fewer may agree by chance
_RARE = 10  # rows beside the most frequent value of the target
_REPEATED = 3  # rows of each value, on average
_OFF = 1e-10  # that the correlation with a formula is off


class Mirrors(NamedTuple):
    """A schema in which copies of the target are no features, and what is to be told of them."""

    schema: Schema
    findings: tuple[Finding, ...] = ()


def mirrors(rows: pl.DataFrame, schema: Schema, problem: Problem) -> Mirrors:
    """Which features of typed ``rows`` are the target itself. All stay for who keeps "leak-target-copy", where nothing
    else could be learnt from, and where the problem names the column."""
    named = {problem.group, problem.time, problem.weight, *problem.monotone}
    if CODE in problem.keep or not _varies(rows):
        return Mirrors(schema)
    found = {c.name for c in schema.features if c.name not in named and _is_target(rows, c)}
    if not found or len(found) == len(schema.features):
        return Mirrors(schema)
    columns = tuple(_aside(c) if c.name in found else c for c in schema.columns)
    return Mirrors(msgspec.structs.replace(schema, columns=columns), tuple(_told(name) for name in sorted(found)))


def _varies(rows: pl.DataFrame) -> bool:
    counts = rows[TARGET].value_counts()["count"]
    return rows.height >= _ROWS and rows.height - int(counts.to_numpy().max()) >= _RARE


def _is_target(rows: pl.DataFrame, column: Column) -> bool:
    """Whether the values go one to one with the target's; of a number, they have to repeat themselves or be a formula
    of it: whatever grows steadily goes one to one with the date too."""
    values, target = rows[column.name], rows[TARGET]
    if column.kind in ("text", "list"):
        return False
    if target.dtype == pl.Float64 and column.kind == "numeric" and not values.null_count() and _formula(values, target):
        return True
    if target.n_unique() > rows.height / _REPEATED or column.kind == "datetime":
        return False
    pairs = pl.DataFrame({"x": values, "y": target})
    return all(_one_to_one(part) for part in (pairs.head(1_000), pairs))


def _one_to_one(pairs: pl.DataFrame) -> bool:
    together = pairs.n_unique()
    return together > 1 and together == pairs["x"].n_unique() == pairs["y"].n_unique()


def _formula(values: pl.Series, target: pl.Series) -> bool:
    """Whether the target is a straight line in the values, their logarithm, square, root or inverse."""
    x, y = values.to_numpy(), target.to_numpy()
    with np.errstate(all="ignore"):
        made = [x, np.log(x), np.exp(x), x**2, np.sqrt(x), 1 / x]
        return any(np.isfinite(z).all() and z.std() > 0 and 1 - abs(np.corrcoef(z, y)[0, 1]) < _OFF for z in made)


def _aside(column: Column) -> Column:
    return msgspec.structs.replace(column, kind="identifier", words=None, formats=(), low=None, high=None, levels=())


def _told(name: str) -> Finding:
    message = f"{name!r} is the target under another name: their values go one to one, in every row. It is not read."
    remedy = f"If it is known before the target, train with --keep {CODE}."
    return Finding(code=CODE, severity="warning", message=message, column=name, remedy=remedy)
