"""Profile -> Recipe: repairs, as unfitted steps."""

from __future__ import annotations

from mlwright.contracts.records import Profile, Recipe, StepSpec, Table


def clean(table: Table, profile: Profile) -> Recipe:
    """How numbers are repaired, by the flavour of matrix: trees take what is missing as it is, linear models get the
    median and an indicator; both see values no further out than in training."""
    columns = {kind: tuple(c.name for c in table.schema.columns if c.kind == kind) for kind in ("numeric", "boolean")}
    numbers = tuple(n for n in table.schema.numbers if n in columns["numeric"] + columns["boolean"])
    if not numbers:
        return Recipe(flavours={"trees": (), "linear": ()})
    scaled = StepSpec(steps=("clip", "impute", "standardise"), columns=numbers)
    return Recipe(flavours={"trees": (StepSpec(steps=("clip",), columns=numbers),), "linear": (scaled,)})
