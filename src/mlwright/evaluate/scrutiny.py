"""From the judge's evidence to a Scrutiny: where the model can be trusted, and where it can't."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from mlwright.contracts.insight import Scrutiny
from mlwright.contracts.protocols import Clock
from mlwright.evaluate.calibration import by_costs, calibrations, coverage, cutoff, uncalibrated, uneven
from mlwright.evaluate.columns import Cut, cut, suspected
from mlwright.evaluate.evidence import Evened, Evidence
from mlwright.evaluate.fairness import LEAST, by_group, by_weights, gaps, mitigation, telling_gaps
from mlwright.evaluate.slices import least_rows, weak_slices
from mlwright.evaluate.unevenness import unequal, unseen, weak_spots

_SUSPECTED = 5  # columns that are taken for sensitive by their names


@dataclass(frozen=True)
class Look:
    """What to look at beside the evidence: what answers cost, sensitive columns that somebody named, the time for it,
    and a trial that learnt from rows weighted for them."""

    costs: Mapping[str, float] = field(default_factory=dict)
    sensitive: Sequence[str] = ()
    seed: int = 0
    clock: Clock = Clock()  # noqa: RUF009  (without an end)
    evened: Evened | None = None


def scrutinise(evidence: Evidence, look: Look) -> Scrutiny:
    """Calibration, coverage, what costs ask for, the groups of sensitive columns, and the worst slices, in this order:
    what the clock cuts off is the end of the looking for slices."""
    frame = evidence.frame if evidence.frame is not None else pl.DataFrame()
    guessed = [c for c in frame.columns if suspected(c) and c not in look.sensitive][:_SUSPECTED]
    named = [c for c in look.sensitive if c in frame.columns]
    sensitive = tuple(found for c in (*named, *guessed) if (found := cut(frame[c], LEAST)) is not None)
    kept, held, decided = calibrations(evidence), coverage(evidence, sensitive), cutoff(evidence, look.costs)
    apart = gaps(evidence, sensitive)
    telling = telling_gaps(evidence, apart)
    by_column = {found.column: found for found in sensitive}
    missed = [gap.column for gap in telling if gap.rate == "missed"]
    mended = [mitigation(evidence, by_column[column], look.costs) for column in missed]
    if look.evened is not None:
        mended += [by_weights(evidence, look.evened, column, look.costs) for column in missed]
    remedies = tuple(m for m in mended if m is not None)
    groups = by_group(evidence, sensitive, look.seed, look.clock)
    weak = weak_slices(evidence, _cuts(frame, by_column, look.clock), [*by_column], look.seed, look.clock)
    return Scrutiny(
        calibration=tuple(k.calibration for k in kept),
        coverage=held,
        slices=(*weak, *groups),
        cutoff=decided,
        gaps=apart,
        mitigation=remedies,
        suspected=tuple(guessed),
        findings=(
            *uncalibrated(evidence, kept),
            *uneven(held, evidence.task),
            *by_costs(evidence, decided),
            *unseen([c for c in look.sensitive if c not in by_column]),
            *unequal(evidence, telling, remedies, named),
            *weak_spots(evidence, weak),
        ),
    )


def _cuts(frame: pl.DataFrame, first: Mapping[str, Cut], clock: Clock) -> list[Cut]:
    """The columns as parts, as many as there is time for, the sensitive ones first: of the first, pairs are looked
    at."""
    least, found = least_rows(frame.height), []
    for name in (*first, *(c for c in frame.columns if c not in first)):
        made = None if clock.left <= 0 else cut(frame[name], least)
        found += [] if made is None else [made]
    return found
