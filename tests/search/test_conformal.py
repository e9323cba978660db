"""Intervals and label sets hold the truth in nine of ten new rows: over all, and in the parts that they are set by."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, strategies as st

from mlwright.contracts.protocols import Truth
from mlwright.search.conformal import band, cuts, held_intervals, held_sets, parts, sets
from mlwright.search.difficulty import Cells


def uneven(rows, seed):
    """Answers, and truth that is the farther from them the larger they are."""
    rng = np.random.default_rng(seed)
    answer = rng.uniform(0.1, 3.0, size=rows)
    return answer, Truth("regression", answer * (1 + 0.4 * rng.normal(size=rows)), 0)


def guessed(rows, seed, shares=(0.85, 0.1, 0.05)):
    """Probabilities of classes of which two are rare, and the truth drawn from them."""
    rng = np.random.default_rng(seed)
    p = np.log(shares) + 1.5 * rng.normal(size=(rows, len(shares)))
    p = np.exp(p) / np.exp(p).sum(axis=1, keepdims=True)
    values = (p.cumsum(axis=1) < rng.random(rows)[:, None]).sum(axis=1)
    return p, Truth("multiclass", values, len(shares))


@given(st.integers(1, 900), st.integers(0, 20), st.floats(0.01, 100.0))
def test_a_band_covers_nine_in_ten_of_the_rows_it_was_set_by(rows, seed, scale):
    rng = np.random.default_rng(seed)
    answer = rng.normal(size=rows)
    truth = Truth("regression", answer + scale * rng.standard_t(2, size=rows), 0)
    covered = np.mean(np.abs(truth.values - answer) <= band(answer, truth).half(answer) * (1 + 1e-12))
    assert covered >= 0.9
    assert rows < 20 or covered <= 0.9 + 2 * 10 / rows


@given(st.integers(10, 400), st.integers(0, 20))
def test_a_band_covers_nine_tenths_of_the_weight(rows, seed):
    rng = np.random.default_rng(seed)
    answer, truth = np.zeros(rows), Truth("regression", rng.standard_t(2, size=rows), 0, rng.exponential(size=rows))
    inside = np.abs(truth.values) <= band(answer, truth).half(answer)
    assert np.average(inside, weights=truth.weight) >= 0.9
    alike = replace(truth, weight=np.full(rows, 3.0))
    assert band(answer, alike) == band(answer, replace(truth, weight=None))


def test_a_band_holds_overall_and_by_bin_on_new_rows_with_uneven_errors():
    held, places = [], []
    for seed in range(30):
        answer, truth = uneven(2000, seed)
        fitted = band(answer, truth)
        new, unseen = uneven(2000, 1000 + seed)
        held.append(np.abs(new - unseen.values) <= fitted.half(new))
        places.append(np.digitize(new, [0.6, 1.2, 1.8, 2.4]))
    held, places = np.concatenate(held), np.concatenate(places)
    assert np.mean(held) == pytest.approx(0.9, abs=0.01)
    for part in range(5):  # one width for all holds 99% of the small and 76% of the large
        assert np.mean(held[places == part]) == pytest.approx(0.9, abs=0.02)


def test_answers_that_are_all_alike_make_one_bin():
    truth = Truth("regression", np.random.default_rng(0).normal(size=5000), 0)
    assert band(np.zeros(5000), truth).edges == ()
    mostly = np.where(np.arange(5000) % 10, 0.0, 1.0)
    fitted = band(mostly, Truth("regression", mostly + truth.values * (1 + 9 * mostly), 0))
    assert len(fitted.edges) == 1
    assert fitted.half(np.ones(1)) > 5 * fitted.half(np.zeros(1))


def test_a_set_holds_overall_and_by_class_on_new_rows_and_is_never_empty():
    held, truths = [], []
    for seed in range(30):
        p, truth = guessed(3000, seed)
        cut = cuts(p, truth)
        new, unseen = guessed(3000, 500 + seed)
        inside = sets(new, cut)
        assert inside.any(axis=1).all()
        held.append(inside[np.arange(3000), unseen.values])
        truths.append(unseen.values)
    held, truths = np.concatenate(held), np.concatenate(truths)
    for label in range(3):
        low = np.mean(held[truths == label])
        assert low >= 0.89
        assert label == 0 or low <= 0.93  # the first is so often the answer itself that more of it is held


def test_a_set_of_two_classes_is_never_empty():
    p = np.linspace(0.0, 1.0, 1001)
    shares = np.column_stack([1 - p, p])
    cut = cuts(shares, Truth("binary", (p > 0.5).astype(np.int64), 2))  # all is told rightly
    inside = sets(shares, cut)
    assert inside.any(axis=1).all()
    assert np.array_equal(inside, shares >= np.array(cut))  # what the graph computes


def test_a_class_with_few_rows_is_cut_where_all_are():
    p, truth = guessed(300, 0, (0.6, 0.38, 0.02))
    assert (truth.values == 2).sum() < 20
    everything = Truth("multiclass", truth.values, 3)
    missed = np.sort(1 - p[np.arange(300), truth.values])
    assert cuts(p, everything)[2] == pytest.approx(1 - missed[270], abs=1e-12)


def test_what_is_measured_was_not_set_by():
    answer, truth = uneven(1000, 3)
    cells = Cells((), (), {"numbers": np.zeros((1000, 0))})
    found = held_intervals(answer, truth, cells, parts(None, 1000, ordered=False))
    assert sorted(found.rows) == list(range(1000))
    assert np.mean(found.holds) == pytest.approx(0.9, abs=0.03)
    later = held_intervals(answer, truth, cells, parts(None, 1000, ordered=True))
    assert sorted(later.rows) == list(range(500, 1000))
    groups = np.arange(1000) // 10
    for learn, judge in parts(groups, 1000, ordered=False):
        assert not set(groups[learn]) & set(groups[judge])
    p, classes = guessed(1000, 3)
    told = held_sets(p, classes, parts(None, 1000, ordered=False))
    assert np.mean(told.holds) >= 0.88
    assert told.widths.min() >= 1


def test_one_row_can_be_measured_by_nobody():
    cells = Cells((), (), {"numbers": np.zeros((1, 0))})
    found = held_intervals(np.zeros(1), Truth("regression", np.zeros(1), 0), cells, parts(None, 1, ordered=False))
    assert len(found.rows) == 0
