"""How the answer goes with a column.

Numbers: accumulated local effects, which ask only about rows near those that there are (Apley and Zhu 2020).
Categories, and "missing": partial dependence (Friedman 2001). Beside both, how single rows go (Goldstein et al. 2015).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlwright.contracts.insight import Effect, Point
from mlwright.contracts.protocols import Clock
from mlwright.contracts.records import Column
from mlwright.explain.subject import Array, Floats, Index, Subject, joined, missing, shown

COLUMNS = 8
MISSING = "(missing)"
_POINTS = 13  # of a number
_LEVELS = 10  # of a category, the commonest
_SINGLE = 40  # rows that are followed alone
_LEAST = 0.01  # share of missing values from which they get a point
_COMMON = 0.005  # share of the rows that a category must have to get one
_FEWEST = 10  # rows


@dataclass(frozen=True, eq=False)
class _Grid:
    """Where a column is looked at: the values as the graph reads them, the share of the rows near each, and what each
    is called (None: a number)."""

    values: list[Any]
    shares: Floats
    levels: list[str | None]


def effects(subject: Subject, columns: Sequence[int], asked: int, clock: Clock | None = None) -> tuple[Effect, ...]:
    """The effect of each column on what is followed (every class of the subject's ``aims``), asking about ``asked``
    rows or so, as long as the clock lasts. A column of texts, or one in which hardly a value comes twice, has none."""
    each = asked // max(1, len(columns))
    rng = np.random.default_rng(subject.seed + 2)
    order = rng.permutation(subject.rows)
    near = order[: max(_FEWEST, each // 2 - _SINGLE * _POINTS // 2)]
    single = order[: int(np.clip(each // (2 * _POINTS), _FEWEST, _SINGLE))]
    found: list[Effect] = []
    for column in columns:
        if clock is None or clock.left > 0:
            found += _of_column(subject, column, near, single)
    return tuple(found)


def _of_column(subject: Subject, column: int, near: Index, single: Index) -> list[Effect]:
    kind, name = subject.columns[column], subject.columns[column].name
    grid = _grid(kind, subject.cells(column))
    if kind.kind == "text" or len(grid.values) < 2:
        return []
    lines = _lines(subject, column, grid, single)  # (rows, points, aims)
    shares = grid.shares / grid.shares.sum()
    centred = lines - np.einsum("rpa,p->ra", lines, shares)[:, None, :]
    means = centred.mean(axis=0)
    places = [i for i, level in enumerate(grid.levels) if level is None]
    if places:
        local = _accumulated(subject, column, np.array([grid.values[i] for i in places]), near)
        part = shares[places] / shares[places].sum()
        means[places] = local - part @ local + part @ means[places]
        means -= shares @ means
    low, high = np.percentile(centred, [10, 90], axis=0)
    found = []
    for aim, place in enumerate(subject.aims):
        points = tuple(
            Point(
                effect=float(means[i, aim]),
                low=float(min(low[i, aim], means[i, aim])),
                high=float(max(high[i, aim], means[i, aim])),
                share=float(grid.shares[i]),
                at=float(grid.values[i]) if level is None else None,
                level=level or "",
            )
            for i, level in enumerate(grid.levels)
        )
        found.append(Effect(column=name, points=points, answer=subject.classes[place] if subject.classes else ""))
    return found


def _grid(column: Column, values: Array) -> _Grid:
    gaps = missing(values)
    known = values[~gaps]
    share = float(gaps.mean())
    if values.dtype.kind == "f" and column.kind != "boolean":
        points: list[Any] = _quantiles(known.astype(np.float64))
        shares = _near(known.astype(np.float64), np.array(points)) * (1 - share)
        levels: list[str | None] = [None] * len(points)
    else:
        names, counts = np.unique(known.astype(str) if known.dtype.kind == "O" else known, return_counts=True)
        order = np.argsort(-counts, kind="stable")[:_LEVELS]
        points = [names[i].item() for i in order if counts[i] >= _COMMON * len(values)]
        if column.order:
            points.sort(key=lambda level: column.order.index(level) if level in column.order else len(column.order))
        by_name = dict(zip(names.tolist(), counts.tolist(), strict=True))
        shares = np.array([by_name[point] for point in points], dtype=np.float64) / max(1, len(values))
        levels = [_named(column, point) for point in points]
    if share >= _LEAST:
        blank = np.nan if values.dtype.kind == "f" else ""
        return _Grid([*points, blank], np.append(shares, share), [*levels, MISSING])
    return _Grid(points, shares, levels)


def _named(column: Column, value: Any) -> str:
    if column.kind == "boolean":
        return (column.words or ("false", "true"))[int(value)]
    told = shown(column, value)
    return ", ".join(told) if isinstance(told, list) else str(told)


def _quantiles(known: Floats) -> list[float]:
    distinct = np.unique(known)
    if len(distinct) > _POINTS:
        distinct = np.unique(np.quantile(known, np.linspace(0, 1, _POINTS), method="nearest"))
    return [float(value) for value in distinct]


def _near(known: Floats, points: Floats) -> Floats:
    """The share of the rows whose nearest point each is."""
    middles = (points[1:] + points[:-1]) / 2
    return np.bincount(np.searchsorted(middles, known), minlength=len(points)) / max(1, len(known))


def _lines(subject: Subject, column: int, grid: _Grid, rows: Index) -> Floats:
    """(rows, points, aims): what each row would be answered at each point."""
    cells = []
    for value in grid.values:
        moved = subject.take(rows)
        subject.put(moved, column, value)
        cells.append(moved)
    answers = subject.aimed(subject.model(joined(cells), np.tile(rows, len(cells))))
    return np.asarray(answers.reshape(len(cells), len(rows), -1).swapaxes(0, 1))


def _accumulated(subject: Subject, column: int, points: Floats, near: Index) -> Floats:
    """(points, aims): the mean differences over the steps between points, each of the rows that lie in it, added up."""
    values = subject.cells(column, near)
    known = near[~np.isnan(values)]
    step = np.clip(np.searchsorted(points, subject.cells(column, known), side="left"), 1, len(points) - 1)
    below, above = subject.take(known), subject.take(known)
    subject.put(below, column, points[step - 1])
    subject.put(above, column, points[step])
    answers = subject.aimed(subject.model(joined([below, above]), np.tile(known, 2)))
    change = answers[len(known) :] - answers[: len(known)]
    counts = np.bincount(step, minlength=len(points))
    sums = np.stack([np.bincount(step, weights=one, minlength=len(points)) for one in change.T], axis=1)
    return np.asarray(np.cumsum(sums / np.maximum(counts, 1)[:, None], axis=0))
