"""Metrics that do not fit the problem: what they reward is not what is wanted of this table."""

from __future__ import annotations

import numpy as np

from mlwright.contracts.records import Finding, Label
from mlwright.evaluate.evidence import Array
from mlwright.metrics import Metric

CODE = "unfit-metric"
_RARE = 0.1  # share of rows below which a class is hardly seen by metrics that count rows
_VERY_RARE = 0.05
_COMMON = 0.6  # share of the second class from which metrics of it praise always answering it
_HEAVY = 0.5  # of all squared error on one row in a hundred
_NEAR = 0.05  # of the target's typical size, below which a value makes a percentage meaningless
_FEW = 0.01  # of the values may be as small
_ROWS = 200
_PLAIN = frozenset({"accuracy", "f1_weighted"})
_SECOND = frozenset({"f1", "precision", "recall", "average_precision"})
Told = tuple[Finding, ...]


def unfit(metric: Metric, y: Array, prediction: Array, classes: tuple[Label, ...]) -> Told:
    """A finding where the metric misleads on these rows: their truth ``y`` (n,) and ``prediction`` (n,) or (n, k)."""
    return _numbers(metric, y, prediction) if prediction.ndim == 1 else _labels(metric, y, classes)


def _labels(metric: Metric, y: Array, classes: tuple[Label, ...]) -> Told:
    shares = np.bincount(y, minlength=len(classes)) / len(y)
    rarest, common = int(shares.argmin()), int(shares.argmax())
    if metric.name in _PLAIN and shares[rarest] < _RARE:
        message = (
            f"{metric.title} hardly sees {classes[rarest]!r}, which has {shares[rarest]:.1%} of the rows: always "
            f"answering {classes[common]!r} is right in {shares[common]:.1%}."
        )
        return _told(message, "If the rare class matters, judge by balanced_accuracy, average_precision or log_loss.")
    if metric.name == "roc_auc" and len(classes) == 2 and shares[rarest] < _VERY_RARE:
        message = (
            f"Only {shares[rarest]:.1%} of the rows are {classes[rarest]!r}: ROC AUC looks good even where most of the "
            "rows that are picked out are wrong ones."
        )
        return _told(message, "If rows are to be picked out, judge by average_precision.")
    if metric.name in _SECOND and len(classes) == 2 and shares[1] > _COMMON:
        message = (
            f"{metric.title} is about {classes[1]!r}, which {shares[1]:.1%} of the rows are: always answering it "
            "already looks good."
        )
        return _told(message, f"If it is {classes[0]!r} that is looked for, judge by balanced_accuracy or mcc.")
    return ()


def _numbers(metric: Metric, y: Array, prediction: Array) -> Told:
    if metric.name == "mape":
        small = float((np.abs(y) <= _NEAR * float(np.median(np.abs(y)))).mean())
        message = (
            f"{small:.1%} of the values are 0 or close to it ({_NEAR:.0%} of the typical size): a small error there is "
            "a huge percentage, or can't be counted at all."
        )
        return _told(message, "Judge by mae, or predict the logarithm of the target.") if small > _FEW else ()
    if metric.name in ("rmse", "r2") and len(y) >= _ROWS:
        squares = np.sort(np.square(y - prediction))[::-1]
        top = max(1, len(y) // 100)
        part = float(squares[:top].sum() / max(squares.sum(), 1e-300))
        message = (
            f"One row in a hundred makes up {part:.0%} of the squared error: {metric.title} tells about these {top:,} "
            "rows and little about all others."
        )
        remedy = "If the usual row matters, judge by mae or median_absolute_error, or predict the target's logarithm."
        return _told(message, remedy) if part > _HEAVY else ()
    return ()


def _told(message: str, remedy: str) -> Told:
    return (Finding(code=CODE, severity="warning", message=message, remedy=remedy),)
