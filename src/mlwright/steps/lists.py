"""Steps on lists, whose items stand in one text with ITEM_MARK between them, and on the numbers inside texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mlwright.contracts.errors import StepRefusal
from mlwright.contracts.protocols import Truth
from mlwright.contracts.records import ITEM_MARK, ColumnKind
from mlwright.graph import Tensor, apply, cast, concat, constant, where
from mlwright.steps.base import Step
from mlwright.steps.categories import shrunk_means
from mlwright.steps.pieces import Grams, how_many, pieces_of, real, sample, tokens, total

_FAR = 3.0e38  # beyond every number that is kept
_NUMBER = r"[0-9]{1,15}(?:\.[0-9]{1,15})?"


@dataclass
class Items(Step):
    """How many items a list has, and how often each of the ``most`` frequent ones stands in it."""

    reads: ClassVar[tuple[ColumnKind, ...]] = ("list",)
    most: int = 50
    least: int = 5
    _items: list[tuple[str, ...]] = field(default_factory=list, init=False)

    def fit(self, frame: pl.DataFrame, truth: Truth) -> Items:
        self._items, _ = Grams("items").count(sample(frame.to_series()), self.least, self.most)
        return self

    def emit(self, x: Tensor) -> Tensor:
        many = how_many(real(pieces_of(x, "items")))
        return concat([many, Grams("items").emit(x, self._items)]) if self._items else many

    def outputs(self, columns: Sequence[str]) -> list[tuple[str, str]]:
        name = columns[0]
        return [(f"{name} items", name), *((f"{name} holds {item!r}", name) for (item,) in self._items)]


@dataclass
class ItemMean(Step):
    """The mean and the largest, over a list's items, of the truth's mean among training rows that hold the item (a
    class's share, if there are more than two), shrunk as `TargetMean` does it. An item never seen, and a list without
    items, get the overall mean."""

    reads: ClassVar[tuple[ColumnKind, ...]] = ("list",)
    supervised: ClassVar[bool] = True
    prior: float = 10.0
    _keys: list[str] = field(default_factory=list, init=False)
    _rows: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 1)), init=False)

    def fit(self, frame: pl.DataFrame, truth: Truth) -> ItemMean:
        if len(frame) == 0:
            raise StepRefusal("no rows to take means over", where=frame.columns[0])
        cut = pl.DataFrame({"row": np.arange(len(frame)), "item": frame.to_series().str.split(ITEM_MARK)})
        cut = cut.explode("item", empty_as_null=False).filter(pl.col("item").str.len_bytes() > 0).unique()
        self._keys = sorted(cut["item"].unique().to_list())
        codes = cut["item"].replace_strict(self._keys, range(len(self._keys)), return_dtype=pl.Int64)
        means, overall = shrunk_means(codes.to_numpy().astype(np.int64), cut["row"].to_numpy(), truth, self.prior)
        self._rows = np.vstack([means, overall])
        return self

    def emit(self, x: Tensor) -> Tensor:
        pieces = pieces_of(x, "items")
        default, codes = len(self._keys), np.arange(len(self._keys), dtype=np.int64)
        code = constant(np.full((1, 1), default), "int64")
        if self._keys:
            known: dict[str, Any] = {"keys_strings": tuple(self._keys), "values_int64s": codes}
            attrs = {**known, "default_int64": default}
            code = Tensor("LabelEncoder", (pieces,), attrs, "int64", 1)
        here = real(pieces)
        some = apply("Max", how_many(here), 1.0)
        parts = []
        for column in self._rows.T:
            table = constant(column, "float32")
            found = Tensor("Gather", (table, code), {"axis": 0}, "float32", 1)
            empty = constant(column[-1], "float32")
            none = apply("Not", cast(how_many(here), "bool"))
            parts.append(where(none, empty, total(where(here, found, 0.0)) / some))
            parts.append(where(none, empty, _extreme("ReduceMax", where(here, found, -_FAR))))
        return concat(parts)

    def outputs(self, columns: Sequence[str]) -> list[tuple[str, str]]:
        name, wide = columns[0], self._rows.shape[1]
        what = ["target mean"] if wide == 1 else [f"share of class {i}" for i in range(wide)]
        return [(f"{name} items' {part} {of}", name) for part in what for of in ("(mean)", "(largest)")]


@dataclass
class NumbersWithin(Step):
    """The numbers written inside a text or list ("iPhone 64GB", "Apt 12", "C85", "889 | 119"): how many, the first,
    the last, the least, the largest, their sum and mean; missing where there is none. A number is up to 15 digits with
    an optional decimal point.

    Refused when less than ``least`` of the rows hold a number.
    """

    reads: ClassVar[tuple[ColumnKind, ...]] = ("categorical", "text", "list")
    least: float = 0.1
    _several: bool = field(default=True, init=False)

    def fit(self, frame: pl.DataFrame, truth: Truth) -> NumbersWithin:
        counts = sample(frame.to_series()).fill_null("").str.count_matches(_NUMBER).to_numpy()
        if len(counts) == 0 or np.mean(counts > 0) < self.least:
            raise StepRefusal(f"fewer than {self.least:.0%} of the rows hold a number", where=frame.columns[0])
        self._several = bool(np.mean(counts > 1) >= self.least)
        return self

    def emit(self, x: Tensor) -> Tensor:
        found = tokens(x, _NUMBER)
        here = real(found)
        texts = Tensor("Where", (here, found, constant(["nan"], "string")), {}, "string", 1)
        value = cast(texts, "float64")
        many = cast(how_many(here), "float64")
        first = Tensor("Gather", (value, constant([0], "int64")), {"axis": 1}, "float64", 1)  # of however many
        if not self._several:
            return first
        none = apply("Not", cast(many, "bool"))
        added = total(where(here, value, 0.0))
        least = _extreme("ReduceMin", where(here, value, _FAR))
        most = _extreme("ReduceMax", where(here, value, -_FAR))
        place = Tensor("CumSum", (cast(here, "int64"), constant(1, "int64")), {}, "int64", 1)
        end = apply("And", here, apply("Equal", place, cast(many, "int64")))
        last = total(where(end, value, 0.0))
        summed = [where(none, float("nan"), t) for t in (last, least, most, added, added / apply("Max", many, 1.0))]
        return concat([many, first, *summed])

    def outputs(self, columns: Sequence[str]) -> list[tuple[str, str]]:
        parts = ["first number"]
        if self._several:
            parts = ["numbers", *parts, "last number", "least number", "largest number", "sum", "mean"]
        return [(f"{columns[0]} {part}", columns[0]) for part in parts]


def _extreme(op: str, x: Tensor) -> Tensor:
    return Tensor(op, (x, constant([1], "int64")), {"keepdims": 1}, x.dtype, 1)
