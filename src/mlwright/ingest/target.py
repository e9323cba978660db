"""What is to be predicted: the task, the classes, and the target as numbers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mlwright import frames, metrics
from mlwright.contracts.errors import InputError
from mlwright.contracts.records import Finding, Label, Notation, Problem, Target, TaskKind
from mlwright.ingest import facts, numerals

TASKS: tuple[TaskKind, ...] = ("binary", "multiclass", "regression")
FEW_INTEGERS = 10  # so many whole numbers or fewer are classes
FEW_TEXTS = 50  # texts of numbers in a typed source: so many or fewer are classes
MOST_CLASSES = 1000
_SAMPLE = 20_000


class Reading(NamedTuple):
    """The target column read: ``labels`` (Boolean, Float64, or String; null where missing) and ``words``: the source
    says that it holds texts, even if they look like numbers. ``notation`` is how its numbers are written."""

    labels: pl.Series
    words: bool
    notation: Notation | None = None


class Answer(NamedTuple):
    """The Target, ``values`` (Int32 class index or Float64; null for rows to leave out) and what to tell."""

    target: Target
    values: pl.Series
    findings: tuple[Finding, ...]


def read_target(column: pl.Series, from_text: bool, notation: Notation | None = None) -> Reading:
    """Read the raw target; ``from_text``: from a file in which everything is a text, so that "1" is a number. Amounts
    ("$1,200", "45%") are numbers, in the ``notation`` that the training rows had or, without one, in their own."""
    if column.dtype == pl.Boolean:
        return Reading(column, words=False)
    if column.dtype.is_numeric():
        return Reading(column.cast(pl.Float64), words=False)
    if column.dtype in (pl.Date, pl.Datetime):
        way_out = "Predict a number made from them."
        raise InputError("the target holds dates", where=f"column {column.name!r}", way_out=way_out)
    texts = frames.texts(column)
    if column.dtype == pl.String and from_text and notation is None:
        numbers, wrong = frames.numbers(texts)
        if not wrong and numbers.null_count() < len(numbers):
            return Reading(numbers, words=False)
    return _amounts(texts, notation) or Reading(texts, words=True)


def _amounts(texts: pl.Series, notation: Notation | None) -> Reading | None:
    """Texts as numbers in a notation; in one of their own only if they are too many to be classes."""
    if notation is None:
        distinct = texts.drop_nulls().unique()
        if len(distinct) <= FEW_INTEGERS or not frames.numbers(distinct).wrong:
            return None
        found = numerals.amounts(texts.name, facts.some_of(distinct, _SAMPLE))
        if found is None:
            return None
        notation = found.notation
    numbers, wrong = frames.numbers(texts, notation)
    return None if wrong else Reading(numbers, words=False, notation=notation)


def decide(reading: Reading, problem: Problem, weight: pl.Series | None = None) -> Answer:
    """The task and the Target; a number's mean and scale are those of rows that count by their ``weight`` (Float64).
    Raises InputError if the target can't be learnt, or not in the way that was asked for."""
    name = problem.target
    _finite(reading.labels, name)
    distinct = reading.labels.drop_nulls().n_unique()
    if distinct == 0:
        raise InputError("no row has a value for the target", where=f"column {name!r}", way_out="Name another target.")
    if distinct == 1:
        value = _label(reading.labels.drop_nulls()[0])
        way_out = "Give rows with other values too, or name another target."
        raise InputError(f"every row has the same target, {value!r}", where=f"column {name!r}", way_out=way_out)
    if _wants_regression(reading, problem, distinct):
        return _regression(reading, name, weight)
    return _classification(reading, problem)


def index_of(reading: Reading, target: Target, where: str) -> pl.Series:
    """The target of other rows: class indices or numbers, null where missing. Raises InputError for an unknown
    class."""
    if target.task == "regression":
        values = _as_numbers(reading, target.name)
        _finite(values, target.name)
        return values
    labels = _same_type(reading.labels, target)
    named = [str(c) for c in target.classes] if labels.dtype == pl.String else list(target.classes)
    known = pl.Series(named, dtype=labels.dtype, strict=False)
    order = pl.Series(range(len(known)), dtype=pl.Int32)
    codes = labels.replace_strict(known, order, default=None, return_dtype=pl.Int32)
    strange = labels.filter(codes.is_null() & labels.is_not_null()).unique().sort()
    if len(strange):
        shown = ", ".join(map(repr, map(_label, strange.head(5).to_list())))
        what = f"the target has values that the training rows do not have: {shown}"
        raise InputError(what, where=where, way_out=f"The classes are {', '.join(map(repr, target.classes[:20]))}.")
    return codes


def _finite(labels: pl.Series, name: str) -> None:
    if labels.dtype == pl.Float64:
        rows = labels.is_infinite().fill_null(False).arg_true()
        if len(rows):
            shown = ", ".join(map(str, rows.head(5).to_list()))
            what = f"the target is infinite in {len(rows)} rows (the first: {shown})"
            raise InputError(what, where=f"column {name!r}", way_out="Correct these rows or leave them out.")


def _wants_regression(reading: Reading, problem: Problem, distinct: int) -> bool:
    if problem.task is not None:
        return problem.task == "regression"
    if problem.metric is not None:
        tasks = _tasks_of(problem.metric) if problem.measure is None else problem.measure.tasks
        if tasks == ("regression",):
            return True
        if "regression" not in tasks:
            return False
    labels = reading.labels
    if labels.dtype == pl.Boolean:
        return False
    if labels.dtype == pl.Float64:
        whole = bool((labels.drop_nulls() == labels.drop_nulls().round()).all())
        return distinct > 2 and not (whole and distinct <= FEW_INTEGERS)
    return distinct > FEW_TEXTS and not frames.numbers(labels).wrong


