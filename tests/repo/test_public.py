"""The one public door: its names, what they say, and what opening it costs."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import mlwright

# A name more is a promise more: add it here, in __all__ and in docs/guide/python.md together.
PUBLIC = [
    "ChildTable",
    "Explanation",
    "Metric",
    "MlwrightError",
    "Model",
    "Portrait",
    "Report",
    "Verdict",
    "explain",
    "explore",
    "load",
    "report",
    "resume",
    "train",
    "verify",
]
SECONDS = 0.3
HEAVY = {
    "catboost",
    "lightgbm",
    "matplotlib",
    "onnx",
    "onnxruntime",
    "pandas",
    "polars",
    "pyarrow",
    "scipy",
    "sklearn",
    "starlette",
    "torch",
    "typer",
    "uvicorn",
    "xgboost",
}
PROBE = """
import json, sys, time
start = time.perf_counter()
import {module}
seconds = time.perf_counter() - start
print(json.dumps([seconds, sorted({{name.split(".")[0] for name in sys.modules}})]))
"""


def probe(module):
    """(seconds, top-level modules loaded) of importing ``module`` in a fresh interpreter."""
    done = subprocess.run([sys.executable, "-c", PROBE.format(module=module)], capture_output=True, check=True)
    return json.loads(done.stdout)


def test_the_public_names_are_the_agreed_ones_sorted():
    assert list(mlwright.__all__) == sorted(PUBLIC)


def test_every_public_name_is_there_and_documented(root):
    page = (root / "docs" / "guide" / "python.md").read_text("utf-8")
    for name in mlwright.__all__:
        assert getattr(mlwright, name).__doc__, f"{name} has no docstring"
        assert f"`{name}" in page or f"mlwright.{name}" in page, f"docs/guide/python.md does not tell of {name}"


def test_dir_shows_the_public_names():
    assert set(mlwright.__all__) <= set(dir(mlwright))


@pytest.mark.alone
def test_importing_is_quick_and_loads_nothing_heavy():
    runs = [probe("mlwright") for _ in range(3)]
    assert not HEAVY & set(runs[0][1])
    assert min(seconds for seconds, _ in runs) < SECONDS


def test_the_probe_sees_what_is_heavy():
    _, loaded = probe("polars")
    assert HEAVY & set(loaded) == {"polars"}
