"""Steps on numbers against scikit-learn, and by hand where infinities come in."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, strategies as st
from scipy.special import ndtri
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import QuantileTransformer, StandardScaler

from mlwright.contracts.errors import StepRefusal
from mlwright.contracts.protocols import Truth
from mlwright.steps.numbers import LARGEST, Clip, Impute, Quantiles, Squash, Standardise, Values
from mlwright.testing.steps import answer

NAN, INF = np.nan, np.inf


def cells(rows=200, seed=0, missing=0.2):
    rng = np.random.default_rng(seed)
    x = np.column_stack(
        [rng.normal(5, 3, rows), rng.lognormal(0, 2, rows), rng.integers(0, 3, rows), rng.normal(size=rows)]
    )
    x[:, :3][rng.random((rows, 3)) < missing] = NAN
    return x


def fed(step, train, new):
    names = [f"c{i}" for i in range(train.shape[1])]
    frame = pl.DataFrame(train, schema=names).fill_nan(None)
    step.fit(frame, Truth("regression", np.zeros(len(train)), 0))
    return answer(step, frame, {"numbers": np.ascontiguousarray(new, dtype=np.float64)})


@pytest.mark.parametrize("indicator", [True, False])
def test_impute_is_the_median_and_an_indicator(indicator):
    train, new = cells(), cells(seed=1)
    oracle = SimpleImputer(strategy="median", add_indicator=indicator).fit(train)
    np.testing.assert_allclose(fed(Impute(indicator=indicator), train, new), oracle.transform(new))


@pytest.mark.parametrize("gone", [(0,), (0, 2), (0, 1, 2, 3), ()])
def test_impute_tells_only_of_columns_with_gaps(gone):
    train = cells(missing=0.0)
    train[3, list(gone)] = NAN
    found = fed(Impute(), train, np.full((1, 4), NAN))
    np.testing.assert_allclose(found[0], [*np.nanmedian(train, axis=0), *[1.0] * len(gone)])


def test_impute_does_not_mistake_infinity_for_missing_nor_count_it():
    train = np.array([[1.0], [INF], [3.0], [NAN]])
    np.testing.assert_array_equal(fed(Impute(), train, np.array([[INF], [-INF], [NAN]])), [[INF, 0], [-INF, 0], [2, 1]])


def test_a_column_that_was_always_missing_is_filled_without_an_indicator():
    np.testing.assert_array_equal(fed(Impute(), np.full((3, 1), NAN), np.array([[NAN], [7.0]])), [[0.0], [7.0]])


def test_standardise_is_the_standard_scaler():
    train, new = cells(), cells(seed=1)
    np.testing.assert_allclose(fed(Standardise(), train, new), StandardScaler().fit(train).transform(new), rtol=1e-9)


@pytest.mark.parametrize("step", [Standardise(), Squash()])
def test_a_column_that_does_not_vary_becomes_nought(step):
    train = np.column_stack([np.full(10, 3.3), np.full(10, 1e9) + 1e-7, np.zeros(10)])
    assert np.abs(fed(step, train, train + 5.0)).max() == 0.0


def test_what_is_squashed_rises_stays_within_and_is_hardly_changed_in_the_middle():
    train, new = cells(), np.linspace(-1e6, 1e6, 2001)[:, None].repeat(cells().shape[1], 1)
    near, far = fed(Squash(within=3.0), train, new), fed(Standardise(), train, new)
    assert (np.abs(near) <= 3.0).all() and (np.diff(near, axis=0) >= 0.0).all()
    np.testing.assert_allclose(near, far / np.sqrt(1.0 + (far / 3.0) ** 2), rtol=1e-9)


def test_clip_keeps_to_the_finite_range_of_training():
    train = np.array([[1.0, INF, NAN], [4.0, 2.0, NAN], [NAN, -INF, NAN]])
    new = np.array([[INF, -INF, 3.0], [-INF, 9.0, NAN], [NAN, NAN, INF], [2.5, 2.0, -1.0]])
    found = fed(Clip(), train, new)
    np.testing.assert_array_equal(found, [[4.0, 2.0, 0.0], [1.0, 2.0, NAN], [NAN, NAN, 0.0], [2.5, 2.0, 0.0]])


def test_what_was_clipped_stays_finite_as_float32():
    found = fed(Clip(), np.array([[1e300], [-1e300]]), np.array([[INF], [-INF], [1e308]]))
    assert np.isfinite(found.astype(np.float32)).all()
    assert found.max() == LARGEST


def test_quantiles_are_scikit_learns_on_data_without_ties():
    rng = np.random.default_rng(0)
    train = np.column_stack([rng.normal(size=500), rng.lognormal(0, 3, 500), 1e9 + rng.random(500) * 1e8])
    new = np.concatenate([train, rng.normal(size=(50, 3)), train[:20] + 1e-3])
    oracle = QuantileTransformer(n_quantiles=33, subsample=None).fit(train)
    np.testing.assert_allclose(fed(Quantiles(shape="uniform"), train, new), oracle.transform(new), atol=1e-7)


def test_normal_quantiles_map_each_knot_to_its_level():
    train = np.random.default_rng(0).lognormal(size=(400, 1))
    level = np.linspace(0, 1, 33)
    knots = np.quantile(train, level)
    found = fed(Quantiles(), train, knots[:, None])[:, 0]
    np.testing.assert_allclose(found, ndtri(np.clip(level, 1 / 66, 1 - 1 / 66)), atol=1e-9)
    between = fed(Quantiles(), train, ((knots[:-1] + knots[1:]) / 2)[:, None])[:, 0]
    np.testing.assert_allclose(between, (found[:-1] + found[1:]) / 2, atol=1e-9)


@given(st.integers(0, 10_000), st.sampled_from(["uniform", "normal"]), st.integers(1, 60))
def test_quantiles_never_turn_the_order(seed, shape, rows):
    rng = np.random.default_rng(seed)
    train = rng.choice([0.0, 0.0, 0.0, 1.0, 2.5, 1e6, -3.0, NAN, INF, rng.normal()], (rows, 1))
    new = np.sort(np.concatenate([train[np.isfinite(train)], rng.normal(size=50) * 3, [-INF, INF, 0.0, 1e300, -1e300]]))
    found = fed(Quantiles(shape=shape), train, new[:, None])[:, 0]
    assert np.isfinite(found).all()
    assert (np.diff(found) >= -1e-12).all()
    edge = (0.0, 1.0) if shape == "uniform" else (ndtri(1 / 66), ndtri(65 / 66))
    assert found.min() >= edge[0] - 1e-12
    assert found.max() <= edge[1] + 1e-12


@pytest.mark.parametrize("scale", [1e-320, 1e-310, 1e-30, 1e30, 1e300, 1.7e308])
def test_quantiles_stay_finite_at_any_scale(scale):
    train = np.array([-1.0, -1.0, -0.5, 0.0, 0.5, 1.0, 1.0])[:, None] * scale
    found = fed(Quantiles(), train, np.concatenate([train, train / 3, [[INF], [-INF], [0.0]]]))
    assert np.isfinite(found).all()
    assert (np.diff(found[:7, 0]) >= 0).all()


def test_quantiles_jump_where_values_tie():
    train = np.concatenate([np.zeros(60), np.arange(1.0, 41.0)])[:, None]
    below, at, above = fed(Quantiles(shape="uniform"), train, np.array([[-1.0], [0.0], [1e-9]]))[:, 0]
    assert below == at == 0.0
    assert above == pytest.approx(0.6, abs=1 / 32)


@pytest.mark.slow
@pytest.mark.parametrize("width", [32, 33])
def test_wide_tables_are_computed_as_narrow_ones_are(width):
    rng = np.random.default_rng(width)
    train, new = rng.normal(size=(60, width)).round(1), rng.normal(size=(40, width))
    apart = [fed(Quantiles(), train[:, [i]], new[:, [i]]) for i in range(width)]
    np.testing.assert_array_equal(fed(Quantiles(), train, new), np.hstack(apart))


def test_missing_stays_missing_in_quantiles():
    assert np.isnan(fed(Quantiles(), cells(), np.full((2, 4), NAN))).all()


@given(st.lists(st.sampled_from([1.0, 2.0, -0.5, 7.0, NAN, INF]), min_size=1, max_size=60), st.integers(1, 4))
def test_values_that_are_frequent_get_a_column_each(column, most):
    train = np.array(column)[:, None]
    seen = {value: column.count(value) for value in set(column) if np.isfinite(value)}
    frequent = sorted((v for v in seen if seen[v] >= 3), key=lambda v: (-seen[v], v))[:most]
    step = Values(most=most, least=3)
    if not frequent:
        with pytest.raises(StepRefusal, match="3 rows"):
            fed(step, train, train)
        return
    new = np.array([*frequent, 0.25, NAN, INF])[:, None]
    np.testing.assert_array_equal(fed(step, train, new), new == np.sort(frequent))
    assert [name for name, _ in step.outputs(["c"])] == [f"c = {v:g}" for v in sorted(frequent)]
