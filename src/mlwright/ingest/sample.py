"""When a table is too large: one pass over all of it, which counts, looks at every value, and draws a sample.

The sample is uniform: the rows whose numbers hash lowest. So every row has the same chance, the probabilities of a
model stay honest, rows keep their order (and with it their time), and the same seed draws the same rows.
"""

from __future__ import annotations

import io
import os
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray

from mlwright import frames
from mlwright.contracts.errors import SchemaError
from mlwright.contracts.protocols import Clock
from mlwright.contracts.records import Column, Finding, Origin, Schema, Target
from mlwright.ingest import kinds

# What a whole run takes at its peak, with some room for two trials at once: so many bytes for each byte of the table as
# it is read, on top of what the processes take that work on no row yet.
MULTIPLE, BASE = 24, 500_000_000
CELLS = 120_000  # values that a second of the budget is enough for: more rows would leave no time to learn from them
FEWEST_ROWS = 20_000  # no sample is smaller, whatever the limits say: a model of fewer rows is not worth its name
_RARE = 20  # rows of a class below which little is learnt of it
_LOOKED = 20_000  # rows that kinds are guessed from on the way
_ODD = 100  # rows kept for each time that values did not fit
_MOST_LABELS = 1_000
_LOOKING, _READING = 0.12, 0.25  # of the budget, after which values are not looked at, and rows not read any more


class Bounds(NamedTuple):
    """What bounds a sample: bytes that a run may take, seconds that it may last (None: no limit), the seed, and the
    target, whose rare classes are counted."""

    memory: int | None = None
    budget: float | None = None
    seed: int = 0
    target: str | None = None


class Whole(NamedTuple):
    """What is known of all rows where only some were taken: ``odd`` are rows outside the sample with values unlike
    those before, ``ranges`` the least and greatest number of a column, ``labels`` the rows of each value of the
    target, ``reason`` why not all rows were taken ("memory" or "budget"). ``read`` rows were read and ``looked`` of
    them looked at: all, unless the time did not suffice."""

    odd: pl.DataFrame
    ranges: dict[str, tuple[float, float]]
    labels: dict[str, int]
    reason: str
    read: int
    looked: int


class Room(NamedTuple):
    """The rows that there is room for, what says so ("memory" or "budget"), and the rows that there are, about."""

    rows: int
    reason: str
    of: int = 0


class Drawn(NamedTuple):
    """The sample, the rows of the whole, and what is known of them."""

    frame: pl.DataFrame
    rows: int
    whole: Whole


def room(size: frames.Extent, bounds: Bounds) -> Room | None:
    """How many rows of a table of this size to take; None for all."""
    each = max(1.0, size.bytes / max(size.rows, 1))
    fits = [Room(size.rows, "")]
    if bounds.memory is not None:
        fits.append(Room(int(max(0, 0.85 * bounds.memory - BASE) / (MULTIPLE * each)), "memory"))
    if bounds.budget is not None:
        fits.append(Room(int(bounds.budget * CELLS / max(size.columns, 1)), "budget"))
    least = min(fits, key=lambda fit: fit.rows)
    rows = max(least.rows, FEWEST_ROWS)
    return Room(rows, least.reason, size.rows) if rows < size.rows else None


def room_for(frame: pl.DataFrame, bounds: Bounds) -> Room | None:
    """The same for a table that is in memory already."""
    return room(frames.Extent(frame.height, frame.width, int(frame.estimated_size())), bounds)


def draw(place: str | os.PathLike[str], fit: Room, bounds: Bounds) -> Drawn:
    """A sample of the file at ``place``, read in batches once. Raises InputError as reading it does.

    When the budget is short, values are not looked at any more, and in the end rows not read.
    """
    lowest, look = _Lowest(fit.rows, bounds.seed), _Look(bounds.target)
    clock, looked = Clock.lasting(bounds.budget), 0
    for batch in frames.batches(place):
        spent = 0.0 if bounds.budget is None else 1 - clock.left / bounds.budget
        if spent > _READING and lowest.rows >= fit.rows:
            return _drawn(lowest, look, fit, max(lowest.rows + batch.height, fit.of), looked)
        lowest.add(batch)
        look.count(batch)
        if spent <= _LOOKING:
            look.at(batch, lowest)
            looked += batch.height
    return _drawn(lowest, look, fit, lowest.rows, looked)


