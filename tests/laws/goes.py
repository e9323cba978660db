"""One run of a table on disk, with nothing in it that depends on the time: python goes.py DATA FOLDER [RUN]"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from mlwright.lifecycle import go_on, train


def silent(event: str, **facts: Any) -> None:
    """Nobody listens."""


if __name__ == "__main__":
    data, folder, *run = sys.argv[1:]
    if run:
        go_on(Path(run[0]), silent)
    else:
        place = Path(folder)
        train(data, "left", budget=None, trials=3, seed=1, out=place / "model", runs=place / "runs")
