"""What boosted trees have in common, whoever grows them."""

from __future__ import annotations

import time
from abc import abstractmethod
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlwright.contracts.protocols import Clock, Terms, Truth
from mlwright.graph import Tensor
from mlwright.learners.base import Learner, Matrix, emit_linked, linked

_SMALL = 10_000  # rows below which the rounds found are fitted again with the watched rows
_FEW = 300  # rows below which a part to watch is too small to say when to stop
_ENOUGH = 10.0  # rounds times rate that learn what there is: on most tables the watched rows stop it before
_FASTEST = 0.3
LOOK = 10  # rounds between two looks at the clock
Data = tuple[Matrix, Truth]


class Pace:
    """The learning rate, round by round: ``least``, or more where the clock would end boosting before it had learnt
    what there is, as a model that was cut off is worse than one that took larger steps."""

    def __init__(self, least: float, clock: Clock):
        self.rate = least
        self.changes: dict[int, float] = {}  # rounds done -> the rate from then on
        self._least, self._clock, self._begun, self._learnt = least, clock, time.monotonic(), 0.0

    @property
    def hurried(self) -> bool:
        """Whether the rate may have to change."""
        return self._clock.deadline is not None

    @property
    def late(self) -> bool:
        """Whether the clock has run out."""
        return self._clock.left < 0

    def after(self, rounds: int) -> float | None:
        """The rate of the round that comes after so many, where it is another one."""
        self._learnt += self.rate
        if rounds % LOOK or not self.hurried:
            return None
        left = max(1.0, self._clock.left * rounds / (time.monotonic() - self._begun))
        rate = max(self._least, min(_FASTEST, (_ENOUGH - self._learnt) / left))
        if rate == self.rate:
            return None
        self.rate = self.changes[rounds] = rate
        return rate

    def again(self, clock: Clock) -> Pace:
        """The same rates once more."""
        return _Again(self._least, self.changes, clock)


class _Again(Pace):
    hurried = False

    def __init__(self, least: float, changes: dict[int, float], clock: Clock):
        super().__init__(least, clock)
        self.changes = changes

    def after(self, rounds: int) -> float | None:
        return self.changes.get(rounds)


@dataclass
class Boosting(Learner):
    """Boosting until the watched rows stop gaining for ``patience`` rounds, then (on few rows) that long on all of
    them. ``rate`` is the learning rate. A library adds how it trains, predicts and what its trees are."""

    rounds: int = 1000
    rate: float = 0.05
    patience: int = 50
    _task: str = field(default="", init=False)
    _width: int = field(default=1, init=False)
    _booster: Any = field(default=None, init=False)

    def fit(self, x: Matrix, truth: Truth, terms: Terms) -> Boosting:
        self._task, self._width = truth.task, truth.width
        if len(x) < _FEW or not terms.watch.any():
            pace = Pace(self.rate, terms.clock)
            self._booster = self._train((x, truth), terms.seed, min(self.rounds, int(8 / self.rate)), pace)
            return self
        again = len(x) <= _SMALL
        pace = Pace(self.rate, terms.clock.within(terms.clock.left / 2) if again else terms.clock)
        learn, watch = np.flatnonzero(~terms.watch), np.flatnonzero(terms.watch)
        watched = (x[watch], truth.at(watch))
        self._booster = self._train((x[learn], truth.at(learn)), terms.seed, self.rounds, pace, watched)
        if again:
            rounds, pace = max(1, self._best(self._booster)), pace.again(terms.clock)
            booster = self._train((x, truth), terms.seed, rounds, pace)
            self._booster = self._booster if pace.late else booster
        return self

    def predict(self, x: Matrix) -> NDArray[Any]:
        return linked(np.asarray(self._raw(x), dtype=np.float64).reshape(len(x), self._width), self._task)

    def emit(self, x: Tensor) -> Tensor:
        return emit_linked(self._sum(x), self._task)

    @abstractmethod
    def _train(self, data: Data, seed: int, rounds: int, pace: Pace, watch: Data | None = None) -> Any:
        """A booster of at most so many rounds at a pace, which ends early by ``watch`` and when it is late."""

    @abstractmethod
    def _best(self, booster: Any) -> int:
        """Its rounds up to the best one."""

    @abstractmethod
    def _raw(self, x: Matrix) -> Any:
        """What the trees of the best rounds add up to, before the link."""

    @abstractmethod
    def _sum(self, x: Tensor) -> Tensor:
        """The same in the graph."""
