"""What missingness means: columns that are missing together, and columns that are missing where another says so.

Looked at on 20,000 rows at most, and never at the target.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mlwright.contracts.records import Column, Finding, Schema

SAMPLE = 20_000
FEWEST = 20  # rows in which a column must be missing, and in which it must not
NEARLY = 0.99
MOST_LEVELS = 20
_TOLD = 10  # findings of a kind
_NAMED = 5

Gaps = NDArray[np.bool_]


def missingness(schema: Schema, frame: pl.DataFrame) -> list[Finding]:
    """Findings "mostly-missing", "missing-together" (columns without a value in the same rows) and "missing-by-design"
    (a column without a value just where another has a certain one)."""
    rows = frame.sample(SAMPLE, seed=0) if frame.height > SAMPLE else frame
    names = [column.name for column in schema.features]
    gaps = rows.select(pl.col(names).is_null()).to_numpy() if names else np.zeros((rows.height, 0), np.bool_)
    many = gaps.sum(axis=0)
    open_to = np.flatnonzero((many >= FEWEST) & (many <= rows.height - FEWEST))
    blocks = _together(gaps, open_to)
    designed = _by_design(schema, rows, gaps, [block[0] for block in blocks])
    told = [_told(tuple(names[i] for i in b), designed.get(b[0], ""), gaps[:, b[0]].mean()) for b in blocks]
    return [*_mostly(schema, frame), *[finding for finding in told if finding is not None][:_TOLD]]


def _mostly(schema: Schema, frame: pl.DataFrame) -> list[Finding]:
    names = [column.name for column in schema.features]
    gaps = frame.select(names).null_count().row(0) if names else ()
    half = {name: gap / frame.height for name, gap in zip(names, gaps, strict=True) if gap > frame.height / 2}
    remedy = "Look whether it is filled in for rows to come; that it is missing is used as a signal."
    if len(half) > _NAMED:
        message = f"{_listed(tuple(half))} have no value in more than half of the rows."
        return [Finding(code="mostly-missing", severity="info", message=message, remedy=remedy)]
    said = {name: f"{share:.0%}" if share < 0.995 else "nearly all" for name, share in half.items()}
    return [
        Finding(
            code="mostly-missing",
            severity="info",
            message=f"{name!r} has no value in {share} of the rows.",
            column=name,
            remedy=remedy,
        )
        for name, share in said.items()
    ]


def _together(gaps: Gaps, columns: NDArray[np.int64]) -> list[list[int]]:
    """Blocks of columns, each with those that are missing in the same rows as its first, nearly (Jaccard 0.99)."""
    blocks: list[list[int]] = []
    masks = gaps[:, columns].astype(np.float32)
    both = masks.T @ masks
    sizes = np.diag(both)
    alike = both >= NEARLY * (sizes[:, None] + sizes[None, :] - both)
    left = np.ones(len(columns), np.bool_)
    for place in range(len(columns)):
        if left[place]:
            block = np.flatnonzero(alike[place] & left)
            left[block] = False
            blocks.append(columns[block].tolist())
    return blocks


def _by_design(schema: Schema, rows: pl.DataFrame, gaps: Gaps, columns: list[int]) -> dict[int, str]:
    """For each of ``columns`` that is missing where another column says so: where that is, in words.

    A level of the other says it where 99% of its rows are missing; together such levels must hold 99% of what is
    missing.
    """
    found: dict[int, str] = {}
    masks = gaps[:, columns].astype(np.float32)
    total = masks.sum(axis=0)
    for column in _telling(schema) if columns else []:
        levels = rows[column.name].unique().drop_nulls().sort()
        codes = rows[column.name].replace_strict(levels, range(len(levels)), default=len(levels)).to_numpy()
        hot = np.eye(len(levels) + 1, dtype=np.float32)[codes][:, :-1]
        inside = hot.T @ masks  # (levels, columns): rows of the level in which the column is missing
        says = inside >= np.maximum(1.0, NEARLY * hot.sum(axis=0))[:, None]
        held = np.where(says, inside, 0.0).sum(axis=0)
        for i in np.flatnonzero(~says.all(axis=0) & (held >= NEARLY * total)).tolist():
            if columns[i] not in found and schema.features[columns[i]].name != column.name:
                found[columns[i]] = f"{column.name!r} is {_either(levels.filter(pl.Series(says[:, i])))}"
    return found


def _telling(schema: Schema) -> list[Column]:
    """Columns with few levels, those with fewest first."""
    few = [c for c in schema.features if c.kind not in ("text", "list", "datetime") and c.unique <= MOST_LEVELS]
    return sorted(few, key=lambda c: c.unique)


def _either(levels: pl.Series) -> str:
    shown = [f"{v:g}" if isinstance(v, float) else str(v).lower() if isinstance(v, bool) else repr(v) for v in levels]
    return " or ".join(shown[:3]) + (f" or one of {len(shown) - 3} more" if len(shown) > 3 else "")


def _told(names: tuple[str, ...], where: str, share: float) -> Finding | None:
    verb = "is" if len(names) == 1 else "are"
    if where:
        message = f"{_listed(names)} {verb} missing where {where}, and nowhere else ({share:.1%} of the rows)."
        remedy = "It does not apply there, rather than being unknown; nothing needs to be done."
        return Finding(code="missing-by-design", severity="info", message=message, column=names[0], remedy=remedy)
    if len(names) == 1:
        return None
    message = f"{_listed(names)} are missing in the same rows ({share:.1%})."
    remedy = "Most likely there is no such thing there (no garage, no second applicant), rather than it being unknown."
    return Finding(code="missing-together", severity="info", message=message, column=names[0], remedy=remedy)


def _listed(names: tuple[str, ...]) -> str:
    shown = [repr(name) for name in names[:_NAMED]]
    if len(names) > _NAMED:
        return ", ".join(shown) + f" and {len(names) - _NAMED} more columns"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
