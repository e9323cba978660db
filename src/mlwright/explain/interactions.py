"""What two columns do together that neither does alone: the H-statistic (Friedman and Popescu 2008)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from mlwright.contracts.insight import Interaction
from mlwright.explain.subject import Floats, Index, Subject

COLUMNS = 5
_MOST, _FEWEST = 40, 8  # rows
_NOTHING = 1e-12  # of the answers' variance


def interactions(subject: Subject, columns: Sequence[int], asked: int) -> tuple[Interaction, ...]:
    """For every two of the columns, the share of the variance of what both do together (their partial dependence) that
    is not the sum of what each does; the strongest first. Asks about ``asked`` rows or so; says nothing if they are too
    few."""
    pairs = list(combinations(columns, 2))
    count = min(_MOST, subject.rows, int((asked / max(1, len(pairs) + len(columns))) ** 0.5))
    if count < _FEWEST or not pairs:
        return ()
    rows = np.random.default_rng(subject.seed + 3).permutation(subject.rows)[:count]
    answers = subject.aimed(subject.model(subject.take(rows), rows))[:, 0]
    alone = {column: _dependence(subject, (column,), rows) for column in columns}
    found = []
    for left, right in pairs:
        both = _dependence(subject, (left, right), rows)
        own, whole = ((both - alone[left] - alone[right]) ** 2).sum(), (both**2).sum()
        strength = float(own / whole) if whole > _NOTHING * (1e-300 + answers.var() * count) else 0.0
        names = subject.columns[left].name, subject.columns[right].name
        found.append(Interaction(columns=names, strength=min(1.0, strength)))
    return tuple(sorted(found, key=lambda one: -one.strength))


def _dependence(subject: Subject, columns: tuple[int, ...], rows: Index) -> Floats:
    """(n,) the mean answer over all rows with the columns' values of each, less its mean."""
    count = len(rows)
    origin = np.tile(rows, count)
    cells = subject.take(origin)
    for column in columns:
        subject.put(cells, column, np.repeat(subject.cells(column, rows), count))
    answers = subject.aimed(subject.model(cells, origin))[:, 0].reshape(count, count).mean(axis=1)
    return np.asarray(answers - answers.mean())
