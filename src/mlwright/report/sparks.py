"""A distribution in a few letters: ``"▁▃▇▅▂▁"``."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from mlwright.contracts.portrait import ColumnPortrait

_STEPS = "▁▂▃▄▅▆▇█"
WIDTH = 12


def spark(counts: Sequence[float], width: int = WIDTH) -> str:
    """A letter for each count, or for each of ``width`` neighbourhoods of them; nothing is a blank."""
    if len(counts) > width:
        cuts = [round(place * len(counts) / width) for place in range(width + 1)]
        counts = [sum(counts[a:b]) / max(1, b - a) for a, b in pairwise(cuts)]
    top = max(counts, default=0)
    return "".join(_STEPS[min(7, int(8 * count / top))] if count > 0 else " " for count in counts) if top else ""


def of_column(column: ColumnPortrait) -> str:
    """The column's distribution: of its values, its levels or its lengths."""
    if column.bars is not None:
        return spark(column.bars.counts)
    return spark([level.rows for level in column.levels])
