"""Columns cut into parts that people can name: levels, ranges of numbers, periods, and what is missing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl

from mlwright.contracts.records import ITEM_MARK
from mlwright.evaluate.evidence import Array
from mlwright.metrics import shown

_LEVELS, _RANGES = 10, 4
_MISSING = "missing"
_WORDS = (
    *("sex", "gender", "race", "races", "racial", "ethnic", "ethnicity", "ethnicities", "religion", "religious"),
    *("age", "ages", "nationality", "citizenship", "disability", "disabled", "marital", "married", "pregnant"),
    *("pregnancy", "caste", "immigrant", "foreign", "orientation", "skin", "birthdate", "dob"),
)


@dataclass(frozen=True, eq=False)
class Cut:
    """A column as parts: ``codes`` (n,) into ``names``, -1 where a row is in none that is large enough."""

    column: str
    codes: Array
    names: tuple[str, ...]

    def where(self, code: int) -> str:
        """A part in words."""
        return f"{self.column}: {self.names[code]}"


def cut(column: pl.Series, least: int) -> Cut | None:
    """Parts of ``least`` rows or more; None where there are not two: a key, a text, a column that hardly varies."""
    made = _levels(column) if column.dtype in (pl.String, pl.Boolean) else _ranges(column)
    if made is None:
        return None
    codes, names = made
    gaps = column.is_null().to_numpy()
    if column.dtype.is_float():
        gaps |= column.is_nan().fill_null(True).to_numpy()
    codes, names = np.where(gaps, len(names), codes), [*names, _MISSING]
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    kept = np.flatnonzero(counts >= least)
    if len(kept) < 2:
        return None
    place = np.full(len(names) + 1, -1)
    place[kept] = np.arange(len(kept))
    return Cut(column.name, place[codes], tuple(names[k] for k in kept))


def suspected(name: str) -> bool:
    """Whether a column is called as what people must not be treated differently for."""
    parts = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)
    words = {part.lower() for part in parts}
    return bool(words & set(_WORDS)) or {"native", "country"} <= words or {"national", "origin"} <= words


def _levels(column: pl.Series) -> tuple[Array, list[str]] | None:
    texts = column.cast(pl.String)
    counts = texts.drop_nulls().value_counts(sort=False).sort(["count", column.name], descending=[True, False])
    frequent = counts.head(_LEVELS)[column.name].to_list()
    if column.dtype == pl.String and texts.str.contains(ITEM_MARK, literal=True).any():
        return None
    index = {text: code for code, text in enumerate(frequent)}
    return texts.replace_strict(index, default=-1, return_dtype=pl.Int64).fill_null(-1).to_numpy(), frequent


def _ranges(column: pl.Series) -> tuple[Array, list[str]] | None:
    """Numbers that take few values by value, others and moments in ranges that hold about as many rows each."""
    moments = column.dtype.is_temporal()
    values = (column.dt.epoch("s") if moments else column).cast(pl.Float64).fill_null(np.nan).to_numpy()
    known = values[np.isfinite(values)]
    if not len(known):
        return None
    levels = np.unique(known)
    if len(levels) <= _RANGES + 1 and not moments:
        return np.where(np.isin(values, levels), np.searchsorted(levels, values), -1), [_name(v) for v in levels]
    edges = np.unique(np.quantile(known, np.arange(1, _RANGES) / _RANGES))
    edges = edges[edges < levels[-1]]
    ends = [_name(e) if not moments else str(np.datetime64(int(e), "s"))[:10] for e in edges]
    names = [f"{low} to {high}" for low, high in pairwise(ends)]
    named = [f"{ends[0]} or less", *names, f"above {ends[-1]}"] if len(ends) else ["any"]
    return np.where(np.isfinite(values), np.searchsorted(edges, values, side="left"), -1), named


def _name(value: float) -> str:
    return shown(float(value))
