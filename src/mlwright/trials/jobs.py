"""What the process that asks and the one that works say to each other."""

from __future__ import annotations

import msgspec

MEMORY = 77  # the exit status of a job that ran out of memory even for saying so


class Job(msgspec.Struct, frozen=True):
    """One fold of one trial of a run. On the monotonic clock, learning should stop at ``deadline`` and the process is
    killed at ``limit``; ``memory`` is in bytes; ``kill`` ends job ``id``."""

    id: int
    run: str = ""
    trial: str = ""
    fold: int = 0
    deadline: float | None = None
    limit: float | None = None
    memory: int = 0
    kill: bool = False


class News(msgspec.Struct, frozen=True):
    """``code`` is the exit status of job ``id`` (negative: the signal that ended it); ``id`` -1 says that jobs may
    come. ``peak`` is the most memory it held, in bytes."""

    id: int
    code: int = 0
    peak: int = 0
