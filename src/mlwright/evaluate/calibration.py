"""Are promises kept: do probabilities and numbers come true on average, do intervals and label sets hold the truth?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from scipy.special import chdtrc

from mlwright import metrics
from mlwright.contracts.insight import Bin, Calibration, Coverage, Cutoff
from mlwright.contracts.records import Finding, TaskKind
from mlwright.evaluate.columns import Cut
from mlwright.evaluate.evidence import Array, Evidence, Held
from mlwright.evaluate.ranges import at, mean_range, share_range, variance, widened
from mlwright.metrics import shown

PROMISED = 0.9
_BIN, _BINS = 50, 10  # rows of a bin at least, and bins at most
_CLASSES = 10  # the most frequent ones are looked at
_LEVEL = 0.01  # p-value below which promises are not kept
_OFF, _OFF_RARE, _OFF_NUMBER = 0.03, 0.25, 0.05  # how far off matters: shares, of a rare class, of the deviation
_SHORT = 0.02  # by which intervals may hold less than they promise
_PART = 30  # rows of a part at least


class Kept(NamedTuple):
    """A calibration, and the p-value of promises that are kept."""

    calibration: Calibration
    p: float


def calibrations(evidence: Evidence) -> tuple[Kept, ...]:
    """Of the second of two classes, of each of several (the most frequent ten), or of a number."""
    if evidence.task == "regression":
        return (_calibration(evidence, evidence.prediction.astype(np.float64), evidence.y.astype(np.float64), ""),)
    counts = np.bincount(evidence.y, minlength=len(evidence.classes))
    told = [1] if evidence.task == "binary" else np.argsort(-counts, kind="stable")[:_CLASSES].tolist()
    shares = evidence.prediction.astype(np.float64)
    return tuple(
        _calibration(evidence, shares[:, c], (evidence.y == c) + 0.0, str(evidence.classes[c]))
        for c in told
        if counts[c]
    )


def _calibration(evidence: Evidence, promised: Array, came: Array, answer: str) -> Kept:
    count = int(np.clip(len(promised) // _BIN, 1, _BINS))
    edges = np.unique(np.quantile(promised, np.arange(1, count) / count))
    place = np.searchsorted(edges, promised, side="right")
    bins, weights, surprise = [], [], 0.0
    for number in np.unique(place):
        rows = np.flatnonzero(place == number)
        weight, groups = at(evidence, rows)
        ranged = mean_range if evidence.task == "regression" else share_range
        said = float(np.average(promised[rows], weights=weight))
        bins.append(Bin(promised=said, came=ranged(came[rows], weight, groups), rows=len(rows)))
        weights.append(len(rows) if weight is None else float(weight.sum()))
        off = came[rows] - promised[rows]
        spread = variance(off, weight, groups)
        if evidence.task != "regression":  # where none or all came true, rows alone say nothing of their spread
            inside = promised[rows] * (1 - promised[rows])
            own = np.ones(len(rows)) if weight is None else weight
            spread = max(spread, float(own**2 @ inside / own.sum() ** 2))
        surprise += float(np.average(off, weights=weight)) ** 2 / max(spread, 1e-300)
    error = np.average([abs(b.promised - b.came.value) for b in bins], weights=weights)
    return Kept(Calibration(tuple(bins), float(error), answer), float(chdtrc(len(bins), surprise)))


def uncalibrated(evidence: Evidence, kept: tuple[Kept, ...]) -> tuple[Finding, ...]:
    """One finding for the calibration that is furthest off, if it is so by more than chance and by enough to matter."""
    broken = [k for k in kept if k.p < _LEVEL / len(kept) and k.calibration.error >= _matters(evidence, k.calibration)]
    if not broken:
        return ()
    worst = max(broken, key=lambda k: k.calibration.error).calibration
    bin = max(worst.bins, key=lambda b: abs(b.promised - b.came.value) * math.sqrt(b.rows))
    if worst.answer:
        said = (
            f"Where the model says that {worst.answer!r} has a probability of {_percent(bin.promised)}, it comes true "
        )
        came = f"in {_percent(bin.came.value)} of the rows ({_percent(bin.came.low)} to {_percent(bin.came.high)})"
        trait = _trait(worst)
        remedy = "Read its probabilities as an order, not as shares; or set the threshold by costs on rows of your own."
    else:
        said = f"Where the model predicts {shown(bin.promised)} on average, the truth is "
        came = f"{shown(bin.came.value)} ({shown(bin.came.low)} to {shown(bin.came.high)})"
        trait = "predictions are off"
        remedy = "Look at what is peculiar about these rows, and for a column that tells it."
    what = f"{said}{came}: {trait} by {_size(worst)} on average."
    return (Finding(code="uncalibrated", severity="warning", message=what, remedy=remedy),)


def _matters(evidence: Evidence, found: Calibration) -> float:
    if not found.answer:
        return _OFF_NUMBER * float(np.std(evidence.y.astype(np.float64)))
    rows = np.array([b.rows for b in found.bins])
    base = float(np.average([b.came.value for b in found.bins], weights=rows))
    return min(_OFF, _OFF_RARE * min(base, 1 - base))


def _trait(found: Calibration) -> str:
    """Too sure (probabilities further from the middle than what came true), too careful, too high or too low."""
    rows = np.array([b.rows for b in found.bins], float)
    said, came = (np.array(values) for values in zip(*((b.promised, b.came.value) for b in found.bins), strict=True))
    off = said - came
    lean = float(np.average(off, weights=rows))
    if abs(lean) > 0.7 * found.error:
        return "probabilities are too high" if lean > 0 else "probabilities are too low"
    tilt = float(np.average((said - np.average(said, weights=rows)) * off, weights=rows))
    return "the model is too sure of itself, off" if tilt > 0 else "the model is too careful, off"


def _size(found: Calibration) -> str:
    return f"{100 * found.error:.1f} points" if found.answer else shown(found.error)


def coverage(evidence: Evidence, sensitive: tuple[Cut, ...]) -> Coverage | None:
    """How often intervals or label sets hold the truth: over all, by quarters of the prediction or by class, and by the
    groups of sensitive columns."""
    held = evidence.held
    if held is None or not len(held.rows):
        return None
    weight, groups = at(evidence, held.rows)
    parts = {name: rows for name, rows in _parts(evidence, held, sensitive) if len(rows) >= _PART}
    return Coverage(
        promised=PROMISED,
        held=share_range(held.holds, weight, groups),
        width=float(np.average(held.widths, weights=weight)),
        parts={name: share_range(held.holds[rows], *at(evidence, held.rows[rows])) for name, rows in parts.items()},
    )


def _parts(evidence: Evidence, held: Held, sensitive: tuple[Cut, ...]) -> list[tuple[str, Array]]:
    """Parts by name, as places among the rows that tell of coverage."""
    found = []
    if evidence.task == "regression":
        answer = evidence.prediction[held.rows]
        edges = np.unique(np.quantile(answer, [0.25, 0.5, 0.75]))
        place = np.searchsorted(edges, answer, side="left")
        ends = ["", *(shown(float(e)) for e in edges), ""]
        for part in range(len(edges) + 1):
            low, high = ends[part], ends[part + 1]
            name = f"above {low}" if not high else f"{high} or less" if not low else f"{low} to {high}"
            found.append((f"prediction: {name}", np.flatnonzero(place == part)))
    else:
        truth = evidence.y[held.rows]
        found += [(f"truth: {label}", np.flatnonzero(truth == c)) for c, label in enumerate(evidence.classes)]
    for cut in sensitive:
        codes = cut.codes[held.rows]
        found += [(cut.where(code), np.flatnonzero(codes == code)) for code in range(len(cut.names))]
    return found


def uneven(found: Coverage | None, task: TaskKind) -> tuple[Finding, ...]:
    """That intervals or sets hold less than they promise, over all or in a part, by more than chance."""
    if found is None:
        return ()
    least, what = found.promised - _SHORT, "intervals" if task == "regression" else "label sets"
    looks = 1 + len(found.parts)
    worst_first = sorted(found.parts.items(), key=lambda item: item[1].value)
    short = [name for name, part in worst_first if widened(part, looks).high < least]
    if not short and widened(found.held, looks).high >= least:
        return ()
    told = [f"{_percent(found.parts[name].value)} where {name}" for name in short[:3]]
    where = f"{_percent(found.held.value)} of all rows" + (f", but in {', '.join(told)}" if told else "")
    message = f"The {what} promise to hold the truth in {_percent(found.promised)} of the rows. They do in {where}."
    remedy = f"Take the {what} as too narrow there, and bring more such rows."
    return (Finding(code="uneven-coverage", severity="warning", message=message, remedy=remedy),)


def cutoff(evidence: Evidence, costs: Mapping[str, float]) -> Cutoff | None:
    """What answers cost on average at the threshold, and at one half; None where nobody said what they cost."""
    if not costs or evidence.task != "binary" or evidence.threshold is None:
        return None
    p = evidence.prediction[:, 1]
    paid, usual = (metrics.costs_of(evidence.y, p, t, costs) for t in (evidence.threshold, 0.5))
    return Cutoff(
        threshold=evidence.threshold,
        cost=mean_range(paid, evidence.weight, evidence.groups),
        usual=float(np.average(usual, weights=evidence.weight)),
        saved=mean_range(usual - paid, evidence.weight, evidence.groups),
    )


def by_costs(evidence: Evidence, found: Cutoff | None) -> tuple[Finding, ...]:
    """What deciding by costs brings."""
    if found is None:
        return ()
    yes, cost = str(evidence.classes[1]), found.cost
    message = (
        f"By the costs that you named, {yes!r} is answered from a probability of {shown(found.threshold)} on. "
        f"That costs {shown(cost.value)} a row on average ({shown(cost.low)} to {shown(cost.high)}), against "
        f"{shown(found.usual)} with one half."
    )
    return (Finding(code="costs-cutoff", severity="info", message=message),)


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%" if 0.02 <= share <= 0.98 else f"{100 * share:.1f}%"
