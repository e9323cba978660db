"""Two tables side by side: what moved between them, by how much, and whether chance could have done it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import chi2_contingency, ks_2samp

from mlwright.contracts.portrait import Change, Comparison, Drift, Level
from mlwright.contracts.records import Column
from mlwright.contracts.wording import counted, day, percent, spoken
from mlwright.explore.association import adjusted
from mlwright.explore.distribution import ENDLESS, bars, stand_in

LEVELS = 20
SAMPLE = 50_000
MOVED, MUCH = 0.1, 0.25  # the index's customary marks (Siddiqi, Credit Risk Scorecards, 2006)
CERTAIN = 0.01
_TENTHS = 10
_NAMED = 5
_TELLING = 0.02  # a share that moved less is not told

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Other:
    """The second table: its name, the same columns typed in the same way, and how many values could not be read."""

    name: str
    frame: pl.DataFrame
    names: tuple[str, ...]
    unreadable: Mapping[str, int]


@dataclass(frozen=True)
class _Shares:
    """A column in both tables over shared bins, its index, and the test."""

    before: Floats
    after: Floats
    index: float
    method: str
    p: float


def compare(columns: Sequence[Column], frame: pl.DataFrame, other: Other) -> Comparison:
    """How ``other`` differs from ``frame``, both typed by ``columns``; what moved most comes first."""
    known = [c.name for c in columns]
    both = [c for c in columns if c.name in frame.columns and c.name in other.frame.columns]
    drifts = [_drift(c, frame[c.name], other.frame[c.name], other.unreadable.get(c.name, 0)) for c in both]
    rates = adjusted([one.p for one in drifts])
    drifts = [_judged(one, q) for one, q in zip(drifts, rates, strict=True)]
    weight: dict[Change, int] = {"moved a lot": 0, "moved": 1, "steady": 2}
    return Comparison(
        name=other.name,
        rows=other.frame.height,
        drifts=tuple(sorted(drifts, key=lambda one: (weight[one.change], -one.index))),
        added=tuple(name for name in other.names if name not in known),
        removed=tuple(name for name in known if name not in other.names),
    )


def _drift(column: Column, before: pl.Series, after: pl.Series, unreadable: int) -> Drift:
    values = stand_in(column, before), stand_in(column, after)
    missing = (_share(before.null_count(), len(before)), _share(after.null_count() - unreadable, len(after)))
    bare = Drift(column.name, column.kind, "steady", 0.0, "", 1.0, 1.0, missing, (), (), unreadable=unreadable)
    if values[0] is not None and values[1] is not None:
        return _of_numbers(bare, _known(values[0]), _known(values[1]))
    return _of_levels(bare, _worded(column, before), _worded(column, after))


def _worded(column: Column, series: pl.Series) -> pl.Series:
    """The values that are there, as texts in the column's own words."""
    texts = series.drop_nulls().cast(pl.String)
    return texts.replace(["false", "true"], list(column.words)) if column.kind == "boolean" and column.words else texts


def _of_numbers(bare: Drift, before: Floats, after: Floats) -> Drift:
    if not len(before) or not len(after):
        return bare
    shape = bars(np.sort(np.concatenate((_some(before), _some(after)))), dates=bare.kind == "datetime")
    edges = np.asarray(shape.edges)
    inside = np.concatenate(([-np.inf], edges[1:-1], [np.inf]))  # what lies beyond counts in the outermost bars
    shares = [np.histogram(values, inside)[0] / len(values) for values in (before, after)]
    cuts = np.unique(np.quantile(before, np.arange(1, _TENTHS) / _TENTHS))
    counts = [np.bincount(np.searchsorted(cuts, values), minlength=len(cuts) + 1) for values in (before, after)]
    test = ks_2samp(_some(before), _some(after), method="asymp")
    found = _Shares(shares[0], shares[1], index(counts[0], counts[1]), "Kolmogorov-Smirnov", float(test.pvalue))
    middle = f"The middle value is {_told(bare, before)} here and {_told(bare, after)} there."
    new = msgspec.structs.replace(bare, edges=shape.edges, log=shape.log, story=(middle,))
    return _filled(new, found)


