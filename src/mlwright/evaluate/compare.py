"""Two measurements of the same thing: is the difference more than chance?"""

from __future__ import annotations

import math

from mlwright.contracts.records import Score


def departs(seen: Score, promised: Score) -> bool:
    """Whether two scores on different rows differ by more than chance would have it in 1 of 20 times.

    The two halves of the intervals that face each other are taken as the errors, added as those of independent
    measurements are: intervals that overlap a little may still differ.
    """
    gap = seen.value - promised.value
    mine, theirs = (seen.low, promised.high) if gap > 0 else (seen.high, promised.low)
    return abs(gap) > math.hypot(seen.value - mine, promised.value - theirs)
