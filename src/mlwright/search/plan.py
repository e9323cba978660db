"""What to try, in which order: a pure function of the table's shape, the problem and the budget.

Nothing here looks at a clock, so the same request always gives the same plan.
"""

from __future__ import annotations

import math
from importlib import resources
from typing import Any

import msgspec

from mlwright import plugins
from mlwright.contracts.records import Plan, Problem, Recipe, Record, Table, TrialSpec
from mlwright.trials.folds import WATCHED, Splitter

# Seconds of one core, measured on 2 cores of a common server: order of magnitude is all that is asked of them.
_BOOST_CELL, _BOOST_COLUMN = 4.4e-9, 5e-5  # a LightGBM round of 31 leaves: per cell, and per column whatever the rows
_EXTRA_CELL = 1.2e-7  # a tree of ExtraTrees: per row and column looked at
_LINEAR_CELL = 4e-7  # a logistic regression: per cell and class, all iterations and strengths
_ENOUGH = 20_000  # rows from which three folds judge
_MANY = 10_000  # rows from which boosting takes larger steps: half the trees to ask, for a few thousandths of the loss
_SPELT = 40  # columns of the matrix that a level's spelling becomes
CORES = 2
COPIES = 3  # models of all rows: their mean is better than one by more than most trials bring, and more add little
_FOLDS = ((8, 600), (5, 80))  # folds, and the rounds of boosting that there must be time for
_FROM = {8: 5_000, 5: _ENOUGH}  # rows from which so many folds bring less than more trials do
_BOOSTED = ("catboost", "lightgbm", "xgboost")
_RICH = (  # features that need not pay, by turns: their folds say if they did
    *((), ("trees+", "spelt", "pairs"), (), ("spelt", "pairs")),
    *((), ("pairs", "spelt"), (), ("pairs", "trees+", "spelt")),
)
_SLOW, _LONG = ("catboost", "kernel", "network"), 1000  # are cut off where there is not time for so many rounds
_SMOOTH = {"kernel": 20_000, "network": 50_000}  # rows at most for learners whose cost grows with all columns
_CELLS = 40_000_000  # of the matrix that these read, at most
_WRITTEN, _WIDE = 2_000, 1_000  # columns of it that a text becomes; columns above which a network is not tried
_TURNS, _TURN = 2_000, 500  # rows up to which parts are watched in turn, and the rounds of boosting that one is worth
_SLOWER = 20  # times that a turn of boosting or a network may take, beside one of a line or a kernel
_LEAVES, _ANSWERS = 450_000, 8  # of a forest, about 20 MB: with so many classes, a leaf takes twice the room


class Entry(Record, frozen=True):
    """A configuration of the portfolio; ``log``: of the target's logarithm. One that reads a ``flavour`` is tried where
    the recipe has it."""

    id: str
    learner: str
    options: dict[str, Any]
    log: bool = False
    flavour: str = ""


def portfolio() -> tuple[Entry, ...]:
    """What is tried after the baselines, in this order: learnt from many tables by benchmarks/quality/portfolio."""
    text = resources.files("mlwright.search").joinpath("portfolio.json").read_bytes()
    return msgspec.json.decode(text, type=tuple[Entry, ...])


def make_plan(table: Table, recipe: Recipe, problem: Problem) -> Plan:
    """The order is cheap to dear: baselines, among them a linear model, then the portfolio."""
    splitter: Splitter = "plain"
    if table.split.kind:
        splitter = table.split.kind
    elif table.schema.target.task != "regression":
        splitter = "stratified"
    shape = _Shape(table, recipe, problem.budget)
    small, capped = shape.boost_rows(), shape.linear_rows()  # trees of all kinds read one matrix a fold
    trials = [
        TrialSpec(id="constant", learner="constant", baseline=True),
        TrialSpec(id="small-tree", learner="small_tree", rows=small, baseline=True),
        TrialSpec(id="linear", learner="linear", rows=capped, baseline=True, turns=shape.turns("linear")),
        *filter(None, (_trial(entry, shape) for entry in shape.order(portfolio()))),
    ]
    rich = [_RICH[i % len(_RICH)] for i in range(len(trials))]
    boosted = [t for t in trials if t.learner in _BOOSTED]
    flavours = {t.id: _flavour(wanted, recipe) for t, wanted in zip(boosted, rich, strict=False)}
    trials = [msgspec.structs.replace(t, flavour=flavours.get(t.id, t.flavour)) for t in trials]
    if problem.monotone:
        trials = [t for t in trials if plugins.find("mlwright.learners", t.learner).monotone]
    if problem.trials is not None:
        trials = trials[: (1 if problem.monotone else 2) + problem.trials]
    return Plan(folds=shape.folds, splitter=splitter, trials=tuple(trials))


def _flavour(wanted: tuple[str, ...], recipe: Recipe) -> str:
    return next((name for name in wanted if name in recipe.flavours), "")


