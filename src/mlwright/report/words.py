"""The words for what the records hold, shared by the pages."""

from __future__ import annotations

from collections.abc import Iterable

from mlwright.contracts.records import Decision, Finding, Score, Severity, TrialSpec, Verdict
from mlwright.metrics import known, shown

MEANING: dict[Decision, str] = {
    "ship": "The model may be used for rows like those it was trained on.",
    "hold": "Look at the reasons before the model is used: the number below may not be what new rows will show.",
    "refuse": "Don't use the model: it does no better than always giving the same answer.",
}
PREDICTORS = {
    "constant": "always the same answer",
    "small tree": "a small decision tree",
    "linear model": "a plain linear model",
}
_WEIGHT: dict[Severity, int] = {"severe": 0, "warning": 1, "info": 2}


def span(score: Score) -> str:
    """The interval: ``"0.8211 to 0.8644"``."""
    return f"{shown(score.low)} to {shown(score.high)}"


def direction(verdict: Verdict) -> str:
    """Which way the verdict's metric is better."""
    metric = known(verdict.metric, verdict.measure)
    return "higher is better" if metric is not None and metric.greater_is_better else "lower is better"


def baselines(verdict: Verdict) -> list[tuple[str, Score]]:
    """The simpler predictors, in words."""
    return [(PREDICTORS.get(name, name), score) for name, score in verdict.baselines.items()]


def by_weight(findings: Iterable[Finding]) -> list[Finding]:
    """Each finding once, severe ones first."""
    return sorted(dict.fromkeys(findings), key=lambda f: _WEIGHT[f.severity])


def learner(spec: TrialSpec) -> str:
    """A trial's learner, and what is particular about it."""
    return spec.learner + (" (baseline)" if spec.baseline else "" if spec.floor is None else " of the logarithm")


def size(count: float) -> str:
    """Bytes as people read them."""
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} GB"
