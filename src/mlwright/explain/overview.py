"""The whole explanation of a model, and that of single rows, by as many questions to the graph as there is time for."""

from __future__ import annotations

import time
from collections.abc import Sequence

import msgspec
import numpy as np

from mlwright.contracts.insight import Counterfactual, Example, Explanation, Importance
from mlwright.contracts.protocols import Clock
from mlwright.explain import effects, importance, interactions
from mlwright.explain.alike import groups, toward
from mlwright.explain.counterfactual import Goal, counterfactual
from mlwright.explain.examples import example, pick
from mlwright.explain.shapley import background, least
from mlwright.explain.subject import Floats, Subject

ASKED = 150_000  # rows that the graph is asked about in all where nobody waits for a clock
_LOOKED = 1000  # rows that columns are compared on
_TIMED = 128  # rows by which the graph's speed is measured
_SHARES = {"importances": 0.5, "effects": 0.2, "examples": 0.15, "interactions": 0.15}
_OWN = 0.7  # of the time that goes to the graph; the rest is for what is made of its answers
_FIRST = 0.4  # of the time that dealing out may take at most
_WIDE = 200  # columns that are looked at
_ROW = 20_000  # rows that the graph is asked about for the parts of one row


def explain(subject: Subject, clock: Clock | None = None, asked: int = ASKED) -> Explanation:
    """Explain a model by its answers for the subject's rows, or for others made of them.

    The graph is asked about ``asked`` rows or so (the same ones each time), or fewer: as many as it answers before the
    ``clock`` ends. What there is no time for is left out. Importances need the truth. Columns that go together with the
    answers hardly at all are left out of them when there is no time for all.
    """
    clock = clock or Clock()
    told = Explanation(rows=subject.rows, metric="", answer=subject.answer)
    if subject.rows < 2:
        return told
    asked = _affordable(subject, clock, asked)
    if asked < importance.FEWEST * 2:
        return told
    work = {name: int(asked * share) for name, share in _SHARES.items()}
    ask = subject.unseen or subject.model
    together = _together(subject, work["importances"] // importance.FEWEST)
    shaken = importance.shake(subject, ask, together, work["importances"], clock.within(_FIRST * clock.left))
    if shaken is None:
        return told
    found, metric = importance.importances(subject, together, shaken, clock), subject.metric
    told = msgspec.structs.replace(told, importances=found, metric=metric.name if metric and found else "")
    leading = _leading(subject, found, together, shaken.moved)
    if clock.left > 0:
        lines = effects.effects(subject, leading[: effects.COLUMNS], work["effects"], clock)
        told = msgspec.structs.replace(told, effects=lines)
    if clock.left > 0:
        told = msgspec.structs.replace(told, examples=_shown(subject, work["examples"], clock))
    if clock.left > 0:
        pairs = interactions.interactions(subject, leading[: interactions.COLUMNS], work["interactions"])
        told = msgspec.structs.replace(told, interactions=pairs)
    return told


def explain_rows(subject: Subject, rows: Sequence[int], goal: Goal | None = None) -> tuple[Example, ...]:
    """The parts of the answers for some of the subject's rows; and the nearest way to the goal, or, where it is None,
    to the class that comes second."""
    behind = background(subject, max(_ROW, least(subject)))
    if behind is None:
        return ()
    found = []
    for row in rows:
        one = example(subject, subject.model, ("asked", row), behind)
        found.append(msgspec.structs.replace(one, instead=_instead(subject, row, goal)))
    return tuple(found)


def _instead(subject: Subject, row: int, goal: Goal | None) -> Counterfactual | None:
    if goal is None and not subject.classes:
        return None
    if goal is None:
        prediction = subject.model(subject.take(np.array([row])), np.array([row]))
        label = int(subject.labels(prediction)[0])
        order = [int(i) for i in np.argsort(-prediction[0], kind="stable") if i != label]
        goal = Goal(index=order[0])
    return counterfactual(subject, row, goal)


def _shown(subject: Subject, asked: int, clock: Clock) -> tuple[Example, ...]:
    """The rows that show how the model answers."""
    ask = subject.unseen or subject.model
    chosen = pick(subject, ask)
    behind = background(subject, asked // max(1, len(chosen)))
    if behind is None:
        return ()
    return tuple(example(subject, ask, one, behind) for one in chosen if clock.left > 0)


def _affordable(subject: Subject, clock: Clock, asked: int) -> int:
    """Rows that the graph can be asked about before the clock ends."""
    if clock.left == float("inf"):
        return asked
    rows = np.arange(subject.rows)[:_TIMED]
    cells = subject.take(np.resize(rows, _TIMED))
    origin = np.resize(rows, _TIMED)
    for ask in {subject.model, subject.unseen or subject.model}:
        ask(cells, origin)  # the first time takes longer
    started = time.monotonic()
    for ask in (subject.model, subject.unseen or subject.model):
        ask(cells, origin)
    each = (time.monotonic() - started) / (2 * _TIMED)
    return min(asked, max(0, int(_OWN * clock.left / max(each, 1e-9))))


def _few(subject: Subject, most: int) -> Subject:
    if subject.rows <= most:
        return subject
    rows = np.random.default_rng(subject.seed).permutation(subject.rows)[:most]
    return subject.part(np.sort(rows))


def _together(subject: Subject, most: int) -> list[tuple[int, ...]]:
    """The columns in groups that tell the same: at most so many groups, of at most _WIDE columns. Where there are more,
    those are left out that go together least with what the model answers."""
    few = _few(subject, _LOOKED)
    together = groups(few) if len(subject.columns) <= _WIDE else []
    if together and len(together) <= max(1, most):
        return together
    answers = few.aimed(few.model(few.feeds, np.arange(few.rows)))[:, 0]
    strength = toward(few, answers)
    together = together or groups(few, sorted(np.argsort(-strength, kind="stable")[:_WIDE].tolist()))
    order = sorted(range(len(together)), key=lambda i: -max(strength[column] for column in together[i]))
    return [together[i] for i in sorted(order[: max(1, most)])]


def _leading(
    subject: Subject, found: Sequence[Importance], together: Sequence[tuple[int, ...]], moved: Floats
) -> list[int]:
    """Columns by importance; where that is not known, by how much they move the answer."""
    place = {column.name: i for i, column in enumerate(subject.columns)}
    if found:
        return [place[name] for one in found for name in one.columns]
    order = np.argsort(-moved, kind="stable")
    return [column for i in order for column in together[i]]
