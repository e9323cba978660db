"""Profile -> Recipe: repairs, as unfitted steps.

numbers     how numbers become fit to be learnt from, by the flavour of matrix
unknowns    numbers that stand for "missing" become missing, in front of every step that reads them
"""

from __future__ import annotations

from mlwright.clean.unknowns import mend, repaired, unknowns
from mlwright.contracts.records import Profile, Recipe, StepSpec, Table

__all__ = ["clean", "mend"]


def clean(table: Table, profile: Profile, keep: tuple[str, ...] = ()) -> Recipe:
    """How numbers are repaired, by the flavour of matrix: trees take what is missing as it is, linear models get the
    median and an indicator; both see values no further out than in training. ``keep`` names repairs not to make."""
    odd = unknowns(profile, keep)
    kinds = {column.name: column.kind for column in table.schema.columns}
    numbers = tuple(n for n in table.schema.numbers if kinds[n] in ("numeric", "boolean"))
    scaled = StepSpec(steps=("clip", "impute", "squash"), columns=numbers)
    plain = StepSpec(steps=("clip",), columns=numbers)
    return Recipe(
        flavours={"trees": (plain,) if numbers else (), "linear": (scaled,) if numbers else ()},
        findings=repaired(profile, keep),
        unknowns=odd,
    )
