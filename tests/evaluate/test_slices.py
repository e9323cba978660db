"""A slice with wrong answers is found by its name; where there is none, none is told."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.special import expit

from mlwright.contracts.protocols import Clock
from mlwright.evaluate import Evidence
from mlwright.evaluate.columns import cut
from mlwright.evaluate.slices import least_rows, tail, weak_slices

NOW = Clock()


def table(n: int, seed: int) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    columns: dict[str, Any] = {f"x{i}": rng.normal(size=n) for i in range(5)}
    columns |= {f"c{i}": rng.choice(list("abcde"), n, p=[0.4, 0.3, 0.15, 0.1, 0.05]) for i in range(4)}
    columns["flag"] = rng.random(n) < 0.3
    columns["x0"][rng.random(n) < 0.1] = np.nan
    return pl.DataFrame(columns)


def judged(frame: pl.DataFrame, seed: int, wrong: Any = None, rare: float = 0.0) -> Evidence:
    """Two classes, the answers of which are turned round in the rows ``wrong``."""
    rng = np.random.default_rng(1000 + seed)
    odds = 2 * rng.normal(size=len(frame)) - rare
    y = (rng.random(len(frame)) < expit(odds)).astype(np.int64)
    p = expit(odds if wrong is None else np.where(wrong, -odds, odds))
    return Evidence("binary", ("no", "yes"), "roc_auc", y, np.column_stack([1 - p, p]), "")


def worst(evidence: Evidence, frame: pl.DataFrame, sensitive: tuple[str, ...] = ()) -> Any:
    cuts = [c for name in frame.columns if (c := cut(frame[name], least_rows(len(frame)))) is not None]
    return weak_slices(evidence, cuts, sensitive, 0, NOW)


def test_a_planted_slice_of_one_condition_is_found() -> None:
    frame = table(3000, 0)
    found = worst(judged(frame, 0, (frame["c1"] == "c").to_numpy()), frame, ("c1",))
    assert found[0].where == ("c1: c",)
    assert found[0].score.high < 0.5 < found[0].rest
    assert found[0].q < 1e-6
    assert found[0].sensitive
    assert len(found) == 1


def test_a_planted_slice_of_two_conditions_is_found() -> None:
    frame = table(3000, 1)
    wrong = (frame["c0"] == "a").to_numpy() & (frame["flag"]).to_numpy()
    found = worst(judged(frame, 1, wrong), frame)
    assert set(found[0].where) == {"c0: a", "flag: true"}
    assert found[0].rows == wrong.sum()


def test_missing_values_are_a_slice_too() -> None:
    frame = table(3000, 2)
    found = worst(judged(frame, 2, frame["x0"].is_nan().to_numpy()), frame)
    assert found[0].where == ("x0: missing",)


@pytest.mark.slow
@pytest.mark.parametrize("rare", [0.0, 4.0], ids=["halves", "rare"])
def test_pure_noise_yields_no_slice(rare: float) -> None:
    told = 0
    for seed in range(100):
        frame = table(1500, seed)
        told += bool(worst(judged(frame, seed, rare=rare), frame))
    assert told <= 8  # 5 are expected at most: nothing is there to be found


def test_numbers_with_larger_errors_in_a_range_are_found() -> None:
    frame = table(3000, 3)
    rng = np.random.default_rng(3)
    answer = rng.normal(size=3000)
    y = answer + np.where(frame["x1"].to_numpy() > 0.7, 3.0, 1.0) * rng.normal(size=3000)
    found = worst(Evidence("regression", (), "rmse", y, answer, ""), frame)
    assert len(found[0].where) == 1
    assert found[0].where[0].startswith("x1: above")
    assert found[0].score.low > found[0].rest


def test_rows_of_groups_that_hang_together_are_no_slice() -> None:
    told = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        person = np.repeat(np.arange(60), 50)
        frame = pl.DataFrame({"sex": rng.choice(["f", "m"], 60)[person], "city": rng.choice(list("abcd"), 60)[person]})
        error = rng.lognormal(sigma=0.8, size=60)[person] * rng.normal(size=3000)  # some people are harder to tell
        answer = rng.normal(size=3000)
        told += bool(worst(Evidence("regression", (), "rmse", answer + error, answer, "", groups=person), frame))
    assert told <= 2


def test_a_perfect_model_has_no_weak_slice() -> None:
    frame = table(500, 0)
    y = np.arange(500) % 2
    assert worst(Evidence("binary", (0, 1), "roc_auc", y, np.eye(2)[y], ""), frame) == ()


def test_the_tail_counts_skewness() -> None:
    """Of 10,000 rows, 100 are bad: how often has a slice of 60 drawn at random five or more bad ones?"""
    loss = np.zeros(10_000)
    loss[:100] = 1.0
    chance = tail(loss, np.array([60.0]), np.array([5 / 60]))[0]
    rng = np.random.default_rng(0)
    often = np.mean(rng.hypergeometric(100, 9900, 60, size=200_000) >= 5)
    assert often / 4 < chance < 4 * often  # a normal tail is 100 times too small


def test_time_that_is_over_ends_the_looking() -> None:
    frame = table(3000, 0)
    evidence = judged(frame, 0, (frame["c1"] == "c").to_numpy())
    cuts = [c for name in frame.columns if (c := cut(frame[name], 30)) is not None]
    assert weak_slices(evidence, cuts, (), 0, Clock.lasting(-1.0)) == ()
