"""The rules of the decision, each with its reason in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mlwright.contracts.records import Decision, Finding, Score
from mlwright.metrics import METRICS, shown

ROWS, CLASS_ROWS, GROUPS = 100, 20, 10
PERFECT = {"roc_auc": 0.9995, "balanced_accuracy": 0.999, "r2": 0.9995}
PARITY = 1e-5
CONSTANT = "constant"


@dataclass(frozen=True)
class Standing:
    """What the rules look at: all ``scores``, that of the main metric (its ``title``) first, and by how much it is
    ahead of each baseline.

    ``gains`` above 0 mean better, whatever the metric; ``counts`` are the rows of each class. Where rows came in time,
    ``periods`` are the main metric in each and ``ahead`` its gains over the constant.
    """

    title: str
    scores: tuple[Score, ...]
    baselines: Mapping[str, Score]
    gains: Mapping[str, Score]
    rows: int
    counts: Mapping[str, int]
    groups: int | None
    findings: tuple[Finding, ...]
    difference: float
    periods: tuple[float, ...] = ()
    ahead: tuple[float, ...] = ()

    @property
    def score(self) -> Score:
        """The main metric's: the first."""
        return self.scores[0]


def decide(standing: Standing) -> tuple[Decision, tuple[str, ...]]:
    """Refuse what is no better than a constant, hold what can't be trusted, else ship; and why, weightiest first."""
    against, better = _against_constant(standing)
    doubts = (*_flawed(standing), *_too_good(standing), *_too_few(standing), *_fails_at_times(standing))
    remarks = (*_against_simpler(standing), *_few_groups(standing), *_moves(standing))
    decision: Decision = "refuse" if not better else "hold" if doubts else "ship"
    order = (*doubts, against) if decision == "hold" else (against, *doubts)
    return decision, (*order, *remarks)


def _against_constant(standing: Standing) -> tuple[str, bool]:
    gain, reached = standing.gains[CONSTANT], shown(standing.baselines[CONSTANT].value)
    if gain.low > 0:
        return f"Better than always giving the same answer: {stated(standing)}, against {reached}.", True
    reason = (
        f"No better than always giving the same answer, as far as {standing.rows:,} rows can tell: "
        f"{stated(standing)}, against {reached}. The gain lies between {_ranged(gain)} and may be none."
    )
    return reason, False


def _flawed(standing: Standing) -> tuple[str, ...]:
    """Findings that make the number a lie, and a graph that doesn't do what was judged."""
    severe = tuple(f"{f.message} {f.remedy}".strip() for f in standing.findings if f.severity == "severe")
    if standing.difference <= PARITY:
        return severe
    apart = f"What is served differs from what was judged by up to {standing.difference:.2g} (allowed: {PARITY:g})."
    return (*severe, apart)


def _too_good(standing: Standing) -> tuple[str, ...]:
    for score in standing.scores:
        limit = PERFECT.get(score.metric)
        ranks_many = score.metric == "roc_auc" and len(standing.counts) > 2  # near 1 by nature with many classes
        if limit is not None and score.value >= limit and not ranks_many:
            found = f"{METRICS[score.metric].title} {shown(score.value)} (suspicious from {limit} on)"
            advice = (
                "Data from life is rarely that clear. Look for a column that is only known, or only filled in, after "
                "the outcome; if there is none, the model may be used."
            )
            return (f"Too good to be true: {found}. {advice}",)
    return ()


def _too_few(standing: Standing) -> tuple[str, ...]:
    reasons = []
    if standing.rows < ROWS:
        reasons.append(
            f"Only {standing.rows} rows stand behind the number, and fewer than {ROWS} say little about the next ones. "
            "Bring more rows."
        )
    rare = {label: count for label, count in standing.counts.items() if count < CLASS_ROWS}
    if rare:
        named = ", ".join(f"{label!r} ({count})" for label, count in list(rare.items())[:5])
        more = f" and {len(rare) - 5} more" if len(rare) > 5 else ""
        reasons.append(
            f"Too few rows of some classes stand behind the number: {named}{more}; {CLASS_ROWS} are needed to say how "
            "well a class is recognised. Bring more rows of them, or merge them."
        )
    return tuple(reasons)


def _against_simpler(standing: Standing) -> tuple[str, ...]:
    return tuple(
        f"The {name} may be enough: it reaches {shown(standing.baselines[name].value)}, and the gain over it "
        f"(between {_ranged(gain)}) may be none."
        for name, gain in standing.gains.items()
        if name != CONSTANT and gain.low <= 0
    )


def _few_groups(standing: Standing) -> tuple[str, ...]:
    if standing.groups is None or standing.groups >= GROUPS:
        return ()
    return (f"The rows come from {standing.groups} groups only, so the interval is a rough one.",)


def _fails_at_times(standing: Standing) -> tuple[str, ...]:
    worse = sum(gain <= 0 for gain in standing.ahead)
    if not worse:
        return ()
    reason = (
        f"In {worse} of {len(standing.ahead)} periods of time it was no better than always giving the same answer. "
        "Look at what changed then; a model that learns anew more often may follow."
    )
    return (reason,)


def _moves(standing: Standing) -> tuple[str, ...]:
    if not standing.periods:
        return ()
    low, high = shown(min(standing.periods)), shown(max(standing.periods))
    return (f"From period to period the {standing.title} moved between {low} and {high}: the next may lie there too.",)


def stated(standing: Standing) -> str:
    """``"ROC AUC 0.8432 (95% interval 0.8211 to 0.8644)"``."""
    score = standing.score
    return f"{standing.title} {shown(score.value)} (95% interval {shown(score.low)} to {shown(score.high)})"


def _ranged(gain: Score) -> str:
    return f"{_rough(gain.low)} and {_rough(gain.high)}"


def _rough(value: float) -> str:
    return shown(float(f"{value:.2g}"))
