"""From out-of-fold predictions to an ensemble: weights, calibration, threshold. Pure functions of arrays.

Predictions are (n, w) as learners give them (see `mlwright.learners.Learner`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, softmax

from mlwright import metrics
from mlwright.contracts.protocols import Truth
from mlwright.search.conformal import POINT, Band, band, cuts
from mlwright.search.difficulty import Cells

Floats = NDArray[np.floating[Any]]
STEPS = 25  # members are drawn with replacement so often at most
ENOUGH = 20_000  # rows that decide about weights; more cost time and change nothing
_WORTH = 1e-3  # share of the loss that a member has to bring
_PRIOR = 10.0  # rows that say, by a calibration's squared distance from none, that none is needed
_SURE = 3.0  # standard errors by which a threshold must be cheaper than the one that probabilities ask for
EDGE = 1e-6  # probabilities are kept this far from 0 and 1 before their logarithm is taken
_AT_ONCE = 16  # probabilities that are multiplied before the logarithm is taken, which takes longest
_ABSOLUTE = frozenset({"mae", "median_absolute_error", "mape"})
_THRESHOLDED = frozenset({"f1", "f1_macro", "f1_weighted", "mcc", "balanced_accuracy"})


@dataclass(frozen=True)
class Blend:
    """How members' predictions become the answer: a weighted mean, calibrated by ``slope`` and ``offset`` on the
    log-odds (binary; Platt 1999) or by ``slope`` on the log-probabilities (multiclass; temperature), cut at
    ``threshold`` (binary). ``band`` is how wide a 90% interval is (regression, on the truth's scale), ``cuts`` from
    which probability on a class is in the set that holds the truth with 90% (none: there are no sets)."""

    weights: tuple[float, ...]
    slope: float = 1.0
    offset: float = 0.0
    threshold: float = 0.5
    band: Band = POINT
    cuts: tuple[float, ...] = ()

    @property
    def calibrated(self) -> bool:
        """Whether calibration changes anything."""
        return (self.slope, self.offset) != (1.0, 0.0)

    def __call__(self, predictions: Sequence[Floats], task: str) -> NDArray[np.float64]:
        """The answer (n, w) from the members' predictions, as the graph computes it."""
        total = np.zeros(predictions[0].shape)
        for weight, prediction in zip(self.weights, predictions, strict=True):
            total += weight * prediction
        if not self.calibrated or task == "regression":
            return total
        if task == "binary":
            p = np.clip(total, EDGE, 1 - EDGE)
            return np.asarray(expit(self.slope * np.log(p / (1 - p)) + self.offset))
        return np.asarray(softmax(self.slope * np.log(np.clip(total, EDGE, 1.0)), axis=1))


def choose(
    predictions: Sequence[Floats],
    truth: Truth,
    metric: str | metrics.Metric,
    seed: int,
    costs: Mapping[str, float] | None = None,
) -> Blend:
    """The blend that does best on these rows: greedy selection with replacement (Caruana et al. 2004) by the loss that
    the metric rests on, then a calibration if it does better on rows it was not fitted on, then a threshold: the one
    that ``costs`` ask for (see `mlwright.metrics.COSTS`), or else the metric, if it needs one."""
    rows, judge = _sample(truth, seed), metrics.find(metric, truth.task)
    few, known = [p[rows] for p in predictions], truth.at(rows)
    blend = Blend(_greedy(few, known, judge.name))
    if truth.task == "regression":
        return blend
    blend = _calibrated(blend, few, known)
    if truth.task == "binary" and costs:
        return replace(blend, threshold=_by_costs(blend(few, "binary")[:, 0], known, costs))
    own = judge.needs == "label" and judge.name not in metrics.METRICS
    if truth.task == "binary" and (own or judge.name in _THRESHOLDED):
        blend = replace(blend, threshold=_threshold(blend(few, "binary")[:, 0], known, judge))
    return blend


def promising(blend: Blend, predictions: Sequence[Floats], truth: Truth, cells: Cells) -> Blend:
    """The blend with intervals or label sets that hold the truth in nine of ten of these rows, which have ``cells``."""
    answer = blend(predictions, truth.task)
    if truth.task == "regression":
        return replace(blend, band=band(answer[:, 0], truth, cells))
    return replace(blend, cuts=cuts(full(answer, truth.task), truth))


def weigh(predictions: Sequence[Floats], truth: Truth, metric: str, like: Blend) -> Blend:
    """As `choose`, but only the members' weights are chosen; calibration and threshold are taken from ``like``."""
    return replace(like, weights=_greedy(predictions, truth, metric))


def loss(prediction: Floats, truth: Truth, metric: str) -> float:
    """What is made small: the log loss of classes, the squared (or, for metrics of absolute error, absolute) error."""
    return _loss_of(_told(prediction, truth), truth, metric)


def _told(prediction: Floats, truth: Truth) -> Floats:
    """All that the loss reads of a prediction (n,): the error, or the probability of the true class. That of a mean is
    the mean of its members' own."""
    if truth.task == "regression":
        told = prediction[:, 0] - truth.values
    elif truth.task == "binary":
        told = np.where(truth.values == 1, prediction[:, 0], 1 - prediction[:, 0])
    else:
        told = prediction[np.arange(len(prediction)), truth.values]
    return np.asarray(told, np.float64)


def _loss_of(told: Floats, truth: Truth, metric: str) -> float:
    if truth.task == "regression":
        return float(np.average(np.abs(told) if metric in _ABSOLUTE else told * told, weights=truth.weight))
    p = np.maximum(told, EDGE)
    if truth.weight is not None:
        return float(-np.average(np.log(p), weights=truth.weight))
    even = len(p) // _AT_ONCE * _AT_ONCE
    logs = np.log(p[:even].reshape(_AT_ONCE, -1).prod(axis=0)).sum() + np.log(p[even:]).sum()
    return float(-logs / len(p))


def full(prediction: Floats, task: str) -> Floats:
    """A learner's (n, w) as metrics read it: (n, k) probabilities, or (n,) values."""
    if task == "regression":
        return prediction[:, 0]
    return np.hstack([1 - prediction, prediction]) if task == "binary" else prediction


def _greedy(predictions: Sequence[Floats], truth: Truth, metric: str) -> tuple[float, ...]:
    told = np.stack([_told(p, truth) for p in predictions])
    counts, total = np.zeros(len(told)), np.zeros(told.shape[1])
    best, best_counts = np.inf, counts
    for step in range(STEPS):
        losses = [_loss_of((total + t) / (step + 1), truth, metric) for t in told]
        pick = int(np.argmin(losses))
        total, counts = total + told[pick], counts.copy()
        counts[pick] += 1
        if losses[pick] < best * (1 - 1e-5) or step == 0:
            best, best_counts = losses[pick], counts
        elif step - best_counts.sum() > 3:
            break
    return _pruned(best_counts / best_counts.sum(), told, truth, metric)


def _pruned(weights: Floats, told: Floats, truth: Truth, metric: str) -> tuple[float, ...]:
    """Without the members, least first, that bring less than _WORTH of the loss: each costs size and latency."""
    most = _loss_of(weights @ told, truth, metric) * (1 + _WORTH)
    for member in np.argsort(weights, kind="stable"):
        fewer = weights.copy()
        fewer[member] = 0.0
        if weights[member] == 0 or fewer.sum() == 0:
            continue
        fewer /= fewer.sum()
        if _loss_of(fewer @ told, truth, metric) > most:
            break
        weights = fewer
    return tuple(float(w) for w in weights)


def _calibrated(blend: Blend, predictions: Sequence[Floats], truth: Truth) -> Blend:
    raw = blend(predictions, truth.task)
    half = np.arange(len(raw)) % 2 == 0  # rows come sampled at random, or in time order: both are fair halves
    gain = 0.0
    for learn in (half, ~half):
        slope, offset = _fit_calibration(raw[learn], truth.at(learn))
        fitted = replace(Blend((1.0,)), slope=slope, offset=offset)
        gain += loss(raw[~learn], truth.at(~learn), "") - loss(fitted([raw[~learn]], truth.task), truth.at(~learn), "")
    if gain <= 0:
        return blend
    slope, offset = _fit_calibration(raw, truth)
    return replace(blend, slope=slope, offset=offset)


def _fit_calibration(raw: Floats, truth: Truth) -> tuple[float, float]:
    prior = 1e-4 + _PRIOR / len(raw)

    def cost(parameters: Floats) -> float:
        slope, offset = float(parameters[0]), float(parameters[1]) if truth.task == "binary" else 0.0
        fitted = replace(Blend((1.0,)), slope=slope, offset=offset or 1e-300)
        return loss(fitted([raw], truth.task), truth, "") + prior * ((slope - 1) ** 2 + offset**2)

    start = [1.0, 0.0] if truth.task == "binary" else [1.0]
    found = minimize(cost, start, method="Nelder-Mead", options={"xatol": 1e-3, "fatol": 1e-7, "maxiter": 120}).x
    slope = float(np.clip(found[0], 0.2, 5.0))
    return slope, float(np.clip(found[1], -5.0, 5.0)) if truth.task == "binary" else 0.0


def _by_costs(p: Floats, truth: Truth, costs: Mapping[str, float]) -> float:
    """The threshold that is cheapest if probabilities are what they say; another one only if it is surely cheaper on
    these rows: the cheapest of many is so by luck, too."""
    y, weight = truth.values, truth.weight
    usual = metrics.cheapest_threshold(costs)
    paid = {t: metrics.costs_of(y, p, t, costs) for t in (*_grid(p), usual)}
    best = min(paid, key=lambda t: float(np.average(paid[t], weights=weight)))
    saved = paid[usual] - paid[best]
    gain = float(np.average(saved, weights=weight))
    error = np.sqrt(np.average((saved - gain) ** 2, weights=weight) / len(p))
    return best if gain > _SURE * error else usual


def _grid(p: Floats) -> list[float]:
    return [float(t) for t in np.unique(np.quantile(p, np.linspace(0.005, 0.995, 100)))]


def _threshold(p: Floats, truth: Truth, metric: metrics.Metric) -> float:
    grid = _grid(p)
    both = np.stack([1 - p, p], axis=1)
    losses = [metrics.loss(metric, truth.values, both, t, truth.weight) for t in grid]
    return grid[int(np.argmin(losses))]


def _sample(truth: Truth, seed: int) -> NDArray[np.int64]:
    rows = len(truth.values)
    if rows <= ENOUGH:
        return np.arange(rows)
    return np.sort(np.random.default_rng(seed).permutation(rows)[:ENOUGH])
