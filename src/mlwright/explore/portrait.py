"""A typed table becomes its Portrait: distributions of all rows, relations and tests on a sample of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import msgspec
import numpy as np
import polars as pl
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform

from mlwright.contracts.portrait import Association, ColumnPortrait, Portrait
from mlwright.contracts.records import ITEM_MARK, TARGET, Column, Finding, Origin, Target
from mlwright.explore.advice import advice
from mlwright.explore.aim import Aim, aim
from mlwright.explore.association import Side, associate, corrected, side, toward
from mlwright.explore.balance import balance
from mlwright.explore.comparison import Other, compare
from mlwright.explore.distribution import Looked, base, look, parts
from mlwright.explore.gaps import gaps, patterns
from mlwright.explore.oddity import odd_rows
from mlwright.explore.story import story
from mlwright.explore.trend import trends

SAMPLE = 10_000  # rows for relations and tests
WIDE, SAMPLE_OF_WIDE = 40, 4_000  # of a table with more columns than that
RELATED = 80  # columns that are set against each other: those that go most closely with the target
MATRIX, PAIRS = 20, 60
FIRST, _CELL = 8, 80


@dataclass(frozen=True, eq=False)
class Sight:
    """What is to be portrayed: a table typed by ``columns`` (see Schema; TARGET is there if there is a target), where
    it came from (``stored`` where it can be read again), what was found before, and a second table to set beside it."""

    frame: pl.DataFrame
    columns: tuple[Column, ...]
    origin: Origin
    target: Target | None = None
    findings: tuple[Finding, ...] = ()
    other: Other | None = None
    stored: bool = False


def portray(sight: Sight) -> Portrait:
    """The Portrait of a table, the same for the same rows."""
    frame, columns = sight.frame, sight.columns
    goal = aim(sight.target, frame[TARGET]) if sight.target is not None else None
    if goal is not None:
        columns = tuple(sorted(columns, key=lambda c: c.name != goal.goal.name))
    sides = _sides(columns, frame, sight.target)
    found = _against_target(sides, goal)
    alone, groups = [], []
    for column in columns:
        one, looked = _alone(column, frame, goal, found)
        alone.append(one)
        groups += [looked] if looked is not None and looked.numbers is None else []
    holes = gaps(alone, frame, goal, sides)
    apart, odd = odd_rows(sight.columns, frame)
    known = {gap.column: gap for gap in holes}
    what = goal.goal if goal else None
    told = [msgspec.structs.replace(one, story=story(one, known.get(one.name), what)) for one in alone]
    bare = Portrait(
        name=sight.origin.name,
        rows=max(sight.origin.rows, frame.height),
        taken=frame.height,
        sample=min(frame.height, _rows(len(columns))),
        columns=tuple(told),
        source=sight.origin.name if sight.stored else "",
        goal=what,
        origin=sight.origin,
        gaps=tuple(holes),
        patterns=tuple(patterns(alone, frame)),
        trends=tuple(trends(columns, frame, goal)),
        balance=tuple(balance(groups, told, frame, goal)),
        duplicates=_duplicates(columns, frame),
        apart=apart,
        odd=odd,
        shown=tuple(c.name for c in sight.columns if c.name in frame.columns),
        first=_first(sight.columns, frame),
        findings=sight.findings,
        comparison=compare(columns, frame, sight.other) if sight.other is not None else None,
    )
    whole = _related(bare, sides, found)
    return msgspec.structs.replace(whole, advice=advice(whole))


def _rows(columns: int) -> int:
    return SAMPLE if columns <= WIDE else SAMPLE_OF_WIDE


def _sides(columns: Sequence[Column], frame: pl.DataFrame, target: Target | None) -> dict[str, Side]:
    """Each column as one side of a pair, on a sample of the rows; the target's stands under TARGET."""
    rows = _rows(len(columns))
    sample = frame.sample(rows, seed=0) if frame.height > rows else frame
    found = {c.name: side(c, sample[c.name]) for c in columns if c.name in frame.columns}
    if target is not None:
        values = sample[TARGET].cast(pl.Float64).fill_null(float("nan")).to_numpy()
        codes = np.where(np.isnan(values), -1, np.nan_to_num(values)).astype(np.int64)
        regression = target.task == "regression"
        found[TARGET] = Side(target.name, values if regression else None, None if regression else codes)
    return {name: one for name, one in found.items() if one is not None}


