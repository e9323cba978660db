"""What a metric is: prepared once for some predictions, then weighed as often as needed.

A bootstrap of a thousand samples asks the same metric a thousand times about the same rows with other weights. What
does not depend on the weights (sorting, the error of each row) is done once, in ``prepare``.
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlwright.contracts.errors import InputError, near_miss
from mlwright.contracts.records import Measure, Needs, TaskKind

Array = NDArray[Any]
Weigh = Callable[[Array | None], float]
Prepare = Callable[[Array, Array], Weigh]
Function = Any  # a function of y_true and y_pred: nobody checked its type on the way here
_TASKS: dict[Needs | None, tuple[TaskKind, ...]] = {
    None: ("binary", "multiclass", "regression"),
    "probability": ("binary", "multiclass"),
    "label": ("binary", "multiclass"),
    "value": ("regression",),
}
_NAME = re.compile(r"\w[\w .-]{0,39}")


@dataclass(frozen=True)
class Metric:
    """One way to judge predictions. Make one of a function of your own with ``Metric.of``.

    ``needs`` says what a prediction is: "probability" (n, k), "label" (n,) class indices, "value" (n,) numbers.
    ``about`` explains it in one plain sentence. ``prepare(y, prediction)`` gives a function from the weights of the
    rows ((n,) float64, not negative, their sum above 0; None for equal ones) to the value, which is finite for finite
    input. A weight of 2 is a row that is there twice, a weight of 0 one that is not there; one that does not ``weigh``
    takes whole numbers alone.
    """

    name: str
    title: str
    about: str
    tasks: tuple[TaskKind, ...]
    needs: Needs
    greater_is_better: bool
    prepare: Prepare
    weighs: bool = True

    @classmethod
    def of(
        cls,
        function: Function,
        needs: Needs | None = None,
        greater_is_better: bool = True,
        name: str = "",
        about: str = "",
    ) -> Metric:
        """A metric of ``function(y_true, y_pred)`` or ``function(y_true, y_pred, sample_weight=None)``, which gives one
        finite number for any rows and any answer, also one that is the same for all rows.

        ``y_true`` (n,) holds numbers, or the numbers of the classes in the order of ``Model.classes``, from 0. What
        ``y_pred`` is, ``needs`` says: "value" (n,), "probability" (n, k) with columns as ``Model.classes``, or "label"
        (n,) numbers of classes; None: values of numbers, probabilities of classes. The ``name`` is the function's
        unless given, and so is what it is ``about``. Raises InputError.
        """
        if not callable(function):
            what = f"a metric is a name or a function, not a {type(function).__name__}"
            raise InputError(what, where="metric", way_out="Give a function of y_true and y_pred.")
        if needs not in _TASKS:
            hint = near_miss(str(needs), filter(None, _TASKS))
            what = f"no metric needs {needs!r}" + (f"; {hint}" if hint else "")
            raise InputError(what, where="metric", way_out='It needs "probability", "label" or "value".')
        name = name or getattr(function, "__name__", type(function).__name__).strip("<>")
        if not _NAME.fullmatch(name):
            raise InputError(f"{name!r} is no name for a metric", where="metric", way_out="Use letters and digits.")
        first, _, _ = (inspect.getdoc(function) or "").partition("\n\n")
        about = about or (" ".join(first.split()) if inspect.isroutine(function) else "")
        prepare = _Own(function, name)
        tasks, given = _TASKS[needs], needs or "probability"
        return cls(name, name, about, tasks, given, bool(greater_is_better), prepare, prepare.weighs)

    @property
    def measure(self) -> Measure:
        """What records tell of it."""
        return Measure(self.name, self.title, self.about, self.tasks, self.needs, self.greater_is_better)

    def function(self, y: Array, prediction: Array, weight: Array | None = None) -> float:
        """The value for the truth ``y`` (n,) (class indices or numbers) and a prediction of the kind ``needs``."""
        return self.prepare(y, prediction)(weight)


@dataclass(frozen=True)
class _Own:
    """A function of somebody else's as ``Metric.prepare``. It gets copies, since it may do anything with them. If it
    has no parameter ``sample_weight``, rows are repeated as often as they count."""

    call: Function
    name: str

    @property
    def weighs(self) -> bool:
        """Whether the function takes weights."""
        try:
            return "sample_weight" in inspect.signature(self.call).parameters
        except (TypeError, ValueError):  # some that are written in C tell nothing of their parameters
            return False

    def __call__(self, y: Array, prediction: Array) -> Weigh:
        answer = prediction if prediction.dtype.kind in "iu" else np.asarray(prediction, np.float64)
        weighs = self.weighs

        def weigh(weight: Array | None) -> float:
            if weight is None:
                return self._value(y.copy(), answer.copy())
            if weighs:
                rows = np.flatnonzero(weight)
                return self._value(y[rows], answer[rows], np.asarray(weight[rows], np.float64))
            rows = np.repeat(np.arange(len(y)), weight.astype(np.intp))
            return self._value(y[rows], answer[rows])

        return weigh

    def _value(self, y: Array, answer: Array, weight: Array | None = None) -> float:
        try:
            found = self.call(y, answer) if weight is None else self.call(y, answer, sample_weight=weight)
        except Exception as error:
            what = f"the metric {self.name!r} raised {type(error).__name__}: {error}"[:400]
            raise InputError(what, where="metric", way_out="Correct the function, and go on with the run.") from error
        value = found.item() if isinstance(found, np.ndarray | np.generic) and found.size == 1 else found
        if not isinstance(value, int | float) or not math.isfinite(value):
            what = f"the metric {self.name!r} gave {found!r}"[:200] + ", and not a finite number"
            way_out = "It has to give one for any rows, and for an answer that is the same in all of them."
            raise InputError(what, where="metric", way_out=way_out)
        return float(value)


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
