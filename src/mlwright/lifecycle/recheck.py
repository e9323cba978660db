"""A finished model before new rows whose answers are known: does its number hold?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from mlwright import evaluate
from mlwright.bundle import Model
from mlwright.contracts.records import TARGET, WEIGHT, Score
from mlwright.ingest import labelled

FEWEST = 20  # rows below which an interval says nothing


@dataclass(frozen=True)
class Recheck:
    """What a model reaches on new rows: all metrics, the verdict's first; the rows judged on and those without an
    answer; and whether the main metric departs from the verdict's by more than chance (None: these rows can't tell).
    ``unweighted`` names the column by which the verdict's rows counted, if these rows don't have it."""

    scores: tuple[Score, ...]
    rows: int
    left_out: int
    departs: bool | None
    unweighted: str | None = None


def recheck(
    model: Model, data: Any, seed: int = 0, tables: Mapping[str, Any] | None = None, query: str | None = None
) -> Recheck:
    """Judge a model on ``data`` (a path or URL, or a table) which has the target too, and on its child ``tables`` by
    name. Rows without a target are left out; rows count by their weight, where the model's rows did and these have the
    column. ``query`` is SQL, or the name of a table, for data in a database.

    Raises InputError when there is no target or no row has one, or a class that the model doesn't know.
    """
    verdict, table = model.verdict, labelled(data, model.schema, tables, query)
    known = table.filter(pl.col(TARGET).is_not_null())
    prediction = model.predict_proba(known) if model.classes else model.predict(known)
    evidence = evaluate.Evidence(
        task=model.schema.target.task,
        classes=model.schema.target.classes,
        metric=verdict.metric,
        y=known[TARGET].to_numpy(),
        prediction=prediction,
        method="a finished model on new rows",
        threshold=_threshold(verdict.threshold),
        weight=known[WEIGHT].to_numpy() if WEIGHT in known.columns else None,
    )
    scores = evaluate.fresh(evidence, seed)
    telling = known.height >= FEWEST and (not model.classes or known[TARGET].n_unique() > 1)
    departs = evaluate.departs(scores[0], verdict.score) if telling else None
    unweighted = None if WEIGHT in known.columns else model.schema.weight
    return Recheck(scores, known.height, table.height - known.height, departs, unweighted)


def _threshold(exact: float | None) -> float | None:
    """As the graph compares: in float32."""
    return None if exact is None else float(np.float32(exact))
