"""Which rows are sealed away for the last judgement: a tenth of a large table, drawn once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LARGE = 20_000
SHARE = 0.1
MOST = 10_000
Codes = NDArray[np.int32]
Rows = NDArray[np.bool_]


def seal(classes: Codes | None, groups: Codes | None, rows: int, seed: int) -> Rows:
    """A mask (rows,) of the rows to seal: a tenth, at most 10,000, none of a table with fewer than 20,000 rows.

    Of each class (None for regression) its share is drawn, and two rows at least stay. With ``groups`` whole groups are
    drawn.
    """
    sealed = np.zeros(rows, dtype=bool)
    if rows < LARGE:
        return sealed
    wanted = min(int(rows * SHARE), MOST)
    rng = np.random.default_rng(seed)
    if groups is not None:
        return _by_group(classes, groups, wanted, rng)
    if classes is None:
        sealed[rng.permutation(rows)[:wanted]] = True
        return sealed
    for code, count in enumerate(np.bincount(classes)):
        take = min(int(count * wanted / rows), int(count) - 2)
        if take > 0:
            sealed[rng.permutation(np.flatnonzero(classes == code))[:take]] = True
    return sealed


def seal_copies(classes: Codes | None, groups: Codes, seed: int) -> Rows:
    """The same for rows some of which are copies (one number in ``groups``): each is drawn once, and its copies go with
    it."""
    first, member = np.unique(groups, return_index=True, return_inverse=True)[1:]
    drawn = seal(None if classes is None else classes[first], None, len(first), seed)
    return np.asarray(drawn[member])


def _by_group(classes: Codes | None, groups: Codes, wanted: int, rng: np.random.Generator) -> Rows:
    """Groups in a drawn order, each taken if it fits into what is wanted and leaves two rows of each class."""
    sizes = np.bincount(groups)
    labels = np.zeros(len(groups), dtype=np.int32) if classes is None else classes
    width = int(labels.max()) + 1
    order = np.argsort(groups, kind="stable")
    starts = np.concatenate(([0], np.cumsum(sizes)))
    left = np.bincount(labels, minlength=width)
    sealed = np.zeros(len(groups), dtype=bool)
    for group in rng.permutation(len(sizes)).tolist():
        rows = order[starts[group] : starts[group + 1]]
        after = left - np.bincount(labels[rows], minlength=width)
        if len(rows) <= wanted and (after >= 2).all():
            sealed[rows] = True
            wanted -= len(rows)
            left = after
    return sealed
