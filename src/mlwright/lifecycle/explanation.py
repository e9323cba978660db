"""Explaining a model: of a run, on rows that it can be asked about as if it had not seen them; of a bundle, on any."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from mlwright import bundle, frames, graph
from mlwright.bundle import Model
from mlwright.contracts.errors import InputError, near_miss
from mlwright.contracts.insight import Example, Explanation
from mlwright.contracts.protocols import Clock, Feeds
from mlwright.contracts.records import TARGET, WEIGHT, Candidates, Label
from mlwright.explain import Answers, Goal, Subject, explain as find, explain_rows
from mlwright.explain.subject import Floats, Index
from mlwright.ingest import labelled
from mlwright.lifecycle.evidence import shipped
from mlwright.lifecycle.judges import of_verdict
from mlwright.metrics import METRICS
from mlwright.search import Search, unseen

_ROWS = 2000  # that are looked at in a run
_ASKED = 20_000  # rows that the graph is asked about in a run without a clock
_JOINING = 0.3  # of the time that goes into joining models which have not seen the rows
MOST = 100  # rows that are explained one by one


def explain_run(search: Search, candidates: Candidates, clock: Clock) -> Explanation:
    """Why the model of a run answers what it answers, before the ``clock`` ends.

    Importances and examples are of ensembles that did not learn from the rows which they answer for: the same members
    with the same weights, as the folds left them. On rows that were learnt from, columns by which rows can be learnt by
    heart would look important. Without time to join them there are neither importances nor truths. Effects and
    interactions need no truth: they are of the model that ships.
    """
    ground = search.ground
    schema = ground.table.schema
    own = unseen(search, candidates, _JOINING * clock.left)
    if clock.left <= 0:
        return Explanation(rows=0, metric="")
    rows = np.flatnonzero(np.isin(ground.folds.of, list(own))) if own else search.scored()
    rows = np.sort(np.random.default_rng(ground.problem.seed).permutation(rows)[:_ROWS])
    frame = ground.frame[rows]
    weight = ground.truth.weight
    subject = Subject(
        schema=schema,
        feeds=frames.feeds(frame, schema),
        model=_answers(shipped(search)),
        metric=search.judge,
        y=frame[TARGET].to_numpy() if own else None,
        weight=None if weight is None else weight[rows],
        groups=None if ground.groups is None else ground.groups[rows],
        threshold=_threshold(candidates.threshold),
        unseen=_by_fold(own, ground.folds.of[rows].astype(np.intp)) if own else None,
        seed=ground.problem.seed,
    )
    return find(subject, clock, _ASKED if clock.deadline is None else 10 * _ASKED)


def explain(
    model: Model | str | os.PathLike[str],
    data: Any,
    *,
    row: int | None = None,
    rows: bool = False,
    fixed: Sequence[str] = (),
    want: Label | None = None,
    tables: Mapping[str, Any] | None = None,
    query: str | None = None,
) -> Explanation:
    """Why a model (or the one in that folder) answers what it answers for ``data``: a path or URL, or a table.

    All of ``data`` is told of unless single rows are asked for: one ``row`` by its number from 0, or the first 100
    ``rows``. Of these the parts of each answer are told, and the nearest way to another one: another class (``want``,
    or else the next likely), or a number that ``want`` says (else the upper end of the row's interval). Columns that
    nobody can change are ``fixed``. With the target in ``data`` importances are measured, which overstate if the model
    has learnt from these very rows. ``tables`` are child tables by name, ``query`` is SQL for data in a database.

    The same data give the same numbers each time. Raises InputError or SchemaError, which say the way out.
    """
    loaded = model if isinstance(model, Model) else bundle.load(model)
    _check_columns(loaded, fixed)
    frame = labelled(data, loaded.schema, tables, query, needed=False)
    if frame.height < 2:
        way_out = "Give more rows, as those that the model was made of; row=N picks one of them."
        raise InputError("an answer is explained by how it differs from those for other rows", way_out=way_out)
    if row is not None and not 0 <= row < frame.height:
        raise InputError(f"there is no row {row}", where="row", way_out=f"Rows are 0 to {frame.height - 1}.")
    if row is None and not rows:
        return find(_subject(loaded, _telling(frame), tuple(fixed)))
    subject = _subject(loaded, frame, tuple(fixed))
    examples: list[Example] = []
    for place in range(min(MOST, frame.height)) if row is None else (row,):
        examples += explain_rows(subject, [place], _goal(loaded, frame, place, want))
    return Explanation(rows=frame.height, metric="", answer=subject.answer, examples=tuple(examples))


def _subject(model: Model, frame: pl.DataFrame, fixed: tuple[str, ...]) -> Subject:
    metric = of_verdict(model.verdict)
    asked = METRICS[metric] if isinstance(metric, str) else metric
    return Subject(
        schema=model.schema,
        feeds=frames.feeds(frame, model.schema),
        model=lambda feeds, origin: model.answers(feeds),
        metric=asked or METRICS[model.verdict.scores[1].metric],
        y=frame[TARGET].to_numpy() if TARGET in frame.columns else None,
        weight=frame[WEIGHT].to_numpy() if WEIGHT in frame.columns else None,
        threshold=_threshold(model.verdict.threshold),
        fixed=fixed,
    )


def _telling(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows that count and whose answer is known, if any is."""
    if TARGET in frame.columns:
        frame = frame.filter(pl.col(TARGET).is_not_null())
    if WEIGHT in frame.columns:
        frame = frame.filter(pl.col(WEIGHT) > 0)
    return frame


def _goal(model: Model, frame: pl.DataFrame, row: int, want: Label | None) -> Goal | None:
    """Another answer for a row: what is wanted, or that of a number above its interval. Raises InputError."""
    labels = [str(label) for label in model.classes]
    if labels:
        if want is None:
            return None
        if str(want) not in labels:
            hint = near_miss(str(want), labels)
            what = f"there is no class {str(want)!r}" + (f"; {hint}" if hint else "")
            raise InputError(what, where="want", way_out=f"Classes are {', '.join(labels[:10])}.")
        return Goal(index=labels.index(str(want)))
    here = frame[row]
    if want is None:
        return Goal(number=float(model.intervals(here)[0, 1]))
    try:
        number = float(want)
    except ValueError as error:
        raise InputError(f"{want!r} is no number", where="want", way_out="Give a number to reach.") from error
    return Goal(number=number, above=number > float(model.predict(here)[0]))


def _check_columns(model: Model, fixed: Sequence[str]) -> None:
    known = [column.name for column in model.schema.columns]
    for name in fixed:
        if name not in known:
            hint = near_miss(name, known)
            what = f"the model has no column {name!r}" + (f"; {hint}" if hint else "")
            raise InputError(what, where="fixed", way_out="Name columns of the model.")


def _answers(session: graph.Session) -> Answers:
    name = "probabilities" if "probabilities" in session.outputs else "value"
    return lambda feeds, origin: session(feeds, [name])[name].astype(np.float64)


def _by_fold(sessions: Mapping[int, graph.Session], fold: Index) -> Answers:
    """Each row answered by the models that did not learn from it."""
    asked = {place: _answers(session) for place, session in sessions.items()}

    def answers(feeds: Feeds, origin: Index) -> Floats:
        of, parts, order = fold[origin], [], []
        for place, ask in asked.items():
            rows = np.flatnonzero(of == place)
            if len(rows):
                parts.append(ask({name: array[rows] for name, array in feeds.items()}, origin[rows]))
                order.append(rows)
        return np.asarray(np.concatenate(parts)[np.argsort(np.concatenate(order))])

    return answers


def _threshold(exact: float | None) -> float | None:
    """As the graph compares: in float32."""
    return None if exact is None else float(np.float32(exact))