def _tasks_of(metric: str) -> tuple[TaskKind, ...]:
    """The tasks that a metric judges. Raises InputError for a name that no task knows."""
    found: list[TaskKind] = []
    for task in TASKS:
        try:
            metrics.find(metric, task)
        except InputError as error:
            unknown = error
        else:
            found.append(task)
    if not found:
        raise InputError(unknown.what, where=unknown.where, way_out=f"There are: {', '.join(metrics.METRICS)}.")
    return tuple(found)


def _as_numbers(reading: Reading, name: str) -> pl.Series:
    if reading.labels.dtype != pl.String:
        return reading.labels.cast(pl.Float64)
    values, wrong = frames.numbers(reading.labels)
    if wrong:
        row, why = wrong[0]
        way_out = "Predicting a number needs numbers; leave out the task or the metric to predict classes."
        raise InputError(f"row {row}: {why}", where=f"column {name!r}", way_out=way_out)
    return values


def _regression(reading: Reading, name: str, weight: pl.Series | None) -> Answer:
    values = _as_numbers(reading, name)
    _finite(values, name)
    present = values.drop_nulls().to_numpy()
    if len(present) == 0 or present.min() == present.max():
        raise InputError("the target never changes", where=f"column {name!r}", way_out="Name another target.")
    count = None if weight is None else weight.filter(values.is_not_null()).to_numpy() / weight.max()
    mean = float(np.average(present, weights=count))
    spread = float(present.std() if count is None else np.sqrt(np.average((present - mean) ** 2, weights=count)))
    scale = spread or float(present.max() - present.min())  # tiny values may underflow to 0
    floor, notation = _floor(present), reading.notation
    target = Target(name=name, task="regression", mean=mean, scale=scale, floor=floor, notation=notation)
    return Answer(target, values, ())


def _floor(values: NDArray[np.float64]) -> float | None:
    """Where the logarithm of values (n,) is taken from: 0, or where there are zeros, as far below it as the next value
    lies above it. None if there are values below 0 or the logarithms aren't less skewed."""
    if values.min() < 0:
        return None
    floor = 0.0 if values.min() > 0 else -float(values[values > 0].min())
    before, after = (pl.Series(v).skew() or 0.0 for v in (values, np.log(values - floor)))
    return floor if abs(after) < before else None


def _classification(reading: Reading, problem: Problem) -> Answer:
    name = problem.target
    where = f"column {name!r}"
    counts = reading.labels.drop_nulls().alias("label").value_counts(name="rows").sort("label")
    rare, kept = counts.filter(pl.col("rows") < 2), counts.filter(pl.col("rows") >= 2)
    if kept.height < 2:
        way_out = "To predict a number, name a metric for numbers (rmse); classes need two rows each, better hundreds."
        what = f"of {counts.height} different values, {kept.height} occur more than once"
        raise InputError(what, where=where, way_out=way_out)
    if kept.height > MOST_CLASSES:
        way_out = "To predict a number, name a metric for numbers (rmse); otherwise put the rare classes together."
        raise InputError(f"{kept.height} classes are too many (at most {MOST_CLASSES})", where=where, way_out=way_out)
    if problem.task == "binary" and kept.height > 2:
        shown = ", ".join(map(repr, map(_label, kept["label"].head(5).to_list())))
        what = f"the target has {kept.height} classes ({shown}), not two"
        raise InputError(what, where=where, way_out="Use the task multiclass, or none.")
    whole = kept["label"].dtype == pl.Float64 and bool((kept["label"] == kept["label"].round()).all())
    classes = tuple(int(value) if whole else value for value in kept["label"].to_list())
    codes = pl.Series(range(kept.height), dtype=pl.Int32)
    values = reading.labels.replace_strict(kept["label"], codes, default=None, return_dtype=pl.Int32)
    task: TaskKind = "binary" if kept.height == 2 else "multiclass"
    target = Target(name=name, task=task, classes=classes, counts=tuple(kept["rows"].to_list()))
    return Answer(target, values, _rare(rare["label"], name))


def _rare(labels: pl.Series, name: str) -> tuple[Finding, ...]:
    if not len(labels):
        return ()
    shown = ", ".join(repr(_label(value)) for value in labels.head(5).to_list())
    message = f"{len(labels)} classes have a single row and were left out: {shown}{', ...' if len(labels) > 5 else ''}."
    remedy = "Gather more rows of these classes."
    return (Finding(code="rare-class", severity="warning", message=message, column=name, remedy=remedy),)


def _same_type(labels: pl.Series, target: Target) -> pl.Series:
    """Labels in the type of the classes: a test file may state 1 where the training table said "1"."""
    first = target.classes[0]
    if isinstance(first, str):
        return frames.texts(labels)
    if isinstance(first, bool):
        parsed = frames.booleans(frames.texts(labels))
        return labels.cast(pl.String) if parsed.wrong else parsed.values
    if labels.dtype == pl.String:
        numbers, wrong = frames.numbers(labels)
        return labels if wrong else numbers
    return labels.cast(pl.Float64)


def _label(value: Label) -> Label:
    return int(value) if isinstance(value, float) and value.is_integer() else value
