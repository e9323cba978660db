"""The features as trees can read them at once, for a quick look before there is a recipe."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mlwright import frames
from mlwright.contracts.records import Schema

_DAY, _HOUR = 86_400.0, 3_600.0


class Quick(NamedTuple):
    """A matrix (n, k), float32, and the feature that each of its columns is of ("" for the first, which is 0)."""

    values: NDArray[np.float32]
    names: tuple[str, ...]


def quick_matrix(rows: pl.DataFrame, schema: Schema) -> Quick:
    """Texts and lists are left out, categories are codes, moments are days, hours and the day of the week."""
    columns: list[NDArray[Any]] = [np.zeros(rows.height)]
    names = [""]
    for column in schema.features:
        made = _columns(rows[column.name], column.kind)
        columns += made
        names += [column.name] * len(made)
    return Quick(np.column_stack(columns).astype(np.float32), tuple(names))


def _columns(values: pl.Series, kind: str) -> list[NDArray[Any]]:
    if kind == "datetime":
        seconds = values.dt.epoch("s").cast(pl.Float64).to_numpy()
        return [seconds / _DAY, seconds % _DAY / _HOUR, seconds // _DAY % 7]
    if kind in ("numeric", "boolean"):
        return [values.cast(pl.Float64).to_numpy()]
    return [frames.codes(values.hash().to_numpy())] if kind in ("categorical", "ordinal") else []
