"""A few rows that show how the model answers: the most typical one, one it is sure of, one it is not, one it got
wrong; and rows that were asked for."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from mlwright.contracts.insight import Example, Part
from mlwright.explain.shapley import Background, shapley
from mlwright.explain.subject import Answers, Floats, Index, Subject, shown

Kind = Literal["typical", "sure", "unsure", "wrong", "asked"]
_LOOKED = 300  # rows that may be shown
_COMPARED = 20_000_000  # cells of two rows that are compared


def pick(subject: Subject, ask: Answers) -> list[tuple[Kind, int]]:
    """Rows to show, each once, with the reason. Of a number there is no telling how sure the model is."""
    looked = min(_LOOKED, int((_COMPARED / max(1, len(subject.columns))) ** 0.5))
    rows = np.sort(np.random.default_rng(subject.seed + 6).permutation(subject.rows)[:looked])
    prediction = ask(subject.take(rows), rows)
    y = None if subject.y is None else subject.y[rows]
    ranked: list[tuple[Kind, Floats]] = [("typical", _strangeness(subject, rows))]
    if subject.classes:
        answered = subject.labels(prediction)
        sure = prediction[np.arange(len(rows)), answered]
        wrong = np.zeros(len(rows), dtype=bool) if y is None else answered != y
        ranked += [("wrong", np.where(wrong, -sure, np.inf)), ("unsure", _margin(subject, prediction))]
        ranked.insert(1, ("sure", np.where(wrong, np.inf, -sure)))
    elif y is not None:
        ranked.append(("wrong", -np.abs(prediction - y)))
    found: list[tuple[Kind, int]] = []
    for kind, worth in ranked:
        free = [i for i in np.argsort(worth, kind="stable") if rows[i] not in [row for _, row in found]]
        if free and np.isfinite(worth[free[0]]):
            found.append((kind, int(rows[free[0]])))
    return found


def example(subject: Subject, ask: Answers, asked: tuple[Kind, int], behind: Background) -> Example:
    """A row with the parts of its answer."""
    kind, row = asked
    prediction = ask(subject.take(np.array([row])), np.array([row]))
    answered = int(subject.labels(prediction)[0]) if subject.classes else 0
    label = subject.aims[0] if len(subject.classes) == 2 else answered
    found = shapley(subject, ask, row, behind)
    values = {c.name: shown(c, subject.cells(i)[row]) for i, c in enumerate(subject.columns)}
    adds = found.adds[:, label]
    order = [i for i in np.argsort(-np.abs(adds), kind="stable") if adds[i] != 0]
    names = [column.name for column in subject.columns]
    return Example(
        kind=kind,
        values=values,
        answer=float(prediction.reshape(-1)[label]),
        truth=_truth(subject, row),
        base=float(found.base[label]),
        parts=tuple(Part(column=names[i], value=values[names[i]], adds=float(adds[i])) for i in order),
        label=subject.classes[label] if subject.classes else "",
        answered=subject.classes[answered] if subject.classes else "",
        row=row if kind == "asked" else None,
    )


def _truth(subject: Subject, row: int) -> Any:
    if subject.y is None or not np.isfinite(subject.y[row]):
        return None
    return subject.schema.target.classes[int(subject.y[row])] if subject.classes else float(subject.y[row])


def _margin(subject: Subject, prediction: Floats) -> Floats:
    if len(subject.classes) == 2:
        return np.abs(prediction[:, 1] - (0.5 if subject.threshold is None else subject.threshold))
    best = np.sort(prediction, axis=1)
    return np.asarray(best[:, -1] - best[:, -2])


def _strangeness(subject: Subject, rows: Index) -> Floats:
    """The mean distance to the other rows: of numbers by rank, of categories whether they are another one (after Gower
    1971)."""
    total = np.zeros((len(rows), len(rows)))
    for column in range(len(subject.columns)):
        values = subject.cells(column, rows)
        if values.dtype.kind == "f":
            place = np.searchsorted(np.sort(values), values) / len(rows)  # missing ones are last, all together
            total += np.abs(place[:, None] - place[None, :])
        else:
            codes = np.unique(values.astype(str), return_inverse=True)[1]
            total += codes[:, None] != codes[None, :]
    return np.asarray(total.mean(axis=1))
