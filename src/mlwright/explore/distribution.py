"""One column on its own: its numbers, its bars or levels, and its rows cut into a few parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mlwright.contracts.portrait import Bars, ColumnPortrait, Level, Numbers
from mlwright.contracts.records import ITEM_MARK, Column
from mlwright.contracts.wording import teller

MOST_LEVELS = 12
BARS = (8, 40)  # the fewest and the most
WHOLE = 40  # whole numbers that span no more than this get a bar each
PARTS = 10
_TAIL = 0.005  # this share of rows at either end is left out of the bars if it stretches them much
_STRETCH = 4.0
_FACTOR = 30.0  # positive numbers whose largest is so many times their median are shown by factors
ENDLESS = 1e150  # numbers from here on count as infinite: their squares are no numbers any more
_EXACT = 1e9  # whole numbers beyond are not shown one by one
_WORDS = 5_000  # texts in which words are counted
_EXAMPLES, _LONGEST = 3, 120

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Looked:
    """A typed column as it is looked at: as ``numbers`` (n, NaN where missing; the length of texts and lists), which
    ``ordered`` has in order where they are finite, or by ``levels`` and their rows, the most frequent first."""

    column: Column
    series: pl.Series
    numbers: Floats | None = None
    ordered: Floats | None = None
    levels: tuple[Level, ...] = ()


def look(column: Column, series: pl.Series) -> Looked:
    """Look at one typed column (see Schema: numbers, booleans, moments or texts; missing is null)."""
    values = stand_in(column, series)
    levels = _levels(column, series)
    if values is None:
        return Looked(column, series, levels=levels)
    numbers = values.to_numpy()
    return Looked(column, series, numbers, np.sort(numbers[np.abs(numbers) < ENDLESS]), levels)


def stand_in(column: Column, series: pl.Series) -> pl.Series | None:
    """The numbers that a column is looked at by, NaN where missing; None for those that are looked at by level."""
    if column.kind == "numeric":
        numbers = series.cast(pl.Float64)
    elif column.kind == "datetime":
        numbers = series.cast(pl.Datetime("us")).to_physical() / 1e6
    elif column.kind == "text":
        numbers = series.str.len_chars().cast(pl.Float64)
    elif column.kind == "list":
        numbers = (series.str.count_matches(ITEM_MARK, literal=True) + 1).cast(pl.Float64)
    else:
        return None
    return numbers.fill_null(float("nan"))


def base(looked: Looked, rows: int) -> ColumnPortrait:
    """The portrait of the column on its own, still without the goal and the story."""
    column, series = looked.column, looked.series
    missing, values = series.null_count(), looked.ordered
    if column.kind == "numeric":
        missing += int(series.is_nan().sum() or 0) if series.dtype.is_float() else 0
    shown = looked.levels[:MOST_LEVELS]
    plain = column.kind in ("categorical", "ordinal", "boolean")
    return ColumnPortrait(
        name=column.name,
        kind=column.kind,
        rows=rows,
        missing=missing,
        unique=column.unique,
        meaning=column.meaning,
        unit=column.notation.unit if column.notation else "",
        numbers=None if values is None or not len(values) else _numbers(looked),
        bars=None if values is None or not len(values) else bars(values, dates=column.kind == "datetime"),
        levels=shown,
        others=sum(level.rows for level in looked.levels[MOST_LEVELS:]) if plain else 0,
        examples=_examples(series) if column.kind in ("text", "list") else (),
    )


def parts(looked: Looked) -> tuple[pl.Series, list[str]]:
    """The rows cut into at most ten parts and one of the missing: the index of each row's part, and their names."""
    if looked.numbers is not None and looked.ordered is not None and len(looked.ordered):
        codes, names = _tenths(looked.numbers, looked.ordered, teller(looked.column.kind, looked.column.meaning))
        series = pl.Series("part", codes, dtype=pl.Int32)
        gaps = looked.series.is_null() if looked.column.kind != "numeric" else pl.Series(np.isnan(looked.numbers))
    else:
        names = [level.name for level in looked.levels[:PARTS]]
        texts = looked.series.cast(pl.String)
        rest = len(looked.levels) > PARTS
        known = {name: code for code, name in enumerate(_raw(looked, names))}
        series = texts.replace_strict(known, default=len(names) if rest else None, return_dtype=pl.Int32)
        names += ["other"] if rest else []
        gaps = looked.series.is_null()
        series = series.zip_with(~gaps, pl.repeat(None, len(series), dtype=pl.Int32, eager=True))
    if gaps.any():
        series = series.zip_with(~gaps, pl.repeat(len(names), len(series), dtype=pl.Int32, eager=True))
        names = [*names, "missing"]
    return series.alias("part"), names


