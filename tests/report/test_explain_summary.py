"""An explanation in plain text: what it says, and that nothing from a table can break its lines."""

from __future__ import annotations

from mlwright.contracts.insight import (
    Change,
    Counterfactual,
    Effect,
    Example,
    Explanation,
    Importance,
    Interaction,
    Part,
    Point,
    Range,
)
from mlwright.contracts.records import Column, Schema, Target
from mlwright.report import explain_summary

ODD = "a\n\x1b[31mcolumn" + "x" * 200
COLUMNS = (Column("size", "numeric"), Column("shade", "categorical"), Column(ODD, "categorical"))
PRICE = Schema(COLUMNS, Target("price", "regression"))
LATE = Schema(COLUMNS, Target("late", "binary", ("no", "yes"), (5, 5)))


def told(found: Explanation, schema: Schema = PRICE) -> str:
    lines = [line for line, _ in explain_summary(found, schema)]
    assert all(len(line) <= 100 and line.isprintable() for line in lines)
    return "\n".join(lines)


def importances(*lows: float) -> Explanation:
    names = ("size", "shade"), (ODD,)
    found = tuple(Importance(columns, Range(2.0, low, 3.0)) for columns, low in zip(names, lows, strict=False))
    return Explanation(rows=50, metric="rmse", importances=found)


def test_only_what_is_more_than_chance_is_listed():
    text = told(importances(1.0, -1.0))
    assert "size + shade" in text and "2 (1 to 3)" in text and "What 1 more bring may be chance." in text
    assert "tell nearly the same" in text
    assert "may be chance" in told(importances(-1.0)) and "█" not in told(importances(-1.0))


def test_an_effect_says_where_the_answer_is_least_and_most():
    points = tuple(Point(effect, effect, effect, 0.3, at) for effect, at in ((-2.0, 1.0), (0.0, 2.0), (2.0, 3.0)))
    levels = tuple(Point(effect, effect, effect, 0.3, level=ODD) for effect in (0.1, -0.1))
    effects = Effect("size", points), Effect("shade", levels)
    text = told(Explanation(rows=50, metric="", effects=effects))
    assert "How price goes with" in text and "size: rises: -2 at 1, +2 at 3" in text
    yes = told(Explanation(rows=50, metric="", answer="yes", effects=(Effect("shade", levels, "yes"),)), LATE)
    assert "How the probability of late = yes goes" in yes and "+10.0 points at" in yes
    pair = Explanation(rows=50, metric="", interactions=(Interaction(("size", "shade"), 0.4),))
    assert "size and shade: 40%" in told(pair)


def test_a_row_is_told_with_its_parts_and_another_answer():
    parts = Part("size", 3.5, 0.3), Part(ODD, ODD, -0.1), Part("shade", None, 0.0001)
    way = Counterfactual((Change("shade", None, "red"),), 0.8, "no")
    one = Example("asked", {}, 0.7, "yes", 0.4999, parts, "yes", "yes", 4, way)
    text = told(Explanation(rows=50, metric="", examples=(one,)), LATE)
    assert text.startswith("Row 4: answered yes (the probability of late = yes: 70%); it was yes")
    assert "+30.0 points  because size is 3.5" in text and "  0.0 points  because shade is missing" in text
    assert "with shade red instead of missing it would be no (80%)" in text


def test_nothing_is_told_as_nothing():
    assert told(Explanation(rows=1, metric="")) == "There are too few rows to explain anything by."
