"""How a run is watched on its way, and how it ends: done, refused or interrupted. The same for train and resume."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

import msgspec

from mlwright.cli.desk import NOT_SHIPPED, Desk
from mlwright.cli.progress import watch
from mlwright.contracts.errors import MlwrightError
from mlwright.contracts.protocols import Listener
from mlwright.contracts.records import Decision
from mlwright.lifecycle import Arrival
from mlwright.report import summary

STYLES: dict[Decision, str] = {"ship": "bold green", "hold": "bold yellow", "refuse": "bold red"}


def travel(desk: Desk, go: Callable[[Listener], Arrival], *, strict: bool) -> int:
    """Watch a run, tell what it came to, and return the exit code."""
    with watch(desk) as watcher:
        try:
            arrival = go(watcher)
        except KeyboardInterrupt:
            arrival = None
        except MlwrightError as error:
            if watcher.run is not None and watcher.run.is_dir():
                error.add_note(f"What was done until then is kept in {near(watcher.run)}.")
            raise
    if arrival is None:
        return desk.interrupted(near(watcher.run) if watcher.run is not None and watcher.run.is_dir() else "")
    _tell(desk, arrival)
    decision = arrival.verdict.decision
    return NOT_SHIPPED if strict and decision != "ship" else 0


def near(path: Path) -> str:
    """The path from here, if it lies below."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_absolute() and path.is_relative_to(here) else path)


def _tell(desk: Desk, arrival: Arrival) -> None:
    verdict, model, seconds = arrival.verdict, near(arrival.model), round(desk.seconds, 2)
    desk.say(summary(verdict, model), STYLES[verdict.decision])
    folder = shlex.quote(model)
    desk.say(f"Run:    {near(arrival.run)} ({seconds:.1f} s)")
    desk.say(f"\nNext:  mlwright predict {folder} NEW.csv -o scored.csv\n       mlwright serve {folder}")
    answer = {
        "model": model,
        "run": near(arrival.run),
        "metric": verdict.metric,
        "score": verdict.score.value,
        "interval": [verdict.score.low, verdict.score.high],
        "verdict": verdict.decision,
        "findings": msgspec.to_builtins(arrival.findings),
        "seconds": seconds,
    }
    desk.answer(answer)
