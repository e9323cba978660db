"""Effects and interactions of formulas."""

from __future__ import annotations

import numpy as np
import pytest

from mlwright.contracts.records import Column
from mlwright.explain.effects import MISSING, effects
from mlwright.explain.interactions import interactions

RNG = np.random.default_rng(1)
X = RNG.normal(size=(500, 4))
S = RNG.choice(["red", "green", "blue"], (500, 1), p=[0.5, 0.3, 0.2])


def test_the_slope_of_a_number_is_right(subject):
    one = subject(X, S, lambda x, s: 3 * x[:, 0] + x[:, 1] * x[:, 2])
    (effect,) = effects(one, [0], 4000)
    at, up = np.array([p.at for p in effect.points]), np.array([p.effect for p in effect.points])
    assert np.diff(up) / np.diff(at) == pytest.approx(3.0)
    shares = np.array([p.share for p in effect.points])
    assert shares.sum() == pytest.approx(1) and shares @ up == pytest.approx(0, abs=1e-9)
    assert all(p.low <= p.effect <= p.high for p in effect.points)
    assert all(p.high - p.low < 1e-6 for p in effect.points)  # every row goes alike


def test_single_rows_spread_where_columns_work_together(subject):
    one = subject(X, S, lambda x, s: x[:, 1] * x[:, 2])
    (effect,) = effects(one, [1], 6000)
    assert abs(effect.points[-1].effect) < 1.0
    assert effect.points[-1].high - effect.points[-1].low > 2.0


def test_correlated_numbers_are_not_asked_far_from_the_rows(subject):
    """x1 = x0 but for noise; off that line the formula is wild, which partial dependence would show and ALE does not.
    (Apley and Zhu's own example.)"""
    x = np.column_stack([X[:, 0], X[:, 0] + 0.05 * X[:, 1]])

    def model(x, s):
        return x[:, 0] + np.where(np.abs(x[:, 0] - x[:, 1]) > 1.5, 100.0, 0.0)

    (effect,) = effects(subject(x, S, model), [0], 6000)
    inner = effect.points[2:-2]
    slope = (inner[-1].effect - inner[0].effect) / (inner[-1].at - inner[0].at)
    assert slope == pytest.approx(1.0, abs=0.1)


def test_categories_and_missing_values_have_points(subject):
    x = X.copy()
    x[:100, 0] = np.nan

    def model(x, s):
        return np.where(np.isnan(x[:, 0]), 4.0, x[:, 0]) + np.where(s[:, 0] == "red", 2.0, 0.0)

    one = subject(x, S, model)
    number, shade = effects(one, [0, 4], 6000)
    by_level = {p.level: p for p in shade.points}
    assert set(by_level) == {"red", "green", "blue"}
    assert by_level["red"].effect - by_level["blue"].effect == pytest.approx(2.0)
    assert by_level["red"].share == pytest.approx((S == "red").mean())
    gap = number.points[-1]
    middle = min(number.points[:-1], key=lambda p: abs(p.at))
    assert (gap.level, gap.share) == (MISSING, 0.2)
    assert gap.effect - middle.effect == pytest.approx(4.0, abs=0.4)


def test_ordinals_keep_their_order_and_booleans_their_words(subject):
    columns = (Column("member", "boolean", words=("nay", "aye")), Column("size", "ordinal", order=("S", "M", "L")))
    flags = (X[:, :1] > 0).astype(float)
    sizes = RNG.choice(["L", "S", "M"], (500, 1))
    one = subject(flags, sizes, lambda x, s: x[:, 0] + (s[:, 0] == "L"), columns=columns)
    member, size = effects(one, [0, 1], 4000)
    assert [p.level for p in size.points] == ["S", "M", "L"]
    assert {p.level: p.effect for p in member.points}["aye"] > 0 > {p.level: p.effect for p in member.points}["nay"]


def test_many_classes_have_an_effect_each(subject):
    one = subject(X, S, lambda x, s: 2 * x[:, 0], "multiclass")
    found = {effect.answer: effect for effect in effects(one, [0], 4000)}
    assert set(found) == {"a", "b", "c"}
    assert found["c"].points[-1].effect > 0 > found["a"].points[-1].effect


def test_a_product_is_an_interaction_and_a_sum_is_none(subject):
    one = subject(X, S, lambda x, s: 3 * x[:, 0] + x[:, 1] * x[:, 2] + (s[:, 0] == "red"))
    found = {one.columns: one.strength for one in interactions(one, [0, 1, 2, 4], 30_000)}
    assert found["x1", "x2"] > 0.5
    assert all(strength < 1e-6 for pair, strength in found.items() if pair != ("x1", "x2"))
    assert next(iter(found)) == ("x1", "x2")
    assert interactions(one, [0, 1, 2], 100) == ()


def test_columns_that_do_nothing_have_no_interaction(subject):
    one = subject(X, S, lambda x, s: x[:, 0])
    assert [i.strength for i in interactions(one, [1, 2], 5000)] == [0.0]
