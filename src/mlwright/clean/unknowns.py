"""Numbers that stand for "missing" become missing."""

from __future__ import annotations

import msgspec

from mlwright.contracts.records import Finding, Profile, Recipe, StepSpec

_STEP = "unknowns"
_SHOWN = 5
_WHAT = {
    "sentinel-values": "Codes for 'missing' are read as missing",
    "impossible-values": "Values that can't be are read as missing",
    "zero-for-missing": "0 is read as missing where all other values lie far from it",
    "default-dates": "Default dates are read as missing",
}


def unknowns(profile: Profile, keep: tuple[str, ...]) -> dict[str, tuple[float, ...]]:
    """By column, the numbers to read as missing: what was found, but for the codes to keep."""
    found: dict[str, set[float]] = {}
    for code, columns in profile.unknowns.items():
        for name, values in columns.items() if code not in keep else ():
            found.setdefault(name, set()).update(values)
    return {name: tuple(sorted(values)) for name, values in found.items()}


def repaired(profile: Profile, keep: tuple[str, ...]) -> tuple[Finding, ...]:
    """A finding "repaired" for each kind of repair that is made: in which columns, and how to leave it undone."""
    return tuple(
        Finding(
            code="repaired",
            severity="info",
            message=f"{_WHAT[code]}, in {profile.cells.get(code, 0):,} cells: {_listed(columns)}.",
            remedy=f"Train with --keep {code} to leave them as they are.",
        )
        for code, columns in profile.unknowns.items()
        if columns and code not in keep
    )


def mend(recipe: Recipe, odd: dict[str, tuple[float, ...]]) -> Recipe:
    """The recipe with the step "unknowns" in front of every chain that reads a column with numbers to read as missing
    (``odd``, by column): whatever is made of the column is made without them."""
    flavours = {name: tuple(_mended(spec, odd) for spec in specs) for name, specs in recipe.flavours.items()}
    return msgspec.structs.replace(recipe, flavours=flavours) if odd else recipe


def _mended(spec: StepSpec, odd: dict[str, tuple[float, ...]]) -> StepSpec:
    values = {name: odd[name] for name in spec.columns if name in odd}
    if not values:
        return spec
    return StepSpec((_STEP, *spec.steps), spec.columns, {**spec.options, _STEP: {"values": values}})


def _listed(columns: dict[str, tuple[float, ...]]) -> str:
    shown = [f"{name!r} ({', '.join(f'{v:g}' for v in values[:3])})" for name, values in columns.items()]
    return ", ".join(shown[:_SHOWN]) + (f" and {len(shown) - _SHOWN} more columns" if len(shown) > _SHOWN else "")
