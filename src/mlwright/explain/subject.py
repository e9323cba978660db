"""What is explained: a model as one graph, and rows of its typed table as the graph's own inputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlwright import metrics
from mlwright.contracts.protocols import Feeds
from mlwright.contracts.records import ITEM_MARK, Column, Schema
from mlwright.metrics import Metric

Array = NDArray[Any]
Floats = NDArray[np.float64]
Index = NDArray[np.intp]
Cells = dict[str, Array]
"""Rows as the graph reads them: "numbers" (n, k) float64 and "strings" (n, m) of str."""
Answers = Callable[[Feeds, Index], Floats]
"""From feeds of m rows, and from which of the subject's rows each was made (m,), to (m, k) probabilities or (m,)
values."""
AIMS = 4  # classes whose probabilities are followed at most


@dataclass(frozen=True, eq=False)
class Subject:
    """A model and n rows. ``model`` is what ships; ``unseen`` answers for each row as the same kind of model that did
    not learn from it (None: nothing is known of that, and ``model`` answers).

    ``y`` (n,) are class indices or numbers (None: not known), ``weight`` (n,) how much each row counts, ``groups`` (n,)
    which rows are drawn whole when rows are drawn; ``threshold`` is the least probability of the second class that is
    answered with it. ``fixed`` columns
    can't be acted on."""

    schema: Schema
    feeds: Cells
    model: Answers
    metric: Metric | None = None
    y: Array | None = None
    weight: Array | None = None
    groups: Array | None = None
    threshold: float | None = None
    unseen: Answers | None = None
    fixed: tuple[str, ...] = ()
    seed: int = 0

    @property
    def rows(self) -> int:
        """How many there are."""
        return len(self.feeds["numbers"])

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns that the graph reads, in the table's order."""
        return self.schema.features

    @cached_property
    def places(self) -> tuple[tuple[str, int], ...]:
        """Of each column, the input of the graph and the position in it."""
        numbers = {name: ("numbers", i) for i, name in enumerate(self.schema.numbers)}
        strings = {name: ("strings", i) for i, name in enumerate(self.schema.strings)}
        found = numbers | strings
        return tuple(found[column.name] for column in self.columns)

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes as text; empty for regression."""
        return tuple(str(label) for label in self.schema.target.classes)

    @cached_property
    def aims(self) -> tuple[int, ...]:
        """The classes whose probability is followed: the second of two, or the most frequent ones."""
        target = self.schema.target
        if len(target.classes) <= 2:
            return (len(target.classes) - 1,)
        counts = np.array(target.counts or (1,) * len(target.classes))
        return tuple(int(i) for i in np.argsort(-counts, kind="stable")[:AIMS])

    @property
    def answer(self) -> str:
        """The class whose probability is explained ("" for a number)."""
        return self.classes[self.aims[0]] if self.classes else ""

    def aimed(self, prediction: Floats) -> Floats:
        """(m, q) of what is followed, from (m, k) probabilities or (m,) values."""
        return prediction[:, list(self.aims)] if self.classes else prediction[:, None]

    def cells(self, column: int, rows: Index | None = None) -> Array:
        """The values of a column (n,), or of some rows."""
        name, place = self.places[column]
        values = self.feeds[name][:, place]
        return values if rows is None else values[rows]

    def take(self, rows: Index) -> Cells:
        """A copy of some rows, in that order, to be written to."""
        return {name: array[rows] for name, array in self.feeds.items()}

    def put(self, cells: Cells, column: int, values: Any, rows: Any = slice(None)) -> None:
        """Write values of a column into some rows of ``cells``."""
        name, place = self.places[column]
        cells[name][rows, place] = values

    def part(self, rows: Index) -> Subject:
        """The same with some of the rows, in that order."""
        return replace(
            self,
            feeds=self.take(rows),
            y=None if self.y is None else self.y[rows],
            weight=None if self.weight is None else self.weight[rows],
            groups=None if self.groups is None else self.groups[rows],
            model=_of(self.model, rows),
            unseen=None if self.unseen is None else _of(self.unseen, rows),
        )

    def labels(self, prediction: Floats) -> Index:
        """(m,) class indices as the graph answers them."""
        return metrics.labels(prediction, self.threshold)


def _of(ask: Answers, rows: Index) -> Answers:
    return lambda feeds, origin: ask(feeds, rows[origin])


def joined(parts: Sequence[Cells]) -> Cells:
    """Several lots of rows, one after the other."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def missing(values: Array) -> NDArray[np.bool_]:
    """Where no value is."""
    return np.isnan(values) if values.dtype.kind == "f" else values == ""


def shown(column: Column, value: Any) -> Any:
    """A cell as people and JSON have it: a number, True or False, a date as text, a text, a list of texts, or None."""
    if isinstance(value, str):
        return None if value == "" else value.split(ITEM_MARK) if column.kind == "list" else value
    number = float(value)
    if number != number:
        return None
    if column.kind == "boolean":
        return number != 0
    if column.kind == "datetime":
        return _moment(number)
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def _moment(seconds: float) -> str | float:
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return seconds
    return moment.strftime("%Y-%m-%d" if seconds % 86_400 == 0 else "%Y-%m-%d %H:%M:%S")
