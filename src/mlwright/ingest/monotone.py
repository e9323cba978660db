"""Columns with which the answer may go one way only: whether they can be."""

from __future__ import annotations

from mlwright.contracts.errors import InputError, near_miss
from mlwright.contracts.records import ColumnKind, Problem, Schema

KINDS: tuple[ColumnKind, ...] = ("numeric", "boolean", "datetime", "ordinal")
_WHERE = "--monotone"


def check_monotone(schema: Schema, problem: Problem) -> None:
    """Raises InputError unless the answer has an up and a down, and so has each column that is to be bound."""
    if problem.monotone and schema.target.task == "multiclass":
        what = f"{schema.target.name!r} has {len(schema.target.classes)} classes, so that no answer is higher or lower"
        raise InputError(what, where=_WHERE, way_out="Columns can be bound for a number or one of two classes.")
    kinds = {column.name: column.kind for column in schema.columns}
    roles = {problem.target: "target", problem.group: "group", problem.weight: "weight"}
    for name in problem.monotone:
        if name in roles:
            raise InputError(f"{name!r} is the {roles[name]}, and no feature", where=_WHERE, way_out="Leave it out.")
        if name not in kinds:
            hint = near_miss(name, kinds)
            shown = ", ".join(repr(n) for n, kind in kinds.items() if kind in KINDS)
            what = f"no column {name!r}" + (f"; {hint}" if hint else "")
            raise InputError(what, where=_WHERE, way_out=f"These can be bound: {shown or 'none'}.")
        if kinds[name] in ("identifier", "constant"):
            what = f"{name!r} is set aside ({kinds[name]}), so that the answer does not hang on it anyway"
            raise InputError(what, where=_WHERE, way_out="Leave it out; or say in a --schema what it is.")
        if kinds[name] not in KINDS:
            what = f"{name!r} is {kinds[name]}: only numbers, dates and ordered levels go up and down"
            way_out = 'If its levels have an order, give it in a --schema: kind = "ordinal" and order = [...].'
            raise InputError(what, where=_WHERE, way_out=way_out)
