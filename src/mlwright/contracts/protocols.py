"""What plugs in: the shapes that other units rely on without importing who provides them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mlwright.contracts.records import TaskKind

Floats = NDArray[np.floating[Any]]
Feeds = Mapping[str, NDArray[Any]]


class Predictor(Protocol):
    """Anything that maps feeds ("numbers" (n, k) float64, "strings" (n, m) of str) to named outputs with n rows."""

    def __call__(self, feeds: Feeds) -> dict[str, NDArray[Any]]: ...


class Listener(Protocol):
    """Receives progress: the stage, trials done and planned, the best score so far. Never raises, never blocks."""

    def __call__(self, event: str, **facts: Any) -> None: ...


@dataclass(frozen=True)
class Truth:
    """What is to be learnt: (n,) class indices in 0..classes-1, or (n,) values centred and scaled (``classes`` is 0).

    ``weight`` (n,) says how much each row counts, in numbers above 0; None: all alike. A weight of 2 is a row that is
    there twice."""

    task: TaskKind
    values: NDArray[Any]
    classes: int
    weight: NDArray[np.float64] | None = None

    def at(self, rows: NDArray[Any]) -> Truth:
        """The truth of some rows (indices or a mask)."""
        return Truth(self.task, self.values[rows], self.classes, None if self.weight is None else self.weight[rows])

    @property
    def balanced(self) -> Truth:
        """The same with weights whose mean is 1: options of learners and steps are meant for rows that count once."""
        if self.weight is None or not len(self.weight):
            return self
        return replace(self, weight=self.weight / self.weight.mean())

    @property
    def width(self) -> int:
        """Columns of a prediction: 1 for binary (the second class) and regression, else one a class."""
        return self.classes if self.task == "multiclass" else 1


@dataclass(frozen=True)
class Clock:
    """A deadline on the machine's monotonic clock, which all processes share; None means there is none."""

    deadline: float | None = None

    @classmethod
    def lasting(cls, seconds: float | None) -> Clock:
        """A clock that ends ``seconds`` from now."""
        return cls(None if seconds is None else time.monotonic() + seconds)

    @property
    def left(self) -> float:
        """Seconds until the deadline (negative when past it; infinite when there is none)."""
        return float("inf") if self.deadline is None else self.deadline - time.monotonic()

    def within(self, seconds: float) -> Clock:
        """A clock that ends ``seconds`` from now or with this one, whichever is sooner."""
        return self if seconds == float("inf") else Clock(time.monotonic() + min(seconds, self.left))


@dataclass(frozen=True)
class Terms:
    """What a learner is fitted under. ``watch`` marks rows that say when to stop or how much to regularise; ``others``,
    where rows are few, more such parts, which have their turn too. ``settled`` is what the same learner settled on with
    parts of the rows, when it is fitted on all of them: then it need not look for it again.

    ``monotone`` says of each column of the matrix whether the answer may only go up (1) or only down (-1) with it, or
    both (0); empty: no column is bound."""

    seed: int
    clock: Clock
    watch: NDArray[np.bool_]
    settled: tuple[Mapping[str, Any], ...] = ()
    monotone: tuple[int, ...] = ()
    others: tuple[NDArray[np.bool_], ...] = ()

    def at(self, rows: NDArray[np.int64]) -> Terms:
        """Those of some of the rows."""
        return replace(self, watch=self.watch[rows], others=tuple(mask[rows] for mask in self.others))

    def turns(self) -> Iterator[NDArray[np.bool_]]:
        """The part to watch, then the others until the clock runs out."""
        yield self.watch
        yield from takewhile(lambda _: self.clock.left > 0, self.others)

    def middle(self, name: str) -> Mapping[str, Any] | None:
        """What was settled on where ``name`` has its middle value; None where nothing was."""
        known = sorted((one for one in self.settled if name in one), key=lambda one: one[name])
        return known[len(known) // 2] if known else None
