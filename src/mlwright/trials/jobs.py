"""What the process that asks and the one that works say to each other."""

from __future__ import annotations

import msgspec

from mlwright.contracts.records import Cure

MEMORY = 77  # the exit status of a job that ran out of memory even for saying so


class Job(msgspec.Struct, frozen=True):
    """One fold of one trial of a run, and ``more`` after it. On the monotonic clock, learning should stop at
    ``deadline`` and the process is killed at ``limit``; ``memory`` is bytes that it may take beyond what the worker
    holds (0: any); ``kill`` ends job ``id``; ``rows`` caps the rows that the trial is fitted on instead of its own cap,
    ``cure`` is done instead of its own."""

    id: int
    run: str = ""
    trial: str = ""
    fold: int = 0
    deadline: float | None = None
    limit: float | None = None
    memory: int = 0
    kill: bool = False
    rows: int | None = None
    cure: Cure = ""
    more: tuple[int, ...] = ()

    @property
    def folds(self) -> tuple[int, ...]:
        """All its folds, in their order."""
        return (self.fold, *self.more)

    @property
    def name(self) -> str:
        """What its outcome is filed under: the trial, or the trial on fewer rows or after a cure."""
        name = self.trial if self.rows is None else f"{self.trial}@{self.rows}"
        return f"{name}~{self.cure}" if self.cure else name


class News(msgspec.Struct, frozen=True):
    """``code`` is the exit status of job ``id`` (negative: the signal that ended it); ``id`` -1 says that jobs may
    come. ``peak`` is the most memory it held, in bytes."""

    id: int
    code: int = 0
    peak: int = 0
