"""Whom the model treats otherwise: the groups of sensitive columns, their rates and gaps, and what thresholds by group
(equal opportunity; Hardt, Price and Srebro 2016, arXiv 1610.02413) or weights would bring."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import msgspec
import numpy as np
from scipy.special import chdtrc, ndtr

from mlwright import metrics
from mlwright.contracts.insight import Gap, Mitigation, Range, Slice
from mlwright.contracts.protocols import Clock
from mlwright.evaluate.columns import Cut, cut
from mlwright.evaluate.evidence import Array, Evened, Evidence
from mlwright.evaluate.ranges import at, corrected, mean_range, share_range
from mlwright.evaluate.slices import LEVEL, Condition, described
from mlwright.metrics import METRICS, find, labels, score

LEAST = 20  # rows that a rate of a group rests on
_MATTERS, _MATTERS_NUMBER = 0.05, 0.1  # a gap between rates, and between mean errors in deviations of the truth
_COUNTED = ("missed", "alarmed", "answered", "wrong", "error")  # the weightiest first


def by_group(evidence: Evidence, cuts: Sequence[Cut], seed: int, clock: Clock) -> tuple[Slice, ...]:
    """The main metric of each group of each sensitive column, and on the others; ``q`` is corrected for all of them.
    The clock ends the looking."""
    made = []
    for condition in (Condition(((one, code),)) for one in cuts for code in range(len(one.names))):
        found = None if clock.left <= 0 else described(evidence, condition, 1.0, seed)
        made += [] if found is None else [found]
    if not made:
        return ()
    deviation = np.array([max((s.score.high - s.score.low) / 3.92, 1e-12) for s in made])
    off = np.array([abs(s.score.value - s.rest) for s in made])
    q = corrected(2 * ndtr(-off / deviation))
    return tuple(msgspec.structs.replace(s, q=float(v), sensitive=True) for s, v in zip(made, q, strict=True))


def gaps(evidence: Evidence, cuts: Sequence[Cut]) -> tuple[Gap, ...]:
    """The gaps of every rate between the groups of each sensitive column."""
    found, chances = [], []
    for one in cuts:
        for rate, (values, rows) in _rates(evidence).items():
            by_group = {}
            for code, name in enumerate(one.names):
                part = rows[one.codes[rows] == code]
                if len(part) >= LEAST:
                    ranged = mean_range if rate == "error" else share_range
                    by_group[name] = ranged(values[part], *at(evidence, part))
            if len(by_group) > 1:
                gap, chance = _gap(one.column, rate, by_group)
                found.append(gap)
                chances.append(chance)
    q = corrected(np.array(chances))
    return tuple(msgspec.structs.replace(gap, q=float(v)) for gap, v in zip(found, q, strict=True))


def telling_gaps(evidence: Evidence, found: Sequence[Gap]) -> tuple[Gap, ...]:
    """Those that are there by more than chance and large enough to matter: the weightiest of each column."""
    scale = float(np.std(evidence.y.astype(np.float64))) if evidence.task == "regression" else 1.0
    told: dict[str, Gap] = {}
    for gap in sorted(found, key=lambda g: _COUNTED.index(g.rate)):
        matters = _MATTERS_NUMBER * scale if gap.rate == "error" else _MATTERS
        if gap.rate != "answered" and gap.q < LEVEL and gap.size.value >= matters:
            told.setdefault(gap.column, gap)
    return tuple(told.values())


def mitigation(evidence: Evidence, parts: Cut, costs: Mapping[str, float]) -> Mitigation | None:
    """What thresholds by group would bring, each set on half the rows and measured on the other half; None where a
    group has too few rows of the second class for it."""
    if evidence.task != "binary":
        return None
    p, y, codes = evidence.prediction[:, 1].astype(np.float64), evidence.y, parts.codes
    units = np.arange(len(y)) if evidence.groups is None else np.unique(evidence.groups, return_inverse=True)[1]
    half, groups = units % 2 == 0, np.unique(codes[codes >= 0])
    threshold = 0.5 if evidence.threshold is None else evidence.threshold
    answer = p >= threshold
    for learn in (half, ~half):
        if any(((codes == g) & (y == 1) & learn).sum() < LEAST for g in groups):
            return None
        for group, own in _equal(p[learn], y[learn], codes[learn], threshold).items():
            rows = ~learn & (codes == group)
            answer[rows] = p[rows] >= own
    thresholds = {parts.names[g]: t for g, t in _equal(p, y, codes, threshold).items()}
    return _mended(evidence, parts, (p >= threshold, answer), costs, thresholds)


def by_weights(evidence: Evidence, evened: Evened, column: str, costs: Mapping[str, float]) -> Mitigation | None:
    """What learning from weighted rows would bring; None where a group has too few rows of the second class."""
    found = cut(evened.frame[column], LEAST) if column in evened.frame.columns else None
    if found is None or evidence.task != "binary":
        return None
    if any(((found.codes == g) & (evened.y == 1)).sum() < LEAST for g in range(len(found.names))):
        return None
    threshold = 0.5 if evidence.threshold is None else evidence.threshold
    plain, even = (shares[:, 1] >= threshold for shares in (evened.plain, evened.even))
    return _mended(replace(evidence, y=evened.y, weight=evened.weight), found, (plain, even), costs, {})


def _mended(
    evidence: Evidence,
    parts: Cut,
    answers: tuple[Array, Array],
    costs: Mapping[str, float],
    thresholds: dict[str, float],
) -> Mitigation:
    """From the answers (n,) as they are to others."""
    positive = [(parts.codes == g) & (evidence.y == 1) for g in np.unique(parts.codes[parts.codes >= 0])]
    missed = [[float(1 - answer[rows].mean()) for rows in positive] for answer in answers]
    name, (now, then) = _worth(evidence, answers, costs)
    return Mitigation(
        column=parts.column,
        thresholds=thresholds,
        gap=max(missed[0]) - min(missed[0]),
        left=max(missed[1]) - min(missed[1]),
        metric=name,
        now=now,
        then=then,
    )


def _rates(evidence: Evidence) -> dict[str, tuple[Array, Array]]:
    """Each rate as one number a row and the rows (numbers) that it is of."""
    every = np.arange(len(evidence.y))
    if evidence.task == "regression":
        return {"error": (evidence.prediction.astype(np.float64) - evidence.y, every)}
    answer = labels(evidence.prediction, evidence.threshold)
    if evidence.task == "multiclass":
        return {"wrong": ((answer != evidence.y) + 0.0, every)}
    yes = answer == 1
    return {
        "answered": (yes + 0.0, every),
        "missed": (~yes + 0.0, np.flatnonzero(evidence.y == 1)),
        "alarmed": (yes + 0.0, np.flatnonzero(evidence.y == 0)),
    }


def _gap(column: str, rate: str, rates: dict[str, Range]) -> tuple[Gap, float]:
    """The gap, and the chance that rates of equal groups lie so far apart (Cochran's test of homogeneity)."""
    least, most = (pick(rates, key=lambda g: rates[g].value) for pick in (min, max))
    value = np.array([r.value for r in rates.values()])
    spread = np.array([max((r.high - r.low) / 3.92, 1e-9) ** 2 for r in rates.values()])
    middle = np.average(value, weights=1 / spread)
    chance = float(chdtrc(len(rates) - 1, float(((value - middle) ** 2 / spread).sum())))
    low, high = rates[least], rates[most]
    size = high.value - low.value
    below = math.hypot(high.value - high.low, low.high - low.value)
    above = math.hypot(high.high - high.value, low.value - low.low)
    return Gap(column, rate, least, most, Range(size, size - below, size + above), rates, 1.0), chance


def _equal(p: Array, y: Array, codes: Array, threshold: float) -> dict[int, float]:
    """By group, the threshold above which as many of its rows of the second class lie as of all such rows above the
    one threshold."""
    missed = float((p[y == 1] < threshold).mean())
    return {int(g): float(np.quantile(p[(codes == g) & (y == 1)], missed)) for g in np.unique(codes[codes >= 0])}


def _worth(
    evidence: Evidence, answers: tuple[Array, Array], costs: Mapping[str, float]
) -> tuple[str, tuple[float, float]]:
    """What both answers are worth: by costs, by the main metric if it is ours and of labels, or by accuracy."""
    y, weight = evidence.y, evidence.weight
    if costs:
        paid = [np.average(metrics.costs_of(y, a + 0.0, 0.5, costs), weights=weight) for a in answers]
        return "cost", (float(paid[0]), float(paid[1]))
    main = find(evidence.metric, evidence.task)
    metric = main if main.needs == "label" and main.name in METRICS else METRICS["accuracy"]
    now, then = (score(metric, y, np.column_stack([~a, a]) + 0.0, None, weight) for a in answers)
    return metric.name, (now, then)
