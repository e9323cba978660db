"""What changes with time: rows, the goal and the numbers, by the period of a datetime column."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from mlwright.contracts.portrait import Series, Slice, Trend
from mlwright.contracts.records import TARGET, Column
from mlwright.contracts.wording import counted, percent, spoken
from mlwright.explore.aim import Aim, settled
from mlwright.explore.distribution import ENDLESS

PERIODS = (("hour", "1h"), ("day", "1d"), ("week", "1w"), ("month", "1mo"), ("quarter", "1q"), ("year", "1y"))
MOST_PERIODS = 60
COLUMNS, MEANS = 3, 4
_SECONDS = {"hour": 3600, "day": 86_400, "week": 604_800, "month": 2_629_800, "quarter": 7_889_400, "year": 31_557_600}
_FORMS = {"hour": "%Y-%m-%d %Hh", "day": "%Y-%m-%d", "week": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}
_TELLING = 0.02  # of a column's variance that its means by period explain
_LOOKED = 50_000
_ENOUGH = 30  # rows of a period in which the goal is told


def trends(columns: Sequence[Column], frame: pl.DataFrame, aim: Aim | None) -> list[Trend]:
    """A Trend by each of the first three datetime columns that span several periods."""
    dated = [c.name for c in columns if c.kind == "datetime" and c.name in frame.columns]
    numbers = [c.name for c in columns if c.kind == "numeric" and c.name in frame.columns]
    if aim is not None:
        numbers = [name for name in numbers if name != aim.goal.name]
    found = (_trend(name, numbers, frame, aim) for name in dated[:COLUMNS])
    return [trend for trend in found if trend is not None]


def _trend(name: str, numbers: Sequence[str], frame: pl.DataFrame, aim: Aim | None) -> Trend | None:
    span = _span(frame[name])
    if not span:
        return None
    period, every = _period(span)
    starts = frame[name].dt.truncate(every).alias("period")
    needed = [frame[name].alias(f"n{at}") for at, name in enumerate(numbers)] + ([frame[TARGET]] if aim else [])
    table = pl.DataFrame([starts, *needed]).filter(pl.col("period").is_not_null())
    seen = table["period"].value_counts(name="rows").sort("period")
    if seen.height < 2:
        return None
    if seen.height > MOST_PERIODS:  # a few rows far off: the latest periods are shown
        seen = seen.sort("rows", descending=True).head(MOST_PERIODS).sort("period")
        table = table.filter(pl.col("period").is_in(seen["period"].implode()))
    names = [_label(start, period) for start in seen["period"].to_list()]
    slices = _slices(table, seen, names, aim)
    means = _means(table, seen, numbers)
    return Trend(name, period, slices, means, _story(name, period, slices, aim))


def _span(moments: pl.Series) -> float:
    """Seconds that the middle 98% of the moments span: a placeholder such as 1900-01-01 must not stretch the axis."""
    known = moments.drop_nulls()
    seconds = known.gather_every(max(1, len(known) // _LOOKED)).to_physical().cast(pl.Float64) / 1e6
    low, high = seconds.quantile(0.01), seconds.quantile(0.99)
    return (high or 0.0) - (low or 0.0)


def _period(span: float) -> tuple[str, str]:
    """The shortest period of which 40 or fewer pass."""
    for name, every in PERIODS:
        if span / _SECONDS[name] <= 40:
            return name, every
    return PERIODS[-1]


def _label(start: object, period: str) -> str:
    if period == "quarter":
        return f"{start:%Y} Q{(start.month + 2) // 3}"  # type: ignore[attr-defined]
    return f"{start:{_FORMS[period]}}"


def _slices(table: pl.DataFrame, seen: pl.DataFrame, names: list[str], aim: Aim | None) -> tuple[Slice, ...]:
    counts = seen["rows"].to_list()
    if aim is None:
        return tuple(Slice(name, rows, ()) for name, rows in zip(names, counts, strict=True))
    codes = table["period"].replace_strict(
        seen["period"], pl.Series(range(len(names)), dtype=pl.Int32), return_dtype=pl.Int32
    )
    known = {one.name: one for one in aim.slices(codes, names, table[TARGET])}
    return tuple(known.get(name, Slice(name, rows, ())) for name, rows in zip(names, counts, strict=True))


def _means(table: pl.DataFrame, seen: pl.DataFrame, numbers: Sequence[str]) -> tuple[Series, ...]:
    """The numbers whose mean moves most from period to period, against their own spread."""
    if not numbers:
        return ()
    short = [f"n{at}" for at in range(len(numbers))]
    finite = table.with_columns(pl.when(pl.col(n).abs() < ENDLESS).then(pl.col(n)).alias(n) for n in short)
    grouped = finite.group_by("period").agg(pl.col(short).mean()).sort("period")
    totals = finite.select(pl.col(short).var()).row(0)
    weights = seen["rows"].to_numpy()
    moved = []
    for name, total in zip(short, totals, strict=True):
        values = grouped[name].to_numpy()
        there = ~np.isnan(values)
        if not total or there.sum() < 2:
            continue
        middle = np.average(values[there], weights=weights[there])
        share = float(np.average((values[there] - middle) ** 2, weights=weights[there]) / total)
        noise = (there.sum() - 1) / max(1.0, float(weights[there].sum()))
        moved.append((settled(share - noise), name))
    moved = [pair for pair in sorted(moved, reverse=True) if pair[0] > _TELLING][:MEANS]
    told = dict(zip(short, numbers, strict=True))
    return tuple(
        Series(told[name], tuple(None if v is None else settled(v) for v in grouped[name].to_list()))
        for _, name in moved
    )


def _story(name: str, period: str, slices: tuple[Slice, ...], aim: Aim | None) -> tuple[str, ...]:
    first, last = slices[0].name, slices[-1].name
    most = max(slices, key=lambda one: one.rows)
    said = [f"{counted(len(slices), period)} from {first} to {last}, the most rows in {most.name} ({most.rows:,})."]
    full = [one for one in slices if one.values and one.rows >= _ENOUGH]
    if aim is not None and len(full) > 1:
        low, high = min(full, key=lambda one: one.values[0]), max(full, key=lambda one: one.values[0])
        apart = low.high < high.low
        word = spoken if aim.goal.task == "regression" else percent
        what = (
            f"The mean of {aim.goal.said}"
            if aim.goal.task == "regression"
            else f"The share of rows where {aim.goal.said}"
        )
        ending = ": judge on later rows (--time)" if apart else ", as chance would have it"
        where = f"between {word(low.values[0])} ({low.name}) and {word(high.values[0])} ({high.name})"
        said.append(f"{what} {aim.goal.said} lies {where}{ending}.")
    return tuple(said)
