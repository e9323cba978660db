"""How rows may be split, where nobody said: in the order of time, by groups, or at random.

A random split flatters where rows hang together: neighbours in time or rows of one subject lie on both sides. Evidence
of time or of subjects alone decides nothing; that models err more on later rows, or on subjects that they have not met,
than a random split would tell, does (`mlwright.trials.flattery`).
"""

from __future__ import annotations

import shlex
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mlwright import metrics
from mlwright.contracts.records import GROUP, TARGET, Finding, Problem, Schema, Split
from mlwright.ingest.sequence import BESIDE, Sequence, alike, beside, in_time
from mlwright.ingest.subjects import subjects
from mlwright.trials import METRIC, Flattery, flattery, quick_matrix, truth_of

_LATER, _BLOCKS = 0.75, 20  # of the rows are learnt from; blocks of the rest
_ROWS = 200  # below, nothing can be told


class Cut(NamedTuple):
    """The typed rows as they may be split (sorted in time, or with GROUP), how, and what is to be told."""

    rows: pl.DataFrame
    split: Split
    findings: tuple[Finding, ...] = ()


class _Judge:
    """Measures what a random split of these rows would hide."""

    def __init__(self, rows: pl.DataFrame, schema: Schema, seed: int):
        self._truth = truth_of(rows, schema.target)
        self._rows, self._schema, self._seed = rows, schema, seed
        self._x: NDArray[np.float32] | None = None

    def later(self, column: str | None) -> Flattery:
        """On rows that come later by a column, or in the table."""
        count = self._rows.height
        order = np.arange(count) if column is None else self._rows[column].arg_sort(nulls_last=True).to_numpy()
        held = np.arange(count) >= count * _LATER
        blocks = np.arange(count) * _BLOCKS // round(count * (1 - _LATER))
        return flattery(self._matrix()[order], self._truth.at(order), held, blocks, self._seed)

    def unmet(self, groups: NDArray[Any]) -> Flattery:
        """On rows of groups that were not learnt from."""
        codes = np.unique(groups)
        some = np.random.default_rng(self._seed).permutation(codes)[: max(2, len(codes) // 4)]
        return flattery(self._matrix(), self._truth, np.isin(groups, some), groups, self._seed)

    def told(self, seen: Flattery) -> str:
        """The two numbers in words, the true one first."""
        metric = metrics.METRICS[METRIC[self._truth.task]]
        scale = self._schema.target.scale if self._truth.task == "regression" else 1.0
        if not np.isfinite(seen.apart):
            return f"errors that are {seen.share:.0%} larger than a random split would show"
        apart, mixed = (metrics.shown(value * scale) for value in (seen.apart, seen.mixed))
        return f"{metric.title} {apart}, where a random split would show {mixed}"

    def _matrix(self) -> NDArray[np.float32]:
        if self._x is None:
            self._x = quick_matrix(self._rows, self._schema).values
        return self._x


def cut(rows: pl.DataFrame, schema: Schema, problem: Problem) -> Cut:
    """What the problem says about the split, or what the rows tell."""
    if problem.time is not None or problem.ordered:
        return Cut(rows, Split(kind="time", column=problem.time))
    if problem.group is not None:
        return Cut(rows, Split(kind="group", column=problem.group))
    if rows.height < _ROWS:
        return Cut(rows, Split())
    judge = _Judge(rows, schema, problem.seed)
    by_group = None if "grouped-rows" in problem.keep else _by_group(rows, schema, judge)
    if by_group is not None or "time-order" in problem.keep:
        return by_group or Cut(rows, Split())
    sequence = in_time(rows, schema)
    if sequence is not None:
        return _by_time(rows, sequence, judge)
    sorted_by_target = beside(rows[TARGET].cast(pl.Float64).to_numpy()) >= BESIDE
    return Cut(rows, Split(), _near(judge) if alike(rows, schema) and not sorted_by_target else ())


def _by_time(rows: pl.DataFrame, sequence: Sequence, judge: _Judge) -> Cut:
    seen = judge.later(sequence.column)
    message = (
        f"The rows lie in the order of time, as {sequence.witness!r} shows. On later rows, models that learn from "
        f"earlier ones reach {judge.told(seen)}."
    )
    if not seen.likely:
        named = "--ordered" if sequence.column is None else f"--time {shlex.quote(sequence.column)}"
        remedy = f"They were split at random: if the rows to come are later ones, train with {named}."
        finding = Finding(code="row-order", severity="warning", message=message, remedy=remedy)
        return Cut(rows, Split(), (finding,) if seen.some else ())
    message += " So each row is judged by models of earlier rows alone."
    remedy = "If the rows to come are of the same time as these, train with --keep time-order."
    finding = Finding(code="time-order", severity="warning", message=message, column=sequence.column, remedy=remedy)
    if sequence.column is not None:
        rows = rows.sort(sequence.column, maintain_order=True)
    return Cut(rows, Split(kind="time", column=sequence.column, inferred=True), (finding,))


def _by_group(rows: pl.DataFrame, schema: Schema, judge: _Judge) -> Cut | None:
    for name in subjects(rows, schema):
        codes = rows[name].rank("dense").fill_null(0).cast(pl.Int32)
        seen = judge.unmet(codes.to_numpy())
        if seen.likely:
            message = (
                f"{name!r} says whose row it is, and there are several rows of most. On rows of others than those that "
                f"were learnt from, models reach {judge.told(seen)}. So all rows of one are kept on one side of every "
                "split, and the column itself is not read."
            )
            remedy = "If the rows to come are of the same ones, train with --keep grouped-rows."
            finding = Finding(code="grouped-rows", severity="warning", message=message, column=name, remedy=remedy)
            split = Split(kind="group", column=name, inferred=True)
            return Cut(rows.with_columns(codes.alias(GROUP)), split, (finding,))
    return None


def _near(judge: _Judge) -> tuple[Finding, ...]:
    seen = judge.later(None)
    if not seen.sure:
        return ()
    message = (
        "Rows that lie near each other in the table resemble each other. On its last quarter, models that learn from "
        f"the rest reach {judge.told(seen)}."
    )
    remedy = (
        "If the order is that of time, train with --ordered; if rows belong together, as those of one place, name "
        "their column with --group; if rows to come are like all of these alike, nothing is to be done."
    )
    return (Finding(code="row-order", severity="info", message=message, remedy=remedy),)
