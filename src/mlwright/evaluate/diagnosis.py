"""What keeps a model from being better, from its predictions and what was measured on the way: each finding names its
evidence and the next thing to try."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from mlwright.contracts.insight import Diagnosis, Growth, Range, Tried
from mlwright.contracts.records import Finding, Label, Severity
from mlwright.evaluate.drift import drift
from mlwright.evaluate.evidence import Array
from mlwright.evaluate.noise import Noise, ceiling, errors, noise
from mlwright.evaluate.unfit import unfit
from mlwright.metrics import Metric, score, shown
from mlwright.metrics.disagreement import doubted

_GOOD = 0.05  # of what the best single model explains, that another may be behind and is still as good
_HEART = 0.25  # of the target's variance, explained of rows learnt from alone, that says "by heart"
_LEFT = 0.05  # of the error that can surely be learnt, where something is told of it
_WORTH = 0.05  # of what the model is ahead of a constant, that more rows would have to bring
_DROPPED, _FEW = 0.25, 3  # share and number of columns without which it is as good
_AGREE = 0.5  # share of the ensemble's weights that samples of the rows agree on
_SUSPECTS, _NAMED, _MANY = 1000, 10, 0.01


@dataclass(frozen=True)
class Gap:
    """A single trial on some of the rows that it learnt from (``seen``) and on those that it did not: the main metric,
    and the squared error (of all classes together) as in `errors`."""

    trial: str
    seen: float
    reached: float
    seen_error: float
    error: float


@dataclass(frozen=True)
class Fewer:
    """The best single trial without columns that tell it nothing: which, of how many, and what that gained."""

    dropped: tuple[str, ...]
    columns: int
    gain: Range


@dataclass(frozen=True, eq=False)
class Checkup:
    """What is diagnosed: out-of-fold predictions as in `Evidence`, each row's ``fold`` and place in the data
    (``rows``; None: not known), and what was measured. ``x`` are numbers by which rows are near, (m,) by name of their
    column, for the m rows ``near`` (None: all). ``ordered``: the folds follow each other in time. ``agreement`` is the
    share of the ensemble's weights that samples of the rows choose again."""

    metric: Metric
    classes: tuple[Label, ...]
    y: Array
    prediction: Array
    fold: Array
    x: Mapping[str, Array]
    near: Array | None = None
    rows: Array | None = None
    groups: Array | None = None
    threshold: float | None = None
    ordered: bool = False
    sampled: bool = False
    gaps: tuple[Gap, ...] = ()
    growth: Growth | None = None
    fewer: Fewer | None = None
    agreement: float | None = None
    tried: tuple[Tried, ...] = field(default=())

    @property
    def worth(self) -> float:
        """By how much the model's score is ahead of a constant's."""
        flat = np.broadcast_to(self.prediction.mean(axis=0), self.prediction.shape)
        return abs(self.score - score(self.metric, self.y, flat, self.threshold))

    @property
    def score(self) -> float:
        """The main metric."""
        return score(self.metric, self.y, self.prediction, self.threshold)

    @property
    def spread(self) -> float:
        """The squared error of a constant."""
        return float(np.square(errors(self.y, np.broadcast_to(self._mean, self.prediction.shape))).sum(axis=1).mean())

    @property
    def _mean(self) -> Array:
        if self.prediction.ndim == 1:
            return np.asarray(self.y.mean())
        return np.asarray(np.bincount(self.y, minlength=self.prediction.shape[1]) / len(self.y))


def diagnose(checkup: Checkup) -> Diagnosis:
    """The diagnosis, weightiest findings first. The same checkup gives the same one."""
    left = _noise(checkup)
    reach = None if left is None else ceiling(checkup.metric, checkup.y, checkup.prediction, left, checkup.threshold)
    moved: tuple[Finding, ...] = ()
    if checkup.ordered:
        moved = drift(checkup.y, checkup.prediction, checkup.fold, checkup.x, checkup.growth)
    # Where what holds has changed, rows of the other time look mislabelled, and too hard to learn.
    suspects = doubted(checkup.y, checkup.prediction)[: 0 if moved else None]
    under = () if moved else _underfitting(checkup, left, reach)
    findings = (
        *unfit(checkup.metric, checkup.y, checkup.prediction, checkup.classes),
        *_label_noise(checkup, suspects),
        *moved,
        *under,
        *_overfitting(checkup),
        *_too_many(checkup),
        *_growth(checkup),
        *_unstable(checkup),
        *(() if under or moved else _ceiling(checkup, left, reach)),
        *_iterated(checkup),
    )
    growth = checkup.growth
    places = () if checkup.rows is None else tuple(int(r) for r in checkup.rows[suspects[:_SUSPECTS]])
    return Diagnosis(
        curve=growth.rungs if growth else (),
        ahead=growth.ahead if growth else (),
        more=growth.more if growth else 0,
        gain=growth.gain if growth else None,
        ceiling=reach,
        suspects=places,
        tried=checkup.tried,
        findings=tuple(sorted(findings, key=lambda finding: finding.severity == "info")),
    )


