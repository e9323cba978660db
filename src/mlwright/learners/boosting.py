"""What boosted trees have in common, whoever grows them."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from mlwright.contracts.protocols import Clock, Terms, Truth
from mlwright.graph import Tensor
from mlwright.learners.base import Learner, Matrix, emit_linked, linked

_SMALL = 10_000  # rows below which the rounds found are fitted again with the watched rows
_FEW = 50  # rows below which parts to watch are too small to say when to stop
_ENOUGH = 10.0  # rounds times rate that learn what there is: on most tables the watched rows stop it before
_FASTEST = 0.3
LOOK = 10  # rounds between two looks at the clock
_LONGER = 0.2  # of the rounds up to the last gain, that the next is waited for beyond ``patience``
_GAIN = 0.003  # of the loss, below which a gain is none
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


class Again(Pace):
    """The rates of another pace once more."""

    hurried = False

    def __init__(self, least: float, changes: Mapping[int, float], clock: Clock):
        super().__init__(least, clock)
        self.changes = dict(changes)

    def after(self, rounds: int) -> float | None:
        return self.changes.get(rounds)


@dataclass
class Plateau:
    """Whether the loss of the watched rows has stopped falling: when it gained next to nothing for ``patience`` rounds
    and a fifth of those that led to the last gain. Where there is little noise, thousands of rounds bring a little
    each, and single ones nothing. ``best`` is the round of the least loss."""

    patience: int
    best: int = 0
    _least: float = float("inf")
    _gained: int = 0
    _level: float = float("inf")

    def reached(self, rounds: int, loss: float) -> bool:
        """Take up the loss after so many rounds."""
        if loss < self._least:
            self.best, self._least = rounds, loss
        if loss < self._level * (1 - _GAIN):
            self._gained, self._level = rounds, loss
        return rounds - self._gained >= self.patience + _LONGER * self._gained


@dataclass
class Boosting(Learner):
    """Boosting until the loss of the watched rows is on a plateau, then (on few rows) as long on all of them; or as
    long as was settled. ``rate`` is the learning rate. A library adds how it trains, predicts and what its trees
    are."""

    weighs: ClassVar[bool] = True
    monotone: ClassVar[bool] = True
    rounds: int = 5000
    rate: float = 0.05
    patience: int = 30
    _task: str = field(default="", init=False)
    _width: int = field(default=1, init=False)
    _bound: tuple[int, ...] = field(default=(), init=False)
    _booster: Any = field(default=None, init=False)
    _settled: dict[str, Any] = field(default_factory=dict, init=False)

    @property
    def settled(self) -> dict[str, Any]:
        return self._settled

    def fit(self, x: Matrix, truth: Truth, terms: Terms) -> Boosting:
        self._task, self._width, self._bound = truth.task, truth.width, terms.monotone
        if known := terms.middle("rounds"):
            again: Pace = Again(self.rate, dict(known["rates"]), terms.clock)
            return self._trained(self._train((x, truth), terms.seed, known["rounds"], again), known["rounds"], again)
        if len(x) < _FEW or not terms.watch.any():
            pace, rounds = Pace(self.rate, terms.clock), min(self.rounds, int(8 / self.rate))
            return self._trained(self._train((x, truth), terms.seed, rounds, pace), rounds, pace)
        return self._watched(x, truth, terms)

    def _watched(self, x: Matrix, truth: Truth, terms: Terms) -> Boosting:
        twice = len(x) <= _SMALL
        clock = terms.clock.within(terms.clock.left / 2) if twice else terms.clock
        pace, booster, found = Pace(self.rate, clock), None, list[int]()
        for mask in terms.turns():
            learn, watch = np.flatnonzero(~mask), np.flatnonzero(mask)
            own = Again(self.rate, pace.changes, clock) if found else pace
            one = self._train((x[learn], truth.at(learn)), terms.seed, self.rounds, own, (x[watch], truth.at(watch)))
            if found and own.late:
                break
            found.append(max(1, self._best(one)))
            booster = booster or one
        rounds = round(sum(found) / len(found))
        if twice:
            again = Again(self.rate, pace.changes, terms.clock)
            whole = self._train((x, truth), terms.seed, rounds, again)
            booster = booster if again.late else whole
        return self._trained(booster, rounds, pace)

    def _trained(self, booster: Any, rounds: int, pace: Pace) -> Boosting:
        self._booster = booster
        self._settled = {"rounds": rounds, "rates": [list(change) for change in pace.changes.items()]}
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
