"""Law 5: killed at any moment, a run resumes to the result of one that was not."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

import pytest

GOES = Path(__file__).with_name("goes.py")
FOLDS = 40  # five trials over eight folds each
KILLS = 3


def result(folder: Path) -> list[str]:
    """The sums of the model and of its verdict."""
    files = [folder / "model" / name for name in ("model.onnx", "evaluation.json")]
    return [sha256(file.read_bytes()).hexdigest() for file in files]


def begun(process: subprocess.Popen[bytes], folder: Path) -> Path:
    """The folder of a run, as soon as it is known what was asked for."""
    while process.poll() is None:
        found = list(folder.glob("runs/*/request.json"))
        if found:
            return found[0].parent
        time.sleep(0.005)
    raise AssertionError(f"the run ended with {process.returncode} before it began")


@pytest.mark.slow
def test_killed_run_resumes_to_the_same_result(table, tmp_path):
    table().write_csv(tmp_path / "data.csv")
    command = [sys.executable, str(GOES), str(tmp_path / "data.csv")]
    subprocess.run([*command, str(tmp_path / "whole")], check=True)
    draw = random.Random(0)
    for number in range(KILLS):
        folder = tmp_path / f"killed-{number}"
        process = subprocess.Popen([*command, str(folder)])
        run = begun(process, folder)
        after = draw.randint(number * FOLDS // KILLS, (number + 1) * FOLDS // KILLS)
        while process.poll() is None and len(list(run.glob("trials/*.outcome"))) < after:
            time.sleep(0.005)
        time.sleep(draw.uniform(0.0, 0.3))
        process.kill()  # at once, and no word to its workers
        process.wait()
        subprocess.run([*command, str(folder), str(run)], check=True)
        assert result(folder) == result(tmp_path / "whole"), f"kill {number}"