def _noise(checkup: Checkup) -> Noise | None:
    if not checkup.x:
        return None
    rows = np.arange(len(checkup.y)) if checkup.near is None else checkup.near
    groups = None if checkup.groups is None else checkup.groups[rows]
    x = np.stack(list(checkup.x.values()), axis=1)
    return noise(x, checkup.y[rows], checkup.prediction[rows], checkup.fold[rows], groups)


def _underfitting(checkup: Checkup, left: Noise | None, reach: Range | None) -> tuple[Finding, ...]:
    """The error of rows that were learnt from is above the noise: even what was shown can't be learnt."""
    if left is None or reach is None or not checkup.gaps:
        return ()
    best = min(checkup.gaps, key=lambda gap: gap.error)
    if left.common.low < _LEFT * left.error or best.seen_error <= left.error - left.common.low:
        return ()
    title = checkup.metric.title
    message = (
        f"The models are too simple for this table: near rows are missed in the same direction, which is "
        f"{left.common.value / left.error:.0%} of the squared error ({_shares(left)}), and the best single one does no "
        f"better on rows that it learnt from ({title} {shown(best.seen)}). A perfect model would reach about "
        f"{shown(reach.value)} ({_ranged(reach)}); this one reaches {shown(checkup.score)}."
    )
    remedy = (
        "Give more time, so that larger models are tried, or combine columns yourself; --iterate tries larger ones."
    )
    return (Finding(code="underfitting", severity="warning", message=message, remedy=remedy),)


def _ceiling(checkup: Checkup, left: Noise | None, reach: Range | None) -> tuple[Finding, ...]:
    if left is None or reach is None:
        return ()
    title, now = checkup.metric.title, shown(checkup.score)
    if left.common.low >= _LEFT * left.error:
        message = (
            f"Near rows are missed in the same direction: {left.common.value / left.error:.0%} of the squared error "
            f"({_shares(left)}) could be learnt. A perfect model would reach {title} {shown(reach.value)} "
            f"({_ranged(reach)}); this one reaches {now}."
        )
        remedy = (
            "More rows or a longer budget help; so do columns that say outright what models have to piece together."
        )
        return (Finding(code="noise-ceiling", severity="info", message=message, remedy=remedy),)
    if left.common.high > 2 * _LEFT * left.error:
        return ()  # it may be either
    message = (
        f"As far as {left.pairs:,} pairs of near rows can tell, what is left is noise: a perfect model of these "
        f"columns would reach {title} {shown(reach.value)} ({_ranged(reach)}), and this one reaches {now}."
    )
    remedy = "Other models will hardly help. What else is known of a row? Further columns might."
    return (Finding(code="noise-ceiling", severity="info", message=message, remedy=remedy),)


def _overfitting(checkup: Checkup) -> tuple[Finding, ...]:
    """Even the calmest of the good single models explains far more of the rows that it learnt from. (That some good
    model does says little: a forest repeats what it saw by nature.)"""
    if not checkup.gaps:
        return ()
    spread, best = checkup.spread, min(gap.error for gap in checkup.gaps)
    good = [gap for gap in checkup.gaps if gap.error <= best + _GOOD * max(spread - best, 0.0)]
    calm = max(good, key=lambda gap: gap.seen_error / max(gap.error, 1e-300))
    seen, out = 1 - calm.seen_error / spread, 1 - calm.error / spread
    if seen - max(out, 0.0) < _HEART or out > 0.75 * seen:
        return ()
    severity: Severity = "warning" if out < 0.5 * seen else "info"
    message = (
        f"The models learn by heart: {calm.trial}, the calmest of the best single ones, has {checkup.metric.title} "
        f"{shown(calm.seen)} on rows that it learnt from and {shown(calm.reached)} on others (of the target's variance "
        f"it explains {seen:.0%} and {max(out, 0.0):.0%})."
    )
    remedy = "Bring more rows, or drop columns that say little; --iterate tries calmer models and fewer columns."
    return (Finding(code="overfitting", severity=severity, message=message, remedy=remedy),)


