"""What a metric is: prepared once for some predictions, then weighed as often as needed.

A bootstrap of a thousand samples asks the same metric a thousand times about the same rows with other weights. What
does not depend on the weights (sorting, the error of each row) is done once, in ``prepare``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mlwright.contracts.records import TaskKind

Array = NDArray[Any]
Weigh = Callable[[Array | None], float]
Prepare = Callable[[Array, Array], Weigh]
Needs = Literal["probability", "label", "value"]


@dataclass(frozen=True)
class Metric:
    """One way to judge predictions.

    ``needs`` says what a prediction is: "probability" (n, k), "label" (n,) class indices, "value" (n,) numbers.
    ``about`` explains it in one plain sentence. ``prepare(y, prediction)`` gives a function from the weights of the
    rows ((n,) float64, not negative, their sum above 0; None for equal ones) to the value, which is finite for finite
    input. A weight of 2 is a row that is there twice, a weight of 0 one that is not there.
    """

    name: str
    title: str
    about: str
    tasks: tuple[TaskKind, ...]
    needs: Needs
    greater_is_better: bool
    prepare: Prepare

    def function(self, y: Array, prediction: Array, weight: Array | None = None) -> float:
        """The value for the truth ``y`` (n,) (class indices or numbers) and a prediction of the kind ``needs``."""
        return self.prepare(y, prediction)(weight)


def mean(rows: Array) -> Weigh:
    """The weighted mean of one number a row."""

    def weigh(weight: Array | None) -> float:
        return float(rows.mean()) if weight is None else float(rows @ weight / weight.sum())

    return weigh


def ratio(top: float, bottom: float) -> float:
    """``top / bottom``, and 0 where nothing is there to divide by."""
    return float(top / bottom) if bottom > 0 else 0.0


def divided(top: Array, bottom: Array) -> Array:
    """``ratio`` of each pair."""
    out: Array = np.divide(top, bottom, out=np.zeros(len(top)), where=bottom > 0)
    return out
