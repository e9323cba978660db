"""A model's number, and what goes with it, in the words of somebody outside the field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mlwright.contracts.records import Notation, Score, Target, Verdict
from mlwright.contracts.report import Report
from mlwright.contracts.wording import percent, spoken
from mlwright.metrics import known, shown, title
from mlwright.report.words import direction, span

_RANKS = "Shown one row of each kind, it knows which is which {} times in 100. A coin would {} times."
_TIMES = {
    "accuracy": "Of 100 rows it answers {} right.",
    "balanced_accuracy": "Of 100 rows of a class it answers {} right, on the average of the classes.",
    "precision": "Of 100 rows that it answers “{yes}”, {} are.",
    "recall": "Of 100 rows that are “{yes}”, it finds {}.",
    "average_precision": "Of the rows that it calls most likely “{yes}”, {} in 100 are, on average.",
}
_UNITS = {
    "rmse": "So far off is a typical answer, where large errors count more than small ones.",
    "mae": "So far off is an answer on average.",
    "median_absolute_error": "Half of the answers are nearer to the truth than this.",
}
_SHARES = {
    "r2": "So much of the ups and downs of the number it explains; 0% is no better than always saying the mean.",
    "mape": "So far off the true value is an answer on average.",
}


class Number(NamedTuple):
    """A number large enough for a first look, what it says, between which it may move, and how engineers write it."""

    big: str
    says: str
    moves: str
    exact: str


def number(verdict: Verdict, target: Target) -> Number:
    """The verdict's number. Where its metric has no plain words, the share of right answers stands for it."""
    score = verdict.score
    exact = f"{title(score.metric)} {shown(score.value)} ({span(score)}), {direction(verdict)}"
    told = _plain(score, target) or next(
        (_plain(s, target) for s in verdict.scores if s.metric == "accuracy" and target.classes), None
    )
    if told is None:
        measured = known(verdict.metric, verdict.measure)
        told = (shown(score.value), "" if measured is None else measured.about, span(score))
    return Number(*told, exact)


def _plain(score: Score, target: Target) -> tuple[str, str, str] | None:
    name, yes = score.metric, str(target.classes[1])[:30] if len(target.classes) == 2 else "its class"
    if name == "roc_auc" and target.classes:
        return _hundreds(score, _RANKS.format(hundred(score.value), 50))
    if name in _TIMES:
        return _hundreds(score, _TIMES[name].format(hundred(score.value), yes=yes))
    if name in _UNITS:
        return (
            f"off by {worth(score.value, target)}",
            _UNITS[name],
            f"{worth(score.low, target)} to {worth(score.high, target)}",
        )
    if name in _SHARES:
        return percent(score.value), _SHARES[name], f"{percent(score.low)} to {percent(score.high)}"
    return None


def _hundreds(score: Score, says: str) -> tuple[str, str, str]:
    return f"{hundred(score.value)} in 100", says, f"{hundred(score.low)} to {hundred(score.high)}"


def hundred(share: float) -> str:
    """So many of 100; never all of them when it is not all, nor none."""
    times = 100 * share
    if 0 < times < 1 or 99 < times < 100:
        return f"{min(max(times, 0.1), 99.9):.1f}"
    return f"{times:.0f}"


def unit(target: Target) -> str:
    """What the target's numbers are counted in; "" if nobody said so."""
    return unit_of(target.notation)


def unit_of(notation: Notation | None) -> str:
    """What numbers that are written so are counted in."""
    found = notation.unit if notation is not None else ""
    return {":": "s", "P": "s"}.get(found, found)


def worth(value: float, target: Target) -> str:
    """A value of the target with its unit."""
    name = unit(target)
    return f"{spoken(value)} {name}" if name else spoken(value)


def answered(value: float, target: Target) -> str:
    """An answer of the model: a probability, or a number with its unit."""
    return percent(value) if target.classes else worth(value, target)


def errors(verdict: Verdict, target: Target) -> Iterator[str]:
    """What kind of errors it makes, a sentence each."""
    scores = {score.metric: score for score in verdict.scores}
    if not target.classes:
        for name, say in (("mae", "on average"), ("median_absolute_error", "for every second answer, or less")):
            if name in scores:
                yield f"An answer is off by {worth(scores[name].value, target)} {say}."
        if "r2" in scores and scores["r2"].value > 0:
            yield f"It explains {percent(scores['r2'].value)} of the ups and downs of the number."
        return
    yield from _mistaken(verdict.confusion, [str(name)[:40] for name in target.classes])


def _mistaken(table: Sequence[Sequence[int]], names: Sequence[str]) -> Iterator[str]:
    total, right = sum(map(sum, table)), sum(row[i] for i, row in enumerate(table))
    if not total:
        return
    yield f"Of {total:,} rows, {right:,} are answered right ({percent(right / total)})."
    if len(names) == 2:
        told, there = table[0][1] + table[1][1], sum(table[1])
        if there:
            yield f"Of 100 rows that are “{names[1]}”, it finds {hundred(table[1][1] / there)}."
        if told:
            yield f"Where it says “{names[1]}”, that is right {hundred(table[1][1] / told)} times in 100."
        return
    count, i, j = max((count, i, j) for i, row in enumerate(table) for j, count in enumerate(row) if i != j)
    if count:
        yield f"Most often mistaken: “{names[i]}” for “{names[j]}”, in {count:,} of {sum(table[i]):,} rows."


def judged(report: Report) -> str:
    """On which rows it was judged, in a sentence."""
    rows, sealed = report.verdict.rows, report.table.sealed
    if sealed == "test":
        return f"It was judged on the {rows:,} rows of test data that were given, which it never saw."
    if sealed == "rows":
        return f"It was judged on {rows:,} rows that were put aside before anything was learnt."
    return f"It was judged on {rows:,} rows, each by models that had not seen it."


def heeded(report: Report) -> str:
    """What the judging had to heed, in a sentence; "" if nothing."""
    split = report.table.split
    column = split.column or (report.problem.time if split.kind == "time" else report.problem.group)
    found = " Nobody said so; it was found in the data." if split.inferred else ""
    if split.kind == "time":
        order = f"in the order of “{column}”" if column else "as they lie, in the order of time"
        return f"Rows were taken {order}: each was predicted from earlier ones alone.{found}"
    if split.kind == "group":
        return f"Rows that share “{column}” belong together: none was predicted with the help of another.{found}"
    return ""
