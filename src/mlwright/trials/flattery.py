"""How much a random split of rows would flatter, where they come in time or in groups; and what columns add."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlwright import metrics
from mlwright.contracts.protocols import Clock, Terms, Truth
from mlwright.learners.base import Matrix

METRIC = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}
_ASKED, _LEARNT = 5_000, 10_000  # rows
_CELLS = 2_000_000  # of a matrix that is learnt from: of a wide table fewer rows are taken
_LITTLE = 0.03
_SHARE, _LIKELY, _SURE = 0.1, 1.7, 3.0  # by which the loss has to be larger apart, and its standard errors
_TREES, _LONGEST = 60, 5.0  # seconds: a fit takes a tenth of one
_EDGE = 1e-6


@dataclass(frozen=True)
class Flattery:
    """The metric that ``METRIC`` names, on the same rows: ``apart`` when models learn from other times or groups alone,
    ``mixed`` when they learn from rows beside them too. ``share`` says by how much the loss is larger apart, ``t`` by
    how many of its standard errors (over the blocks of rows that hang together)."""

    apart: float
    mixed: float
    share: float
    t: float

    @property
    def likely(self) -> bool:
        """Whether it is large, and by more than chance (5%): enough where there is other evidence."""
        return self.share >= _SHARE and self.t >= _LIKELY

    @property
    def some(self) -> bool:
        """Whether it is there, though not large."""
        return self.share >= _LITTLE and self.t >= _LIKELY

    @property
    def sure(self) -> bool:
        """Whether it is large, and far beyond chance."""
        return self.share >= _SHARE and self.t >= _SURE


def flattery(x: Matrix, truth: Truth, held: NDArray[np.bool_], blocks: NDArray[Any], seed: int) -> Flattery:
    """Boost the same few trees twice, on as many rows: of those that are not ``held``, and of all. Half of the held
    rows are asked, which neither learns from; rows of one of the ``blocks`` (n,) hang together."""
    rng = np.random.default_rng(seed)
    inside, outside = np.flatnonzero(held), np.flatnonzero(~held)
    asked = np.sort(rng.permutation(inside)[: min(_ASKED, len(inside) // 2)])
    most = min(_LEARNT, max(500, _CELLS // x.shape[1]), len(outside))
    rest = np.setdiff1d(np.arange(len(x)), asked)
    learnt = (np.sort(rng.permutation(rows)[:most]) for rows in (outside, rest))
    known = truth.at(asked)
    apart, mixed = (_answer(x[rows], truth.at(rows), x[asked], seed) for rows in learnt)
    more = _losses(apart, known) - _losses(mixed, known)
    _, block, size = np.unique(blocks[asked], return_inverse=True, return_counts=True)
    means = np.bincount(block, more) / size
    error = means.std(ddof=1) / np.sqrt(len(means)) if len(means) > 1 else np.inf
    least = max(float(_losses(mixed, known).mean()), 1e-9)
    return Flattery(
        apart=_score(apart, known), mixed=_score(mixed, known), share=float(more.mean()) / least, t=means.mean() / error
    )


def without(
    x: Matrix, truth: Truth, held: NDArray[np.bool_], dropped: NDArray[np.bool_], seed: int
) -> tuple[float, float]:
    """The metric that ``METRIC`` names on rows that are ``held``, of models of the others: with all columns of ``x``
    (n, k), and without those that are ``dropped`` (k,)."""
    rng = np.random.default_rng(seed)
    most = min(_LEARNT, max(500, _CELLS // x.shape[1]))
    asked, learnt = (np.sort(rng.permutation(np.flatnonzero(m))[:c]) for m, c in ((held, _ASKED), (~held, most)))
    known = truth.at(asked)
    answers = (_answer(part[learnt], truth.at(learnt), part[asked], seed) for part in (x, x[:, ~dropped]))
    with_all, with_less = (_score(answer, known) for answer in answers)
    return with_all, with_less


def _answer(x: Matrix, truth: Truth, asked: Matrix, seed: int) -> NDArray[Any]:
    from mlwright.learners.lightgbm import LightGBM  # ours, whatever is plugged in: here nobody ends what hangs

    trees = max(10, _TREES // max(1, truth.width // 4))
    terms = Terms(seed, Clock.lasting(_LONGEST), np.zeros(len(x), bool), ({"rounds": trees, "rates": ()},))
    return LightGBM(rounds=trees, rate=0.1, leaves=31, least=10).fit(x, truth, terms).predict(asked)


def _losses(answer: NDArray[Any], truth: Truth) -> NDArray[np.float64]:
    """Of each row: its squared error or log loss."""
    if truth.task == "regression":
        return np.asarray((answer[:, 0] - truth.values) ** 2)
    full = np.hstack([1 - answer, answer]) if truth.task == "binary" else answer
    return np.asarray(-np.log(np.clip(full[np.arange(len(full)), truth.values], _EDGE, None)))


def _score(answer: NDArray[Any], truth: Truth) -> float:
    if truth.task == "binary" and len(np.unique(truth.values)) < 2:
        return float("nan")
    full = answer[:, 0] if truth.task == "regression" else answer
    full = np.hstack([1 - answer, answer]) if truth.task == "binary" else full
    return metrics.score(metrics.METRICS[METRIC[truth.task]], truth.values, full)