def _drawn(lowest: _Lowest, look: _Look, fit: Room, rows: int, looked: int) -> Drawn:
    frame = lowest.frame()
    odd = pl.concat([frame.clear(), *look.odd])
    return Drawn(frame, rows, Whole(odd, look.ranges, dict(look.labels), fit.reason, lowest.rows, looked))


def thin(frame: pl.DataFrame, fit: Room, bounds: Bounds) -> Drawn:
    """The same of a table that is in memory already: there, all other rows can be looked at again."""
    lowest, look = _Lowest(fit.rows, bounds.seed), _Look(bounds.target)
    taken = lowest.add(frame)
    look.count(frame)
    rest = frame.filter(~taken)
    whole = Whole(rest, {}, dict(look.labels), fit.reason, frame.height, frame.height)
    return Drawn(lowest.frame(), frame.height, whole)


def with_odd(frame: pl.DataFrame, whole: Whole | None) -> pl.DataFrame:
    """The sample (with columns from elsewhere, perhaps) and the odd rows: what to infer kinds from that hold for all
    rows."""
    return frame if whole is None or not whole.odd.height else pl.concat([frame, whole.odd], how="diagonal")


def widened(columns: tuple[Column, ...], whole: Whole | None) -> tuple[Column, ...]:
    """The columns with the ranges of all rows."""
    return columns if whole is None else tuple(_widened(column, whole.ranges.get(column.name)) for column in columns)


def findings(origin: Origin, whole: Whole, bounds: Bounds) -> tuple[Finding, ...]:
    """That only some rows were taken, why, and which classes are rare among them."""
    if whole.reason == "memory":
        why = f"more would not fit into {(bounds.memory or 0) / 1e9:.3g} GB of memory while models are trained"
        remedy = "Give more with --memory, or train on a machine that has more."
    else:
        why = f"more could not be learnt from in {bounds.budget or 0:,.0f} s"
        remedy = "Give more time with --budget."
    about = "" if whole.read == origin.rows else "about "
    over = (
        "the whole table" if whole.read == origin.rows else f"the first {whole.read:,}, all that there was time to read"
    )
    looked = "All rows" if whole.looked == origin.rows else f"Of all rows, the first {whole.looked:,}"
    message = (
        f"{origin.taken:,} of {about}{origin.rows:,} rows were taken, drawn evenly over {over}: {why}. {looked} were "
        "looked at for what the columns hold."
    )
    found = [Finding(code="sampled", severity="warning", message=message, remedy=remedy)]
    share = origin.taken / max(origin.rows, 1)
    rare = sorted(label for label, rows in whole.labels.items() if rows > 1 and rows * share < _RARE)
    if rare:
        shown = ", ".join(f"{label!r} ({whole.labels[label]:,} rows in all)" for label in rare[:5])
        message = f"Of {len(rare)} classes the sample has very few rows: {shown}{', ...' if len(rare) > 5 else ''}."
        found.append(Finding(code="rare-in-sample", severity="warning", message=message, remedy=remedy))
    return tuple(found)


def _widened(column: Column, span: tuple[float, float] | None) -> Column:
    if span is None or column.low is None or column.high is None:
        return column
    return msgspec.structs.replace(column, low=min(column.low, span[0]), high=max(column.high, span[1]))


class _Lowest:
    """The rows whose numbers hash lowest, of all that were added."""

    def __init__(self, most: int, seed: int) -> None:
        self.rows = 0
        self._most, self._seed = most, seed
        self._limit = np.uint64(2**64 - 1)
        self._keys: list[NDArray[np.uint64]] = []
        self._parts: list[pl.DataFrame] = []

    def add(self, batch: pl.DataFrame) -> pl.Series:
        """Take what there is room for of the next rows; a mask of what was taken, for now."""
        keys = _hashes(np.arange(self.rows, self.rows + batch.height, dtype=np.uint64), self._seed)
        self.rows += batch.height
        chosen = keys <= self._limit
        self._keys.append(keys[chosen])
        self._parts.append(_compact(batch.filter(chosen)))
        if sum(map(len, self._keys)) > 1.5 * self._most:
            self._prune()
        return pl.Series(keys <= self._limit)

    def frame(self, most: int | None = None) -> pl.DataFrame:
        """Those rows in their order; at most ``most`` of them."""
        self._prune()
        if most is None or len(self._keys[0]) <= most:
            return self._parts[0]
        limit = np.partition(self._keys[0], most - 1)[most - 1]
        return self._parts[0].filter(self._keys[0] <= limit)

    def _prune(self) -> None:
        keys, frame = np.concatenate(self._keys), pl.concat(self._parts)
        if len(keys) > self._most:
            self._limit = np.partition(keys, self._most - 1)[self._most - 1]
            frame, keys = _compact(frame.filter(keys <= self._limit)), keys[keys <= self._limit]
        self._keys, self._parts = [keys], [frame]