def _of_levels(bare: Drift, before: pl.Series, after: pl.Series) -> Drift:
    if not len(before) or not len(after):
        return bare
    counts = [dict(s.alias("name").value_counts(name="rows").iter_rows()) for s in (before, after)]
    here, there = counts
    order = sorted(here.keys() | there.keys(), key=lambda name: (-here.get(name, 0) - there.get(name, 0), name))
    names = order[:LEVELS]
    table = np.array([[count.get(name, 0) for name in names] for count in counts], dtype=np.float64)
    if len(order) > LEVELS:
        table = np.column_stack((table, [len(before), len(after)] - table.sum(axis=1)))
        names = [*names, "all others"]
    p = float(chi2_contingency(table, correction=False).pvalue) if len(names) > 1 else 1.0
    found = _Shares(table[0] / len(before), table[1] / len(after), index(table[0], table[1]), "chi-squared", p)
    fresh = tuple(Level(name, there[name]) for name in order if name not in here)
    gone = tuple(Level(name, here[name]) for name in order if name not in there)
    new = msgspec.structs.replace(bare, names=tuple(names), fresh=fresh[:LEVELS], gone=gone[:LEVELS])
    story = (*_level_story(fresh, gone, len(before), len(after)), *_most_moved(names, found))
    return _filled(msgspec.structs.replace(new, story=story), found)


def index(before: NDArray[np.number], after: NDArray[np.number]) -> float:
    """The population stability index of counts over the same bins, less what chance alone brings.

    Half a row is added to each bin, so that an empty one does not make it infinite. Without any change it would be
    about (bins - 1) (1/n + 1/m): Yurdakul, "Statistical properties of population stability index", 2018.
    """
    n, m, bins = float(before.sum()), float(after.sum()), len(before)
    a, b = (before + 0.5) / (n + 0.5 * bins), (after + 0.5) / (m + 0.5 * bins)
    raw = float(((b - a) * np.log(b / a)).sum())
    return max(0.0, raw - (bins - 1) * (1 / n + 1 / m))


def _judged(one: Drift, q: float) -> Drift:
    """With ``q``, the change in a word, and the missing values told if they changed."""
    gap = abs(one.missing[1] - one.missing[0])
    size = max(one.index if q < CERTAIN else 0.0, gap)
    change: Change = "moved a lot" if size >= MUCH else "moved" if size >= MOVED else "steady"
    story = one.story
    if one.unreadable:
        story = (f"{counted(one.unreadable, 'value')} there can't be read as {one.kind}.", *story)
        change = "moved a lot"
    if gap >= 0.01:
        shares = f"{percent(one.missing[0])} are missing here and {percent(one.missing[1])} there."
        story = (*story, shares)
    return msgspec.structs.replace(one, q=q, change=change, story=story)


def _filled(bare: Drift, found: _Shares) -> Drift:
    return msgspec.structs.replace(
        bare,
        index=found.index,
        method=found.method,
        p=found.p,
        before=tuple(found.before.tolist()),
        after=tuple(found.after.tolist()),
    )


def _level_story(fresh: Sequence[Level], gone: Sequence[Level], before: int, after: int) -> tuple[str, ...]:
    said = []
    for levels, rows, what in ((fresh, after, "only there"), (gone, before, "only here")):
        if levels:
            shown = ", ".join(repr(level.name[:40]) for level in levels[:_NAMED]) + (
                ", …" if len(levels) > _NAMED else ""
            )
            share = percent(sum(level.rows for level in levels) / rows)
            said.append(f"{counted(len(levels), 'value')} {what}, in {share} of its rows: {shown}.")
    return tuple(said)


def _most_moved(names: Sequence[str], found: _Shares) -> tuple[str, ...]:
    at = int(np.argmax(np.abs(found.after - found.before)))
    if abs(found.after[at] - found.before[at]) < _TELLING:
        return ()
    return (
        f"{names[at][:40]!r} is {percent(float(found.before[at]))} here and {percent(float(found.after[at]))} there.",
    )


def _told(bare: Drift, values: Floats) -> str:
    middle = float(np.median(values))
    return day(middle) if bare.kind == "datetime" else spoken(middle)


def _known(values: pl.Series) -> Floats:
    numbers = values.to_numpy()
    return np.asarray(numbers[np.abs(numbers) < ENDLESS], dtype=np.float64)


def _some(values: Floats) -> Floats:
    """At most 50,000 of the values, drawn."""
    if len(values) <= SAMPLE:
        return values
    return np.random.default_rng(0).choice(values, SAMPLE, replace=False)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
