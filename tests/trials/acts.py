"""A worker whose jobs misbehave, each in the way that its trial is named after."""

from __future__ import annotations

import ctypes
import os
import signal
import time
from pathlib import Path

from mlwright.trials.jobs import Job
from mlwright.trials.worker import main


def misbehave(job: Job) -> None:
    """``run`` is a folder: a job that may be seen writes its process's id there."""
    Path(job.run, f"{job.trial}-{job.fold}.pid").write_text(str(os.getpid()))
    if job.trial == "hang":
        signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP})
        time.sleep(600)
    elif job.trial == "segfault":
        ctypes.string_at(0)
    elif job.trial == "greedy":
        kept = []
        while True:
            kept.append(bytearray(32 * 1024**2))
    elif job.trial == "raise":
        raise RuntimeError("on purpose")
    elif job.trial == "exit":
        os._exit(5)
    elif job.trial == "print":
        print("words of a library", flush=True)
        os.write(1, b"{not news}\n")


if __name__ == "__main__":
    main(misbehave)
