"""What each column's value adds to the answer for one row: Shapley values, through the graph alone.

A coalition of columns has the row's values, the others those of a background row; its worth is the mean answer over
the background. With few columns all coalitions are asked about. With many, columns are switched over one after the
other in random orders, each also backwards (Castro et al. 2009; Strumbelj and Kononenko 2014; Mitchell et al. 2022):
that adds up to the answer in every single order. Columns in which a row and a background row are equal cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import factorial

import numpy as np

from mlwright.explain.subject import Answers, Array, Cells, Floats, Index, Subject, joined

ENUMERATED = 8  # columns up to which all coalitions are asked about
MOST = 100  # background rows
_FEWEST = 10
_LOT = 4096  # rows that the graph is asked about at once


@dataclass(frozen=True, eq=False)
class Background:
    """Rows to set others against, and whether all coalitions are asked about."""

    rows: Index
    exact: bool


@dataclass(frozen=True, eq=False)
class Parts:
    """The mean answer of the background (q,), and what each column adds (columns, q), for every answer of the graph."""

    base: Floats
    adds: Floats


def background(subject: Subject, asked: int) -> Background | None:
    """Background rows for which the parts of one row cost about ``asked`` rows; None if those would be too few."""
    columns = len(subject.columns)
    exact = columns <= ENUMERATED and asked >= _FEWEST * 2**columns
    each = 2**columns if exact else 2 * (columns + 1)
    count = min(MOST, subject.rows, asked // each)
    if count < min(_FEWEST, subject.rows):
        return None
    rows = np.random.default_rng(subject.seed + 4).permutation(subject.rows)[:count]
    return Background(np.sort(rows), exact)


def least(subject: Subject) -> int:
    """Rows to be asked about below which there are no parts."""
    return 2 * (len(subject.columns) + 1) * _FEWEST


def shapley(subject: Subject, ask: Answers, row: int, behind: Background) -> Parts:
    """The parts of the answer for one of the subject's rows: the base and the sum over columns are that answer."""
    return _enumerated(subject, ask, row, behind.rows) if behind.exact else _ordered(subject, ask, row, behind.rows)


def _mixed(subject: Subject, own: int, other: Index, theirs: Array) -> Cells:
    """Rows (m,) of ``other``, with the values of the row ``own`` where ``theirs`` (m, columns) is False."""
    cells = subject.take(other)
    mine = subject.take(np.array([own]))
    for name, array in cells.items():
        places = [i for i, (input, _) in enumerate(subject.places) if input == name]
        order = [subject.places[i][1] for i in places]
        if places:
            array[:, order] = np.where(theirs[:, places], array[:, order], mine[name][:, order])
    return cells


def _wide(answers: Floats) -> Floats:
    """(m, q) in double precision."""
    return np.asarray(answers, dtype=np.float64).reshape(len(answers), -1)


def _enumerated(subject: Subject, ask: Answers, row: int, others: Index) -> Parts:
    columns, count = len(subject.columns), len(others)
    members = (np.arange(2**columns)[:, None] >> np.arange(columns)) & 1  # (coalitions, columns)
    cells = _mixed(subject, row, np.tile(others, 2**columns), np.repeat(members == 0, count, axis=0))
    answers = _wide(ask(cells, np.full(2**columns * count, row)))
    worth = answers.reshape(2**columns, count, -1).mean(axis=1)
    size = members.sum(axis=1)
    share = np.array([factorial(s) * factorial(columns - s - 1) / factorial(columns) for s in range(columns)])
    adds = []
    for column in range(columns):
        without = np.flatnonzero(members[:, column] == 0)
        gains = worth[without | (1 << column)] - worth[without]
        adds.append(share[size[without]] @ gains)
    return Parts(worth[0], np.array(adds))


def _ordered(subject: Subject, ask: Answers, row: int, others: Index) -> Parts:
    columns = len(subject.columns)
    differs = np.array([_differs(subject, column, row, others) for column in range(columns)]).T  # (others, columns)
    rng = np.random.default_rng(subject.seed + 5)
    orders: list[tuple[int, Index]] = []  # a background row, and the columns in the order in which they are switched
    for other, moving in zip(others.tolist(), differs, strict=True):
        forwards = rng.permutation(np.flatnonzero(moving))
        orders += [(other, forwards), (other, forwards[::-1])]
    adds: dict[int, Floats] = {}
    base: list[Floats] = []
    for lot in _lots(orders):
        every = joined([_path(subject, row, other, order) for other, order in lot])
        answers, start = _wide(ask(every, np.full(len(every["numbers"]), row))), 0
        for _, order in lot:
            path = answers[start : start + len(order) + 1]
            start += len(order) + 1
            base.append(path[0])
            for column, gain in zip(order.tolist(), np.diff(path, axis=0), strict=True):
                adds[column] = adds.get(column, 0.0) + gain
    none = np.zeros_like(base[0])
    return Parts(np.mean(base, axis=0), np.array([adds.get(column, none) / len(orders) for column in range(columns)]))


def _lots(orders: list[tuple[int, Index]]) -> Iterator[list[tuple[int, Index]]]:
    """So many orders at a time that the graph is asked about _LOT rows or so at once."""
    lot: list[tuple[int, Index]] = []
    for one in orders:
        lot.append(one)
        if sum(len(order) + 1 for _, order in lot) >= _LOT:
            yield lot
            lot = []
    if lot:
        yield lot


def _path(subject: Subject, row: int, other: int, order: Index) -> Cells:
    """From a background row to the row, one column after the other."""
    turn = np.full(len(subject.columns), -1)  # equal in both: of no matter from whom it is
    turn[order] = np.arange(len(order))
    theirs = turn[None, :] >= np.arange(len(order) + 1)[:, None]
    return _mixed(subject, row, np.full(len(order) + 1, other), theirs)


def _differs(subject: Subject, column: int, row: int, others: Index) -> Array:
    theirs, own = subject.cells(column, others), subject.cells(column)[row]
    differs = theirs != own
    return np.asarray(differs & ~(np.isnan(theirs) & np.isnan(own)) if theirs.dtype.kind == "f" else differs)
