"""Steps on categories against scikit-learn and by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from sklearn.preprocessing import OneHotEncoder, TargetEncoder

from mlwright.contracts.errors import StepRefusal
from mlwright.contracts.protocols import Truth
from mlwright.steps.categories import Frequency, Ladder, OneHot, Ordinal, TargetMean

# level: how often; counts differ, so that ranks are beyond doubt
COUNTS = {"b": 40, "ä": 20, "日本": 11, "c": 6, "rare": 2, "once": 1}
TRAIN = {"s": [level for level, count in COUNTS.items() for _ in range(count)] + [None] * 9}
NEW = {"s": ["b", "ä", "日本", "c", "rare", "once", None, "", "never", "B", " b"]}


def test_ordinal_ranks_by_frequency(transformed):
    found = transformed(Ordinal(least=2), TRAIN, NEW)[:, 0]
    assert found.tolist() == [0, 1, 2, 4, 5, 6, 3, 3, 6, 6, 6]


def test_missing_has_its_own_rank_however_rare(transformed):
    found = transformed(Ordinal(least=5), {"s": ["a"] * 9 + ["b"] * 4 + [None]}, {"s": ["a", "b", None, "new"]})[:, 0]
    assert found.tolist() == [0, 2, 1, 2]


def test_frequency_is_the_logarithm_of_the_count(transformed):
    counts = Counter(v or "" for v in TRAIN["s"])
    found = transformed(Frequency(), TRAIN, NEW)[:, 0]
    np.testing.assert_allclose(found, [np.log1p(counts[v or ""]) for v in NEW["s"]], rtol=1e-6)


@pytest.mark.parametrize(("most", "least"), [(30, 5), (30, 1), (3, 1), (1, 5)])
def test_onehot_is_scikit_learns_with_infrequent_levels_together(transformed, most, least):
    step = OneHot(most=most, least=least)
    found = transformed(step, TRAIN, NEW)
    text = {name: np.array([[v or ""] for v in cells["s"]], dtype=object) for name, cells in (("t", TRAIN), ("n", NEW))}
    limits = {"min_frequency": least, "max_categories": most + 1}
    oracle = OneHotEncoder(handle_unknown="infrequent_if_exist", sparse_output=False, **limits).fit(text["t"])
    together = set() if oracle.infrequent_categories_[0] is None else set(oracle.infrequent_categories_[0])
    kept = [c for c in oracle.categories_[0] if c not in together]
    names = [name for name, _ in step.outputs(["s"])]
    assert sorted(names) == sorted([*(f"s = {c or '(missing)'}" for c in kept), "s = (other)"])
    expected = oracle.transform(text["n"])
    for i, c in enumerate(kept):
        np.testing.assert_array_equal(found[:, names.index(f"s = {c or '(missing)'}")], expected[:, i])
    assert (found.sum(axis=1) == 1).all()
    assert found[NEW["s"].index("never"), names.index("s = (other)")] == 1


def labelled(task):
    rng = np.random.default_rng(0)
    rows = len(TRAIN["s"])
    if task == "regression":
        return Truth(task, rng.normal(size=rows), 0), "continuous"
    return Truth(task, rng.integers(0, 2 if task == "binary" else 3, rows), 2 if task == "binary" else 3), task


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize("prior", [10.0, 0.5])
def test_target_mean_is_shrunk_as_by_scikit_learn(transformed, task, prior):
    truth, kind = labelled(task)
    found = transformed(TargetMean(prior=prior), TRAIN, NEW, truth)
    text = {name: np.array([[v or ""] for v in cells["s"]], dtype=object) for name, cells in (("t", TRAIN), ("n", NEW))}
    oracle = TargetEncoder(smooth=prior, target_type=kind).fit(text["t"], truth.values)
    np.testing.assert_allclose(found, oracle.transform(text["n"]), atol=1e-6)


def test_target_mean_by_hand(transformed):
    truth = Truth("binary", np.array([1, 1, 0, 0]), 2)
    found = transformed(TargetMean(prior=2.0), {"s": ["a", "a", "a", "b"]}, {"s": ["a", "b", "new"]}, truth)[:, 0]
    np.testing.assert_allclose(found, [(2 + 2 * 0.5) / (3 + 2), (0 + 2 * 0.5) / (1 + 2), 0.5])


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_a_weight_of_two_is_a_row_twice(transformed, task):
    truth, _ = labelled(task)
    counts = np.random.default_rng(1).integers(1, 4, len(TRAIN["s"]))
    rows = np.repeat(np.arange(len(counts)), counts)
    repeated = transformed(TargetMean(), {"s": [TRAIN["s"][i] for i in rows]}, NEW, truth.at(rows))
    weighed = transformed(TargetMean(), TRAIN, NEW, replace(truth, weight=counts.astype(float)))
    np.testing.assert_allclose(weighed, repeated, rtol=1e-6)
    assert np.abs(weighed - transformed(TargetMean(), TRAIN, NEW, truth)).max() > 0.01


def test_a_class_without_rows_has_a_share_of_nought(transformed):
    truth = Truth("multiclass", np.array([0, 2, 2]), 4)
    step = TargetMean(prior=1.0)
    found = transformed(step, {"s": ["a", "a", "b"]}, {"s": ["a", "b", None]}, truth)
    assert found.shape == (3, 4)
    assert not found[:, [1, 3]].any()
    np.testing.assert_allclose(found.sum(axis=1), 1.0, atol=1e-6)
    assert step.outputs(["s"])[3] == ("s share of class 3", "s")


def test_no_rows_are_refused():
    with pytest.raises(StepRefusal) as refused:
        TargetMean().fit(pl.DataFrame({"s": []}, schema={"s": pl.String}), Truth("binary", np.zeros(0, int), 2))
    assert refused.value.where == "s"


def test_a_ladder_knows_its_order_and_nothing_else(transformed):
    step = Ladder(order=("low", "medium", "high"))
    found = transformed(step, {"s": ["high", "low"]}, {"s": ["high", "medium", "low", None, "LOW", "huge"]})[:, 0]
    np.testing.assert_array_equal(found, [2, 1, 0, np.nan, np.nan, np.nan])
