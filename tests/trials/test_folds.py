"""Which rows are learnt from and which are scored."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from mlwright.contracts.protocols import Truth
from mlwright.trials import assign
from mlwright.trials.folds import NEVER, parts

ROWS = st.integers(1, 150)
COUNT = st.integers(2, 6)
SEED = st.integers(0, 5)


def labels(rows, classes, seed):
    return Truth("multiclass", np.random.default_rng(seed).integers(0, classes, rows), classes)


def grouping(rows, groups, seed):
    return np.random.default_rng(seed).integers(0, groups, rows)


def scored_once(folds, rows):
    scored = np.concatenate([folds.valid(fold) for fold in range(folds.count)])
    return np.array_equal(np.sort(scored), np.arange(rows))


@given(ROWS, st.integers(1, 5), COUNT, SEED, st.sampled_from(["plain", "stratified", "group"]))
def test_every_row_is_scored_once_by_a_model_of_all_other_folds(rows, classes, count, seed, splitter):
    groups = grouping(rows, 7, seed) if splitter == "group" else None
    folds = assign(splitter, labels(rows, classes, seed), groups, count, seed)
    assert scored_once(folds, rows)
    for fold in range(count):
        both = np.concatenate([folds.train(fold), folds.valid(fold)])
        assert np.array_equal(np.sort(both), np.arange(rows))
    assert np.array_equal(folds.train(count), np.arange(rows))
    assert folds.valid(count).size == 0


@given(ROWS, st.integers(1, 5), COUNT, SEED)
def test_classes_are_dealt_evenly(rows, classes, count, seed):
    truth = labels(rows, classes, seed)
    folds = assign("stratified", truth, None, count, seed)
    for label in range(classes):
        assert np.ptp(np.bincount(folds.of[truth.values == label], minlength=count)) <= 1
    assert np.ptp(np.bincount(folds.of, minlength=count)) <= 1


@given(ROWS, COUNT, SEED)
def test_plain_folds_are_of_one_size(rows, count, seed):
    folds = assign("plain", Truth("regression", np.zeros(rows), 0), None, count, seed)
    assert np.ptp(np.bincount(folds.of, minlength=count)) <= 1


@given(ROWS, st.integers(1, 40), COUNT, SEED)
def test_groups_are_never_split_and_loads_stay_near(rows, most, count, seed):
    groups = grouping(rows, most, seed)
    folds = assign("group", labels(rows, 2, seed), groups, count, seed)
    for group in np.unique(groups):
        assert len(np.unique(folds.of[groups == group])) == 1
    assert np.ptp(np.bincount(folds.of, minlength=count)) <= np.bincount(groups).max()


@given(ROWS, COUNT, SEED)
def test_time_is_learnt_from_before_it_is_scored(rows, count, seed):
    folds = assign("time", labels(rows, 2, seed), None, count, seed)
    for fold in range(count):
        learnt, scored = folds.train(fold), folds.valid(fold)
        assert len(learnt) > 0
        assert scored.size == 0 or learnt.max() + 1 == scored.min()  # all before, and nothing left out between
    first = folds.of == NEVER
    assert first.any()
    assert not first[first.sum() :].any()  # only the first block is never scored
    assert np.array_equal(np.sort(folds.of), folds.of)
    assert np.ptp(np.bincount(folds.of + 1, minlength=count + 1)) <= 1
    assert np.array_equal(folds.train(count), np.arange(rows))


@pytest.mark.parametrize("splitter", ["plain", "stratified", "group"])
def test_fewer_rows_than_folds_leave_folds_empty(splitter):
    groups = np.arange(3) if splitter == "group" else None
    folds = assign(splitter, labels(3, 2, 0), groups, 5, 0)
    assert scored_once(folds, 3)
    assert max(folds.valid(fold).size for fold in range(5)) == 1


@given(st.integers(40, 150), COUNT, SEED, st.sampled_from(["plain", "stratified", "group"]))
def test_the_seed_alone_decides(rows, count, seed, splitter):
    truth, groups = labels(rows, 2, 0), np.arange(rows) if splitter == "group" else None
    first, again = (assign(splitter, truth, groups, count, seed) for _ in range(2))
    assert np.array_equal(first.of, again.of)
    assert not np.array_equal(first.of, assign(splitter, truth, groups, count, seed + 1).of)


@given(st.integers(16, 150), SEED)
def test_a_part_to_watch_is_cut_as_folds_are(rows, seed):
    truth, groups = labels(rows, 2, seed), grouping(rows, 12, seed)
    (latest,) = parts("time", truth, None, 8, seed)
    assert latest.sum() == rows // 8
    assert latest[rows - rows // 8 :].all()
    for whole in parts("group", truth, groups, 8, seed):
        assert not set(groups[whole]) & set(groups[~whole])
    dealt = parts("stratified", truth, None, 8, seed)
    assert np.array_equal(np.sum(dealt, axis=0), np.ones(rows))
    assert all(abs(mask.sum() - rows / 8) <= 1 for mask in dealt)


@given(ROWS, st.integers(1, 5), COUNT, SEED, st.sampled_from(["plain", "stratified"]))
def test_copies_stay_in_one_fold_and_all_rows_are_dealt(rows, classes, count, seed, splitter):
    copies = np.random.default_rng(seed).integers(0, max(1, rows * 3 // 4), rows)
    folds = assign(splitter, labels(rows, classes, seed), copies, count, seed)
    assert scored_once(folds, rows)
    for code in np.unique(copies):
        assert len(set(folds.of[copies == code])) == 1
    units = np.unique(copies, return_index=True)[1]
    assert np.ptp(np.bincount(folds.of[units], minlength=count)) <= 1


@given(ROWS, COUNT, SEED)
def test_rows_without_copies_are_dealt_as_if_none_had_been_looked_for(rows, count, seed):
    truth = labels(rows, 3, seed)
    alone = assign("stratified", truth, np.arange(rows), count, seed)
    assert np.array_equal(alone.of, assign("stratified", truth, None, count, seed).of)
