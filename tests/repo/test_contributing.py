"""The two classes that CONTRIBUTING.md shows are complete: fitted, emitted, compiled and run, they answer rightly."""

from __future__ import annotations

import re

import numpy as np
import polars as pl
import pytest

from mlwright.contracts.protocols import Clock, Terms, Truth
from mlwright.graph import Inputs, Session, cast, compile, numbers
from mlwright.learners import Learner
from mlwright.steps import Step

NAMES = ("a", "b", "c")


@pytest.fixture(scope="module")
def shown(root):
    """The classes of the page by name, and the lines of code each takes from ``class`` on."""
    found, lines = {}, {}
    for code in re.findall(
        r"^```python\n(.*?)^```$", (root / "CONTRIBUTING.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    ):
        names = {}
        exec(code, names)  # noqa: S102 (our own page)
        for name, thing in names.items():
            if isinstance(thing, type) and issubclass(thing, Learner | Step) and thing not in {Learner, Step}:
                found[name] = thing
                lines[name] = len([line for line in code.partition("class ")[2].splitlines() if line.strip()])
    return found, lines


def run(expression, x):
    model = compile({"y": expression}, Inputs(NAMES, ()))
    return Session(model)({"numbers": np.ascontiguousarray(x, np.float64)})["y"]


def test_the_page_shows_a_learner_and_a_step_of_eight_lines(shown):
    found, lines = shown
    assert sorted(base.__name__ for base in (Learner, Step) for c in found.values() if issubclass(c, base)) == [
        "Learner",
        "Step",
    ]
    assert set(lines.values()) <= set(range(9))


def test_the_learner_emits_what_it_learnt(shown):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 3)).astype(np.float32)
    truth = Truth("regression", x @ np.array([1.0, -2.0, 0.5]), 0)
    fitted = shown[0]["LeastSquares"]().fit(x, truth, Terms(0, Clock(), np.zeros(200, bool)))
    new = rng.normal(size=(50, 3)).astype(np.float32)
    emitted = run(fitted.emit(cast(numbers(NAMES), "float32")), new)
    np.testing.assert_allclose(emitted, fitted.predict(new), atol=1e-5)
    np.testing.assert_allclose(emitted[:, 0], new @ np.array([1.0, -2.0, 0.5]), atol=1e-4)


def test_the_step_emits_what_it_learnt(shown):
    frame = pl.DataFrame(
        {"a": [1.0, 2.0, 3.0], "b": [None, 5.0, None], "c": [None, None, None]}, schema=dict.fromkeys(NAMES, pl.Float64)
    )
    fitted = shown[0]["AboveMedian"]().fit(frame, Truth("regression", np.zeros(3), 0))
    emitted = run(fitted.emit(numbers(NAMES)), [[2.5, 5.0, -1.0], [np.nan, np.inf, 0.5]])
    assert emitted.tolist() == [[1, 0, 0], [0, 1, 1]]
