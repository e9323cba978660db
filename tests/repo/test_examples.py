"""Every example runs as a user runs it: from an empty folder, by its own name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.slow
@pytest.mark.story
@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("[0-9]*.py")))
def test_an_example_runs(name, tmp_path):
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / name)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


@pytest.mark.slow
def test_the_data_is_messy_and_split_by_time(tmp_path):
    script = str(EXAMPLES / "flights.py")
    subprocess.run([sys.executable, script, str(tmp_path)], capture_output=True, check=True)
    known, new = ((tmp_path / name).read_text("utf-8").splitlines() for name in ("flights.csv", "december.csv"))
    assert known[0] == new[0]
    assert known[0].endswith(",late")
    assert max(known[1:]) < min(new[1:])  # lines open with the time of departure
    assert any(",NA," in line for line in known)
    assert any(",," in line for line in known)
    assert {line.rpartition(",")[2] for line in known[1:]} == {"yes", "no"}
