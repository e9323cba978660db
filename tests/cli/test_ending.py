"""How a run is watched and how it ends, without a run: a journey is any function of a listener."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.progress import Progress

from mlwright.cli.desk import Desk
from mlwright.cli.ending import near, travel
from mlwright.cli.progress import Display, Left, Watcher, columns, first_line
from mlwright.contracts.errors import InputError
from mlwright.contracts.protocols import Clock, Listener
from mlwright.contracts.records import Decision, Finding, Score, Verdict
from mlwright.lifecycle import Arrival

Captured = pytest.CaptureFixture[str]
SCORE = Score(metric="roc_auc", value=0.8, low=0.7, high=0.9)


def arrival(decision: Decision = "ship") -> Arrival:
    verdict = Verdict(
        decision=decision, reasons=("it is so",), metric="roc_auc", score=SCORE, scores=(SCORE,),
        baselines={"constant": SCORE}, method="out of fold", rows=100,
    )  # fmt: skip
    finding = Finding(code="rare-class", severity="warning", message="one row")
    return Arrival(Path("runs/r 1"), Path("models/my model").absolute(), verdict, (finding,), 1.0)


def desk(json: bool = False) -> Desk:
    return Desk(words=("train",), started=time.monotonic() - 2, json=json)


@pytest.mark.parametrize(("decision", "code"), [("ship", 0), ("hold", 3), ("refuse", 3)])
def test_the_exit_code_says_whether_to_ship_only_if_asked(decision: Decision, code: int, capfd: Captured) -> None:
    assert travel(desk(), lambda listener: arrival(decision), strict=True) == code
    assert travel(desk(), lambda listener: arrival(decision), strict=False) == 0
    assert f"Verdict: {decision.upper()}" in capfd.readouterr().out


def test_the_end_names_the_model_and_what_to_type_next(capfd: Captured) -> None:
    travel(desk(), lambda listener: arrival(), strict=False)
    said = capfd.readouterr()
    assert "mlwright predict 'models/my model' NEW.csv" in said.out
    assert "mlwright serve 'models/my model'" in said.out
    assert "Report: models/my model/report.html\n" in said.out
    assert said.err == ""


def test_json_is_the_agreed_object_and_nothing_else(capfd: Captured) -> None:
    travel(desk(json=True), lambda listener: arrival(), strict=False)
    told = json.loads(capfd.readouterr().out)
    assert told.pop("seconds") >= 2
    (finding,) = told.pop("findings")
    assert finding["code"] == "rare-class"
    assert told == {
        "model": "models/my model",
        "run": "runs/r 1",
        "metric": "roc_auc",
        "score": 0.8,
        "interval": [0.7, 0.9],
        "verdict": "ship",
    }


def interrupted(run: Path | None) -> Any:
    def go(listener: Listener) -> Arrival:
        if run is not None:
            listener("run", folder=run, clock=Clock())
        raise KeyboardInterrupt

    return go


def test_an_interrupt_says_how_to_go_on(tmp_path: Path, capfd: Captured) -> None:
    assert travel(desk(), interrupted(tmp_path), strict=False) == 130
    assert f"mlwright resume {tmp_path}" in capfd.readouterr().err
    assert travel(desk(), interrupted(None), strict=False) == 130
    assert "resume" not in capfd.readouterr().err


def test_a_failure_says_where_the_run_is_kept(tmp_path: Path, capfd: Captured) -> None:
    def go(listener: Listener) -> Arrival:
        listener("run", folder=tmp_path, clock=Clock())
        raise InputError("no")

    assert desk().attend(lambda: travel(desk(), go, strict=False)) == 2
    assert f"kept in {tmp_path}" in capfd.readouterr().err


def test_near_is_short_only_below_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert near(tmp_path / "models" / "a") == "models/a"
    assert near(tmp_path.parent) == str(tmp_path.parent)
    assert near(Path("models/a")) == "models/a"


def test_a_failed_trial_is_told_once_and_nothing_else_is() -> None:
    notes: list[str] = []
    watcher = Watcher(notes.append)
    watcher("stage", stage="search")
    for fold in range(3):
        watcher("trial-failed", trial="lightgbm-1", fold=fold, status="memory", error="too much\nat line 3")
    watcher("trial", trial="linear", score=0.7, best=0.7, done=1, planned=4, metric="roc_auc", title="ROC AUC")
    assert notes == ["trial lightgbm-1 ran out of memory: too much"]


def test_the_line_shows_stage_trials_best_and_time_left() -> None:
    console = Console(width=100, force_terminal=True, color_system=None, record=True)
    left = Left(desk())
    with Progress(*columns(), left, console=console, auto_refresh=False) as progress:
        display = left.watcher = Display(progress)
        display("run", folder=Path("runs/a"), clock=Clock.lasting(65.5))
        display("stage", stage="search")
        display("trial-failed", trial="linear", fold=0, status="crashed", error="gone")
        told = {"metric": "roc_auc", "title": "ROC AUC"}
        display("trial", trial="lightgbm-1", score=0.81, best=0.81234, done=3, planned=8, **told)
        progress.refresh()
        line = console.export_text().splitlines()[-1]
    assert re.search(r"training .* 3/8 trials +best ROC AUC 0\.8123 +1:05 left", line)


def test_time_that_passed_is_shown_where_there_is_no_budget() -> None:
    progress = Progress()
    progress.add_task("")
    assert Left(desk()).render(progress.tasks[0]).plain == "0:02"


def test_a_long_error_is_one_line() -> None:
    assert first_line("") == ""
    assert first_line("\n a \nb") == "a"
    assert len(first_line("x" * 1000)) == 200