def _too_many(checkup: Checkup) -> tuple[Finding, ...]:
    fewer = checkup.fewer
    if fewer is None or len(fewer.dropped) < max(_FEW, _DROPPED * fewer.columns):
        return ()
    better = fewer.gain.low > 0
    if not better and fewer.gain.value < -0.02 * checkup.worth:
        return ()
    title, gained = checkup.metric.title, fewer.gain
    told = f"{'better' if better else 'as good'} ({title} better by {shown(gained.value)}, {_ranged(gained)})"
    message = (
        f"{len(fewer.dropped)} of {fewer.columns} columns tell one of the best single models nothing: without them it "
        f"is {told}: {_listed(fewer.dropped)}."
    )
    remedy = "Leave them out: what is not read can't drift, break or leak. --iterate tries models without them."
    return (Finding("too-many-features", "warning" if better else "info", message, remedy=remedy),)


def _growth(checkup: Checkup) -> tuple[Finding, ...]:
    growth, title = checkup.growth, checkup.metric.title
    if growth is None:
        return ()
    first, last = growth.rungs[0], growth.rungs[-1]
    begun = (
        f"One of the best single models has {title} {shown(first.score.value)} when it learns from {first.rows:,} rows "
        f"and {shown(last.score.value)} from {last.rows:,}"
    )
    if not growth.falls:
        message = f"{begun}: there is no sign that more rows would make it better."
        return (Finding(code="learning-curve", severity="info", message=message),)
    if checkup.sampled:
        to = growth.ahead[0]
        message = (
            f"{begun}. If it goes on like this, {to.rows:,} rows would bring about {shown(to.score.value)} "
            f"({_ranged(to.score)})."
        )
        remedy = "Is that worth it? Then give more time and memory."
        return (Finding(code="learning-curve", severity="warning", message=message, remedy=remedy),)
    message = (
        f"{begun}. If it goes on like this, {growth.more:,} more rows would make it better by "
        f"{shown(growth.gain.value)} ({_ranged(growth.gain)})."
    )
    if growth.gain.low > 0 and growth.gain.value >= _WORTH * checkup.worth:
        remedy = "Gather more rows, if you can: it is what helps most surely."
        return (Finding(code="too-little-data", severity="warning", message=message, remedy=remedy),)
    remedy = "Rows help little by now; look at columns and models first."
    return (Finding(code="learning-curve", severity="info", message=message, remedy=remedy),)


def _label_noise(checkup: Checkup, suspects: Array) -> tuple[Finding, ...]:
    if len(suspects) < _FEW:
        return ()
    share = len(suspects) / len(checkup.y)
    what = "a value far from" if checkup.prediction.ndim == 1 else "another label than"
    named = "" if checkup.rows is None else ": rows " + ", ".join(f"{r:,}" for r in checkup.rows[suspects[:_NAMED]])
    more = f" and {len(suspects) - _NAMED:,} more" if checkup.rows is not None and len(suspects) > _NAMED else ""
    counted = "" if checkup.rows is None else " (counted from 0)"
    told = f"{named}{more}{counted}"
    message = f"{len(suspects):,} rows ({share:.1%}) have {what} models that did not see them are sure of{told}."
    remedy = "Look at them first: who labels them anew gains more than by other models. --iterate learns without them."
    return (Finding("label-noise", "warning" if share >= _MANY else "info", message, remedy=remedy),)


def _unstable(checkup: Checkup) -> tuple[Finding, ...]:
    if checkup.agreement is None or checkup.agreement >= _AGREE:
        return ()
    message = (
        f"Which models make the ensemble rests on chance: samples of these rows choose {checkup.agreement:.0%} of it "
        "again, so several are about equally good."
    )
    remedy = "A simpler, faster one may serve as well (--max-latency, --max-size). More rows make the choice firm."
    return (Finding(code="unstable-selection", severity="info", message=message, remedy=remedy),)


def _iterated(checkup: Checkup) -> tuple[Finding, ...]:
    if not checkup.tried:
        return ()
    parts = [
        f"{one.trial} for {one.code} (better by {shown(one.gain.value)}, {_ranged(one.gain)}; "
        + (f"{one.weight:.0%} of the ensemble)" if one.weight else "not taken)")
        for one in checkup.tried
    ]
    told = ", ".join(parts)
    message = f"What the first round's diagnosis prescribed was tried, by {checkup.metric.title}: {told}."
    return (Finding(code="iterated", severity="info", message=message),)


def _shares(left: Noise) -> str:
    return f"{left.common.low / left.error:.0%} to {left.common.high / left.error:.0%}"


def _ranged(found: Range) -> str:
    return f"{shown(found.low)} to {shown(found.high)}"


def _listed(names: tuple[str, ...]) -> str:
    rest = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(map(repr, names[:_NAMED])) + rest
