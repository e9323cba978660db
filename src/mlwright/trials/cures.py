"""What a fold may do before it learns, by the rows that it learns from alone: leave out columns that tell it nothing,
or rows whose label it doubts, or weigh rows. So what it is scored on has no part in the choice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mlwright import graph
from mlwright.contracts.protocols import Clock, Terms, Truth
from mlwright.contracts.records import Cure
from mlwright.learners import Learner
from mlwright.metrics.disagreement import doubted
from mlwright.trials.folds import Folds
from mlwright.trials.matrix import Matrix

Rows = NDArray[np.int64]
Make = Callable[[], Learner]
_ASKED = 200_000  # rows times columns that a shuffled column is asked about
_FEWEST, _MOST = 200, 2000
_SHARE = 0.6  # of a fold's time is for the cure at most
_CROSS = 3  # parts that rows are doubted by
_HEAVIEST = 10.0  # times that a row may count


class Ready(NamedTuple):
    """What a learner is given: a matrix, the rows of it to learn from, their truth, and the terms; with the group of
    the sensitive columns that each row is in, where a cure asks for it."""

    matrix: Matrix
    rows: Rows
    truth: Truth
    terms: Terms
    groups: Rows | None = None


def cured(cure: Cure, ready: Ready, make: Make, parts: Folds) -> Ready:
    """``ready`` after a cure; ``parts`` are folds of its rows. As it was where nothing was to be cured or no time was
    left for it."""
    clock = ready.terms.clock.within(_SHARE * ready.terms.clock.left)
    if cure == "fewer-columns":
        return replace_matrix(ready, _telling(ready, make, parts, clock))
    if cure == "fewer-rows" and len(rows := _trusted(ready, make, parts, clock)):
        terms = ready.terms.at(rows)
        return Ready(ready.matrix, rows, ready.truth.at(rows), terms)
    if cure == "even-groups" and ready.groups is not None:
        return ready._replace(truth=evened(ready.truth, ready.groups))
    return ready


def groups_of(frame: pl.DataFrame) -> Rows:
    """(n,) the group of each row by all columns together: by their levels, of numbers and moments by their quarters;
    what is missing is a level."""
    codes = np.zeros(frame.height, np.int64)
    for column in frame.iter_columns():
        if column.dtype in (pl.String, pl.Boolean):
            own = np.unique(column.cast(pl.String).fill_null("").to_numpy().astype(str), return_inverse=True)[1]
        else:
            values = column.to_physical().cast(pl.Float64).fill_null(np.nan).to_numpy()
            edges = np.nanquantile(values, (0.25, 0.5, 0.75)) if np.isfinite(values).any() else np.zeros(0)
            own = np.where(np.isnan(values), len(edges) + 1, np.searchsorted(edges, values))
        codes = np.unique(codes * (own.max(initial=0) + 1) + own, return_inverse=True)[1]
    return codes


def evened(truth: Truth, groups: Rows) -> Truth:
    """The truth of classes with weights under which no group (n,) tells the class: a row counts as often as there would
    be of its group and class if neither told the other, over how often there are (reweighing; Kamiran and Calders 2012,
    doi 10.1007/s10115-011-0463-8)."""
    weight = np.ones(len(groups)) if truth.weight is None else truth.weight
    both = groups * truth.classes + truth.values
    group, label, cell = (np.bincount(c, weight)[c] for c in (groups, truth.values, both))
    times = np.minimum(group * label / (cell * weight.sum()), _HEAVIEST)
    return replace(truth, weight=weight * times)


def replace_matrix(ready: Ready, kept: Rows) -> Ready:
    """The same with some of the matrix's columns."""
    matrix = ready.matrix
    if len(kept) in (0, matrix.values.shape[1]):
        return ready
    narrow = replace(
        matrix,
        tensor=graph.columns(matrix.tensor, kept.tolist()),
        features=tuple(matrix.features[i] for i in kept),
        values=matrix.values[:, kept],
        scored=None if matrix.scored is None else matrix.scored[:, kept],
        probed=None if matrix.probed is None else matrix.probed[:, kept],
    )
    monotone = tuple(ready.terms.monotone[i] for i in kept) if ready.terms.monotone else ()
    return Ready(narrow, ready.rows, ready.truth, replace(ready.terms, monotone=monotone))


def _fitted(ready: Ready, make: Make, rows: Rows, clock: Clock) -> Learner:
    """A learner of some of the rows."""
    terms = replace(ready.terms.at(rows), clock=clock, settled=())
    return make().fit(ready.matrix.values[rows], ready.truth.at(rows), terms)


def _telling(ready: Ready, make: Make, parts: Folds, clock: Clock) -> Rows:
    """Columns of the matrix, but for those of input columns without which rows that were not learnt from are answered
    as well: their values are dealt out anew among the rows (permutation importance, Breiman 2001), and the loss grows
    by less than its standard error."""
    names = [feature.column for feature in ready.matrix.features]
    columns = sorted(set(names))
    asked = parts.valid(0)[: int(np.clip(_ASKED // max(1, len(columns)), _FEWEST, _MOST))]
    learner = _fitted(ready, make, parts.train(0), clock.within(clock.left / 2))
    x, truth = ready.matrix.values[asked], ready.truth.at(asked)
    before = _losses(learner.predict(x), truth)
    rng = np.random.default_rng(ready.terms.seed)
    kept: set[str] = set()
    for column in columns:
        order, places = rng.permutation(len(asked)), [i for i, name in enumerate(names) if name == column]
        if clock.left > 0:
            shuffled = x.copy()
            shuffled[:, places] = x[order][:, places]
            more = _losses(learner.predict(shuffled), truth) - before
        if clock.left <= 0 or more.mean() > more.std() / np.sqrt(len(more)):
            kept.add(column)
    return np.array([i for i, name in enumerate(names) if name in kept], np.int64)


def _trusted(ready: Ready, make: Make, parts: Folds, clock: Clock) -> Rows:
    """Rows but for those whose label is doubted by learners that did not see it."""
    answer = np.zeros((len(ready.truth.values), ready.truth.width))
    for part in range(parts.count):
        learner = _fitted(ready, make, parts.train(part), clock.within(clock.left / (parts.count - part)))
        answer[parts.valid(part)] = learner.predict(ready.matrix.values[parts.valid(part)])
    if clock.left <= 0:  # what was cut off doubts too much
        return np.zeros(0, np.int64)
    task = ready.truth.task
    shown = answer[:, 0] if task == "regression" else np.hstack([1 - answer, answer]) if task == "binary" else answer
    return np.setdiff1d(np.arange(len(answer)), doubted(ready.truth.values, shown))


def _losses(answer: NDArray[np.float64], truth: Truth) -> NDArray[np.float64]:
    """The loss of each row."""
    if truth.task == "regression":
        return np.asarray((answer[:, 0] - truth.values) ** 2)
    both = np.hstack([1 - answer, answer]) if truth.task == "binary" else answer
    return np.asarray(-np.log(np.clip(both[np.arange(len(both)), truth.values], 1e-7, None)))
