"""What is seen of a run on its way: one moving line on a terminal, failures alone anywhere else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
from rich.table import Column
from rich.text import Text

from mlwright.cli.desk import Desk, clean
from mlwright.contracts.protocols import Clock
from mlwright.metrics import shown

STAGES = {
    "ingest": "reading",
    "explore": "exploring",
    "clean": "cleaning",
    "featurize": "encoding",
    "plan": "planning",
    "search": "training",
    "assemble": "assembling",
    "explain": "explaining",
    "scrutinise": "looking closely",
    "diagnose": "diagnosing",
    "evaluate": "judging",
    "deploy": "writing",
}
ENDINGS = {"deadline": "ran out of time", "memory": "ran out of memory", "crashed": "crashed", "failed": "failed"}


class Watcher:
    """Hears of a run. Remembers the run's folder, and tells once of each trial that failed and each step that
    refused."""

    def __init__(self, note: Callable[[str], None]) -> None:
        self.run: Path | None = None
        self.clock = Clock()
        self.failed: set[str] = set()
        self.refused: set[str] = set()
        self._note = note

    def __call__(self, event: str, **facts: Any) -> None:
        if event == "run":
            self.run, self.clock = Path(facts["folder"]), facts["clock"]
        elif event == "trial-failed" and facts["trial"] not in self.failed:
            self.failed.add(facts["trial"])
            ending = ENDINGS.get(facts["status"], facts["status"])
            self._note(f"trial {facts['trial']} {ending}: {first_line(facts['error'])}")
        elif event == "step-refused" and facts["message"] not in self.refused:
            self.refused.add(facts["message"])
            self._note(f"left out: {first_line(facts['message'])}")


class Display(Watcher):
    """A watcher that also moves a line on the terminal: stage, trials, best score, time left."""

    def __init__(self, progress: Progress) -> None:
        super().__init__(
            lambda text: progress.console.print(clean(text), style="yellow", markup=False, highlight=False)
        )
        self._progress = progress
        self._task = progress.add_task("", total=None, stage="starting", trials="", best="")

    def __call__(self, event: str, **facts: Any) -> None:
        super().__call__(event, **facts)
        if event == "stage":
            self._progress.update(self._task, stage=STAGES.get(facts["stage"], facts["stage"]))
        elif event == "trial":
            done, planned = facts["done"], facts["planned"]
            best = f"best {facts['title']} {shown(facts['best'])}"
            over = done + len(self.failed)
            trials = f"{done}/{planned} trials"
            self._progress.update(self._task, total=planned, completed=over, trials=trials, best=best)


class Left(ProgressColumn):
    """Time left of the budget, or the time that passed where there is none."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(table_column=Column(no_wrap=True, justify="right"))
        self._desk = desk
        self.watcher: Watcher | None = None

    def render(self, task: Task) -> Text:
        """As "0:42 left"."""
        left = float("inf") if self.watcher is None else self.watcher.clock.left
        seconds, word = (self._desk.seconds, "") if left == float("inf") else (max(left, 0.0), " left")
        return Text(f"{int(seconds) // 60}:{int(seconds) % 60:02d}{word}", style="cyan")


@contextmanager
def watch(desk: Desk) -> Iterator[Watcher]:
    """A watcher for the time of a run: a display if standard error is a terminal."""
    if not sys.stderr.isatty():
        yield Watcher(desk.note)
        return
    left = Left(desk)
    with Progress(*columns(), left, console=Console(stderr=True), transient=True) as progress:
        display = left.watcher = Display(progress)
        yield display


@contextmanager
def count(desk: Desk, words: str) -> Iterator[Callable[[int], None]]:
    """What to tell how much more was done: a number that grows, if standard error is a terminal."""
    if not sys.stderr.isatty():
        yield lambda more: None
        return
    with Progress(
        SpinnerColumn(style="cyan"),
        TextColumn("{task.completed:,} {task.description}"),
        Left(desk),
        console=Console(stderr=True),
        transient=True,
    ) as progress:
        task = progress.add_task(words, total=None)
        yield lambda more: progress.advance(task, more)


def first_line(text: str) -> str:
    """The first line of a text that may have many, not too long."""
    line = next(iter(text.strip().splitlines()), "").rstrip()
    return line if len(line) <= 200 else line[:199] + "…"


def columns() -> list[ProgressColumn]:
    """The line's parts, but for the time."""

    def text(field: str, style: str) -> TextColumn:
        return TextColumn(f"{{task.fields[{field}]}}", style=style, markup=False, table_column=Column(no_wrap=True))

    bar = BarColumn(bar_width=24, complete_style="cyan", finished_style="cyan", pulse_style="cyan")
    return [SpinnerColumn(style="cyan"), text("stage", "bold"), bar, text("trials", ""), text("best", "green")]