def bars(values: Floats, dates: bool = False) -> Bars:
    """The distribution of ``values`` (in order, finite, one at least).

    The width of a bar is Freedman and Diaconis' (Z. Wahrscheinlichkeit. 57, 1981), within 8 to 40 bars; whole numbers
    that span 40 or fewer get a bar each. Far tails are counted, not drawn.
    """
    low, high = float(values[0]), float(values[-1])
    if not dates and high - low <= WHOLE and abs(low) < _EXACT and _whole(values):
        edges = np.arange(low - 0.5, high + 1.0)
        return Bars(_tuple(edges), _counts(values, edges))
    left, middle, right = (quantile(values, share) for share in (_TAIL, 0.5, 1 - _TAIL))
    log = not dates and low > 0 and middle > 0 and right > _FACTOR * middle
    if not log and right > left and high - low > _STRETCH * (right - left):
        low, high = left, right
    if low == high:
        half = max(0.5, 1e-6 * abs(low))
        low, high = low - half, high + half
    inner = values[np.searchsorted(values, low) : np.searchsorted(values, high, "right")]
    scaled, ends = (np.log(inner), np.log((low, high))) if log else (inner, np.array((low, high)))
    many = min(max(_width(scaled), BARS[0]), BARS[1])
    edges = np.linspace(ends[0], ends[1], many + 1)
    edges = np.exp(edges) if log else edges
    edges[0], edges[-1] = low, high
    below = int(np.searchsorted(values, low))
    above = len(values) - int(np.searchsorted(values, high, "right"))
    return Bars(_tuple(edges), _counts(values, edges), bool(log), below, above)


def quantile(values: Floats, share: float) -> float:
    """A quantile of values in order, between the two nearest as they lie (NumPy's "linear")."""
    place = share * (len(values) - 1)
    at = int(place)
    low, high = float(values[at]), float(values[min(at + 1, len(values) - 1)])
    return low if low == high else low + (high - low) * (place - at)


def _width(values: Floats) -> int:
    spread = quantile(values, 0.75) - quantile(values, 0.25)
    step = 2 * spread / len(values) ** (1 / 3)
    span = float(values[-1] - values[0])
    return int(min(np.ceil(span / step), BARS[1])) if step > 0 and span / step < 1e6 else BARS[1] // 2


def _counts(values: Floats, edges: Floats) -> tuple[int, ...]:
    """How many of the values, in order, lie between the edges; the last bar holds its right edge too."""
    places = np.searchsorted(values, edges)
    places[-1] = np.searchsorted(values, edges[-1], "right")
    return tuple(np.diff(places).tolist())


def _whole(values: Floats) -> bool:
    return bool((values == np.round(values)).all())


def _numbers(looked: Looked) -> Numbers:
    values = looked.ordered if looked.ordered is not None else np.empty(0)
    every = looked.numbers if looked.numbers is not None else values
    with np.errstate(over="ignore", invalid="ignore"):
        mean, deviation = float(values.mean()), float(values.std(ddof=1)) if len(values) > 1 else 0.0
        apart = (values - mean) / deviation if deviation > 0 else np.zeros(1)
        skew = float((apart * apart * apart).mean())
    cuts = [quantile(values, share) for share in (0.05, 0.25, 0.5, 0.75, 0.95)]
    return Numbers(
        mean=_finite(mean),
        deviation=_finite(deviation),
        low=float(values[0]),
        high=float(values[-1]),
        quantiles=(cuts[0], cuts[1], cuts[2], cuts[3], cuts[4]),
        skew=_finite(skew),
        zeros=int(np.searchsorted(values, 0.0, "right") - np.searchsorted(values, 0.0)),
        negative=int(np.searchsorted(values, 0.0)),
        infinite=int((np.abs(every) >= ENDLESS).sum()),
    )


