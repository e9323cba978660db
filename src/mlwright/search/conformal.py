"""Intervals and label sets that hold the truth in nine of ten rows, set by out-of-fold predictions.

Split conformal prediction (Lei et al. 2018, arXiv 1604.04173) by parts. Numbers by bins of the prediction, since large
answers usually miss by more (Mondrian conformal regressors; Boström and Johansson 2020), after errors were divided by
how hard their rows are (see `mlwright.search.difficulty`). Classes each with a threshold of its own, so that a rare one
is held as often as a frequent one (LABEL; Sadinle, Lei and Wasserman 2019). What is set for a part holds in that part,
whatever the model and the distribution, as long as new rows come as these did.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.contracts.protocols import Truth
from mlwright.search.difficulty import Cells, Effect, difficulty, factor

Floats = NDArray[np.floating[Any]]
Split = list[tuple[NDArray[np.int64], NDArray[np.int64]]]
PROMISE = 0.9
_BIN, BINS = 200, 10  # rows that the width of a bin rests on at least, and bins at most
_CLASS = 20  # rows below which a class is cut where all are
_PARTS = 5


class Band(NamedTuple):
    """Half the width of an interval by the answer: ``halves[i]`` where so many ``edges`` are below it; times what the
    columns say of how hard the row is."""

    edges: tuple[float, ...] = ()
    halves: tuple[float, ...] = (0.0,)
    effects: tuple[Effect, ...] = ()

    def half(self, answer: Floats, cells: Cells | None = None) -> NDArray[np.float64]:
        """(n,) half widths for answers (n,); the cells of these rows are needed where there are effects."""
        half = np.array(self.halves)[np.searchsorted(self.edges, answer, side="left")]
        return half if cells is None or not self.effects else half * factor(self.effects, cells)


POINT = Band()  # no interval: where nothing was set


class Held(NamedTuple):
    """Which of ``rows`` (m,) of the scored rows are held by an interval or set that they had no part in setting, and
    how wide that was: in the truth's scale, or in labels."""

    rows: NDArray[np.int64]
    holds: NDArray[np.bool_]
    widths: NDArray[np.float64]


def band(answer: Floats, truth: Truth, cells: Cells | None = None) -> Band:
    """Bins of equally many answers (n,) and in each the distance that 90% of the out-of-fold errors keep below, each
    row counted by its weight; with ``cells``, after errors were divided by how hard their rows are."""
    error = np.abs(answer - truth.values)
    rough = _binned(answer, error, truth)
    if cells is None:
        return rough
    effects = difficulty(error / np.maximum(rough.half(answer), 1e-12), cells, truth.weight)
    return _binned(answer, error / factor(effects, cells), truth)._replace(effects=effects) if effects else rough


def _binned(answer: Floats, error: Floats, truth: Truth) -> Band:
    bins = int(np.clip(len(answer) // _BIN, 1, BINS))
    edges = np.unique(np.quantile(answer, np.arange(1, bins) / bins))
    edges = edges[edges < answer.max()]
    place = np.searchsorted(edges, answer, side="left")
    few = [b for b in range(len(edges)) if (place == b).sum() < _BIN / 2]  # ties: such a bin joins the next one
    edges = np.delete(edges, few)
    place = np.searchsorted(edges, answer, side="left")
    halves = [_level(error[place == b], truth.at(place == b).weight) for b in range(len(edges) + 1)]
    return Band(tuple(map(float, edges)), tuple(halves))


def cuts(shares: Floats, truth: Truth) -> tuple[float, ...]:
    """For each class the probability that 90% of its own rows have at least, of probabilities (n, k). Of two classes
    one half is always enough, so that no set is empty."""
    missed = 1.0 - shares[np.arange(len(shares)), truth.values]
    every = _level(missed, truth.weight)
    own = [truth.values == c for c in range(shares.shape[1])]
    levels = [_level(missed[o], truth.at(o).weight) if o.sum() >= _CLASS else every for o in own]
    most = 0.5 if len(levels) == 2 else 1.0
    return tuple(min(most, 1.0 - level) for level in levels)


def sets(shares: Floats, cut: tuple[float, ...]) -> NDArray[np.bool_]:
    """(n, k) which classes are in the set of each row: those whose probability is not below their cut, and the most
    probable one, so that no set is empty."""
    best = shares.argmax(axis=1)[:, None] == np.arange(shares.shape[1])
    return np.asarray((shares >= np.array(cut)) | best)


def parts(groups: NDArray[Any] | None, rows: int, ordered: bool) -> Split:
    """(rows to set by, rows to measure on), so that groups stay together and what is ordered in time is measured on
    later rows alone."""
    if ordered:
        return [(np.arange(rows // 2), np.arange(rows // 2, rows))]
    codes = np.arange(rows) if groups is None else np.unique(groups, return_inverse=True)[1]
    return [(np.flatnonzero(codes % _PARTS != p), np.flatnonzero(codes % _PARTS == p)) for p in range(_PARTS)]


def held_intervals(answer: Floats, truth: Truth, cells: Cells, split: Split) -> Held:
    """Whether the truth lies in the interval, measured on rows that it was not set by."""
    found = []
    for learn, judge in split:
        if len(learn) and len(judge):
            half = band(answer[learn], truth.at(learn), cells.at(learn)).half(answer[judge], cells.at(judge))
            found.append(Held(judge, np.abs(answer[judge] - truth.values[judge]) <= half, 2.0 * half))
    return _joined(found)


def held_sets(shares: Floats, truth: Truth, split: Split) -> Held:
    """Whether the true class is in the label set, measured on rows that it was not set by."""
    found = []
    for learn, judge in split:
        if len(learn) and len(judge):
            inside = sets(shares[judge], cuts(shares[learn], truth.at(learn)))
            holds = inside[np.arange(len(judge)), truth.values[judge]]
            found.append(Held(judge, holds, inside.sum(axis=1).astype(np.float64)))
    return _joined(found)


def _joined(found: list[Held]) -> Held:
    if not found:
        return Held(np.zeros(0, np.int64), np.zeros(0, np.bool_), np.zeros(0))
    return Held(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _level(score: Floats, weight: Floats | None) -> float:
    """What a new row's score keeps below with 90%: the smallest score that so much of the weight lies up to, where the
    new row itself counts as one more."""
    order, rows = np.argsort(score), len(score)
    below = np.cumsum(np.ones(rows) if weight is None else weight[order])
    place = int(np.searchsorted(below, PROMISE * (rows + 1) * (below[-1] / rows)))
    return float(score[order[min(rows - 1, place)]])
