"""Running jobs in processes that may die: the side that asks."""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from mlwright.contracts.errors import RunError
from mlwright.trials.jobs import MEMORY, Job, News

# A trace of what Polars was doing when memory ran out needs memory itself: asked for one, its process hangs.
_NO_TRACE = {"RUST_BACKTRACE": "0"}
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS"), "1")

_SAFE = 0.9  # of a limit of memory is dealt out: this process grows a little while jobs run
_WORKER, _LEAST = 200 << 20, 128 << 20  # bytes that a worker holds when all is imported; that jobs get in any case


class Ended(msgspec.Struct, frozen=True):
    """A job that ended: ``code`` as in `News`, ``status`` in the words of a FoldResult ("done" if it wrote its
    outcome)."""

    job: Job
    code: int
    status: str
    error: str


class Pool:
    """A worker process that forks one process a job. Use it as a context manager: leaving it ends every job.

    The worker starts at once and imports while the caller goes on; jobs given meanwhile wait for it.
    """

    def __init__(self, log: Path, module: str = "mlwright.trials.worker"):
        self._log, self._module = log, module
        self._running: dict[int, Job] = {}
        self._killed: dict[int, str] = {}
        self._pending = b""
        self._next = 0
        self._restarts = 0
        self._start()

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: Any) -> None:
        self._worker.kill()
        self._worker.wait()
        self._close()

    @property
    def running(self) -> int:
        """How many jobs have not ended."""
        return len(self._running)

    @property
    def memory(self) -> int:
        """Bytes that the jobs which have not ended may take together."""
        return sum(job.memory for job in self._running.values())

    def room(self, limit: int) -> int:
        """Bytes that jobs may take together, so that this process, the worker and they keep to a limit."""
        held = _held("self") + max(_held(str(self._worker.pid)), _WORKER)
        return max(int(_SAFE * limit) - held, _LEAST)

    def submit(self, job: Job) -> int:
        """Start a job; its id."""
        self._next += 1
        job = msgspec.structs.replace(job, id=self._next)
        self._running[job.id] = job
        self._send(job)
        return job.id

    def kill(self, id: int, why: str = "deadline") -> None:
        """End a job; it is reported by `wait` with the status ``why``."""
        if id in self._running and id not in self._killed:
            self._killed[id] = why
            self._send(Job(id, kill=True))

    def stop(self) -> list[Ended]:
        """End every job that has not ended, and wait until they have: some end by themselves meanwhile."""
        for id in list(self._running):
            self.kill(id)
        ended: list[Ended] = []
        while self._running:
            ended += self.wait(0.5)
        return ended

    def wait(self, seconds: float) -> list[Ended]:
        """Jobs that ended, at the latest after ``seconds``; jobs past their limit are killed meanwhile."""
        until = time.monotonic() + max(seconds, 0.0)
        while True:
            ended = self._collect(max(0.0, min(0.1, until - time.monotonic())))
            self._enforce()
            if ended or time.monotonic() >= until:
                return ended

    def _enforce(self) -> None:
        now = time.monotonic()
        for job in self._running.values():
            if job.limit is not None and now > job.limit:
                self.kill(job.id)

    def _collect(self, seconds: float) -> list[Ended]:
        if not self._selector.select(seconds):
            return []
        data = os.read(self._reader, 65536)
        if not data:
            return self._worker_died()
        *lines, self._pending = (self._pending + data).split(b"\n")
        news = [msgspec.json.decode(line, type=News) for line in lines]
        return [self._ended(n) for n in news if n.id in self._running]

    def _ended(self, news: News) -> Ended:
        job = self._running.pop(news.id)
        why = self._killed.pop(news.id, None)
        if why is not None and news.code != 0:
            return Ended(job, news.code, why, "ended at its deadline" if why == "deadline" else why)
        if news.code == 0:
            return Ended(job, 0, "done", "")
        if news.code == MEMORY or (news.code < 0 and job.memory and news.peak > 0.8 * job.memory):
            return Ended(
                job, news.code, "memory", f"needs more memory than a trial may take ({job.memory / 1e9:.1f} GB)"
            )
        words = f"was ended by signal {-news.code}" if news.code < 0 else f"exited with status {news.code}"
        return Ended(job, news.code, "crashed", f"its process {words}; see workers.log in the run's folder")

    def _worker_died(self) -> list[Ended]:
        code = self._worker.wait()
        self._restarts += 1
        if self._restarts > 3:
            raise RunError(f"the worker process keeps dying (status {code})", way_out=f"see {self._log}")
        lost = [Ended(j, code, "crashed", "the worker process died") for j in self._running.values()]
        self._running.clear()
        self._killed.clear()
        self._close()
        self._start()
        return lost

    def _start(self) -> None:
        self._worker = self._spawn()
        if self._worker.stdin is None or self._worker.stdout is None:
            raise RunError("the worker process has no pipes")
        self._writer, self._reader = self._worker.stdin, self._worker.stdout.fileno()
        self._pending = b""
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._reader, selectors.EVENT_READ)

    def _spawn(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", self._module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, **_ONE_THREAD, **_NO_TRACE},
                start_new_session=True,  # Ctrl-C is for the process that asks
            )

    def _close(self) -> None:
        self._selector.close()
        for pipe in (self._worker.stdin, self._worker.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):  # what a dead worker was still to be told
                    pipe.close()

    def _send(self, job: Job) -> None:
        try:
            self._writer.write(msgspec.json.encode(job) + b"\n")
            self._writer.flush()
        except BrokenPipeError:
            pass  # the worker died: `wait` says so, and the job is reported as lost


def _held(process: str) -> int:
    """Bytes of memory of its own that a process has touched; 0 where the system does not tell."""
    try:
        _, resident, shared, *_ = Path("/proc", process, "statm").read_text("ascii").split()
    except (OSError, ValueError):
        return 0
    return (int(resident) - int(shared)) * os.sysconf("SC_PAGE_SIZE")


def allowed_memory(asked: int | None) -> int:
    """Bytes that a run may take: what was asked for, or three quarters of what is free."""
    return free_memory() * 3 // 4 if asked is None else asked


def free_memory() -> int:
    """Bytes that may still be taken without hurting others: what the system calls available, or what is left of the
    container's limit."""
    facts = Path("/proc/meminfo")
    if not facts.exists():
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    lines = dict(line.split(":") for line in facts.read_text().splitlines())
    free = int(lines["MemAvailable"].split()[0]) * 1024
    limit, used = (Path("/sys/fs/cgroup", name) for name in ("memory.max", "memory.current"))
    if limit.exists() and used.exists() and limit.read_text().strip() != "max":
        free = min(free, int(limit.read_text()) - int(used.read_text()))
    return max(free, 256 * 1024**2)
