"""What is known of one column before it is typed, and what is told of it afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
import numpy as np
import polars as pl

from mlwright import frames
from mlwright.contracts.records import Column, ColumnKind, Meaning

_TOP = 20
_WHOLE = 1e15  # below it, a float that is whole is shown as one


class Typed(NamedTuple):
    """A column and its values as it reads them: what conform would make of them again (None: they were not read)."""

    column: Column
    values: pl.Series | None


@dataclass(frozen=True)
class Facts:
    """Of one column: the values as they are looked at (texts trimmed), rows without one, and how many are different.

    ``counts`` holds the different ones ("level") and their "rows", in no order; only of a column of texts.
    """

    values: pl.Series
    missing: int
    unique: int
    counts: pl.DataFrame

    @classmethod
    def of_texts(cls, values: pl.Series) -> Facts:
        """The facts of a String column. Texts are trimmed, and words for "missing" left out, only where any is."""
        counts = counted(values)
        level = counts.select("level", neat=frames.present(frames.trimmed(pl.col("level"))))
        if not level["level"].equals(level["neat"]):
            values = frames.texts(values)
            counts = counted(values)
        return cls(values, values.null_count(), counts.height, counts)

    @classmethod
    def of_others(cls, values: pl.Series, seen: pl.Series) -> Facts:
        """The facts of a column whose different values are those of ``seen`` (the numbers that texts stand for)."""
        missing = seen.null_count()
        return cls(values, missing, seen.n_unique() - (missing > 0), pl.DataFrame())

    @property
    def distinct(self) -> pl.Series:
        """The different texts, in no order."""
        return self.counts["level"]

    @property
    def name(self) -> str:
        """The column's name."""
        return self.values.name

    def sampled(self, most: int) -> list[str]:
        """Different texts: see some_of."""
        return some_of(self.distinct, most)

    def read(self, column: Column) -> Typed:
        """The column described by the values as it reads them."""
        return self.told(column, frames.read_column(column, self.values).values)

    def made(self, kind: ColumnKind, typed: pl.Series, meaning: Meaning = "") -> Typed:
        """A column of this kind, described by its typed values."""
        return self.told(Column(name=self.name, kind=kind, unique=self.unique, meaning=meaning), typed)

    def told(self, column: Column, typed: pl.Series) -> Typed:
        """The column described by its typed values."""
        as_written = typed is self.values or column.kind == "list"
        return Typed(describe(column, self.values, typed, self.counts if as_written else None), typed)


def some_of(distinct: pl.Series, most: int) -> list[str]:
    """The different texts, sorted: all, or ``most`` of them by their hash, which hangs on nothing but the text."""
    if len(distinct) > most:
        distinct = distinct.gather(np.argpartition(distinct.hash(seed=0).to_numpy(), most)[:most])
    found: list[str] = distinct.sort().to_list()
    return found


def counted(values: pl.Series) -> pl.DataFrame:
    """The different values ("level") but null, and their "rows"."""
    return values.drop_nulls().alias("level").value_counts(name="rows")


def describe(column: Column, values: pl.Series, typed: pl.Series, counts: pl.DataFrame | None = None) -> Column:
    """The Column with what its ``typed`` values say: missing values, range, levels, an example. ``counts`` are theirs
    if they are known. A list is shown as it was written."""
    seen = values if column.kind == "list" else typed
    low, high = _range(typed) if column.kind in ("numeric", "datetime") else (None, None)
    return msgspec.structs.replace(
        column,
        missing=typed.null_count() if column.kind != "constant" and len(typed) else values.null_count(),
        low=low,
        high=high,
        levels=_levels(counted(seen) if counts is None else counts)
        if column.kind in ("categorical", "ordinal", "list")
        else (),
        example=_example(seen),
    )


def _range(values: pl.Series) -> tuple[float | None, float | None]:
    if values.dtype == pl.Datetime:
        values = values.to_physical() / 1e6
    elif values.dtype.is_float():
        values = values.filter(values.is_finite())
    low, high = values.min(), values.max()
    return (None if low is None else float(low), None if high is None else float(high))  # type: ignore[arg-type]


def _levels(counts: pl.DataFrame) -> tuple[str, ...]:
    least = counts["rows"].top_k(_TOP).min() if counts.height else 0
    most = counts.filter(pl.col("rows") >= least).sort("rows", "level", descending=[True, False])
    return tuple(most["level"].head(_TOP).to_list())


def _example(values: pl.Series) -> Any:
    """The first value, as JSON."""
    first = values.is_not_null().arg_max()
    value = None if first is None or not len(values) else values[first]
    if isinstance(value, float):
        return None if value - value != 0 else int(value) if value.is_integer() and abs(value) < _WHOLE else value
    if value is None or isinstance(value, bool | int | str):
        return value
    return frames.text_of(value)
