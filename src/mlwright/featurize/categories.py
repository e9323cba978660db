"""Categories: by how often a level is seen, by the target, by its spelling, and two at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import combinations

from mlwright.contracts.records import Column, StepSpec

FEW_LEVELS = 30  # up to so many levels get a column each; above, the mean of the target stands for the level
_LEVELS = 200  # that get a column each for a line, which can't put levels together by itself
LARGE = 20_000  # rows from which a level's spelling gets half the numbers: the table is wide enough to learn from
_CROSSED = 5  # columns of the most levels, of which two or three together are levels too
_CROSSES = 40  # numbers that these become
_PHRASES = 0.3  # of the levels have to hold two words for spelling to tell something

Flavours = dict[str, list[StepSpec]]


def names(columns: Iterable[Column]) -> tuple[str, ...]:
    """The names of columns."""
    return tuple(c.name for c in columns)


def of_categories(columns: Sequence[Column], rows: int) -> Flavours:
    """Rank, target mean and frequency for trees, a column a level for lines, which read levels that are phrases by
    their characters too."""
    trees: list[StepSpec] = []
    linear: list[StepSpec] = []
    if not columns:
        return {}
    trees.append(StepSpec(steps=("ordinal",), columns=names(columns)))
    if few := names(c for c in columns if c.unique <= FEW_LEVELS):
        linear.append(StepSpec(steps=("onehot",), columns=few, options={"onehot": {"most": FEW_LEVELS}}))
    if several := names(c for c in columns if c.unique > 2):
        trees.append(StepSpec(steps=("target_mean",), columns=several))
    if high := names(c for c in columns if c.unique > FEW_LEVELS):
        trees.append(StepSpec(steps=("frequency",), columns=high))
        linear.append(StepSpec(steps=("onehot",), columns=high, options={"onehot": {"most": _LEVELS, "least": 3}}))
        linear.append(StepSpec(steps=("target_mean", "standardise"), columns=high))
    if phrases := names(c for c in columns if c.unique > FEW_LEVELS and _holds_phrases(c)):
        runs = {"character_tfidf": {"most": 500 if rows < LARGE else 200, "shortest": 2, "longest": 4}}
        linear.append(StepSpec(steps=("character_tfidf",), columns=phrases, options=runs))
    return {"trees": trees, "linear": linear}


def spellings(columns: Sequence[Column], rows: int) -> list[StepSpec]:
    """What each level is written like, for columns of many levels that are phrases."""
    parts = {"similar": {"parts": 40, "most": 2000} if rows < LARGE else {"parts": 20, "most": 1000}}
    phrases = names(c for c in columns if c.unique > FEW_LEVELS and _holds_phrases(c))
    return [StepSpec(steps=("similar",), columns=phrases, options=parts)] if phrases else []


def of_ordinals(columns: Sequence[Column], bound: Collection[str] = ()) -> Flavours:
    """The place in the order for both; a line also gets a column a level, as steps need not be even, unless it is bound
    to go one way."""
    ladders = [StepSpec(steps=("ladder",), columns=(c.name,), options={"ladder": {"order": c.order}}) for c in columns]
    scaled = [
        StepSpec(steps=("ladder", "impute", "standardise"), columns=s.columns, options=s.options) for s in ladders
    ]
    free = names(c for c in columns if c.name not in bound)
    levels = [StepSpec(steps=("onehot",), columns=free)] if free else []
    return {"trees": ladders, "linear": scaled + levels}


def crosses(columns: Sequence[Column], answers: int) -> list[StepSpec]:
    """The target mean (a number for each of so many ``answers``) of each two and three levels that stand together, for
    the columns with the most levels. Of few levels, trees put together by themselves what belongs together."""
    most = sorted((c for c in columns if c.unique > FEW_LEVELS), key=lambda c: (-c.unique, c.name))[:_CROSSED]
    together = [*combinations(names(most), 2), *combinations(names(most), 3)]
    return [StepSpec(steps=("target_mean",), columns=some, crossed=True) for some in together[: _CROSSES // answers]]


def numbered(columns: Sequence[Column]) -> list[StepSpec]:
    """The numbers inside levels, for columns with many levels most of which hold one."""
    high = (c for c in columns if c.unique > FEW_LEVELS)
    mixed = names(c for c in high if sum(any(s.isdigit() for s in level) for level in c.levels) > len(c.levels) / 2)
    return [StepSpec(steps=("numbers_within",), columns=mixed)] if mixed else []


def _holds_phrases(column: Column) -> bool:
    """Whether enough of the levels are two words or more."""
    phrases = sum(len([w for w in level.split() if w[:1].isalpha()]) > 1 for level in column.levels)
    return phrases > _PHRASES * max(1, len(column.levels))
