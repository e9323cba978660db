"""The desk: where every command speaks to the person or the program that asked, and where every error ends."""

from __future__ import annotations

import errno
import os
import shlex
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from mlwright.contracts.errors import InputError, MlwrightError, RunError, SchemaError

BUG, REFUSED, NOT_SHIPPED, INTERRUPTED = 1, 2, 3, 130
_SLOW_START = 5.0  # seconds; who took longer from its start to our import did something else first, as a shell may
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


def process_start(imported: float) -> float:
    """When this process began, on the monotonic clock, where Linux tells; else ``imported``, when we were imported."""
    try:
        ticks = int(Path("/proc/self/stat").read_text("utf-8").rpartition(")")[2].split()[19])
        age = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, AttributeError, ValueError, IndexError):
        return imported
    began = time.monotonic() - age
    return began if 0 <= imported - began <= _SLOW_START else imported


@dataclass(frozen=True)
class Desk:
    """One command at work: the words that were typed, when it started (monotonic), and how it shall answer."""

    words: tuple[str, ...]
    started: float
    json: bool = False
    debug: bool = False

    @property
    def seconds(self) -> float:
        """Seconds since the process began."""
        return time.monotonic() - self.started

    @property
    def command(self) -> str:
        """The command as it was typed, but for credentials."""
        from mlwright.contracts.address import scrub_word

        return shlex.join(("mlwright", *map(scrub_word, self.words)))

    def scrub(self, text: str) -> str:
        """A text without the credentials in the words that were typed, and in any other URL."""
        from mlwright.contracts.address import scrub_text, scrub_word

        for word in self.words:
            if "://" in word:  # also as a path, which it was taken for where a folder was asked for
                text = text.replace(word, scrub_word(word)).replace(str(Path(word)), scrub_word(word))
        return scrub_text(text)

    def say(self, text: str, style: str = "") -> None:
        """Text on standard output, unless JSON is wanted."""
        if not self.json:
            _print(sys.stdout, clean(text) + "\n", style)

    def answer(self, facts: Any) -> None:
        """The one JSON object on standard output, if it is wanted."""
        if self.json:
            import msgspec

            _print(sys.stdout, msgspec.json.encode(facts).decode() + "\n")

    def note(self, text: str, style: str = "") -> None:
        """Text on standard error."""
        _print(sys.stderr, clean(text) + "\n", style)

    def attend(self, act: Callable[[], int]) -> int:
        """Do it, and turn whatever comes of it into words and an exit code."""
        try:
            with _terminable():
                if any(not _is_text(word) for word in self.words):
                    raise InputError("this is not UTF-8", where="the command", way_out="Rename the file or folder.")
                return act()
        except KeyboardInterrupt:
            return self.interrupted()
        except Exception as error:
            return self._fail(error)

    def interrupted(self, run: str = "") -> int:
        """Say so, and how to go on with the run, if there is one; the exit code."""
        again = f"mlwright resume {shlex.quote(run)}" if run else ""
        rest = f" What was done is kept; to go on:\n\n  {again}" if run else ""
        self.note(f"\nInterrupted.{rest}")
        facts = {"kind": "Interrupted", "what": "interrupted", "where": run, "way_out": again, "exit_code": INTERRUPTED}
        self.answer({"error": facts})
        return INTERRUPTED

    def _fail(self, error: Exception) -> int:
        told = as_told(error)
        if self.debug:
            import traceback

            self.note(self.scrub("".join(traceback.format_exception(error))))
        if told is None:
            told = RunError(self.scrub(f"this is a bug: {type(error).__name__}: {error}")[:500], where=_place(error))
            told.way_out = "Please report it, with what the same command prints when --debug is added to it."
            code = BUG
        else:
            code = told.exit_code
        self.note(f"error: {_indented(self.scrub(str(told)))}", "bold red")
        for note in getattr(error, "__notes__", ()):
            self.note(f"       {note}")
        facts = {key: self.scrub(value) if isinstance(value, str) else value for key, value in _facts(told).items()}
        self.answer({"error": facts | {"exit_code": code}})
        return code


def as_told(error: Exception) -> MlwrightError | None:
    """The error as one that a user can act on; None if it is a bug."""
    if isinstance(error, MlwrightError):
        return error
    if isinstance(error, MemoryError):
        return RunError("there is not enough memory", way_out="Use fewer rows, or a machine with more memory.")
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        from mlwright.store import explain

        return explain(error, error.filename or "")
    usage = getattr(error, "format_message", None)  # Typer's errors have it, whichever library they come from
    if usage is not None:
        context = getattr(error, "ctx", None)
        asked = "mlwright" if context is None else context.command_path
        return InputError(usage(), where=asked, way_out=f"See {asked} --help.")
    return None


def clean(text: str) -> str:
    """The text without characters that would steer a terminal: names of files and columns may hold any."""
    return "".join(c if c.isprintable() or c == "\n" else "�" if c != "\t" else "    " for c in text)


def _facts(error: MlwrightError) -> dict[str, Any]:
    facts = {"kind": type(error).__name__, "what": error.what, "where": error.where, "way_out": error.way_out}
    return facts | ({"problems": error.problems} if isinstance(error, SchemaError) else {})


def _indented(text: str) -> str:
    return text.replace("\n", "\n       ")


def _is_text(word: str) -> bool:
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True


def _place(error: BaseException) -> str:
    """File and line where an error was raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"


def _print(stream: IO[str], text: str, style: str = "") -> None:
    """Write UTF-8 whatever the locale; a reader that went away (as head does) is no mistake of anyone."""
    try:
        if style and stream.isatty():
            text = _styled(stream, text, style)
        stream.flush()
        stream.buffer.write(text.encode("utf-8", "replace"))  # type: ignore[attr-defined]
        stream.buffer.flush()  # type: ignore[attr-defined]
    except BrokenPipeError:
        let_go(stream)
    except OSError as error:
        if stream is sys.stderr:
            return
        what = f"can't write the answer: {(error.strerror or str(error)).lower()}"
        raise InputError(what, where="standard output") from error


def let_go(stream: IO[str]) -> None:
    """What is still written to it goes nowhere: whoever read it went away."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _styled(stream: IO[str], text: str, style: str) -> str:
    """The first line's first word in a style, if the terminal has any."""
    from rich.console import Console
    from rich.text import Text

    word, blank, rest = text.partition(" ")
    console = Console(file=stream, soft_wrap=True, highlight=False)
    with console.capture() as captured:
        console.print(Text(word, style), end="")
    return captured.get() + blank + rest


@contextmanager
def _terminable() -> Iterator[None]:
    """Within, being asked to end (SIGTERM) is as being interrupted, and one interrupt is one KeyboardInterrupt."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked = [signal.SIGTERM]
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else a shell has had it ignored
        asked.append(signal.SIGINT)
    before = [signal.signal(number, _interrupt) for number in asked]
    try:
        yield
    finally:
        for number, handler in zip(asked, before, strict=True):
            signal.signal(number, handler)


def _interrupt(*_: object) -> None:
    """Polars at work raises a KeyboardInterrupt of its own for the same signal: a second one, or an impatient person's,
    would stop what cleans up after the first."""
    if not isinstance(sys.exc_info()[1], KeyboardInterrupt):
        raise KeyboardInterrupt
