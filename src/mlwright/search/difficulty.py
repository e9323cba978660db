"""How hard each row is: by which factor errors are larger or smaller where a column has certain values.

An additive model of the logarithm of out-of-fold errors, learnt by boosting one column at a time (componentwise;
Bühlmann and Yu 2003), over levels and ranges of what the graph is fed. Intervals normalised by it are as wide as a row
deserves (Papadopoulos et al. 2002); that they hold is seen to afterwards, on errors divided by it, so it may be rough.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright import graph
from mlwright.contracts.protocols import Feeds
from mlwright.contracts.records import Schema

Floats = NDArray[np.floating[Any]]
_FEWEST, _ENOUGH = 400, 5_000  # rows that it is learnt from
_COLUMNS, _RANGES, _LEVELS, _LEVEL = 50, 8, 30, 20
_ROUNDS = 12
_PRIOR = 10.0  # rows that say of a part that it is like all
_LEAST = 0.05  # quantile of the errors below which none is told from another: their logarithm is not


@dataclass(frozen=True, eq=False)
class Cells:
    """What the graph is fed for some rows, and the names of its columns."""

    numbers: tuple[str, ...]
    strings: tuple[str, ...]
    feeds: Feeds

    @classmethod
    def of(cls, feeds: Feeds, schema: Schema) -> Cells:
        """Of the rows of a table."""
        return cls(schema.numbers, schema.strings, feeds)

    def at(self, rows: NDArray[Any]) -> Cells:
        """Of some rows."""
        return Cells(self.numbers, self.strings, {name: values[rows] for name, values in self.feeds.items()})

    def column(self, name: str) -> NDArray[Any]:
        """(n,) numbers or texts."""
        if name in self.numbers:
            return self.feeds["numbers"][:, self.numbers.index(name)]
        return self.feeds["strings"][:, self.strings.index(name)]


class Effect(NamedTuple):
    """What a column adds to the logarithm of a row's error: ``values[i]`` where so many ``edges`` are below its number
    (none below one that is missing), or where its text is ``levels[i]``; the last value is that of all other texts."""

    column: str
    edges: tuple[float, ...]
    levels: tuple[str, ...]
    values: tuple[float, ...]

    def places(self, cells: Cells) -> NDArray[np.intp]:
        """(n,) which of the values each row has."""
        column = cells.column(self.column)
        if self.levels:
            index = {level: i for i, level in enumerate(self.levels)}
            return np.array([index.get(text, len(index)) for text in column.tolist()], np.intp)
        return np.where(np.isnan(column), 0, np.searchsorted(self.edges, column, side="left"))


def factor(effects: tuple[Effect, ...], cells: Cells) -> NDArray[np.float64]:
    """(n,) by what the error of each row is larger than that of others."""
    total = np.zeros(len(next(iter(cells.feeds.values()))))
    for effect in effects:
        total += np.array(effect.values)[effect.places(cells)]
    return np.exp(total)


def emit_factor(effects: tuple[Effect, ...]) -> graph.Tensor:
    """The same in the graph, (n, 1) float64, for one effect or more."""
    parts = []
    ranged = [e for e in effects if not e.levels]
    if ranged:
        edges = np.concatenate([e.edges for e in ranged])
        x = graph.numbers([e.column for e in ranged for _ in e.edges])
        steps = np.concatenate([np.diff(e.values) for e in ranged])
        over = graph.cast(graph.apply("Greater", x, edges[None, :]), "float64")
        parts.append(over @ steps[:, None] + sum(e.values[0] for e in ranged))
    for e in effects:
        if e.levels:
            table = np.array(e.values)[:, None]
            found = graph.lookup(graph.strings(e.column), e.levels, table[:-1], table[-1:, 0])
            parts.append(graph.cast(found, "float64"))
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return graph.apply("Exp", total)


def difficulty(error: Floats, cells: Cells, weight: Floats | None = None) -> tuple[Effect, ...]:
    """The effects that tell the size of errors (n,), 0 or more; none where rows are few or nothing tells it."""
    rows = np.unique(np.linspace(0, len(error) - 1, min(len(error), _ENOUGH)).astype(np.int64))
    least = float(np.quantile(error, _LEAST)) if len(error) else 0.0
    if len(rows) < _FEWEST or error.max() <= 0:
        return ()
    few, count = cells.at(rows), np.ones(len(rows)) if weight is None else weight[rows] / weight[rows].mean()
    left = np.log(np.maximum(error[rows], max(least, 1e-9 * float(error.max()))))
    left = left - np.average(left, weights=count)
    found = {name: effect for name in sorted((*cells.numbers, *cells.strings)) if (effect := _blank(name, few))}
    places = {name: effect.places(few) for name, effect in list(found.items())[:_COLUMNS]}
    sums: dict[str, Floats] = {}
    for _ in range(_ROUNDS):
        gains = {name: _gain(place, left, count, len(found[name].values)) for name, place in places.items()}
        best = max(gains, key=lambda name: gains[name][0], default=None)
        if best is None or gains[best][0] <= 0:
            break
        step = gains[best][1]
        sums[best] = sums.get(best, np.zeros(len(step))) + step
        left = left - step[places[best]]
    return _named(found, sums)


def _named(found: Mapping[str, Effect], sums: Mapping[str, Floats]) -> tuple[Effect, ...]:
    """Rounded to what the graph's table of single precision holds, so that both compute the same."""
    return tuple(
        found[name]._replace(values=tuple(map(float, np.asarray(values, np.float32)))) for name, values in sums.items()
    )


def _gain(place: NDArray[np.intp], left: Floats, count: Floats, width: int) -> tuple[float, Floats]:
    """How much less squared error the means of the parts leave, beyond what chance does, and these means."""
    rows = np.bincount(place, weights=count, minlength=width)
    total = np.bincount(place, weights=count * left, minlength=width)
    mean = total / (rows + _PRIOR)
    saved = float((2 * mean * total - rows * mean * mean).sum())
    return saved - 2 * float(left.var()) * width, mean


def _blank(name: str, cells: Cells) -> Effect | None:
    """A column's parts, without effects yet; None where there is one alone."""
    column = cells.column(name)
    if name in cells.numbers:
        known = column[np.isfinite(column)]
        edges = np.unique(np.quantile(known, np.arange(1, _RANGES) / _RANGES)) if len(known) else np.zeros(0)
        edges = edges[edges < known.max(initial=-np.inf)]
        return Effect(name, tuple(edges.tolist()), (), (0.0,) * (len(edges) + 1)) if len(edges) else None
    texts, counts = np.unique(column.astype(str), return_counts=True)
    order = np.argsort(-counts, kind="stable")[:_LEVELS]
    levels = tuple(str(texts[i]) for i in order if counts[i] >= _LEVEL)
    return Effect(name, (), levels, (0.0,) * (len(levels) + 1)) if levels and len(texts) > 1 else None
