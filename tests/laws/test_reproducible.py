"""Law 3: the same data, seed, versions and number of trials give the same bytes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import mlwright

HERE = Path(__file__).parent


@contextmanager
def all_cores_busy() -> Iterator[None]:
    busy = [subprocess.Popen([sys.executable, str(HERE / "busy.py")]) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


@pytest.mark.slow
def test_same_seed_same_bytes(table, tmp_path):
    table().write_csv(tmp_path / "data.csv")
    folders = [tmp_path / "idle", tmp_path / "busy"]
    command = [sys.executable, str(HERE / "goes.py"), str(tmp_path / "data.csv")]
    subprocess.run([*command, str(folders[0])], check=True, env=os.environ | {"PYTHONHASHSEED": "1"})
    with all_cores_busy():
        subprocess.run([*command, str(folders[1])], check=True, env=os.environ | {"PYTHONHASHSEED": "2"})
    for name in ("model.onnx", "schema.json", "evaluation.json"):
        idle, busy = ((folder / "model" / name).read_bytes() for folder in folders)
        assert idle == busy, name
    mlwright.train(tmp_path / "data.csv", "left", budget=None, trials=1, seed=2, out=tmp_path / "other")
    models = [folder / "model.onnx" for folder in (tmp_path / "other", tmp_path / "idle" / "model")]
    assert models[0].read_bytes() != models[1].read_bytes()
