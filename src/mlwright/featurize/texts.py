"""Texts: words, characters and shape. Lists: items, and the numbers that stand in them."""

from __future__ import annotations

from collections.abc import Sequence

from mlwright.contracts.records import Column, StepSpec
from mlwright.featurize.categories import Flavours, names

CELLS = 80_000_000  # grams are limited so that a text's part of the matrix holds no more numbers than this
_WORDS, _RUNS = 3000, 6000  # of a line's matrix, a text
_TREE_WORDS = 300
_ITEM_ROWS = 20  # that an item has to stand in for a column of its own
_RECUR = 20  # rows for each different list, above which a whole list is a level like any other
_TOPIC_ROWS = 100_000  # above, what a text is about is left to its words: reading characters takes longest


def of_texts(columns: Sequence[Column], rows: int) -> Flavours:
    """The most frequent words and the shape for trees; more words, and runs of characters, for lines."""
    if not columns:
        return {}
    texts = names(columns)
    room = CELLS // max(1, rows * len(texts))
    words, runs = _within(room // 3, _WORDS), _within(2 * room // 3, _RUNS)
    shape = StepSpec(steps=("text_shape",), columns=texts)
    scaled = StepSpec(steps=("text_shape", "clip", "squash"), columns=texts)
    few = StepSpec(steps=("tfidf",), columns=texts, options={"tfidf": {"most": min(words, _TREE_WORDS), "least": 5}})
    many = StepSpec(steps=("tfidf",), columns=texts, options={"tfidf": {"most": words}})
    spelt = StepSpec(
        steps=("character_tfidf",),
        columns=texts,
        options={"character_tfidf": {"most": runs, "shortest": 2, "longest": 5}},
    )
    return {"trees": [few, shape], "linear": [many, spelt, scaled]}


def topics(columns: Sequence[Column], rows: int) -> list[StepSpec]:
    """Runs of characters, reduced to what a tree can cut."""
    if not columns or rows > _TOPIC_ROWS:
        return []
    options = {"unit": "characters", "shortest": 2, "longest": 5, "most": 3000, "parts": 50}
    return [StepSpec(steps=("topics",), columns=names(columns), options={"topics": options})]


def of_lists(columns: Sequence[Column], rows: int) -> Flavours:
    """The most frequent items, what the target is where an item stands, and the numbers among them; where whole lists
    recur often enough, what it is for each of these."""
    if not columns:
        return {}
    lists = names(columns)
    items = StepSpec(steps=("items",), columns=lists, options={"items": {"least": _ITEM_ROWS}})
    means = StepSpec(steps=("item_mean",), columns=lists)
    trees = [items, means]
    linear = [
        StepSpec(steps=("items", "clip", "standardise"), columns=lists, options=items.options),
        StepSpec(steps=("item_mean", "standardise"), columns=lists),
    ]
    if numbered := names(c for c in columns if any(sign.isdigit() for level in c.levels for sign in level)):
        trees.append(StepSpec(steps=("numbers_within",), columns=numbered))
        linear.append(StepSpec(steps=("numbers_within", "clip", "impute", "squash"), columns=numbered))
    if again := names(recurring(columns, rows)):
        trees += [StepSpec(steps=(step,), columns=again) for step in ("target_mean", "frequency")]
        linear.append(StepSpec(steps=("target_mean", "standardise"), columns=again))
    return {"trees": trees, "linear": linear}


def recurring(columns: Sequence[Column], rows: int) -> list[Column]:
    """The lists that stand often enough as a whole."""
    return [c for c in columns if c.unique * _RECUR < rows]


def _within(room: int, most: int) -> int:
    return max(50, min(most, room))
