"""Real processes that hang, crash and take too much: each costs itself alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mlwright.contracts.errors import RunError
from mlwright.trials import Ended, Job, Pool

pytestmark = pytest.mark.alone
HERE = Path(__file__).parent
PATIENCE = 60  # seconds that a busy machine may take; nothing here waits that long by design


@pytest.fixture(scope="module", autouse=True)
def _acts_can_be_found():
    with pytest.MonkeyPatch.context() as patch:
        known = os.environ.get("PYTHONPATH")
        patch.setenv("PYTHONPATH", os.pathsep.join([str(HERE), *([known] if known else [])]))
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("pool")


@pytest.fixture(scope="module")
def shared(folder):
    """One worker for all tests that leave it alive; it has begun, so that a job's limit is the job's alone."""
    with Pool(folder / "workers.log", module="acts") as pool:
        pool.submit(Job(0, str(folder), "fine", 9))
        all_ended(pool)
        yield pool


def until(condition: Callable[[], bool]) -> bool:
    """Wait for what must come; whether it came."""
    end = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def all_ended(pool: Pool, least: float = 0.0) -> dict[str, Ended]:
    """Wait for every job, and ``least`` seconds; how each ended, by the name of its trial."""
    found: dict[str, Ended] = {}
    started = time.monotonic()
    while (pool.running or time.monotonic() < started + least) and time.monotonic() < started + PATIENCE:
        found |= {ended.job.trial: ended for ended in pool.wait(1.0)}
    assert pool.running == 0
    return found


def alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def pid_of(folder: Path, trial: str, fold: int = 0) -> int:
    file = folder / f"{trial}-{fold}.pid"
    assert until(lambda: file.exists() and file.read_text() != "")
    return int(file.read_text())


@pytest.mark.slow
def test_each_end_is_told_apart(shared, folder):
    for trial in ("fine", "segfault", "raise", "exit", "print"):
        shared.submit(Job(0, str(folder), trial))
    ends = all_ended(shared)
    assert {trial: ended.status for trial, ended in ends.items()} == {
        "fine": "done",
        "segfault": "crashed",
        "raise": "crashed",
        "exit": "crashed",
        "print": "done",
    }
    assert ends["segfault"].code == -signal.SIGSEGV
    assert ends["exit"].code == 5
    log = (folder / "workers.log").read_text()
    assert "on purpose" in log
    assert "words of a library" in log


def test_a_hang_is_killed_at_its_limit(shared, folder):
    started = time.monotonic()
    shared.submit(Job(0, str(folder), "hang", limit=started + 1.5))  # so that it has begun on a busy machine too
    shared.submit(Job(0, str(folder), "fine"))
    ends = all_ended(shared)
    assert (ends["hang"].status, ends["fine"].status) == ("deadline", "done")
    assert ends["hang"].code == -signal.SIGKILL
    assert time.monotonic() - started >= 1.5
    assert not alive(pid_of(folder, "hang"))


@pytest.mark.slow
def test_memory_beyond_the_limit_is_refused(shared, folder):
    shared.submit(Job(0, str(folder), "greedy", memory=1024**3))
    shared.submit(Job(0, str(folder), "fine", memory=1024**3))
    ends = all_ended(shared)
    assert (ends["greedy"].status, ends["fine"].status) == ("memory", "done")
    assert "1.1 GB" in ends["greedy"].error


def test_a_job_that_is_stopped_says_why(shared, folder):
    number = shared.submit(Job(0, str(folder), "hang", 1))
    pid = pid_of(folder, "hang", 1)
    shared.kill(number, "memory")
    assert all_ended(shared)["hang"].status == "memory"
    assert not alive(pid)
    shared.kill(number)  # it is gone: nothing to do


def test_stop_ends_all_jobs(shared, folder):
    for fold in (2, 3):
        shared.submit(Job(0, str(folder), "hang", fold))
    pids = [pid_of(folder, "hang", fold) for fold in (2, 3)]
    assert {(ended.job.fold, ended.status) for ended in shared.stop()} == {(2, "deadline"), (3, "deadline")}
    assert shared.running == 0
    assert not any(map(alive, pids))
    assert shared.stop() == []


def test_a_wait_ends_in_time(shared, folder):
    number = shared.submit(Job(0, str(folder), "hang", 4))
    started = time.monotonic()
    assert shared.wait(0.2) == []
    assert 0.2 <= time.monotonic() - started < 5
    shared.kill(number)
    all_ended(shared)


@pytest.mark.slow
def test_a_dead_worker_is_replaced(tmp_path):
    with Pool(tmp_path / "workers.log", module="acts") as pool:
        pool.submit(Job(0, str(tmp_path), "hang"))
        job, worker = pid_of(tmp_path, "hang"), pool._worker.pid
        os.kill(worker, signal.SIGKILL)
        assert until(lambda: not Path(f"/proc/{worker}/task/{worker}/fd/0").exists() and not alive(job))
        time.sleep(0.2)  # for the last of its threads to let go of the pipe
        pool.submit(Job(0, str(tmp_path), "unheard"))  # to a pipe that nobody reads
        lost = pool.wait(PATIENCE)
        assert {(ended.job.trial, ended.status) for ended in lost} == {("hang", "crashed"), ("unheard", "crashed")}
        pool.submit(Job(0, str(tmp_path), "fine"))
        assert all_ended(pool)["fine"].status == "done"


def test_a_worker_that_never_lives_is_given_up(tmp_path):
    with Pool(tmp_path / "workers.log", module="no_such_module") as pool:
        pool.submit(Job(0, str(tmp_path), "fine"))
        with pytest.raises(RunError, match="keeps dying"):
            all_ended(pool, least=PATIENCE)


@pytest.mark.slow
def test_leaving_ends_every_process(tmp_path):
    with Pool(tmp_path / "workers.log", module="acts") as pool:
        pool.submit(Job(0, str(tmp_path), "hang"))
        pids = [pid_of(tmp_path, "hang"), pool._worker.pid]
        assert all(map(alive, pids))
    assert until(lambda: not any(map(alive, pids)))


@pytest.mark.slow
def test_nothing_outlives_who_asked(tmp_path):
    asks = subprocess.Popen([sys.executable, str(HERE / "asks.py"), str(tmp_path)])
    try:
        jobs = [pid_of(tmp_path, "hang", fold) for fold in range(2)]
        worker = int(Path(f"/proc/{jobs[0]}/stat").read_text().rpartition(")")[2].split()[1])
        assert all(map(alive, [worker, *jobs]))
    finally:
        asks.kill()
        asks.wait()
    killed = time.monotonic()
    assert until(lambda: not any(map(alive, [worker, *jobs])))
    assert time.monotonic() - killed < 1.0
