"""Which rows are learnt from and which are scored, fold by fold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mlwright.contracts.protocols import Truth

Splitter = Literal["stratified", "plain", "group", "time"]
Ints = NDArray[np.int64]
WATCHED = 8  # one training row in so many says when to stop
NEVER = -1  # a row that no fold scores: the first block of time-ordered folds


@dataclass(frozen=True)
class Folds:
    """``of`` (n,) gives each row's fold, in 0..count-1 or NEVER. In time-ordered folds a row is scored by a model of
    earlier rows only; otherwise by one of all rows outside its fold."""

    of: NDArray[np.int8]
    count: int
    ordered: bool

    def train(self, fold: int) -> Ints:
        """Rows that fold ``fold`` learns from; every row from ``count`` on (a refit)."""
        if fold >= self.count:
            return np.arange(len(self.of))
        return np.flatnonzero(self.of < fold if self.ordered else self.of != fold)

    def valid(self, fold: int) -> Ints:
        """Rows that fold ``fold`` is scored on; none for a refit."""
        return np.flatnonzero(self.of == fold)


def assign(splitter: Splitter, truth: Truth, groups: NDArray[Any] | None, count: int, seed: int) -> Folds:
    """Folds for rows with this truth. Groups are never split: few large ones are dealt so that folds become equally
    long ("group"), the many small ones of rows that were recorded more than once as single rows are. A time-ordered
    table is cut into ``count`` + 1 blocks of equal length, the first of which is only learnt from."""
    rows = len(truth.values)
    rng = np.random.default_rng(seed)
    if splitter == "time":
        block = np.arange(rows) * (count + 1) // rows - 1
        return Folds(block.astype(np.int8), count, ordered=True)
    if splitter == "group" and groups is not None:
        return Folds(_grouped(groups, count, rng), count, ordered=False)
    label = truth.values if splitter == "stratified" else np.zeros(rows, np.int64)
    if groups is None:
        return Folds(_dealt(label, count, rng), count, ordered=False)
    first, member = np.unique(groups, return_index=True, return_inverse=True)[1:]
    return Folds(_dealt(label[first], count, rng)[member], count, ordered=False)


def parts(
    splitter: Splitter, truth: Truth, groups: NDArray[Any] | None, share: int, seed: int
) -> tuple[NDArray[np.bool_], ...]:
    """Masks of one ``share``-th of the rows each, drawn as folds would be: whole groups (the first may be empty), or
    the latest rows alone."""
    rows = len(truth.values)
    if splitter == "time":
        return (np.arange(rows) >= rows - rows // share,)
    of = assign(splitter, truth, groups, share, seed).of
    first, *others = (np.asarray(of == i) for i in range(share))
    return (first, *(mask for mask in others if mask.any()))


def _dealt(label: NDArray[Any], count: int, rng: np.random.Generator) -> NDArray[np.int8]:
    """Every label's rows are shuffled and dealt out in turn, so folds differ by one row a label at most."""
    order = rng.permutation(len(label))
    order = order[np.argsort(label[order], kind="stable")]
    fold = np.empty(len(label), np.int8)
    fold[order] = np.arange(len(label)) % count
    return fold


def _grouped(groups: NDArray[Any], count: int, rng: np.random.Generator) -> NDArray[np.int8]:
    """The largest groups first, each to the fold with the fewest rows so far."""
    _, member, size = np.unique(groups, return_inverse=True, return_counts=True)
    order = rng.permutation(len(size))
    order = order[np.argsort(-size[order], kind="stable")]
    load, fold = np.zeros(count), np.empty(len(size), np.int8)
    for group in order:
        fold[group] = np.argmin(load)
        load[fold[group]] += size[group]
    return fold[member]
