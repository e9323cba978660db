"""Everything that can go wrong for a user, as one tree.

MlwrightError                 says what, where, and the way out
├── InputError                the data or an option can't be used as given (exit code 2)
│   ├── SchemaError           rows don't fit the model's columns; ``problems`` lists them all
│   └── StepRefusal           a step can't work on this column; the recipe goes on without it
├── BundleError               a model folder is missing, not whole or of another version (exit code 2)
├── RunError                  a run can't go on or be resumed (exit code 2)
├── BudgetError               no model can be made inside the limits that were asked for (exit code 2)
└── ParityError               the graph and the fitted models disagree: a bug, nothing is shipped (exit code 1)

A plug-in may raise any of these; anything else is shown as a bug with the way to report it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import msgspec


class MlwrightError(Exception):
    """An error a user can act on: what happened, where, and the way out."""

    exit_code = 2

    def __init__(self, what: str, *, where: str = "", way_out: str = ""):
        super().__init__(what)
        self.what, self.where, self.way_out = what, where, way_out

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.what}" + (f"\n{self.way_out}" if self.way_out else "")


class InputError(MlwrightError):
    """The data or an option can't be used as given."""


class RowProblem(msgspec.Struct, frozen=True):
    """One thing wrong with one cell, column (``row`` is None) or row (``column`` is None) of what was sent."""

    message: str
    row: int | None = None
    column: str | None = None


class SchemaError(InputError):
    """Rows don't fit the model's columns. ``problems`` holds every one found, not just the first."""

    def __init__(self, problems: Iterable[RowProblem], *, where: str = "", way_out: str = ""):
        self.problems = tuple(problems)
        shown = "; ".join(_line(p) for p in self.problems[:5])
        more = f"; and {len(self.problems) - 5} more" if len(self.problems) > 5 else ""
        super().__init__(shown + more, where=where, way_out=way_out)


class StepRefusal(InputError):
    """A step can't work on these columns. The recipe goes on without it and the run says so."""


class BundleError(MlwrightError):
    """A model folder is missing, not whole, or of another version."""


class RunError(MlwrightError):
    """A run can't go on or be resumed."""


class BudgetError(MlwrightError):
    """No model can be made inside the limits that were asked for."""


class ParityError(MlwrightError):
    """The graph and the fitted models disagree."""

    exit_code = 1


def near_miss(name: str, known: Iterable[str]) -> str:
    """``"did you mean 'Churn'?"`` for the closest of ``known``, or an empty string."""
    known = list(known)
    folded = {k.casefold(): k for k in known}
    close = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    return f"did you mean {folded[close[0]]!r}?" if close else ""


def _line(problem: RowProblem) -> str:
    row = "" if problem.row is None else f"row {problem.row}"
    column = "" if problem.column is None else f"column {problem.column!r}"
    place = ", ".join(part for part in (row, column) if part)
    return f"{place}: {problem.message}" if place else problem.message
