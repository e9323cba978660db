"""What answers cost, as people write it: false_positive=1, false_negative=5."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from mlwright.contracts.errors import InputError, near_miss
from mlwright.contracts.records import Target
from mlwright.metrics import COSTS

_WHERE = "--cost"
_EXAMPLE = "Write --cost false_positive=1 --cost false_negative=5"


def costs(given: Any) -> dict[str, float]:
    """The cost of each kind of answer, from a mapping of kinds to numbers, or from None. Raises InputError."""
    if not isinstance(given, Mapping | None):
        what = f"a {type(given).__name__} names no costs"
        raise InputError(what, where=_WHERE, way_out='Write {"false_positive": 1, "false_negative": 5}.')
    found = {_known(str(name)): _number(str(name), value) for name, value in (given or {}).items()}
    if not found:
        return found
    false_positive, false_negative, true_positive, true_negative = (found.get(name, 0.0) for name in COSTS)
    if false_positive <= true_negative or false_negative <= true_positive:
        what = "an error has to cost more than the right answer in its place"
        raise InputError(what, where=_WHERE, way_out=f"{_EXAMPLE}, both above 0; a gain is a cost below 0.")
    return found


def costs_typed(words: Iterable[str]) -> dict[str, float | str]:
    """Words such as false_positive=1, by what they are the cost of. Raises InputError."""
    found: dict[str, float | str] = {}
    for text in words:
        name, mark, value = text.partition("=")
        if not (name and mark and value):
            raise InputError(f"{text!r} names no cost", where=_WHERE, way_out=f"{_EXAMPLE}.")
        if name in found:
            raise InputError(f"the cost {name!r} is given twice", where=_WHERE, way_out="Give it once.")
        found[name] = value
    return found


def check_costs(given: Mapping[str, float], target: Target) -> None:
    """Raise InputError for costs where there are no two classes to tell apart."""
    if given and target.task != "binary":
        kind = "a number" if target.task == "regression" else f"one of {len(target.classes)} classes"
        what = f"costs are of errors between two classes, and {target.name!r} is {kind}"
        raise InputError(what, where=_WHERE, way_out="Leave the costs out, or give a metric of your own.")


def _known(name: str) -> str:
    name = name.strip().lower().replace("-", "_")
    if name not in COSTS:
        hint = near_miss(name, COSTS)
        what = f"no kind of answer is called {name!r}" + (f"; {hint}" if hint else "")
        raise InputError(what, where=_WHERE, way_out=f"It is {', '.join(COSTS[:-1])} or {COSTS[-1]}.")
    return name


def _number(name: str, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise InputError(f"{value!r} is no cost of a {name}", where=_WHERE, way_out="Give a number.")
    return number
