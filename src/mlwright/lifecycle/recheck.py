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
from mlwright.lifecycle.judges import of_verdict

FEWEST = 20  # rows below which an interval says nothing


@dataclass(frozen=True)
class Recheck:
    """What a model reaches on new rows: all metrics, the verdict's first; the rows judged on and those without an
    answer; and whether the main metric departs from what the verdict ``promised`` by more than chance (None: these rows
    can't tell). ``unweighted`` names the column by which the verdict's rows counted, if these rows don't have it,
    ``absent`` the verdict's metric if that is not at hand: then the first one that is stands in for it."""

    scores: tuple[Score, ...]
    rows: int
    left_out: int
    departs: bool | None
    promised: Score
    unweighted: str | None = None
    absent: str | None = None


def recheck(
    model: Model, data: Any, seed: int = 0, tables: Mapping[str, Any] | None = None, query: str | None = None
) -> Recheck:
    """Judge a model on ``data`` (a path or URL, or a table) which has the target too, and on its child ``tables`` by
    name. Rows without a target are left out; rows count by their weight, where the model's rows did and these have the
    column. ``query`` is SQL, or the name of a table, for data in a database.

    Raises InputError when there is no target or no row has one, or a class that the model doesn't know.
    """
    verdict, table = model.verdict, labelled(data, model.schema, tables, query)
    metric = of_verdict(verdict)
    promised = verdict.score if metric is not None else verdict.scores[1]
    known = table.filter(pl.col(TARGET).is_not_null())
    prediction = model.predict_proba(known) if model.classes else model.predict(known)
    evidence = evaluate.Evidence(
        task=model.schema.target.task,
        classes=model.schema.target.classes,
        metric=metric or promised.metric,
        y=known[TARGET].to_numpy(),
        prediction=prediction,
        method="a finished model on new rows",
        threshold=_threshold(verdict.threshold),
        weight=known[WEIGHT].to_numpy() if WEIGHT in known.columns else None,
    )
    scores = evaluate.fresh(evidence, seed)
    telling = known.height >= FEWEST and (not model.classes or known[TARGET].n_unique() > 1)
    return Recheck(
        scores=scores,
        rows=known.height,
        left_out=table.height - known.height,
        departs=evaluate.departs(scores[0], promised) if telling else None,
        promised=promised,
        unweighted=None if WEIGHT in known.columns else model.schema.weight,
        absent=verdict.metric if metric is None else None,
    )


def _threshold(exact: float | None) -> float | None:
    """As the graph compares: in float32."""
    return None if exact is None else float(np.float32(exact))