def _finite(value: float) -> float:
    return value if np.isfinite(value) else 0.0


def _tenths(numbers: Floats, ordered: Floats, word: Callable[[float], str]) -> tuple[NDArray[np.int32], list[str]]:
    """Each value of its own if there are few, else parts of about a tenth of the rows each."""
    steps = np.flatnonzero(np.diff(ordered))
    if len(steps) < PARTS + 2:
        cuts = ordered[np.append(steps, len(ordered) - 1)]
        names = [word(float(value)) for value in cuts]
    else:
        cuts = np.unique(ordered[(np.arange(1, PARTS + 1) * len(ordered)) // PARTS - 1])
        starts = ordered[np.append(0, np.searchsorted(ordered, cuts[:-1], "right"))]
        names = [_range(word(float(a)), word(float(b))) for a, b in zip(starts, cuts, strict=True)]
    codes = np.searchsorted(cuts, numbers).astype(np.int32)
    codes[codes == len(cuts)] = len(cuts) - 1  # plus infinity; what is missing is put right by the caller
    return codes, names


def _range(low: str, high: str) -> str:
    return low if low == high else f"{low} to {high}"


def _levels(column: Column, series: pl.Series) -> tuple[Level, ...]:
    """All levels and their rows, the most frequent first (an ordinal's in their order); the words of texts."""
    if column.kind == "text":
        return _frequent(series, r"[\pL\pN][\pL\pN'’-]{3,}")
    if column.kind == "list":
        return _frequent(series, rf"[^{ITEM_MARK}]+")
    if column.kind not in ("categorical", "ordinal", "boolean"):
        return ()
    counts = series.drop_nulls().cast(pl.String).alias("name").value_counts(name="rows")
    counts = counts.sort("rows", "name", descending=[True, False])
    pairs = [(name, rows) for name, rows in counts.iter_rows()]
    if column.kind == "boolean" and column.words:
        worded = {"false": column.words[0], "true": column.words[1]}
        pairs = [(worded.get(name, name), rows) for name, rows in pairs]
    if column.order:
        place = {name: at for at, name in enumerate(column.order)}
        pairs.sort(key=lambda pair: place.get(pair[0], len(place)))
    return tuple(Level(name, rows) for name, rows in pairs)


def _raw(looked: Looked, names: Sequence[str]) -> list[str]:
    """Names of levels as the column's own values cast to text."""
    words = looked.column.words
    if looked.column.kind == "boolean" and words:
        return ["true" if name == words[1] else "false" for name in names]
    return list(names)


def _frequent(series: pl.Series, pattern: str) -> tuple[Level, ...]:
    """The words (or items) that are in most texts of the first few thousand, and in how many."""
    texts = series.drop_nulls().head(_WORDS).str.to_lowercase().str.slice(0, 2_000)
    words = texts.str.extract_all(pattern).list.unique().explode().drop_nulls().alias("name")
    counts = words.value_counts(name="rows").filter(pl.col("rows") > 1)
    counts = counts.sort("rows", "name", descending=[True, False]).head(MOST_LEVELS)
    return tuple(Level(name, rows) for name, rows in counts.iter_rows())


def _examples(series: pl.Series) -> tuple[str, ...]:
    texts = series.drop_nulls().head(1_000).unique(maintain_order=True).head(_EXAMPLES).to_list()
    plain = [text.replace(ITEM_MARK, ", ") for text in texts]
    return tuple(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…" for text in plain)


def _tuple(values: Floats) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
