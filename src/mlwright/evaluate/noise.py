"""How much of a model's error is noise that no model could take away, as far as near rows can tell.

Two near rows have nearly the same truth beneath their noise. If a model that saw neither errs on both in the same
direction, it misses something that another model could know; what their errors don't have in common is noise. So the
mean product of the errors of nearest neighbours estimates what can still be learnt, and half their mean squared
difference the noise (the estimator of residual variance by nearest neighbours, Devroye, Gyorfi, Lugosi and Walk 2018,
applied to errors and not to the truth itself, so that what the model knows already can't pass for noise). Of labels,
half the share of neighbours that disagree is the mean of p (1 - p), between which and its double the error of the best
possible rule lies (Cover and Hart 1967).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlwright.contracts.insight import Range
from mlwright.evaluate.evidence import Array
from mlwright.metrics import Metric, score

Floats = NDArray[np.float64]
_ASKED, _AMONG = 8_000, 40_000  # rows whose neighbour is looked for, and rows among which, over all folds
_BINS, _COLUMNS = 8, 60
_FEWEST = 100  # pairs
_NEAREST = 3  # of a row
_SHARED = 1.25  # pairs have rows in common, so that their mean is a little less sure than that of as many alone
_ALIKE = 0.5  # of the prediction's variance has to be shared by neighbours: else they are no neighbours
_DRAWS, _DRAWN = 5, 5_000


@dataclass(frozen=True)
class Noise:
    """Squared errors of a prediction (of all classes together): the mean ``error``, of which ``common`` could still be
    learnt (with its interval) and the rest is noise; by so many ``pairs`` of rows, and how ``alike`` these are (the
    correlation of their predictions)."""

    error: float
    common: Range
    pairs: int
    alike: float

    @property
    def noise(self) -> float:
        """What no model could take away."""
        return self.error - self.common.value


def errors(y: Array, prediction: Array) -> Floats:
    """(n, w) what the truth is above the prediction: of classes one column each."""
    if prediction.ndim == 1:
        return np.asarray(y - prediction, np.float64)[:, None]
    return np.asarray(np.eye(prediction.shape[1])[y] - prediction)


def noise(x: Array, y: Array, prediction: Array, fold: Array, groups: Array | None = None) -> Noise | None:
    """How much of the error of ``prediction`` is noise; None where near rows are too few or too far apart to tell.

    ``x`` (n, c) finite numbers of about the same scale tell which rows are near; ``fold`` (n,) which were predicted by
    one model (neighbours are looked for there); rows of one of the ``groups`` are no neighbours.
    """
    numeric = prediction.ndim == 1
    weighed, alike = (_by(x * w, y, prediction, fold, groups) for w in (_relevance(x, y, numeric), np.ones(x.shape[1])))
    if weighed is None or alike is None:
        return weighed or alike
    # Columns that tell something together alone weigh nothing: then rows are nearer where all count alike.
    return alike if alike.common.low > weighed.common.value else weighed


def _by(x: Array, y: Array, prediction: Array, fold: Array, groups: Array | None) -> Noise | None:
    """The same with rows near as ``x`` says."""
    off = errors(y, prediction)
    most = np.argsort(-x.std(axis=0), kind="stable")[:_COLUMNS]
    pairs = _pairs(np.asarray(x[:, most], np.float32), fold, groups)
    if len(pairs) < _FEWEST:
        return None
    one, other = pairs.T
    answer = prediction.reshape(len(y), -1)
    centred = answer - answer.mean(axis=0)
    alike = float((centred[one] * centred[other]).sum() / max(1e-300, np.square(centred[pairs]).sum() / 2))
    if not alike >= _ALIKE:
        return None
    products = (off[one] * off[other]).sum(axis=1)
    error, common = float(np.square(off).sum(axis=1).mean()), float(products.mean())
    margin = _SHARED * 1.96 * float(products.std()) / np.sqrt(len(pairs))
    if not error > 0:  # nothing is left
        return None
    share = [float(np.clip(value / alike, 0.0, error)) for value in (common, common - margin, common + margin)]
    return Noise(error, Range(*share), len(pairs), min(alike, 1.0))


def ceiling(metric: Metric, y: Array, prediction: Array, found: Noise, threshold: float | None = None) -> Range:
    """What the best possible model would reach: the score of ``prediction``, and what the metric would gain if the
    predictions were moved by what is still to be learnt, so that the truth followed the moved ones."""
    rng = np.random.default_rng(0)
    some = np.sort(rng.permutation(len(y))[:_DRAWN])
    gains = [
        _gain(metric, prediction[some], y[some], common / found.error, threshold) if common > 0 else 0.0
        for common in (found.common.value, found.common.low, found.common.high)
    ]
    reached = score(metric, y, prediction, threshold)
    sign = 1.0 if metric.greater_is_better else -1.0
    value, *ends = (reached + sign * max(0.0, float(gain)) for gain in gains)
    return Range(value, min(*ends, value), max(*ends, value))


def _gain(metric: Metric, prediction: Array, y: Array, part: float, threshold: float | None) -> float:
    """By how much a model that knows ``part`` of what is now error beats ``prediction``, on truths drawn from it."""
    gains = []
    for seed in range(_DRAWS):
        best, truth = _drawn(prediction, y, min(part, 0.99), np.random.default_rng(seed))
        if prediction.ndim == 1 or len(np.unique(truth)) > 1:
            gains.append(score(metric, truth, best, threshold) - score(metric, truth, prediction, threshold))
    return (1.0 if metric.greater_is_better else -1.0) * float(np.mean(gains)) if gains else 0.0


def _drawn(prediction: Array, y: Array, part: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """A better prediction, which moves what is given by this part of its error, and a truth that follows it."""
    if prediction.ndim == 1:
        off = y - prediction
        best = prediction + rng.normal(0.0, float(np.sqrt(part * np.square(off).mean())), len(y))
        return best, best + rng.permutation(off) * np.sqrt(1 - part)
    # Dirichlet: its mean is the prediction, its variance this part of that of a label.
    drawn = rng.standard_gamma(np.clip(prediction, 1e-6, None) * (1 / part - 1)) + 1e-12
    best = drawn / drawn.sum(axis=1, keepdims=True)
    truth = (best.cumsum(axis=1) < rng.random((len(y), 1))).sum(axis=1).clip(max=prediction.shape[1] - 1)
    return best, truth


def _relevance(x: Array, y: Array, numeric: bool) -> Floats:
    """How much each column alone tells about the truth (the root of the correlation ratio over eight parts), but at
    least as much as chance makes of a column that tells nothing: where none tells anything alone, all count alike."""
    goal = y[:, None].astype(np.float64) if numeric else np.eye(int(y.max()) + 1)[y]
    goal = goal - goal.mean(axis=0)
    least = 3.0 * (_BINS - 1) / len(y)
    told = []
    for column in x.T:
        part = np.unique(column, return_inverse=True)[1]
        part = np.minimum(part * _BINS // (part.max() + 1), _BINS - 1) if part.max() >= _BINS else part
        counts = np.maximum(np.bincount(part), 1)
        sums = np.array([np.bincount(part, weights=g) for g in goal.T])
        told.append(float((sums**2 / counts).sum() / max(1e-300, np.square(goal).sum())))
    return np.asarray(np.sqrt(np.maximum(np.array(told), least)))


def _pairs(x: NDArray[np.float32], fold: Array, groups: Array | None) -> NDArray[np.int64]:
    """(m, 2) rows and their nearest neighbours of the same fold and another group, each pair once."""
    rng = np.random.default_rng(0)
    parts = np.unique(fold)
    found = []
    for part in parts:
        among = rng.permutation(np.flatnonzero(fold == part))[: _AMONG // len(parts)]
        asked = among[: _ASKED // len(parts)]
        for start in range(0, len(asked), 500):
            rows = asked[start : start + 500]
            far = np.square(x[among]).sum(axis=1) - 2 * x[rows] @ x[among].T  # but for what is the same for a row
            barred = rows[:, None] == among if groups is None else groups[rows][:, None] == groups[among]
            far[barred] = np.inf
            most = min(_NEAREST, len(among))
            nearest = far.argpartition(most - 1, axis=1)[:, :most]
            met = np.isfinite(np.take_along_axis(far, nearest, axis=1)).ravel()
            found.append(np.stack([rows.repeat(most), among[nearest.ravel()]], axis=1)[met])
    return np.unique(np.sort(np.concatenate(found), axis=1), axis=0)
