"""One registry over entry points. The built-in steps and learners are listed in our own pyproject, like anyone's; the
built-in metrics are a table, to which others add."""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal, TypeVar

import msgspec

from mlwright.contracts.errors import InputError, near_miss

Group = Literal["mlwright.steps", "mlwright.learners", "mlwright.metrics"]
T = TypeVar("T")


@cache
def installed(group: Group) -> dict[str, EntryPoint]:
    """The entry points of ``group`` by name; the first of two with one name wins."""
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=group):
        found.setdefault(point.name, point)
    return found


def find(group: Group, name: str) -> Any:
    """The class (of metrics, the function or Metric) registered under ``name``. Raises InputError with a near miss when
    there is none."""
    known = installed(group)
    if name not in known:
        kind = group.removeprefix("mlwright.").removesuffix("s")
        hint = near_miss(name, known) or f"installed: {', '.join(sorted(known)) or 'none'}"
        raise InputError(f"no {kind} is registered as {name!r}", way_out=hint)
    return known[name].load()


def make(group: Group, name: str, options: dict[str, Any]) -> Any:
    """An instance of the class registered under ``name``, its fields taken from ``options`` and checked against its
    annotations. Raises InputError for an option that it does not have or can't use."""
    cls = find(group, name)
    try:
        known = {field for field in cls.__dataclass_fields__ if not field.startswith("_")}
        if unknown := options.keys() - known:
            hint = near_miss(min(unknown), known) or f"options: {', '.join(sorted(known)) or 'none'}"
            raise InputError(f"{name} has no option {min(unknown)!r}", way_out=hint)
        return msgspec.convert(options, cls)
    except msgspec.ValidationError as error:
        raise InputError(f"{name}: {error}", way_out="see the class's docstring for its options") from error
