"""Columns that tell the same: dealt out anew one at a time, each would look needless while the other is still there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from scipy.stats import rankdata

from mlwright.explain.subject import Array, Floats, Subject, missing

LIKE = 0.8  # of a group, any two columns go together at least so much
_LEVELS = 10  # so many values of a column count each; the others count as one
_AT_ONCE = 200  # columns
_ALONE = frozenset({"text", "list"})  # of these hardly a value comes twice


def groups(subject: Subject, columns: Sequence[int] | None = None) -> list[tuple[int, ...]]:
    """The columns (all, or some hundreds of them) in groups of which any two go together at least LIKE (complete
    linkage), in the table's order."""
    columns = range(len(subject.columns)) if columns is None else columns
    if len(columns) < 2:
        return [(column,) for column in columns]
    table = strengths(subject, columns)
    cut = fcluster(linkage(squareform(1 - table, checks=False), "complete"), 1 - LIKE, "distance")
    found: dict[int, list[int]] = {}
    for column, group in zip(columns, cut.tolist(), strict=True):
        found.setdefault(group, []).append(column)
    return sorted(tuple(group) for group in found.values())


def toward(subject: Subject, values: Floats) -> Floats:
    """(columns,) how much each column goes together with numbers (n,)."""
    every = range(len(subject.columns))
    lots = [strengths(subject, every[start : start + _AT_ONCE], [values]) for start in range(0, len(every), _AT_ONCE)]
    return np.concatenate([table[-1, :-1] for table in lots]) if lots else np.zeros(0)


def strengths(subject: Subject, columns: Sequence[int], beside: Sequence[Floats] = ()) -> Floats:
    """(p, p) between 0 and 1: the rank correlation of two numbers, or Cramer's V without its bias (Bergsma 2013) of the
    commonest values (numbers by tenths, "missing" a value of its own), whichever is more. Numbers (n,) that stand
    ``beside`` the columns come after them."""
    values = [subject.cells(i) for i in columns] + list(beside)
    kinds = [subject.columns[i].kind for i in columns] + ["numeric" for _ in beside]
    out = np.eye(len(values))
    numbers = [i for i, one in enumerate(values) if one.dtype.kind == "f"]
    if len(numbers) > 1:
        out[np.ix_(numbers, numbers)] = _correlation(np.array([_ranks(values[i]) for i in numbers]))
    counted = [i for i, kind in enumerate(kinds) if kind not in _ALONE]
    if len(counted) > 1:
        held = np.ix_(counted, counted)
        out[held] = np.maximum(out[held], _shared([_coded(values[i]) for i in counted]))
    np.fill_diagonal(out, 1.0)
    return np.clip((out + out.T) / 2, 0.0, 1.0)


def _ranks(values: Floats) -> Floats:
    """Ranks less their mean, a missing value in the middle."""
    known = ~np.isnan(values)
    out = np.zeros(len(values))
    if known.any():
        ranks = rankdata(values[known])
        out[known] = ranks - ranks.mean()
    return out


def _correlation(ranks: Floats) -> Floats:
    size = np.sqrt((ranks**2).sum(axis=1))
    unit = ranks / np.where(size > 0, size, 1.0)[:, None]
    return np.asarray(np.abs(unit @ unit.T))


def _coded(values: Array) -> NDArray[np.intp]:
    """Each row's value as one of few: 0 where it is missing."""
    gaps = missing(values)
    if values.dtype.kind == "f":
        known = np.sort(values[~gaps])
        distinct = np.unique(known)
        cuts = distinct if len(distinct) <= _LEVELS else np.unique(known[np.arange(_LEVELS) * len(known) // _LEVELS])
        codes = np.searchsorted(cuts, np.where(gaps, np.inf, values), side="right")
    else:
        names, codes, counts = np.unique(values.astype(str), return_inverse=True, return_counts=True)
        place = np.full(len(names), _LEVELS + 1)
        place[np.argsort(-counts, kind="stable")[:_LEVELS]] = np.arange(1, min(_LEVELS, len(names)) + 1)
        codes = place[codes]
    return np.where(gaps, 0, codes)


def _shared(codes: list[NDArray[np.intp]]) -> Floats:
    """Cramer's V of every two columns at once: all their values in one table of counts."""
    rows = len(codes[0])
    blocks = [(code[:, None] == np.unique(code)[None, :]).astype(np.float64) for code in codes]
    starts = np.cumsum([0] + [block.shape[1] for block in blocks[:-1]])
    every = np.hstack(blocks)
    total = every.sum(axis=0)
    squares = (every.T @ every) ** 2 / np.outer(total, total)
    phi = np.add.reduceat(np.add.reduceat(squares, starts, axis=0), starts, axis=1) - 1
    levels = np.array([block.shape[1] for block in blocks], dtype=np.float64)
    phi = np.maximum(0.0, phi - np.outer(levels - 1, levels - 1) / max(1, rows - 1))
    least = levels - (levels - 1) ** 2 / max(1, rows - 1) - 1
    bound = np.minimum(least[:, None], least[None, :])
    return np.asarray(np.sqrt(np.divide(phi, bound, out=np.zeros_like(phi), where=bound > 0)))
