"""Which labels predictions disagree with, surely: confident learning (Northcutt, Jiang and Chuang 2021, "Confident
learning: estimating uncertainty in dataset labels")."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlwright.metrics.metric import Array

_SURE = 0.8  # what rows of a class have to get on average before a disagreement with its label says anything
_FAR = 6.0  # robust standard deviations of the error from which a number is doubted
_FEWEST = 20  # rows of a class, or of all


def doubted(y: Array, prediction: Array) -> NDArray[np.intp]:
    """Rows (of n) whose label out-of-fold predictions contradict, weightiest first; none where they are never sure.

    Of classes, (n, k): those that get a probability for another class as high as rows of that class get on average,
    and less for their own than one row in five of such rows should. Where classes overlap, so that rows of some class
    get less than 0.8 on average, nothing is doubted towards it: what the columns leave open is no error. Of numbers,
    (n,): those that lie six robust standard deviations from the prediction or further, if they are fewer than one row
    in 50: more of them are a heavy tail.
    """
    if prediction.ndim == 1:
        error = y - prediction
        error = np.abs(error - np.median(error))
        spread = 1.4826 * float(np.median(error))
        found = np.flatnonzero(error > _FAR * spread) if spread > 0 and len(y) >= _FEWEST else np.zeros(0, np.intp)
        return found[np.argsort(-error[found], kind="stable")] if len(found) * 50 <= len(y) else found[:0]
    rows, classes = np.arange(len(y)), prediction.shape[1]
    own = prediction[rows, y]
    counts = np.bincount(y, minlength=classes)
    usual = np.bincount(y, weights=own, minlength=classes) / np.maximum(counts, 1)
    bar = np.where((counts >= _FEWEST) & (usual >= _SURE), usual, np.inf)
    other = np.where(prediction >= bar, prediction, 0.0)
    other[rows, y] = 0.0
    best = other.max(axis=1)
    found = np.flatnonzero((best > 0) & (own <= 1 - _SURE))
    return found[np.argsort(own[found] - best[found], kind="stable")]
