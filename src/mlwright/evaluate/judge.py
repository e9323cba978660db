"""From predictions to a Verdict."""

from __future__ import annotations

import msgspec
import numpy as np

from mlwright.contracts.errors import InputError
from mlwright.contracts.records import Score, Verdict
from mlwright.evaluate.baselines import baselines
from mlwright.evaluate.evidence import Array, Evidence
from mlwright.evaluate.periods import by_period, mean, one_more
from mlwright.evaluate.resample import FEWEST, Draws, Sampled, affordable, prepared, sample
from mlwright.evaluate.rules import CONSTANT, Standing, decide
from mlwright.evaluate.selection import optimism, repeats
from mlwright.metrics import METRICS, Metric, confusion, find, labels, of_task, score, shown

LEAST = 20  # samples that an interval rests on
# Rows drawn anew tell how much a score moves by its rows, and not that the model that ships is one of many that such
# rows might have made: intervals of cross-validation hold too seldom (Bates, Hastie and Tibshirani 2024,
# doi 10.1080/01621459.2023.2197686). How much is measured: docs/decisions/0019.
WIDER = 1.2
_MOVED = "The number is the mean over periods of time, and the interval says where that of one more period may lie."


def judge(evidence: Evidence, seed: int) -> Verdict:
    """Measure, correct for the choice, compare and decide. The same evidence and seed give the same verdict.

    Raises InputError if there are no rows or the metric doesn't fit the task.
    """
    main = find(evidence.metric, evidence.task)
    metrics = of_task(evidence.task, main)
    _require_rows(evidence.y)
    counts = _counts(evidence)
    model = {m.name: prepared(m, evidence, evidence.prediction) for m in metrics}
    rivals = {b: prepared(main, evidence, p) for b, p in baselines(evidence, main).items()}
    times, rows = _affordable(main, evidence, np.array(list(counts.values())))
    draws = Draws(len(evidence.y), evidence.groups, seed, rows)
    told = None if evidence.periods is None else by_period((model, rivals), evidence.periods)
    if told is None:
        ours, theirs = sample((model, rivals), draws, times)
        ahead = ours if evidence.select is None else _wider(ours, metrics, evidence)
    else:
        ours, theirs = ({name: mean(values, seed, times) for name, values in numbers.items()} for numbers in told)
        ahead = {m.name: one_more(told[0][m.name], seed, times).no_better_than(_best(m, evidence), m) for m in metrics}
    cost = optimism(evidence, metrics, seed)
    better = {m.name: 1.0 if m.greater_is_better else -1.0 for m in metrics}
    corrected = {name: seen + -better[name] * cost[name] for name, seen in ours.items()}
    standing = Standing(
        title=main.title,
        scores=tuple((ahead[m.name] + -better[m.name] * cost[m.name]).score(m.name) for m in metrics),
        baselines={b: their.score(main.name) for b, their in theirs.items()},
        gains={b: ((corrected[main.name] - t) * better[main.name]).score(main.name) for b, t in theirs.items()},
        rows=len(evidence.y),
        counts=counts,
        groups=None if evidence.groups is None else draws.units,
        findings=evidence.findings,
        difference=evidence.difference,
        **_in_time(told, main),
    )
    method = _method(evidence, ours[main.name].value, corrected[main.name].value)
    verdict = _verdict(evidence, standing, method if told is None else f"{method.rstrip('.')}. {_MOVED}")
    return verdict if main.name in METRICS else msgspec.structs.replace(verdict, measure=main.measure)


def fresh(evidence: Evidence, seed: int) -> tuple[Score, ...]:
    """All metrics of a finished model's predictions for new rows, with their intervals, the named one first.

    Raises InputError if there are no rows or a class index is not one of the model's.
    """
    y, prediction, task = evidence.y, evidence.prediction, evidence.task
    main = find(evidence.metric, task)
    _require_rows(y)
    if task != "regression" and not (y.min() >= 0 and y.max() < prediction.shape[1]):
        raise InputError(
            "a row is of a class that the model doesn't know", way_out="leave such rows out, or train anew"
        )
    numbers = {m.name: prepared(m, evidence, prediction) for m in of_task(task, main)}
    times, rows = _affordable(main, evidence, None if task == "regression" else np.bincount(y))
    (sampled,) = sample((numbers,), Draws(len(y), evidence.groups, seed, rows), times)
    return tuple(seen.score(name) for name, seen in sampled.items())


def _require_rows(y: Array) -> None:
    if len(y) == 0:
        raise InputError("there are no rows to judge", way_out="bring rows whose target is known")


def _affordable(main: Metric, evidence: Evidence, counts: Array | None) -> tuple[int, int]:
    """How many samples and of how many rows: few for somebody else's function, which may take its time. Half of its
    calls are for the five numbers of each sample."""
    times, rows = affordable(evidence.prediction, counts)
    if main.name in METRICS:
        return times, rows
    most = FEWEST if evidence.calls is None else evidence.calls // 10
    return min(times, FEWEST, max(LEAST, most)), rows


def _in_time(told: tuple[dict[str, Array], ...] | None, main: Metric) -> dict[str, tuple[float, ...]]:
    """The main metric by period, and by how much it is ahead of the constant."""
    if told is None:
        return {}
    ours, constant = told[0][main.name], told[1][CONSTANT]
    ahead = ours - constant if main.greater_is_better else constant - ours
    return {"periods": tuple(ours.tolist()), "ahead": tuple(ahead.tolist())}


def _wider(seen: dict[str, Sampled], metrics: tuple[Metric, ...], evidence: Evidence) -> dict[str, Sampled]:
    """What is seen out of fold, as far as the model that ships may be from it."""
    return {m.name: seen[m.name].widened(WIDER).no_better_than(_best(m, evidence), m) for m in metrics}


def _best(metric: Metric, evidence: Evidence) -> float:
    """What the metric gives for the truth itself."""
    truth = evidence.y if evidence.task == "regression" else np.eye(evidence.prediction.shape[1])[evidence.y]
    return score(metric, evidence.y, truth, evidence.threshold)


def _verdict(evidence: Evidence, standing: Standing, method: str) -> Verdict:
    decision, reasons = decide(standing)
    k = len(evidence.classes)
    answers = labels(evidence.prediction, evidence.threshold) if k else None
    table = () if answers is None else confusion(evidence.y, answers, k).tolist()
    judged = (f"Judged by {standing.title}. {evidence.metric_reason}",) if evidence.metric_reason else ()
    return Verdict(
        decision=decision,
        reasons=(*reasons, *judged),
        metric=standing.score.metric,
        score=standing.score,
        scores=standing.scores,
        baselines=dict(standing.baselines),
        method=method,
        rows=standing.rows,
        confusion=tuple(tuple(row) for row in table),
        findings=evidence.findings,
        threshold=evidence.threshold,
    )


def _counts(evidence: Evidence) -> dict[str, int]:
    k = len(evidence.classes)
    return (
        dict(zip(map(str, evidence.classes), np.bincount(evidence.y, minlength=k).tolist(), strict=True)) if k else {}
    )


def _method(evidence: Evidence, seen: float, corrected: float) -> str:
    if evidence.out_of_fold is None and evidence.select is None:
        return evidence.method
    among = f" among {len(evidence.out_of_fold)} models" if evidence.out_of_fold else ""
    return (
        f"{evidence.method.rstrip('.')}. Corrected for having chosen{among} on these same rows: the choice was made "
        f"again {repeats(evidence)} times on samples of them and judged on the rows left out; uncorrected it is "
        f"{shown(seen)}, corrected {shown(corrected)}."
    )
