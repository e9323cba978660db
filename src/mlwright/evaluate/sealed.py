"""Opening what was sealed away: here, after everything has been chosen, and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from numpy.typing import NDArray

from mlwright.contracts.protocols import Feeds
from mlwright.contracts.records import GROUP, TARGET, WEIGHT, Schema
from mlwright.frames import feeds


@dataclass(frozen=True, eq=False)
class Sealed:
    """Rows that nothing was learnt from: the features' columns, the graph's feeds, ``y`` (n,) class indices or numbers,
    groups and weights if there are."""

    frame: pl.DataFrame
    feeds: Feeds
    y: NDArray[Any]
    groups: NDArray[Any] | None
    weight: NDArray[Any] | None


def unseal(run: Path, schema: Schema) -> Sealed:
    """The sealed rows of a run."""
    frame = pl.read_ipc(run / "holdout.arrow")
    groups, weight = (frame[name].to_numpy() if name in frame.columns else None for name in (GROUP, WEIGHT))
    features = frame.select(column.name for column in schema.features)
    return Sealed(features, feeds(frame, schema), frame[TARGET].to_numpy(), groups, weight)
