"""Two columns that tell the target together and neither alone."""

from __future__ import annotations

import numpy as np
import pytest

TASKS = ("regression", "binary", "multiclass")


def parts(y, how, noise):
    rng = np.random.default_rng(7)
    y = y + noise * y.std() * rng.normal(size=len(y))
    base = rng.normal(size=len(y)) * 3 * y.std()
    factor, positive = rng.lognormal(1, 1, len(y)), y - y.min() + 0.5
    made = {
        "-": (base + y, base),
        "+": (base, y - base),
        "/": (factor * positive, factor),
        "*": (factor, positive / factor),
    }
    return dict(zip(("left", "right"), made[how], strict=True))


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("how", ["-", "+", "/", "*"])
@pytest.mark.parametrize("noise", [0.0, 0.05])
def test_a_pair_is_found(found, target_of, task, how, noise):
    y = target_of(task)
    codes = found(task, y, **parts(y, how, noise))
    assert {tuple(sorted(columns)): code for columns, code in codes.items()} == {("left", "right"): "leak-pair"}


@pytest.mark.parametrize("seed", range(5))
def test_no_pair_is_found_among_many_columns_and_few_rows(found, target_of, seed):
    rng = np.random.default_rng(seed)
    many = {f"c{i}": rng.lognormal(size=120) for i in range(60)}
    assert found("binary", target_of("binary", seed, 120), seed, **many) == {}


def test_constant_and_repeated_columns_break_nothing(found, target_of):
    y = target_of("regression")
    same = np.random.default_rng(1).random(len(y))
    assert found("regression", y, one=np.ones(len(y)), a=same, b=same, zero=np.zeros(len(y))) == {}


def test_two_gains_of_one_strong_column_are_no_pair(found, target_of):
    y = target_of("regression")
    rng = np.random.default_rng(8)
    strong = {name: y + 0.3 * rng.normal(size=len(y)) for name in ("a", "b")}
    assert found("regression", y, **strong) == {}


@pytest.mark.parametrize("seed", range(8))
def test_a_column_that_tells_all_in_the_rows_of_another_is_no_pair_with_it(found, target_of, seed):
    y = target_of("binary")
    x = np.where(np.random.default_rng(seed).random(len(y)) < 0.01, 0, y)
    assert set(found("binary", y, x=x)) == {("x",)}
