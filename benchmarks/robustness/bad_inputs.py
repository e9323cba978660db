"""What mlwright says to each of the bad inputs in tests/stories/bad_inputs.py: exit code, seconds, the message.

Needs: nothing

    python benchmarks/robustness/bad_inputs.py [PART OF A NAME ...]

Each case is a process of its own, as a person would start it. A row is marked NO if a traceback was shown, or the exit
code or a piece of the message is not what the case asks for; the exit code is the number of such rows.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[2]
PROGRAM = Path(sys.executable).with_name("mlwright")


def load() -> ModuleType:
    """The module with the cases."""
    spec = importlib.util.spec_from_file_location("bad_inputs_cases", ROOT / "tests" / "stories" / "bad_inputs.py")
    if spec is None or spec.loader is None:
        raise ImportError("the cases are not there")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def typed(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """What a command does in a folder."""
    command = [os.fsencode(word) for word in (str(PROGRAM), *words)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)


def try_out(cases: ModuleType, case: Any, trained: Path) -> tuple[str, ...]:
    """One row of the table."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(shutil.copytree(trained, Path(scratch, "place")))
        case.make(folder)
        started = time.perf_counter()
        try:
            with case.around(folder) as word:
                done = typed(cases.words(case, folder, word), folder)
        except cases.ImpossibleError as error:
            return case.name, "-", "-", "-", str(error)
        seconds = time.perf_counter() - started
    said = done.stderr if case.code else done.stdout
    fine = done.returncode == case.code and "Traceback" not in done.stdout + done.stderr
    fine = fine and all(piece in said for piece in case.says)
    message = " ".join(said.replace(scratch, "").split()).removeprefix("error: ")
    cut = message if len(message) <= 160 else message[:159] + "…"
    return case.name, "yes" if fine else "NO", str(done.returncode), f"{seconds:.1f}", cut.replace("|", "\\|")


def main() -> int:
    """Print the table; the number of rows that are not as they should be."""
    cases = load()
    wanted = sys.argv[1:]
    with tempfile.TemporaryDirectory() as scratch:
        trained = Path(scratch)
        cases.write(trained / "churn.csv", cases.rows())
        first = typed(cases.FIRST.split(), trained)
        if first.returncode:
            sys.exit(first.stderr)
        chosen = [c for c in cases.CASES if not wanted or any(part in c.name for part in wanted)]
        rows = [try_out(cases, case, trained) for case in chosen]
    print(f"{len(rows)} bad inputs, mlwright {version('mlwright')}, {os.cpu_count()} cores, {' '.join(sys.argv)}\n")
    print("| bad input | as it should | exit code | s | says |\n|---|---|---|---|---|")
    for row in rows:
        print(f"| {' | '.join(row)} |")
    return sum(row[1] == "NO" for row in rows)


if __name__ == "__main__":
    sys.exit(main())