@dataclass
class _Look:
    """What is seen of all rows on the way: values that do not fit the kinds guessed so far, ranges, the target."""

    target: str | None
    odd: list[pl.DataFrame] = field(default_factory=list)
    ranges: dict[str, tuple[float, float]] = field(default_factory=dict)
    labels: Counter[str] = field(default_factory=Counter)
    _columns: tuple[Column, ...] = ()
    _seen: int = 0

    def __post_init__(self) -> None:
        self._asked = [self.target] if self.target else []  # it is no feature, and read in its own way

    def at(self, batch: pl.DataFrame, lowest: _Lowest) -> None:
        """Look at every value of a batch. Kinds are guessed after 0, 1, 2, 4, ... batches, and when one was wrong."""
        if self._seen & (self._seen - 1) == 0:
            self._guess(lowest)
        self._seen += 1
        problems = self._range(batch)
        if problems:
            self.odd.append(_compact(batch[sorted({row for row, _ in problems})[:_ODD]]))
            self._guess(lowest)
            still = {name for _, name in self._range(batch)}
            self._columns = tuple(column for column in self._columns if column.name not in still)

    def count(self, batch: pl.DataFrame) -> None:
        """Count the target's values, as long as they are few: numbers are no classes."""
        if self.target not in batch.columns:
            return
        counts = frames.texts(batch[self.target]).drop_nulls().alias("label").value_counts(name="rows")
        self.labels.update(dict(counts.iter_rows()))
        if len(self.labels) > _MOST_LABELS:
            self.target, self.labels = None, Counter()

    def _guess(self, lowest: _Lowest) -> None:
        known = pl.concat([lowest.frame(_LOOKED), *self.odd])
        self._columns = kinds.infer(known.select(pl.exclude(self._asked)))

    def _range(self, batch: pl.DataFrame) -> list[tuple[int, str]]:
        """Widen the ranges. The (row, column) of values that do not fit the kinds, if any; then nothing is widened."""
        schema = Schema(columns=self._columns, target=Target(name="", task="regression"))
        try:
            typed = frames.conform(batch, schema)
        except SchemaError as error:
            if any(p.row is None for p in error.problems):
                raise
            return [(p.row or 0, p.column or "") for p in error.problems]
        for column in schema.features:
            if column.kind in ("numeric", "datetime"):
                self._widen(column, typed[column.name])
        return []

    def _widen(self, column: Column, values: pl.Series) -> None:
        numbers = values.to_physical().cast(pl.Float64) / (1e6 if column.kind == "datetime" else 1.0)
        numbers = numbers.filter(numbers.is_finite())
        if len(numbers):
            ends = numbers.to_numpy()
            low, high = self.ranges.get(column.name, (np.inf, -np.inf))
            self.ranges[column.name] = (min(low, float(ends.min())), max(high, float(ends.max())))


def _compact(frame: pl.DataFrame) -> pl.DataFrame:
    """The same rows in memory of their own: long texts that were filtered still hold all that they came with."""
    if pl.String not in frame.dtypes:
        return frame
    buffer = io.BytesIO()
    frame.write_ipc_stream(buffer)
    buffer.seek(0)
    return pl.read_ipc_stream(buffer)


def _hashes(numbers: NDArray[np.uint64], seed: int) -> NDArray[np.uint64]:
    """SplitMix64 (Steele, Lea and Flood 2014) of row numbers: the same on every machine and in every version."""
    z = (numbers + np.uint64(seed) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
