"""What a fold leaves out before it learns, by its own rows alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from mlwright import graph
from mlwright.contracts.protocols import Clock, Terms, Truth
from mlwright.contracts.records import Feature
from mlwright.learners.lightgbm import LightGBM
from mlwright.trials.cures import Ready, cured, evened, groups_of
from mlwright.trials.folds import assign
from mlwright.trials.matrix import Matrix

N = 600


def make() -> LightGBM:
    return LightGBM(rounds=100, rate=0.15, leaves=7, least=10, weight=0.001)


@pytest.fixture(scope="module")
def ready() -> Ready:
    """Two columns that decide the class, one of them as two features, and six of noise; 5% of the labels flipped."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(N, 9)).astype(np.float32)
    x[:, 1] = x[:, 0] ** 2
    y = ((x[:, 0] > 0) | (x[:, 2] > 1)).astype(np.int64)
    y[:30] = 1 - y[:30]
    columns = ("a", "a", "b", *(f"noise {i}" for i in range(6)))
    names = tuple(map(str, range(9)))
    features = tuple(Feature(name, column, "clip") for name, column in zip(names, columns, strict=True))
    tensor = graph.cast(graph.numbers(names), "float32")
    matrix = Matrix(tensor, features, x, scored=x[:10], probed=x[:5])
    terms = Terms(0, Clock(), np.arange(N) % 8 == 0, monotone=(1, 0, 1, *(0,) * 6))
    return Ready(matrix, np.arange(N), Truth("binary", y, 2), terms)


@pytest.fixture(scope="module")
def parts(ready):
    return assign("stratified", ready.truth, None, 5, 0)


def test_columns_that_tell_are_kept_and_most_noise_is_not(ready, parts):
    found = cured("fewer-columns", ready, make, parts)
    kept = [feature.column for feature in found.matrix.features]
    assert {"a", "b"} <= set(kept)
    assert kept.count("a") == 2  # what comes of one column stays together
    assert sum(name.startswith("noise") for name in kept) <= 3
    width = len(kept)
    assert found.matrix.values.shape == (N, width)
    assert found.matrix.tensor.width == width
    assert len(found.terms.monotone) == width
    assert found.matrix.probed.shape == (5, width)


def test_the_graph_gives_the_columns_that_were_kept(ready, parts):
    matrix = cured("fewer-columns", ready, make, parts).matrix
    names = tuple(map(str, range(9)))
    session = graph.Session(graph.compile({"x": matrix.tensor}, graph.Inputs(names, ())))
    x = ready.matrix.values[:20]
    assert np.array_equal(session({"numbers": x.astype(np.float64)})["x"], matrix.values[:20])


def test_rows_whose_label_is_doubted_are_not_learnt_from(ready, parts):
    found = cured("fewer-rows", ready, make, parts)
    gone = np.setdiff1d(ready.rows, found.rows)
    assert len(gone) >= 10
    assert (gone < 30).mean() > 0.8
    assert len(found.truth.values) == len(found.terms.watch) == len(found.rows)
    assert found.matrix is ready.matrix


def test_without_time_nothing_is_left_out(ready, parts):
    late = ready._replace(terms=replace(ready.terms, clock=Clock(0.0)))
    assert len(cured("fewer-columns", late, make, parts).matrix.features) == 9
    assert len(cured("fewer-rows", late, make, parts).rows) == N


def test_no_cure_changes_nothing(ready, parts):
    assert cured("", ready, make, parts) is ready


@pytest.mark.parametrize("own", [None, "weights"])
def test_under_the_weights_no_group_tells_the_class(own):
    rng = np.random.default_rng(1)
    groups, weight = rng.integers(0, 4, 4000), rng.uniform(0.5, 2.0, 4000)
    y = (rng.random(4000) < np.array([0.1, 0.3, 0.5, 0.8])[groups]).astype(np.int64)
    truth = evened(Truth("binary", y, 2, weight if own else None), groups)
    shares = [np.average(y[groups == g], weights=truth.weight[groups == g]) for g in range(4)]
    np.testing.assert_allclose(shares, np.average(y, weights=weight if own else None), atol=1e-12)
    assert truth.weight.sum() == pytest.approx(weight.sum() if own else 4000)


def test_a_row_that_stands_almost_alone_counts_ten_times_at_most():
    groups, y = np.array([0] * 999 + [1] * 1000), np.array([0] * 998 + [1] * 1001)
    assert evened(Truth("binary", y, 2), groups).weight.max() == 10.0


def test_groups_are_those_of_all_columns_together():
    frame = pl.DataFrame(
        {"sex": ["f", "m", None, "f"], "age": [20.0, None, 60.0, 20.0], "kind": [True, True, None, True]}
    )
    codes = groups_of(frame)
    assert codes[0] == codes[3]
    assert len(set(codes.tolist())) == 3
    quarters = groups_of(pl.DataFrame({"age": np.arange(100.0)}))
    assert np.bincount(quarters).tolist() == [25, 25, 25, 25]


def test_rows_are_weighed_as_a_cure(ready, parts):
    groups = (ready.truth.values + (np.arange(N) % 3 == 0)) % 2
    found = cured("even-groups", ready._replace(groups=groups), make, parts)
    assert found.matrix is ready.matrix
    for g in (0, 1):
        share = np.average(found.truth.values[groups == g], weights=found.truth.weight[groups == g])
        assert share == pytest.approx(ready.truth.values.mean())
