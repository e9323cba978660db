"""The nearest way to another answer: few columns changed, to values that other rows have (Wachter et al. 2017).

A beam search over columns and values, each step one call of the graph. What it finds is what the graph answers; that
nothing nearer exists it can only say of single changes, all of which it tries. What columns mean together, or what a
change costs, no graph knows: name columns that stay as ``fixed``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mlwright.contracts.insight import Change, Counterfactual
from mlwright.explain.subject import Array, Cells, Floats, Subject, missing, shown

DEEPEST = 4  # columns that are changed at most
_BEAM = 5  # ways that are gone on with
_VALUES = 20  # of each column that are tried
_KINDS = frozenset({"text", "list"})  # words that nobody acts on
_MEANINGS = frozenset({"key", "running-number"})

_Way = dict[int, int]  # by column, the place of its new value among the candidates


@dataclass(frozen=True)
class Goal:
    """Another answer: the class of that index, or a number to reach."""

    index: int | None = None
    number: float = 0.0
    above: bool = True

    def gap(self, subject: Subject, prediction: Floats) -> Floats:
        """(m,) how far answers are from it: 0 or less where it is reached."""
        if self.index is None:
            return (self.number - prediction) * (1 if self.above else -1)
        reached = subject.labels(prediction) == self.index
        others = np.delete(prediction, self.index, axis=1).max(axis=1)
        return np.where(reached, 0.0, np.maximum(1e-12, others - prediction[:, self.index] + 1.0))


@dataclass(frozen=True, eq=False)
class _Candidates:
    """For each column that may change, the values to try and how far each is from the row's own (0 to 1)."""

    values: dict[int, Array]
    far: dict[int, Floats]


def counterfactual(subject: Subject, row: int, goal: Goal) -> Counterfactual | None:
    """The nearest way from one of the subject's rows to the goal; None if it is reached already, or none was found."""
    candidates = _candidates(subject, row)
    if _gaps(subject, row, [{}], candidates, goal)[0] <= 0 or not candidates.values:
        return None
    ways: list[_Way] = [{}]
    for _ in range(DEEPEST):
        further = _further(ways, candidates)
        if not further:
            return None
        gaps = _gaps(subject, row, further, candidates, goal)
        reached = [way for way, gap in zip(further, gaps, strict=True) if gap <= 0]
        if reached:
            nearest = min(reached, key=lambda way: (_distance(way, candidates), sorted(way.items())))
            return _told(subject, row, nearest, candidates)
        ways = [further[i] for i in np.argsort(gaps, kind="stable")[:_BEAM]]
    return None


def _candidates(subject: Subject, row: int) -> _Candidates:
    values, far = {}, {}
    for place, column in enumerate(subject.columns):
        if column.name in subject.fixed or column.kind in _KINDS or column.meaning in _MEANINGS:
            continue
        cells = subject.cells(place)
        known, own = np.sort(cells[~missing(cells)]), cells[row]
        if not len(known):
            continue
        if cells.dtype.kind == "f":
            distinct = np.unique(known)
            if len(distinct) > _VALUES:
                distinct = np.unique(np.quantile(known, np.linspace(0, 1, _VALUES), method="nearest"))
            tried = distinct[distinct != own]
            rank = np.searchsorted(known, [*tried, known[len(known) // 2] if np.isnan(own) else own]) / len(known)
            distance = np.abs(rank[:-1] - rank[-1])
        else:
            names, counts = np.unique(known.astype(str), return_counts=True)
            common = names[np.argsort(-counts, kind="stable")[:_VALUES]]
            tried = common[common != own].astype(object)
            distance = np.full(len(tried), 0.5)
        if len(tried):
            values[place], far[place] = tried, distance
    return _Candidates(values, far)


def _further(ways: Sequence[_Way], candidates: _Candidates) -> list[_Way]:
    """Every way with one more column changed, each once."""
    found: dict[tuple[tuple[int, int], ...], _Way] = {}
    for way in ways:
        for column, values in candidates.values.items():
            if column not in way:
                for place in range(len(values)):
                    longer = way | {column: place}
                    found[tuple(sorted(longer.items()))] = longer
    return list(found.values())


def _changed(subject: Subject, row: int, ways: Sequence[_Way], candidates: _Candidates) -> Cells:
    cells = subject.take(np.full(len(ways), row))
    for line, way in enumerate(ways):
        for column, place in way.items():
            subject.put(cells, column, candidates.values[column][place], line)
    return cells


def _gaps(subject: Subject, row: int, ways: Sequence[_Way], candidates: _Candidates, goal: Goal) -> Floats:
    answers = subject.model(_changed(subject, row, ways, candidates), np.full(len(ways), row))
    return goal.gap(subject, answers)


def _distance(way: _Way, candidates: _Candidates) -> float:
    return float(sum(candidates.far[column][place] for column, place in way.items()))


def _told(subject: Subject, row: int, way: _Way, candidates: _Candidates) -> Counterfactual:
    prediction = subject.model(_changed(subject, row, [way], candidates), np.array([row]))
    changes = tuple(
        Change(
            column=subject.columns[column].name,
            before=shown(subject.columns[column], subject.cells(column)[row]),
            after=shown(subject.columns[column], candidates.values[column][place]),
        )
        for column, place in sorted(way.items())
    )
    if not subject.classes:
        return Counterfactual(changes=changes, answer=float(prediction[0]))
    label = int(subject.labels(prediction)[0])
    return Counterfactual(changes=changes, answer=float(prediction[0, label]), label=subject.classes[label])
