"""What exploring tells, and what it keeps quiet about."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from mlwright.contracts.records import Problem
from mlwright.explore import explore
from mlwright.ingest import ingest

RNG = np.random.default_rng(2)
N = 2000
NOISE = {
    "noise": RNG.random(N),
    "level": RNG.choice(list("abcd"), N),
    "gaps": np.where(RNG.random(N) < 0.4, np.nan, RNG.random(N)),
}
CLASS = RNG.integers(0, 2, N)
NUMBER = RNG.normal(size=N)
THREE = RNG.choice(["x", "y", "z"], N)


def profile(folder, **columns):
    table = ingest(pl.DataFrame({**NOISE, **columns}), Problem(target="y"), folder)
    return explore(table, pl.read_ipc(folder / "train.arrow"))


def told(found, code):
    return {finding.column for finding in found.findings if finding.code == code}


@pytest.mark.parametrize("y", [CLASS, NUMBER, THREE], ids=["binary", "regression", "multiclass"])
def test_noise_is_no_suspect(tmp_path, y):
    assert explore_codes(tmp_path, y) == set()


def explore_codes(folder, y):
    return {finding.code for finding in profile(folder, y=y).findings}


@pytest.mark.parametrize(
    ("y", "leak"),
    [
        (CLASS, CLASS + RNG.random(N) * 0.9),
        (CLASS, -5.0 * CLASS + RNG.random(N)),
        (CLASS, np.where(RNG.random(N) < 0.3, np.nan, CLASS + RNG.random(N) * 0.9)),
        (CLASS, [f"{'even' if c else 'odd'}{i % 5}" for i, c in enumerate(CLASS)]),
        (THREE, [f"code {c}" for c in THREE]),
        (THREE, np.searchsorted(["x", "y", "z"], THREE)),
        (NUMBER, np.exp(NUMBER)),
        (NUMBER, -NUMBER),
    ],
)
def test_a_column_that_tells_the_target_is_a_suspect(tmp_path, y, leak):
    assert told(profile(tmp_path, y=y, leak=leak), "leak-suspect") == {"leak"}


def test_a_good_feature_is_no_suspect(tmp_path):
    good = CLASS + RNG.normal(size=N) * 0.5
    assert told(profile(tmp_path, y=CLASS, good=good), "leak-suspect") == set()
    assert told(profile(tmp_path, y=NUMBER, good=NUMBER + RNG.normal(size=N) * 0.2), "leak-suspect") == set()


def test_a_rare_class_makes_no_column_a_suspect(tmp_path):
    y = np.zeros(N, dtype=int)
    y[:2] = 1
    found = profile(tmp_path, y=y)
    assert told(found, "leak-suspect") == set() and told(found, "class-imbalance") == {"y"}


def test_a_column_that_is_mostly_missing_is_told(tmp_path):
    found = profile(tmp_path, y=CLASS, empty=np.where(RNG.random(N) < 0.6, np.nan, RNG.random(N)))
    assert told(found, "mostly-missing") == {"empty"}
