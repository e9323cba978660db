"""The desk: every error becomes words and an exit code, whatever is raised and wherever the words go."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from mlwright.cli.desk import Desk, clean, process_start
from mlwright.contracts.errors import InputError, ParityError, RowProblem, SchemaError

Captured = pytest.CaptureFixture[str]


def raising(error: BaseException) -> Callable[[], int]:
    def act() -> int:
        raise error

    return act


def desk(json: bool = False, debug: bool = False) -> Desk:
    return Desk(words=("verify", "a b"), started=time.monotonic(), json=json, debug=debug)


@pytest.mark.parametrize(
    ("error", "code", "piece"),
    [
        (InputError("no column 'a'", where="b.csv", way_out="Look."), 2, "error: b.csv: no column 'a'\n       Look."),
        (ParityError("they differ"), 1, "they differ"),
        (KeyError("x"), 1, "this is a bug: KeyError: 'x'"),
        (RecursionError(), 1, "--debug"),
        (MemoryError(), 2, "not enough memory"),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "a.npz"), 2, "a.npz: can't be written: no space left"),
        (OSError(errno.EIO, "broken"), 1, "this is a bug"),
        (KeyboardInterrupt(), 130, "Interrupted"),
    ],
)
def test_whatever_is_raised_becomes_words_and_a_code(
    error: BaseException, code: int, piece: str, capfd: Captured
) -> None:
    assert desk().attend(raising(error)) == code
    said = capfd.readouterr()
    assert piece in said.err
    assert "Traceback" not in said.err
    assert said.out == ""
    assert desk(json=True).attend(raising(error)) == code
    assert json.loads(capfd.readouterr().out)["error"]["exit_code"] == code


def test_all_problems_of_rows_are_told_to_a_program(capfd: Captured) -> None:
    problems = [RowProblem("not a number", row=i, column="age") for i in range(9)]
    desk(json=True).attend(raising(SchemaError(problems, where="a.csv")))
    assert len(json.loads(capfd.readouterr().out)["error"]["problems"]) == 9


def test_debug_shows_where_it_came_from(capfd: Captured) -> None:
    desk(debug=True).attend(raising(InputError("no")))
    assert "test_desk.py" in capfd.readouterr().err


@given(st.text())
def test_what_is_shown_can_not_steer_a_terminal(text: str) -> None:
    shown = clean(text)
    assert all(c.isprintable() or c == "\n" for c in shown)
    assert shown.count("\n") == text.count("\n")


def test_a_word_that_is_not_text_is_refused(capfd: Captured) -> None:
    odd = Desk(words=("verify", "a\udcff"), started=0.0)
    assert odd.attend(lambda: 0) == 2
    assert "not UTF-8" in capfd.readouterr().err


def test_the_command_can_be_typed_again() -> None:
    assert desk().command == "mlwright verify 'a b'"


def test_being_asked_to_end_is_as_being_interrupted(capfd: Captured) -> None:
    def act() -> int:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(5)
        return 0

    before = signal.getsignal(signal.SIGTERM)
    assert desk().attend(act) == 130
    assert signal.getsignal(signal.SIGTERM) is before


def test_what_cleans_up_after_an_interrupt_is_not_interrupted(capfd: Captured) -> None:
    cleaned = []

    def act() -> int:
        try:
            raise KeyboardInterrupt  # as Polars does, before Python has looked at the signal
        finally:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.01)
            cleaned.append(True)

    before = signal.getsignal(signal.SIGINT)
    assert desk().attend(act) == 130
    assert cleaned
    assert signal.getsignal(signal.SIGINT) is before


def test_a_process_knows_when_it_started() -> None:
    code = """
import time
time.sleep(0.5)
from mlwright.cli.desk import process_start
now = time.monotonic()
print(now - process_start(now))
"""
    started = time.monotonic()
    age = float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
    wall = time.monotonic() - started
    # The kernel tells a start in whole ticks, rounded down.
    assert age <= wall + 1 / os.sysconf("SC_CLK_TCK")
    if sys.platform == "linux":
        assert age >= 0.5


def test_a_process_that_did_something_else_first_counts_from_the_import() -> None:
    late = time.monotonic() + 3600
    assert process_start(late) == late


WRITE = "from mlwright.cli.desk import Desk; import sys; sys.exit(Desk((), 0.0).attend(lambda: {act}))"
HELP = "import sys; from mlwright.cli import main; sys.exit(main(['train', '--help']))"
SAY = "[Desk((), 0.0).say('x' * 100) for _ in range(5000)] and 0"


@pytest.mark.parametrize("words", [f'-c "{WRITE.format(act=SAY)}"', f'-c "{HELP}"'])
def test_a_reader_that_went_away_is_nobodys_mistake(words: str) -> None:
    command = f"{sys.executable} {words} | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout == "0\n"
    assert done.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_an_answer_that_can_not_be_written_is_told() -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-c", WRITE.format(act=SAY)]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert "standard output: can't write the answer: no space left" in done.stderr


def test_words_are_utf8_whatever_the_locale() -> None:
    code = "from mlwright.cli.desk import Desk; Desk((), 0.0).say('Größe …')"
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, check=True)
    assert done.stdout.decode() == "Größe …\n"
