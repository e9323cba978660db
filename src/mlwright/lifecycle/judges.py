"""The metric that a run is judged by: one of ours by its name, or somebody else's, given or installed as a plug-in."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import polars as pl

from mlwright import metrics, plugins
from mlwright.contracts.errors import InputError, RunError, near_miss
from mlwright.contracts.records import TARGET, Problem, Table, Verdict
from mlwright.metrics import Metric

_GROUP: plugins.Group = "mlwright.metrics"
_PLUGIN = "an installed package that lists it under the entry points mlwright.metrics"
_ROWS = 10_000  # on which a function is tried out: as many as a bootstrap asks it about at most
_OFTEN, _SELDOM = 1_000, 200  # times that it is asked when all is learnt: of its own accord, and at least
_SHARE = 0.4  # of the budget that this may take


class Asking(NamedTuple):
    """Seconds of the budget that are kept for asking a metric, and how often it may be asked in them (None: as often as
    is good)."""

    seconds: float
    calls: int | None


def given(metric: Any) -> tuple[str | None, Metric | None]:
    """The name of a metric, and the metric itself if it came as a function or a Metric. Raises InputError."""
    if metric is None or isinstance(metric, str):
        return metric, None
    own = metric if isinstance(metric, Metric) else Metric.of(metric)
    if metrics.ours(own.name) is not None:
        way_out = f'Name it otherwise, as Metric.of(..., name="my {own.name}"), or take ours: metric="{own.name}".'
        raise InputError(f"there is a metric {own.name!r} already", where="metric", way_out=way_out)
    return own.name, own


def installed(name: str) -> Metric | None:
    """The metric that a plug-in lists by that name. Raises InputError when the plug-in is at fault."""
    if name not in plugins.installed(_GROUP):
        return None
    try:
        found = plugins.find(_GROUP, name)
    except Exception as error:
        what = f"the plug-in of the metric {name!r} can't be loaded: {type(error).__name__}: {error}"
        raise InputError(what[:400], where="metric", way_out="Install it anew, or ask its author.") from error
    return replace(found, name=name) if isinstance(found, Metric) else Metric.of(found, name=name)


def engaged(problem: Problem, own: Metric | None) -> tuple[Problem, Metric | None]:
    """The problem with what is to be known of its metric, and that metric, if it is none of ours. Raises InputError."""
    name = problem.metric
    if own is None and name is not None and metrics.ours(name) is None:
        own = installed(name)
        if own is None and (hint := near_miss(name, plugins.installed(_GROUP))):
            raise InputError(f"no metric {name!r}; {hint}", where="metric", way_out="It is the name of a plug-in.")
    if own is None:
        return problem, None
    if problem.weight is not None and not own.weighs:
        what = f"the metric {own.name!r} can't count rows by the weight {problem.weight!r}"
        raise InputError(what, where="metric", way_out="Give its function a parameter sample_weight.")
    return msgspec.structs.replace(problem, metric=own.name, measure=own.measure), own


def again(problem: Problem, own: Metric | None, run: Path) -> Metric | None:
    """The metric of a run that goes on, if it is none of ours. Raises RunError when it is not the one that the run was
    begun with."""
    if own is not None and own.measure != problem.measure:
        asked = f"{problem.metric!r}" if problem.metric is not None else "the metric that fits"
        same = problem.measure is not None and own.name == problem.measure.name
        what = f"this run is judged by {asked}, " + ("made otherwise" if same else f"and not by {own.name!r}")
        raise RunError(what, where=str(run), way_out="Give the same metric, or train anew.")
    if own is not None or problem.measure is None:
        return own
    found = installed(problem.measure.name)
    if found is None:
        name = problem.measure.name
        way_out = f"In Python: mlwright.resume({str(run)!r}, metric=...). On the command line it takes {_PLUGIN}."
        raise RunError(f"the function of its metric {name!r} is not here", where=str(run), way_out=way_out)
    return found


def of_verdict(verdict: Verdict) -> str | Metric | None:
    """The metric of a verdict, to ask it again; None if it is somebody else's, and not installed here."""
    return verdict.metric if verdict.measure is None else installed(verdict.metric)


def asking(own: Metric, train: Path, table: Table, budget: float | None) -> Asking:
    """Ask a metric about some rows and the answer that is the same for all: what is wrong with it is told before
    anything is learnt. Raises InputError when it fails, or is too slow for a budget."""
    y = pl.read_ipc(train, columns=[TARGET])[TARGET].to_numpy()[:_ROWS]
    if table.schema.target.classes:
        share = np.bincount(y, minlength=len(table.schema.target.classes)) / len(y)
        answer = np.tile(share, (len(y), 1))
    else:
        answer = np.full(len(y), y.mean())
    weigh = metrics.weigher(own, y, answer)
    started = time.monotonic()
    weigh(None)
    weigh(np.arange(len(y)) % 3 + 0.0)
    each = (time.monotonic() - started) / 2
    if budget is None:
        return Asking(0.0, None)
    if _SELDOM * each > _SHARE * budget:
        what = f"the metric {own.name!r} takes {each:.2g} s for {len(y):,} rows, too long for a budget of {budget:g} s"
        raise InputError(what, where="metric", way_out="Make it quicker, or give more time with --budget.")
    kept = min(_OFTEN * each, _SHARE * budget)
    return Asking(kept, int(kept / max(each, 1e-9)))
