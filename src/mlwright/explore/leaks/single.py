"""Single columns: copies of the target under another name, and columns that tell far more than all others."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np

from mlwright.explore.leaks.sight import Leak, Sight

COPY = {"regression": 0.97, "binary": 0.95, "multiclass": 0.95}
EXACT = 0.9995
APART = {"regression": (0.75, 4.0), "binary": (0.7, 2.2), "multiclass": (0.7, 2.2)}  # told, and how much less is left
_GAPS = 0.05  # of the rows: a column with more is filled in at times only
_REMEDY = "If it is known only with or after the target, leave it out: the score will not hold in use."


def copies(sight: Sight) -> Iterator[Leak]:
    """Leaks "leak-target-copy", and "leak-after-outcome" for a column that is such where it has a value.

    Moments are left out for numbers: what grows steadily is told by its date."""
    task = sight.table.schema.target.task
    for column in sight.table.schema.features:
        if column.kind == "datetime" and not sight.classes:
            continue
        told = sight.told(column.name)
        if told < COPY[task]:
            continue
        gaps = sight.rows[column.name].null_count() / sight.rows.height
        exact = told >= EXACT
        name, what = repr(column.name), "all" if exact else f"{told:.1%}"
        if gaps >= _GAPS:
            message = f"In the {1 - gaps:.0%} of the rows where {name} has a value, it tells {what} of the target."
            yield Leak("leak-after-outcome", (column.name,), told, message, _REMEDY, "severe" if exact else "warning")
        else:
            message = f"{name} alone tells {what} of the target: it is the target in another form, or follows from it."
            yield Leak("leak-target-copy", (column.name,), told, message, _REMEDY, "severe" if exact else "warning")


def suspects(sight: Sight, known: Collection[str]) -> Iterator[Leak]:
    """Leaks "leak-suspect": a column that tells most of the target where no other comes near.

    What is left untold has to be several times smaller than what the next column leaves. Several columns that tell
    alike are how strong predictors look: a diamond's weight, length, width and depth all tell its price. Those
    ``known`` as leaks are no measure."""
    least, times = APART[sight.table.schema.target.task]
    features = [c for c in sight.table.schema.features if c.name not in known and c.kind != "datetime"]
    order = sorted(((sight.told(c.name), c.name) for c in features), reverse=True)
    for at, (told, name) in enumerate(order):
        next_best = max(0.0, order[at + 1][0]) if at + 1 < len(order) else 0.0
        if told < least or (1 - told) * times > 1 - next_best or not _everywhere(sight, name):
            return
        message = f"{name!r} alone tells {told:.1%} of the target, and no other column more than {next_best:.1%}."
        yield Leak("leak-suspect", (name,), told, message, _REMEDY)


def _everywhere(sight: Sight, name: str) -> bool:
    """Whether there are values in most rows: elsewhere gaps say more."""
    return bool(np.mean(sight.rows[name].is_null().to_numpy()) < 0.5)
