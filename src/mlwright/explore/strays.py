"""Findings about numbers that are told and not repaired: a value far out of a column's range, and two units in one
column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from mlwright.contracts.records import Column, Finding
from mlwright.explore.distinct import Floats, Ints, Values

UNITS = {
    2.54: "inches and centimetres",
    3.2808: "metres and feet",
    1.6093: "miles and kilometres",
    2.2046: "kilograms and pounds",
    60.0: "minutes and seconds",
    100.0: "units and hundredths (euros and cents, metres and centimetres)",
    1000.0: "units and thousandths (kilograms and grams)",
    1_000_000.0: "units and millionths",
}
_NEAR = 0.1  # how far the factor between the two clusters may be from the units', as a share
_LEAST = 0.02  # of the rows that each cluster holds
_DIFFERENT = 20  # values in each cluster
_STRAYS = 3  # rows that lie far out, at most
_SEVERAL = 5
_REMEDY = "Look whether it is a slip of the pen; trees hardly notice it, a straight line may."


def strays(columns: Iterable[tuple[Column, Values]]) -> list[Finding]:
    """Findings "extreme-value" and "mixed-units" about numeric columns. Where more than five columns hold a value far
    out, the table is like that, and one finding says so."""
    extremes: list[Finding] = []
    mixed: list[Finding] = []
    for column, values in columns:
        extremes += _extreme(column, values)
        mixed += _mixed(column, values)
    if len(extremes) > _SEVERAL:
        names = ", ".join(repr(finding.column) for finding in extremes[:_SEVERAL])
        message = (
            f"{names} and {len(extremes) - _SEVERAL} more columns hold a value farther out than all others lie apart."
        )
        extremes = [Finding(code="extreme-value", severity="info", message=message, remedy=_REMEDY)]
    return [*mixed[:_SEVERAL], *extremes]


def _extreme(column: Column, values: Values) -> Iterator[Finding]:
    """The lowest or highest value, in three rows at most, where more lies empty before it than all others spread."""
    if len(values.distinct) <= _DIFFERENT or values.rows < 100:
        return
    for end in (1, -1):
        ordered, rows = values.distinct[::-end], int(values.counts[::-end][0])
        rest = sorted((float(ordered[1]), float(ordered[-1])))
        if rows <= _STRAYS and abs(ordered[0] - ordered[1]) > rest[1] - rest[0]:
            message = (
                f"{column.name!r} is {ordered[0]:g} in {rows} of {values.rows:,} rows, and between {rest[0]:g} and "
                f"{rest[1]:g} in all others."
            )
            yield Finding(code="extreme-value", severity="info", message=message, column=column.name, remedy=_REMEDY)


def _mixed(column: Column, values: Values) -> Iterator[Finding]:
    """Two clusters of positive values with nothing between them, of one shape, and a known factor apart."""
    if len(values.distinct) < 2 * _DIFFERENT or values.distinct[0] <= 0:
        return
    logs = np.log(values.distinct)
    cut = int(np.argmax(np.diff(logs))) + 1
    parts = [(logs[:cut], values.counts[:cut]), (logs[cut:], values.counts[cut:])]
    if min(len(part) for part, _ in parts) < _DIFFERENT:
        return
    if min(counts.sum() for _, counts in parts) < _LEAST * values.counts.sum():
        return
    (low, low_spread), (high, high_spread) = (_shape(*part) for part in parts)
    factor = float(np.exp(high - low))
    unit = min(UNITS, key=lambda known: abs(np.log(known / factor)))
    alike = max(low_spread, high_spread) < 2 * min(low_spread, high_spread)
    apart = logs[cut] - logs[cut - 1] > max(low_spread, high_spread)
    if abs(factor / unit - 1) > _NEAR or not (alike and apart):
        return
    edges = np.exp([logs[cut - 1], logs[cut]])
    message = (
        f"{column.name!r} has two groups of values, up to {edges[0]:g} and from {edges[1]:g}, alike but for a factor "
        f"of about {factor:.3g}: two units ({UNITS[unit]})?"
    )
    remedy = "If so, bring them to one unit before training, and in the rows to come."
    yield Finding(code="mixed-units", severity="warning", message=message, column=column.name, remedy=remedy)


def _shape(logs: Floats, counts: Ints) -> tuple[float, float]:
    """The median and the distance between the quartiles, of logarithms."""
    low, middle, high = np.quantile(np.repeat(logs, counts), [0.25, 0.5, 0.75])
    return float(middle), float(high - low)