def _against_target(sides: Mapping[str, Side], goal: Aim | None) -> dict[str, Association]:
    """How each column goes with the target, corrected for their number, the closest first."""
    if goal is None:
        return {}
    rest = [one for name, one in sides.items() if name not in (TARGET, goal.goal.name)]
    return {one.left: one for one in corrected(toward(feature, sides[TARGET]) for feature in rest)}


def _alone(
    column: Column, frame: pl.DataFrame, goal: Aim | None, found: Mapping[str, Association]
) -> tuple[ColumnPortrait, Looked | None]:
    """A column on its own and with the goal, still without its story."""
    if column.name not in frame.columns:
        example = () if column.example is None else (str(column.example)[:120],)
        bare = ColumnPortrait(
            column.name, column.kind, frame.height, column.missing, column.unique, column.meaning, examples=example
        )
        return bare, None
    looked = look(column, frame[column.name])
    one = base(looked, frame.height)
    if goal is not None and column.name != goal.goal.name:
        cut, names = parts(looked)
        slices = goal.slices(cut, names, frame[TARGET])
        one = msgspec.structs.replace(one, slices=slices, association=found.get(column.name))
    return one, looked


def _related(bare: Portrait, sides: Mapping[str, Side], found: Mapping[str, Association]) -> Portrait:
    """The portrait with the relations between its columns."""
    goal = bare.goal.name if bare.goal else ""
    names = [*found, *(name for name in sides if name not in found and name not in (TARGET, goal))][:RELATED]
    pairs = corrected(associate(sides[a], sides[b]) for a, b in combinations(names, 2))
    every = [*(msgspec.structs.replace(one, right=goal) for one in found.values()), *pairs]
    best = sorted(every, key=lambda one: -one.strength)
    top = {goal: 0.0} if goal else {}
    for one in best:
        for name in (one.left, one.right):
            if len(top) < MATRIX:
                top.setdefault(name, one.strength)
    named = _clustered(tuple(top), every)
    return msgspec.structs.replace(
        bare, pairs=tuple(pairs[:PAIRS]), tests=len(pairs), named=named, matrix=_matrix(named, every)
    )


def _matrix(named: Sequence[str], pairs: Sequence[Association]) -> tuple[tuple[float, ...], ...]:
    known = {(one.left, one.right): one.strength * (one.sign or 1) for one in pairs}
    return tuple(tuple(1.0 if a == b else known.get((a, b), known.get((b, a), 0.0)) for b in named) for a in named)


def _clustered(named: Sequence[str], pairs: Sequence[Association]) -> tuple[str, ...]:
    """The names so that what goes together stands together: leaves of an average-linkage tree."""
    if len(named) < 3:
        return tuple(named)
    distance = np.clip(1 - np.abs(np.array(_matrix(named, pairs))), 0.0, 1.0)
    np.fill_diagonal(distance, 0.0)
    tree = linkage(squareform(distance, checks=False), method="average", optimal_ordering=True)
    return tuple(named[place] for place in leaves_list(tree))


def _first(columns: Sequence[Column], frame: pl.DataFrame) -> tuple[tuple[str, ...], ...]:
    """The first rows, every cell as a text that is not too long."""
    head = frame.select(c.name for c in columns if c.name in frame.columns).head(FIRST)
    texts = head.select(pl.all().cast(pl.String).str.slice(0, _CELL).str.replace_all(ITEM_MARK, ", ").fill_null(""))
    return tuple(texts.iter_rows())


def _duplicates(columns: Sequence[Column], frame: pl.DataFrame) -> int:
    """Rows that repeat an earlier one in every column but keys."""
    names = [c.name for c in columns if c.name in frame.columns and c.kind != "identifier"]
    return frame.height - frame.select(names).hash_rows().n_unique() if names else 0