def _trial(entry: Entry, shape: _Shape) -> TrialSpec | None:
    """A configuration as this table can bear it; None if it can't."""
    if (entry.log and shape.floor is None) or (entry.flavour and entry.flavour not in shape.flavours):
        return None
    rows, options = shape.boost_rows(), entry.options
    if entry.learner in _BOOSTED and shape.rows >= _MANY:
        options = {**options, "rate": 2 * options["rate"]}
    if entry.learner == "extratrees":
        trees, rows = shape.extra_trees(options["features"])
        leaves = min(options["leaves"], max(50, int(_LEAVES / (trees * (1 + shape.answers / _ANSWERS)))))
        options = {**options, "trees": trees, "leaves": leaves}
    if entry.learner in _SMOOTH:
        if entry.learner == "network" and shape.smooth > _WIDE:
            return None
        rows = shape.cap(min(_SMOOTH[entry.learner], _CELLS // shape.smooth, rows or shape.rows))
    floor = shape.floor if entry.log else None
    as_listed = TrialSpec(id=entry.id, learner=entry.learner, options=options, flavour=entry.flavour)
    turns = shape.turns(entry.learner)
    return msgspec.structs.replace(as_listed, rows=rows, copies=COPIES, floor=floor, turns=turns)


class _Shape:
    """What the table's size and the budget allow."""

    def __init__(self, table: Table, recipe: Recipe, budget: float | None):
        self.rows, self.flavours = table.rows, recipe.flavours.keys()
        target = table.schema.target
        self.answers = len(target.classes) if target.task == "multiclass" else 1
        self.floor = None if target.floor is None else (target.floor - target.mean) / target.scale
        widths = {"text": 310, "list": 60, "datetime": 6, "categorical": 2}
        self.columns = sum(widths.get(c.kind, 1) for c in table.schema.features)
        spelt = [s for s in recipe.flavours.get("spelt", ()) if "similar" in s.steps]
        self.columns += sum(_SPELT * len(s.columns) for s in spelt)
        texts = sum(c.kind == "text" for c in table.schema.features)
        self.smooth = max(1, self.columns + _WRITTEN * texts)
        seconds = 3600.0 if budget is None else budget
        self.work = max(1.0, 0.7 * seconds - 2.0) * CORES  # core seconds for all trials
        wanted = [(folds, rounds) for folds, rounds in _FOLDS if 3 * folds <= table.rows < _FROM[folds]]
        self.folds = next((folds for folds, rounds in wanted if self.boost_rounds(folds) >= rounds), 3)

    def order(self, entries: tuple[Entry, ...]) -> list[Entry]:
        """What takes long comes last where there is little time for it: on many rows, or (CatBoost) by its rounds."""
        slow = _SLOW if self.rows >= _ENOUGH else _SLOW[:1]
        late = self.rows >= _ENOUGH or self.boost_rounds(self.folds) < _LONG
        return sorted(entries, key=lambda entry: late and entry.learner in slow)

    def boost_rounds(self, folds: int, rows: int | None = None) -> float:
        """Rounds of boosting that a third of the work pays for."""
        fitted = min(rows or self.rows, self.rows) * (1 - 1 / folds)
        each = self.answers * self.columns * (fitted * _BOOST_CELL + _BOOST_COLUMN)
        return self.work / 3 / folds / each

    def turns(self, learner: str) -> int:
        """Parts that a learner watches in turn."""
        each = _TURN * (1 if learner in ("linear", "kernel") else _SLOWER)
        return max(1, min(WATCHED, int(self.boost_rounds(self.folds) / each))) if self.rows <= _TURNS else 1

    def boost_rows(self) -> int | None:
        """A cap on rows that leaves at least 60 rounds."""
        rows = self.rows
        while rows > 5_000 and self.boost_rounds(self.folds, rows) < 60:
            rows = rows * 2 // 3
        return None if rows == self.rows else rows

    def cap(self, rows: int) -> int | None:
        """So many rows at most; None where no fold learns from more: trials that share their rows share matrices."""
        return None if rows >= self.rows * (1 - 1 / self.folds) else rows

    def linear_rows(self) -> int | None:
        """A cap on rows that a linear model is fitted on within a tenth of the work."""
        columns = self.columns * 3 + 1
        rows = int(self.work / 10 / self.folds / (columns * self.answers * _LINEAR_CELL))
        return self.cap(max(2_000, rows))

    def extra_trees(self, features: float) -> tuple[int, int | None]:
        """Trees of a forest that looks at a share of the columns (0: their root) and a cap on rows, within a quarter of
        the work: the cap of boosting, if it can be."""
        looked = max(1.0, features * self.columns, math.sqrt(self.columns))
        rows = self.boost_rows() or self.rows
        while True:
            each = rows * looked * _EXTRA_CELL * max(1, math.log2(max(rows, 2)) / 10)
            count = self.work / 4 / self.folds / max(each, 1e-3)
            if count >= 25 or rows <= 5_000:
                return int(min(100, max(20, count))), None if rows == self.rows else rows
            rows = rows * 2 // 3
