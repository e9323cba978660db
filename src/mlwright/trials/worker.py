"""The process that trials are forked from.

It imports every learner once; a job then costs a fork (milliseconds), runs alone, and may hang, crash or run out of
memory without touching anything else. Jobs come as JSON lines on standard input, news go as JSON lines to standard
output. When the process that asked is gone, so are this one and its jobs.
"""

from __future__ import annotations

import ctypes
import faulthandler
import os
import resource
import selectors
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import msgspec

from mlwright import plugins
from mlwright.contracts.errors import MlwrightError
from mlwright.contracts.protocols import Clock
from mlwright.contracts.records import Plan, TrialSpec
from mlwright.store import Run
from mlwright.trials.fold import Ground, Outcome, failure, fit_fold, outcome_path, write_outcome
from mlwright.trials.jobs import MEMORY, Job, News


def perform(job: Job) -> None:
    """Do the job's folds and write the outcome of each, whatever it is, until one fails. Raises MemoryError only."""
    run = Run.open(Path(job.run))
    plan = run.read("plan", Plan)
    spec = next(t for t in plan.trials if t.id == job.trial)
    if job.rows is not None:
        spec = msgspec.structs.replace(spec, id=job.name, rows=job.rows)
    if job.cure:
        spec = msgspec.structs.replace(spec, id=job.name, cure=job.cure)
    clock = Clock(job.deadline)
    for done, fold in enumerate(job.folds):
        outcome = _attempt(job, run, spec, fold, clock.within(clock.left / (len(job.folds) - done)))
        write_outcome(outcome_path(run.path, job.name, fold), outcome)
        if outcome.result.status != "done":
            return


def _attempt(job: Job, run: Run, spec: TrialSpec, fold: int, clock: Clock) -> Outcome:
    try:
        return fit_fold(Ground.of(run), spec, fold, clock)
    except MemoryError:
        return failure(job.name, fold, "memory", "needs more memory than a trial may take", 0.0)
    except TimeoutError as error:
        return failure(job.name, fold, "deadline", str(error), 0.0)
    except MlwrightError as error:
        return failure(job.name, fold, "failed", str(error), 0.0)
    except Exception as error:  # a learner may raise anything: it costs this trial alone
        traceback.print_exc()
        status = "memory" if _crowded(job) else "failed"
        return failure(job.name, fold, status, f"{type(error).__name__}: {error}"[:500], 0.0)


def main(act: Callable[[Job], None] = perform) -> None:
    """Serve jobs until standard input ends."""
    for name in plugins.installed("mlwright.learners"):
        plugins.find("mlwright.learners", name)
    for name in plugins.installed("mlwright.steps"):
        plugins.find("mlwright.steps", name)
    news = os.dup(1)
    os.dup2(2, 1)  # what a library prints goes to the log
    wake, waker = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(waker, False)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    with selectors.DefaultSelector() as selector:
        selector.register(0, selectors.EVENT_READ)
        selector.register(wake, selectors.EVENT_READ)
        _serve(selector, act, news, wake)


def _serve(selector: selectors.BaseSelector, act: Callable[[Job], None], news: int, wake: int) -> None:
    running: dict[int, int] = {}  # process -> job
    pending = b""
    _tell(news, News(-1))
    while True:
        ready = {key.fd for key, _ in selector.select()}
        if wake in ready:
            os.read(wake, 4096)
            _reap(running, news)
        if 0 in ready:
            data = os.read(0, 65536)
            if not data:
                for pid in running:
                    os.kill(pid, signal.SIGKILL)
                return
            *lines, pending = (pending + data).split(b"\n")
            for line in lines:
                _take(msgspec.json.decode(line, type=Job), running, act)


def _take(job: Job, running: dict[int, int], act: Callable[[Job], None]) -> None:
    if job.kill:
        for pid in [p for p, id in running.items() if id == job.id]:
            os.kill(pid, signal.SIGKILL)
        return
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        _child(job, act, parent)
    running[pid] = job.id


def _reap(running: dict[int, int], news: int) -> None:
    while running:
        pid, status, usage = os.wait4(-1, os.WNOHANG)
        if pid == 0:
            return
        _tell(news, News(running.pop(pid), os.waitstatus_to_exitcode(status), usage.ru_maxrss * 1024))


def _child(job: Job, act: Callable[[Job], None], parent: int) -> None:
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: die with the parent
        if os.getppid() != parent:  # it died before that was said
            os._exit(code)
        os.close(0)
        os.open(os.devnull, os.O_RDONLY)
        faulthandler.enable()
        if job.memory:
            most = _data() + job.memory
            resource.setrlimit(resource.RLIMIT_DATA, (most, most))
        act(job)
        code = 0
    except MemoryError:
        code = MEMORY
    except BaseException:  # PyO3's panics among them, which are how Polars says that there is no memory
        traceback.print_exc()
        code = MEMORY if _crowded(job) else code
    finally:
        sys.stderr.flush()
        os._exit(code)


def _crowded(job: Job) -> bool:
    """Whether half of what the job may take was taken when it failed: libraries say in many ways that there was no
    room for more."""
    most, _ = resource.getrlimit(resource.RLIMIT_DATA)
    return bool(job.memory) and most - _data() < job.memory / 2


def _data() -> int:
    """Bytes of data that this process has mapped so far: what RLIMIT_DATA counts, most of it shared with the worker."""
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[5]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return 0


def _tell(news: int, message: News) -> None:
    os.write(news, msgspec.json.encode(message) + b"\n")


if __name__ == "__main__":
    main()
