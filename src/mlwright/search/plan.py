"""What to try, in which order: a pure function of the table's shape, the problem and the budget.

Nothing here looks at a clock, so the same request always gives the same plan.
"""

from __future__ import annotations

import math
from typing import Any

import msgspec

from mlwright.contracts.records import Plan, Problem, Recipe, Table, TrialSpec
from mlwright.trials.folds import Splitter

# Seconds of one core, measured on 2 cores of a common server: order of magnitude is all that is asked of them.
_BOOST_CELL, _BOOST_COLUMN = 4.4e-9, 5e-5  # a LightGBM round of 31 leaves: per cell, and per column whatever the rows
_EXTRA_CELL = 1.2e-7  # a tree of ExtraTrees: per row and column looked at
_LINEAR_CELL = 4e-7  # a logistic regression: per cell and class, all iterations and strengths
_ENOUGH = 20_000  # rows from which three folds judge, and one model of all rows is as good as the mean of its folds
_MANY = 10_000  # rows from which boosting takes larger steps: half the trees to ask, for a few thousandths of the loss
_SPELT = 40  # columns of the matrix that a level's spelling becomes
CORES = 2
_RICHER = {  # trials that read features which need not pay: their folds say whether they did
    **dict.fromkeys(("lightgbm-2", "xgboost-2", "lightgbm-6"), ("spelt",)),
    **dict.fromkeys(("lightgbm-3", "lightgbm-4", "xgboost-3"), ("trees+", "spelt")),
}


def make_plan(table: Table, recipe: Recipe, problem: Problem) -> Plan:
    """The order is cheap to dear: baselines, a linear model, then trees of ever more kinds."""
    splitter: Splitter = "plain"
    if problem.time:
        splitter = "time"
    elif problem.group:
        splitter = "group"
    elif table.schema.target.task != "regression":
        splitter = "stratified"
    shape = _Shape(table, recipe, problem.budget)
    small, capped = shape.boost_rows(), shape.linear_rows()  # trees of all kinds read one matrix a fold
    light, other = _boosters(shape)
    trials = [
        TrialSpec(id="constant", learner="constant", bagged=False, baseline=True),
        TrialSpec(id="small-tree", learner="small_tree", rows=small, bagged=False, baseline=True),
        TrialSpec(id="linear", learner="linear", rows=capped, bagged=False, baseline=True),
        light[0],
        other[0],
        *_forests(shape),
        light[1],
        light[2],
        other[1],
        *light[3:],
        *other[2:],
    ]
    if splitter == "time" or table.rows >= _ENOUGH:
        trials = [msgspec.structs.replace(t, bagged=False) for t in trials]
    trials = [msgspec.structs.replace(t, flavour=_flavour(t, recipe)) for t in trials]
    if problem.trials is not None:
        trials = trials[: 2 + problem.trials]
    return Plan(folds=shape.folds, splitter=splitter, trials=tuple(trials))


def _flavour(trial: TrialSpec, recipe: Recipe) -> str:
    return next((name for name in _RICHER.get(trial.id, ()) if name in recipe.flavours), trial.flavour)


