"""The order of the rows, and what identifiers are made of."""

from __future__ import annotations

import datetime as dt

import msgspec
import numpy as np
import polars as pl
import pytest

from mlwright.contracts.protocols import Clock
from mlwright.contracts.records import ASIDE, Split
from mlwright.explore.leaks import look
from mlwright.explore.leaks.sight import Sight

TASKS = ("regression", "binary", "multiclass")


@pytest.mark.parametrize("task", TASKS)
def test_rows_sorted_by_the_target_are_told(found, target_of, task):
    y = np.sort(target_of(task))
    mixed = y.copy()
    rng = np.random.default_rng(11)
    some = rng.permutation(len(y))[: len(y) // 20]
    mixed[some] = mixed[rng.permutation(some)]
    assert found(task, y) == found(task, mixed) == {(): "leak-row-order"}


@pytest.mark.parametrize("task", TASKS)
def test_of_rows_in_time_the_order_is_the_matter(sight_of, target_of, task):
    y = np.sort(target_of(task))
    days = [dt.datetime(2024, 1, 1) + dt.timedelta(hours=i) for i in range(len(y))]
    plain = sight_of(task, y)
    split = msgspec.structs.replace(plain.table, split=Split(kind="time"))
    for sight in (Sight(split, plain.frame), sight_of(task, y, day=days)):
        leaks, checks = look(sight, Clock())
        assert "leak-row-order" not in {leak.code for leak in leaks}
        assert checks["leak-row-order"].startswith("not applicable")


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize(
    "made",
    [
        lambda y, place: [f"{'ABCDE'[min(4, int(v))]}-{n}" for v, n in zip(y, place, strict=True)],
        lambda y, place: [str(n) for n in place],
        lambda y, place: [f"customer {n:06d}" for n in place],
    ],
    ids=["beginning", "number", "number inside"],
)
def test_an_identifier_that_tells_is_found_though_it_is_no_feature(sight_of, target_of, task, made):
    y = np.abs(target_of(task))
    place = np.argsort(np.argsort(y + 1e-3 * np.random.default_rng(11).random(len(y)))) + 1000
    leaks, _ = look(sight_of(task, y, **{f"{ASIDE}key": made(y * (3 if task == "regression" else 1), place)}), Clock())
    assert [(leak.code, leak.columns, leak.severity) for leak in leaks] == [("leak-identifier", ("key",), "info")]


@pytest.mark.parametrize("task", TASKS)
def test_honest_identifiers_are_not_told(found, target_of, task):
    y = target_of(task)
    keys = {
        f"{ASIDE}key": [f"K{n}" for n in np.random.default_rng(11).permutation(len(y))],
        f"{ASIDE}row": [str(n) for n in range(len(y))],
    }
    assert found(task, y, **keys) == {}


def test_without_identifiers_the_check_does_not_apply(sight_of, target_of):
    _, checks = look(sight_of("binary", target_of("binary")), Clock())
    assert checks["leak-identifier"].startswith("not applicable")
    assert {checks[c] for c in checks if c != "leak-identifier"} == {"clear"}
    key = pl.Series([f"K{n}" for n in np.random.default_rng(11).permutation(600)])
    _, checks = look(sight_of("binary", target_of("binary"), **{f"{ASIDE}key": key}), Clock())
    assert checks["leak-identifier"] == "clear"
