"""Subjects whose model is a formula, so that what is true of it is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mlwright.contracts.records import Column, Schema, Target
from mlwright.explain import Subject
from mlwright.metrics import METRICS

Formula = Callable[[NDArray[Any], NDArray[Any]], NDArray[Any]]
METRIC = {"regression": "rmse", "binary": "roc_auc", "multiclass": "log_loss"}


def formula(y: NDArray[Any], task: str) -> NDArray[Any]:
    """Values, or probabilities whose log-odds are so many times the class."""
    if task == "regression":
        return y
    odds = np.exp(y[:, None] * np.arange(2 if task == "binary" else 3))
    return odds / odds.sum(axis=1, keepdims=True)


@pytest.fixture(scope="session")
def subject() -> Callable[..., Subject]:
    """A subject of numbers x0, x1, ... and strings s0, s1, ..., whose model is a formula of both: subject(numbers,
    strings, lambda numbers, strings: ...). The truth is what the model answers, or the likeliest class."""
    return _subject


def _subject(numbers: Any, strings: Any, model: Formula, task: str = "regression", **more: Any) -> Subject:
    numbers, strings = np.asarray(numbers, np.float64), np.asarray(strings, object).reshape(len(numbers), -1)
    columns = tuple(Column(f"x{i}", "numeric") for i in range(numbers.shape[1]))
    columns += tuple(Column(f"s{i}", "categorical") for i in range(strings.shape[1]))
    classes = {"regression": (), "binary": ("no", "yes"), "multiclass": ("a", "b", "c")}[task]
    schema = Schema(more.pop("columns", columns), Target("y", task, classes, (1,) * len(classes)))

    def ask(feeds: Any, origin: Any) -> NDArray[Any]:
        assert len(origin) == len(feeds["numbers"])
        return formula(model(feeds["numbers"], feeds["strings"]), task)

    truth = ask({"numbers": numbers, "strings": strings}, np.arange(len(numbers)))
    given = {"y": truth if task == "regression" else truth.argmax(axis=1), "metric": METRICS[METRIC[task]]} | more
    return Subject(schema, {"numbers": numbers, "strings": strings}, ask, **given)
