"""How two columns go together: a strength between 0 and 1 that suits their types, and a test that it is no accident.

two of numbers        Spearman's rank correlation
numbers and groups    the test of Kruskal and Wallis; its strength is the correlation ratio of the ranks, less what
                      chance alone brings (epsilon squared's square root; Kelley, PNAS 21, 1935)
two of groups         chi-squared; Cramer's V without its bias (Bergsma, J. Korean Stat. Soc. 42, 2013)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import chi2, false_discovery_control, rankdata, t as student

from mlwright.contracts.portrait import Association
from mlwright.contracts.records import Column
from mlwright.explore.distribution import stand_in

LEVELS = 30  # so many levels of a category count each; the others count as one
FEWEST = 8  # rows below which nothing is said
_BENT = 0.1  # so much stronger by tenths: no straight rise or fall
_TENTHS = 10

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Rows = NDArray[np.bool_]


class Side:
    """One column of a pair: ``values`` (n, NaN where missing) or ``codes`` of groups (n, -1 where missing)."""

    def __init__(self, name: str, values: Floats | None, codes: Codes | None, length: bool = False):
        self.name, self.values, self.codes, self.length = name, values, codes, length

    @cached_property
    def there(self) -> NDArray[np.bool_]:
        """Where a value is."""
        if self.values is not None:
            return ~np.isnan(self.values)
        return np.asarray(self.codes) >= 0

    @cached_property
    def whole(self) -> bool:
        """Whether no value is missing."""
        return bool(self.there.all())

    @cached_property
    def ranks(self) -> Floats:
        """The ranks of all values, if none is missing."""
        return centred(np.asarray(self.values))

    def tenths(self) -> Side:
        """The same column in groups of about a tenth of the rows each."""
        values = np.asarray(self.values)
        known = np.sort(values[self.there])
        cuts = np.unique(known[(np.arange(1, _TENTHS) * len(known)) // _TENTHS])
        codes = np.where(self.there, np.searchsorted(cuts, values), -1)
        return Side(self.name, None, codes.astype(np.int64), self.length)


def side(column: Column, series: pl.Series) -> Side | None:
    """A typed column as one side; None for those that go with nothing (keys, constants)."""
    if column.kind == "ordinal" and column.order:
        place = pl.Series(range(len(column.order)), dtype=pl.Float64)
        steps = series.replace_strict(pl.Series(column.order), place, default=None, return_dtype=pl.Float64)
        return Side(column.name, steps.fill_null(float("nan")).to_numpy(), None)
    numbers = stand_in(column, series)
    if numbers is not None:
        return Side(column.name, numbers.to_numpy(), None, length=column.kind in ("text", "list"))
    if column.kind not in ("categorical", "ordinal", "boolean"):
        return None
    texts = series.cast(pl.String)
    order = texts.drop_nulls().alias("name").value_counts(name="rows").sort("rows", "name", descending=[True, False])
    known = order["name"].head(LEVELS)
    codes = texts.replace_strict(
        known, pl.Series(range(len(known)), dtype=pl.Int64), default=len(known), return_dtype=pl.Int64
    )
    codes = codes.zip_with(texts.is_not_null(), pl.repeat(-1, len(codes), dtype=pl.Int64, eager=True))
    return Side(column.name, None, codes.to_numpy())


def associate(left: Side, right: Side) -> Association:
    """How the two go together on the rows that have both. ``q`` is still the p-value: see `corrected`."""
    both = None if left.whole and right.whole else left.there & right.there
    if both is not None and both.sum() < FEWEST:
        return Association(left.name, right.name, "too few rows", 0.0, 0, 1.0, 1.0, int(both.sum()))
    if left.values is not None and right.values is not None:
        found = _spearman(left, right, both)
    elif left.values is not None:
        found = _kruskal(left, np.asarray(right.codes), both)
    elif right.values is not None:
        found = _kruskal(right, np.asarray(left.codes), both)
    else:
        a, b = np.asarray(left.codes), np.asarray(right.codes)
        found = _cramer(a, b) if both is None else _cramer(a[both], b[both])
    method, strength, sign, p, rows = found
    if left.length or right.length:
        method += ", of the length"
    return Association(left.name, right.name, method, strength, sign, p, p, rows)


def toward(feature: Side, target: Side) -> Association:
    """How a feature goes with the target: also where the target first rises, then falls along a number.

    Two tests are made of a number then, and p is doubled for it (Bonferroni).
    """
    straight = associate(feature, target)
    if feature.values is None or straight.rows < FEWEST * _TENTHS:
        return straight
    bent = associate(feature.tenths(), target)
    best = bent if bent.strength > straight.strength + _BENT else straight
    p = min(1.0, 2 * min(straight.p, bent.p))
    words = {"method": f"{bent.method}, by tenths", "bent": True} if best is bent else {}
    return msgspec.structs.replace(best, p=p, q=p, **words)


def corrected(found: Iterable[Association]) -> list[Association]:
    """The same, with ``q`` corrected for their number, the strongest first."""
    found = list(found)
    if not found:
        return []
    rates = adjusted([one.p for one in found])
    new = [msgspec.structs.replace(one, q=q) for one, q in zip(found, rates, strict=True)]
    return sorted(new, key=lambda one: (-one.strength, one.q, one.left, one.right))


def adjusted(values: Sequence[float]) -> list[float]:
    """p-values corrected for their number, after Benjamini and Hochberg."""
    return [float(q) for q in false_discovery_control(np.clip(values, 0.0, 1.0))] if len(values) else []


def centred(values: Floats) -> Floats:
    """Ranks less their mean."""
    ranks = rankdata(values)
    return np.asarray(ranks - ranks.mean(), dtype=np.float64)


def _spearman(left: Side, right: Side, both: Rows | None) -> tuple[str, float, int, float, int]:
    name = "rank correlation (Spearman)"
    if both is None:
        a, b = left.ranks, right.ranks
    else:
        a, b = centred(np.asarray(left.values)[both]), centred(np.asarray(right.values)[both])
    rows, size = len(a), float(np.sqrt((a @ a) * (b @ b)))
    if rows < FEWEST or size == 0:
        return name, 0.0, 0, 1.0, rows
    rho = float(np.clip(a @ b / size, -1.0, 1.0))
    if abs(rho) > 1 - 1e-12:
        return name, 1.0, 1 if rho > 0 else -1, 0.0, rows
    p = 2 * float(student.sf(abs(rho) * np.sqrt((rows - 2) / (1 - rho**2)), rows - 2))
    return name, abs(rho), 1 if rho > 0 else -1, p, rows


def _kruskal(numbers: Side, groups: Codes, both: Rows | None) -> tuple[str, float, int, float, int]:
    name = "group ranks (Kruskal-Wallis)"
    if both is None:
        ranks, codes = numbers.ranks, groups
    else:
        ranks, codes = centred(np.asarray(numbers.values)[both]), groups[both]
    rows, total = len(ranks), float(ranks @ ranks)
    counts = np.bincount(codes) if rows else np.zeros(1)
    there = counts > 0
    many = int(there.sum())
    if rows < FEWEST or many < 2 or total == 0 or rows <= many:
        return name, 0.0, 0, 1.0, rows
    sums = np.bincount(codes, weights=ranks)
    h = (rows - 1) * float((sums[there] ** 2 / counts[there]).sum()) / total  # ties are paid for by ``total``
    strength = float(np.sqrt(min(1.0, max(0.0, (h - many + 1) / (rows - many)))))
    return name, strength, 0, float(chi2.sf(h, many - 1)), rows


def _cramer(left: Codes, right: Codes) -> tuple[str, float, int, float, int]:
    name, rows = "shared levels (Cramér's V)", len(left)
    if rows < FEWEST:
        return name, 0.0, 0, 1.0, rows
    width = int(right.max()) + 1
    table = np.bincount(left * width + right, minlength=(int(left.max()) + 1) * width).reshape(-1, width)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0].astype(np.float64)
    r, k = table.shape
    if min(r, k) < 2:
        return name, 0.0, 0, 1.0, rows
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / rows
    square = float(((table - expected) ** 2 / expected).sum())
    degrees = (r - 1) * (k - 1)
    phi = max(0.0, square / rows - degrees / (rows - 1))
    least = min(r - (r - 1) ** 2 / (rows - 1), k - (k - 1) ** 2 / (rows - 1)) - 1
    strength = float(np.sqrt(phi / least)) if least > 0 else 0.0
    return name, min(1.0, strength), 0, float(chi2.sf(square, degrees)), rows
