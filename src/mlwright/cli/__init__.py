"""The command line: one file a command. It turns what is typed into a call, and what comes back into words.

Everything else is imported inside the commands, so that help and slips of the finger are answered at once.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from mlwright.cli.desk import Desk, process_start

_IMPORTED = time.monotonic()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code: 0 done, 1 a bug, 2 the input can't be used, 3 done but not to be shipped (with
    --strict), 130 interrupted.

    ``arguments`` are those of the process unless given. A budget counts from the start of the process, or from now if
    they are given.
    """
    started = process_start(_IMPORTED) if arguments is None else time.monotonic()
    words = list(sys.argv[1:] if arguments is None else arguments)
    desk = Desk(words=tuple(words), started=started, json="--json" in words, debug="--debug" in words)

    def act() -> int:
        from mlwright.cli.commands import dispatch

        return dispatch(words or ["--help"], desk)

    return desk.attend(act)