class _Shape:
    """What the table's size and the budget allow."""

    def __init__(self, table: Table, recipe: Recipe, budget: float | None):
        self.rows = table.rows
        target = table.schema.target
        self.answers = len(target.classes) if target.task == "multiclass" else 1
        widths = {"text": 310, "list": 60, "datetime": 6, "categorical": 2}
        self.columns = sum(widths.get(c.kind, 1) for c in table.schema.features)
        spelt = [s for s in recipe.flavours.get("spelt", ()) if "similar" in s.steps]
        self.columns += sum(_SPELT * len(s.columns) for s in spelt)
        seconds = 3600.0 if budget is None else budget
        self.work = max(1.0, 0.7 * seconds - 2.0) * CORES  # core seconds for all trials
        self.folds = 5 if self.boost_rounds(5) >= 120 and table.rows < _ENOUGH else 3
        if table.rows < 5 * 5:
            self.folds = 3

    def boost_rounds(self, folds: int, rows: int | None = None) -> float:
        """Rounds of boosting that a third of the work pays for."""
        fitted = min(rows or self.rows, self.rows) * (1 - 1 / folds)
        each = self.answers * self.columns * (fitted * _BOOST_CELL + _BOOST_COLUMN)
        return self.work / 3 / folds / each

    def boost_rows(self) -> int | None:
        """A cap on rows that leaves at least 60 rounds."""
        rows = self.rows
        while rows > 5_000 and self.boost_rounds(self.folds, rows) < 60:
            rows = rows * 2 // 3
        return None if rows == self.rows else rows

    def linear_rows(self) -> int | None:
        """A cap on rows that a linear model is fitted on within a tenth of the work."""
        columns = self.columns * 3 + 1
        rows = int(self.work / 10 / self.folds / (columns * self.answers * _LINEAR_CELL))
        return None if rows >= self.rows else max(2_000, rows)

    def extra_trees(self) -> tuple[int, int | None]:
        """Trees of a forest and a cap on rows, within a quarter of the work: the cap of boosting, if it can be."""
        looked = max(1.0, math.sqrt(self.columns)) if self.answers > 1 or self.columns > 30 else self.columns
        rows = self.boost_rows() or self.rows
        while True:
            each = rows * looked * _EXTRA_CELL * max(1, math.log2(max(rows, 2)) / 10)
            count = self.work / 4 / self.folds / max(each, 1e-3)
            if count >= 25 or rows <= 5_000:
                return int(min(100, max(20, count))), None if rows == self.rows else rows
            rows = rows * 2 // 3


def _boosters(shape: _Shape) -> tuple[list[TrialSpec], list[TrialSpec]]:
    """By LightGBM and by XGBoost: each is better on some tables, and what they get wrong differs."""
    rows = shape.boost_rows()
    pace = {"rounds": 1500, "rate": 0.05} if shape.rows < _MANY else {"rounds": 1000, "rate": 0.1}
    leaves = (15, 7, 31) if shape.rows < 2_000 else (31, 15, 63)
    variants: list[dict[str, Any]] = [
        {"leaves": leaves[0], "columns": 0.8},
        {"leaves": leaves[1], "columns": 0.5, "l2": 5.0, "least": 10},
        {"leaves": leaves[2], "columns": 0.6, "rows": 0.8, "least": 10},
        {"leaves": 2 * leaves[0], "columns": 0.8, "extra": True, "least": 10},
        {"leaves": leaves[0], "columns": 0.35, "rows": 0.7, "l2": 10.0, "least": 40},
        {"leaves": 2 * leaves[2], "columns": 0.5, "rows": 0.9, "l2": 3.0, "least": 5},
    ]
    by_level: list[dict[str, Any]] = [
        {"depth": 4, "columns": 0.5},
        {"depth": 6, "columns": 0.8},
        {"depth": 10, "leaves": 4 * leaves[0], "columns": 0.6, "rows": 0.7, "weight": 3.0, "l2": 3.0},
    ]

    def trials(learner: str, variants: list[dict[str, Any]]) -> list[TrialSpec]:
        named = enumerate(variants, 1)
        return [TrialSpec(id=f"{learner}-{i}", learner=learner, rows=rows, options={**pace, **v}) for i, v in named]

    return trials("lightgbm", variants), trials("xgboost", by_level)


def _forests(shape: _Shape) -> list[TrialSpec]:
    trees, rows = shape.extra_trees()
    options = {"trees": trees, "least": 2 if shape.rows < 20_000 else 5, "leaves": 4000}
    narrow = {"features": 1.0 if shape.columns <= 30 and shape.answers == 1 else 0.0}
    return [TrialSpec(id="extratrees-1", learner="extratrees", rows=rows, options={**options, **narrow})]
