"""Recipe -> Recipe: encodings of categories, lists, dates and text, as unfitted steps.

numbers, moments    what a line and a tree need of each
categories          levels by frequency, by the target and by their spelling; pairs of them
texts               words, characters and shape; lists: items and the numbers in them
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from mlwright.contracts.records import Column, ColumnKind, Recipe, StepSpec, Table
from mlwright.featurize.categories import (
    FEW_LEVELS,
    LARGE,
    Flavours,
    crosses,
    names,
    numbered,
    of_categories,
    of_ordinals,
    spellings,
)
from mlwright.featurize.texts import CELLS, of_lists, of_texts, recurring, topics

__all__ = ["CELLS", "FEW_LEVELS", "WIDE", "featurize"]

WIDE = 200  # columns of numbers above which nothing more is made of them
_VALUES = 600  # columns at most, that numbers of few values become


def featurize(recipe: Recipe, table: Table, bound: Collection[str] = ()) -> Recipe:
    """Add what each kind of column needs before a model can read it. Of columns that are ``bound``, with which an
    answer may go one way only, nothing is made that goes up and down with them.

    Further flavours are there where more can be made of the columns than always pays: "pairs" has numbers put together
    two by two, "spelt" what levels are written like, "trees+" also categories put together, the numbers inside levels,
    and what texts are about. "values" is for lines: it has a column for each value of the numbers that have few, which
    may be codes. Some trials read them, and their folds say whether it does.
    """
    by_kind: dict[ColumnKind, list[Column]] = {}
    for column in table.schema.features:
        by_kind.setdefault(column.kind, []).append(column)
    of: Flavours = {name: list(recipe.flavours[name]) for name in ("trees", "linear")}
    many = names(c for c in by_kind.get("numeric", []) if c.unique > FEW_LEVELS)
    if 0 < len(many) <= WIDE:
        of["linear"].append(
            StepSpec(steps=("impute", "quantiles"), columns=many, options={"impute": {"indicator": False}})
        )
    for made in (
        _of_moments([c for c in by_kind.get("datetime", []) if c.name not in bound]),
        _as_numbers([c for c in by_kind.get("datetime", []) if c.name in bound]),
        of_categories(by_kind.get("categorical", []), table.rows),
        of_ordinals(by_kind.get("ordinal", []), bound),
        of_lists(by_kind.get("list", []), table.rows),
        of_texts(by_kind.get("text", []), table.rows),
    ):
        for flavour, specs in made.items():
            of[flavour] += specs
    categories = by_kind.get("categorical", [])
    levels = [*categories, *recurring(by_kind.get("list", []), table.rows)]
    answers = len(table.schema.target.classes) if table.schema.target.task == "multiclass" else 1
    more = crosses(levels, answers) + numbered(categories) + topics(by_kind.get("text", []), table.rows)
    free = tuple(name for name in many if name not in bound)
    if len(many) <= WIDE and len(free) > 1:
        of["pairs"] = [*of["trees"], StepSpec(steps=("arithmetic",), columns=free)]
    few = [c for c in by_kind.get("numeric", []) if 2 < c.unique <= FEW_LEVELS and c.name not in bound]
    if few and sum(c.unique for c in few) <= _VALUES:
        of["values"] = [*of["linear"], StepSpec(steps=("values",), columns=names(few))]
    if spelt := spellings(categories, table.rows):
        of["spelt"] = of["trees"] + spelt
    if more:
        of["trees+"] = of["trees"] + (spelt if table.rows < LARGE else []) + more
    return msgspec.structs.replace(recipe, flavours={name: tuple(specs) for name, specs in of.items()})


def _as_numbers(columns: Sequence[Column]) -> Flavours:
    """Moments that are bound, as one number each."""
    if not columns:
        return {}
    scaled = StepSpec(
        steps=("clip", "standardise"), columns=names(columns)
    )  # seconds since 1970 are too long for float32
    return {"trees": [scaled], "linear": [StepSpec(("clip", "impute", "standardise"), scaled.columns)]}


def _of_moments(columns: Sequence[Column]) -> Flavours:
    """Parts of the calendar, and the days between each two columns."""
    if not columns:
        return {}
    moments = names(columns)
    trees = [StepSpec(steps=("calendar",), columns=moments)]
    # clipped: along a line, a day in the year 9999 would lead anywhere
    chain = ("calendar", "clip", "impute", "standardise")
    linear = [StepSpec(steps=chain, columns=moments, options={"calendar": {"cyclic": True}})]
    if len(moments) > 1:
        trees.append(StepSpec(steps=("moment_gaps",), columns=moments))
        linear.append(StepSpec(steps=("moment_gaps", "clip", "impute", "squash"), columns=moments))
    return {"trees": trees, "linear": linear}
