"""Parts of single answers: they add up, and are what the theory says where it says it."""

from __future__ import annotations

import numpy as np
import pytest

from mlwright.explain.shapley import Background, background, shapley

RNG = np.random.default_rng(2)
WEIGHTS = np.array([3.0, -2.0, 0.5, 0.0])


def rows(columns=4, n=200):
    return np.random.default_rng(3).normal(size=(n, columns)), RNG.choice(["red", "green", ""], (n, 2))


@pytest.mark.parametrize("exact", [True, False])
def test_a_linear_model_has_weight_times_distance_from_the_mean(subject, exact):
    x, s = rows()
    one = subject(x, s, lambda x, s: x @ WEIGHTS + 10)
    others = np.arange(50)
    parts = shapley(one, one.model, 120, Background(others, exact))
    assert parts.adds[:4, 0] == pytest.approx(WEIGHTS * (x[120] - x[others].mean(axis=0)))
    assert parts.adds[4:, 0] == pytest.approx(0, abs=1e-12)
    assert parts.base == pytest.approx((x[others] @ WEIGHTS + 10).mean())


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_parts_add_up_on_every_task(subject, task, exact):
    x, s = rows()
    x[::3, 1] = np.nan

    def model(x, s):
        return np.sin(x[:, 0]) * np.nan_to_num(x[:, 1]) + (s[:, 0] == "red") * x[:, 2] + (s[:, 1] == "")

    one = subject(x, s, model, task)
    for row in range(5):
        parts = shapley(one, one.model, row, Background(np.arange(20, 60), exact))
        answer = one.model(one.take(np.array([row])), np.array([row])).reshape(-1)
        assert parts.base + parts.adds.sum(axis=0) == pytest.approx(answer, abs=1e-9)


def test_a_product_is_shared_evenly(subject):
    x = np.zeros((12, 2))
    x[0] = 2.0, 3.0
    one = subject(x, [[]] * 12, lambda x, s: x[:, 0] * x[:, 1])
    for exact in (True, False):
        assert shapley(one, one.model, 0, Background(np.arange(1, 12), exact)).adds[:, 0] == pytest.approx([3.0, 3.0])


def test_sampling_comes_near_the_enumeration(subject):
    x, s = rows()

    def model(x, s):
        return x[:, 0] * x[:, 1] + np.maximum(x[:, 2], x[:, 3]) + (s[:, 0] == "red") * x[:, 0]

    one = subject(x, s, model)
    exact = shapley(one, one.model, 7, Background(np.arange(100), True)).adds
    sampled = shapley(one, one.model, 7, Background(np.arange(100), False)).adds
    assert sampled == pytest.approx(exact, abs=0.15)


def test_the_background_fits_the_work(subject):
    x, s = rows(n=500)
    one = subject(x, s, lambda x, s: x[:, 0])
    assert background(one, 6400) is not None and background(one, 6400).exact
    assert len(background(one, 6400).rows) == 100
    assert len(background(one, 1_000_000).rows) == 100
    few = background(one, 200)
    assert not few.exact and len(few.rows) == 200 // 14
    assert background(one, 50) is None
    wide = subject(rows(20)[0], s[:200], lambda x, s: x[:, 0])
    assert not background(wide, 10_000).exact
