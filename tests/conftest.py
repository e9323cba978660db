"""Settings that every test shares."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from mlwright.lifecycle import road
from mlwright.trials import Pool

# The same examples on every run, and no failure because a machine is busy. A law that needs more examples says so.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None, database=None, max_examples=50)
hypothesis.settings.register_profile("quick", parent=hypothesis.settings.get_profile("steady"), max_examples=10)
hypothesis.settings.load_profile("steady")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes name no test: what a packer wrote holds the time, and processes that share tests must agree."""
    return argname if isinstance(val, bytes) else None


class Postgres:
    """A PostgreSQL server of our own in a temporary folder, reached with a password over TCP."""

    user, password = "ann", "s3cret/qzk7@w0rd x9"

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self._folder = programs, folder
        # PostgreSQL refuses to run as root: its package has made a user for it.
        self._as = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    def url(self, database: str = "postgres", password: str | None = None) -> str:
        return f"postgresql://{self.user}:{password or self.password}@127.0.0.1:{self.port}/{database}"

    def connect(self, database: str = "postgres") -> Any:
        import psycopg

        facts = {"host": "127.0.0.1", "port": self.port, "user": self.user, "password": self.password}
        return psycopg.connect(dbname=database, autocommit=True, **facts)

    def start(self) -> None:
        if self._as:
            shutil.chown(self._folder, "postgres", "postgres")
        secret = self._folder / "password"
        secret.write_text(self.password)
        secret.chmod(0o644)
        data = self._folder / "data"
        made = [self._programs / "initdb", "-D", data, "-U", self.user, f"--pwfile={secret}", "-A", "scram-sha-256"]
        self._run([*made, "--no-sync", "-E", "UTF8", "--locale=C"])
        options = (f"port={self.port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={self._folder}")
        quick = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "shared_buffers=16MB", "timezone=UTC")
        settings = [word for option in (*options, *quick) for word in ("-c", option)]
        with (self._folder / "log").open("wb") as log:
            self._server = subprocess.Popen(
                [self._programs / "postgres", "-D", data, *settings],
                stdout=log,
                stderr=log,
                cwd="/",
                preexec_fn=_ends_with_its_parent,
                **self._as,
            )
        deadline = time.monotonic() + 30
        while True:
            try:
                self.connect().close()
                return
            except Exception:
                if time.monotonic() > deadline or self._server.poll() is not None:
                    self.stop()
                    raise
                time.sleep(0.05)

    def stop(self) -> None:
        self._server.send_signal(signal.SIGINT)  # a fast shutdown: connections are closed
        try:
            self._server.wait(10)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()

    def _run(self, command: list[Any]) -> None:
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False, **self._as)
        assert done.returncode == 0, done.stderr


def _ends_with_its_parent() -> None:
    """Linux: have this process interrupted when its parent is gone, as when the tests themselves are killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGINT)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL server; the test is skipped only where none is installed (`make postgres` installs it)."""
    found = shutil.which("initdb") or max(map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb")), default=None)
    if found is None:
        pytest.skip("no PostgreSQL server is installed: run make postgres")
    with tempfile.TemporaryDirectory(prefix="mlwright-pg-", ignore_cleanup_errors=True) as folder:
        server = Postgres(Path(found).resolve().parent, Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()


class Shared(Pool):
    """Leaves its worker to the next one. Its jobs' numbers go on, so that no late word is taken for another's."""

    _spare: subprocess.Popen[bytes] | None = None
    _last = 0

    def __exit__(self, *_: Any) -> None:
        self.stop()
        while self.running:
            self.wait(10)
        self._selector.close()
        type(self)._spare, type(self)._last = self._worker, self._next

    def _spawn(self) -> subprocess.Popen[bytes]:
        spare, type(self)._spare = self._spare, None
        self._next = max(self._next, self._last)
        return spare if spare is not None and spare.poll() is None else super()._spawn()


@pytest.fixture(scope="session", autouse=True)
def _one_worker() -> Iterator[None]:
    """Runs in this process fork their trials from one worker: importing every learner takes seconds each time. A
    worker of its own has each run of the command line and each Pool in tests/trials."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(road, "Pool", Shared)
        yield
