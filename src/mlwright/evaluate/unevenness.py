"""Weak slices and uneven groups in plain words."""

from __future__ import annotations

from collections.abc import Sequence

from mlwright.contracts.insight import Gap, Mitigation, Slice
from mlwright.contracts.records import Finding, Severity
from mlwright.evaluate.evidence import Evidence
from mlwright.metrics import find, shown, title

_TOLD = 3  # weak slices that are told as findings
_RATES = {
    "missed": "Of the rows that are {0!r}, {1}% get another answer",
    "alarmed": "Of the rows that are not {0!r}, {1}% are answered with it",
    "wrong": "Of all rows, {1}% are answered wrongly",
}


def weak_spots(evidence: Evidence, slices: Sequence[Slice]) -> tuple[Finding, ...]:
    """The worst slices."""
    main = find(evidence.metric, evidence.task).title
    found = []
    for part in slices[:_TOLD]:
        share, score = _points(part.rows / len(evidence.y)), part.score
        message = (
            f"The model is weaker where {' and '.join(part.where)} ({part.rows:,} rows, {share}%): "
            f"{title(part.metric) if part.metric else main} {shown(score.value)} ({shown(score.low)} to "
            f"{shown(score.high)}), against {shown(part.rest)} elsewhere."
        )
        remedy = "Trust its answers less there; bring more such rows, or columns that tell more about them."
        found.append(Finding(code="weak-slice", severity="info", message=message, remedy=remedy))
    return tuple(found)


def unequal(
    evidence: Evidence, found: Sequence[Gap], remedies: Sequence[Mitigation], named: Sequence[str]
) -> tuple[Finding, ...]:
    """Gaps between the groups of a column: a warning where somebody named the column, else to be known."""
    told = []
    for gap in found:
        known = gap.column in named
        severity: Severity = "warning" if known else "info"
        message = _error(gap) if gap.rate == "error" else _rate(gap, evidence)
        remedy = _advice([m for m in remedies if m.column == gap.column])
        remedy += "" if known else f" If {gap.column!r} must make no difference, name it with --sensitive."
        told.append(Finding("uneven-groups", severity, message, gap.column, remedy))
    return tuple(told)


def unseen(names: Sequence[str]) -> tuple[Finding, ...]:
    """Columns that somebody named and that could not be looked at."""
    message = (
        "{0!r} is named as sensitive, but it could not be looked at: the model does not read it, or it has no two "
    )
    message += "groups of 20 rows or more."
    remedy = "Bring more rows of its groups, or give it as a column that the model reads."
    return tuple(Finding("unseen-groups", "warning", message.format(name), name, remedy) for name in names)


def _error(gap: Gap) -> str:
    most, least = gap.rates[gap.most], gap.rates[gap.least]
    return (
        f"The model errs otherwise by {gap.column!r}: prediction minus truth is {shown(most.value)} on average where "
        f"it is {gap.most}, and {shown(least.value)} where it is {gap.least}."
    )


def _rate(gap: Gap, evidence: Evidence) -> str:
    most, least, size = gap.rates[gap.most], gap.rates[gap.least], gap.size
    share = _RATES[gap.rate].format(str(evidence.classes[-1]), _points(most.value))
    return (
        f"{share} where {gap.column!r} is {gap.most}, "
        f"and {_points(least.value)}% where it is {gap.least}: a gap of {_points(size.value)} points "
        f"({_points(size.low)} to {_points(size.high)})."
    )


def _points(share: float) -> str:
    return f"{100 * share:.0f}"


def _advice(found: Sequence[Mitigation]) -> str:
    if not found:
        return "Look at what is known of each group, and bring more rows of the one that fares worse."
    return " ".join(map(_bought, found)) + " Nothing of it is applied."


def _bought(found: Mitigation) -> str:
    own = ", ".join(f"{group}: {shown(threshold)}" for group, threshold in found.thresholds.items())
    way = f"Thresholds by group ({own})" if own else "Learning from rows weighted so that no group tells the class"
    now = "" if own else f" instead of {_points(found.gap)} (of one single model)"
    worth = "the mean cost" if found.metric == "cost" else title(found.metric)
    left = f"{_points(found.left)} points{now}"
    return f"{way} would leave a gap of {left} and take {worth} from {shown(found.now)} to {shown(found.then)}."
