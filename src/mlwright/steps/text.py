"""Steps on free text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import polars as pl

from mlwright.contracts.errors import StepRefusal
from mlwright.contracts.protocols import Truth
from mlwright.contracts.records import ColumnKind
from mlwright.graph import Tensor, apply, constant
from mlwright.steps.base import Step

_WORD = r"[\pL\pN]+"
_PAD = "\ue000"  # a word of our own behind each text, so that a text without words still has one
_WORD_OR_PAD = r"[\pL\pN\x{E000}]+"


@dataclass
class WordTfidf(Step):
    """TF-IDF of the ``most`` most frequent words: (1 + ln count) * idf, each row scaled to length 1.

    A word is a run of letters and digits; A to Z are read as a to z (other alphabets keep their case: the operator that
    folds them needs a locale that servers often lack). idf is ln((1 + n) / (1 + rows with the word)) + 1, as in
    scikit-learn's TfidfVectorizer(sublinear_tf=True).
    """

    reads: ClassVar[tuple[ColumnKind, ...]] = ("text",)
    most: int = 1000
    least: int = 3
    _words: list[str] = field(default_factory=list, init=False)
    _idf: list[float] = field(default_factory=list, init=False)

    def fit(self, frame: pl.DataFrame, truth: Truth) -> WordTfidf:
        text = frame.to_series().fill_null("").alias("word")
        folded = text.str.replace_many(list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), list("abcdefghijklmnopqrstuvwxyz"))
        words = folded.str.extract_all(_WORD).list.unique().explode(empty_as_null=False).drop_nulls()
        counts = words.value_counts(name="rows").sort(["rows", "word"], descending=[True, False])
        kept = counts.filter(pl.col("rows") >= self.least).head(self.most)
        if kept.is_empty():
            raise StepRefusal(f"no word stands in {self.least} rows", where=frame.columns[0])
        self._words = kept["word"].to_list()
        self._idf = (np.log((1 + len(frame)) / (1 + kept["rows"].to_numpy())) + 1).tolist()
        return self

    def emit(self, x: Tensor) -> Tensor:
        lower = Tensor(
            "StringNormalizer",
            (x,),
            {"case_change_action": "LOWER", "is_case_sensitive": 1, "locale": "C"},
            "string",
            1,
        )
        padded = Tensor("StringConcat", (lower, constant([" " + _PAD], "string")), {}, "string", 1)
        split: dict[str, Any] = {"mark": 0, "pad_value": "", "mincharnum": 1, "tokenexp": _WORD_OR_PAD}
        tokens = Tensor("Tokenizer", (padded,), split, "string", 1)
        count = Tensor("TfIdfVectorizer", (tokens,), self._counting(), "float32", len(self._words))
        present = apply("Min", count, 1.0)
        damped = (apply("Log", apply("Max", count, 1.0)) + 1.0) * present * np.array(self._idf)
        squares = Tensor("ReduceSum", (damped * damped, constant([1], "int64")), {"keepdims": 1}, "float32", 1)
        return damped / apply("Sqrt", apply("Max", squares, 1e-12))

    def outputs(self, columns: Sequence[str]) -> list[tuple[str, str]]:
        return [(f"{columns[0]} has {word!r}", columns[0]) for word in self._words]

    def _counting(self) -> dict[str, Any]:
        single: dict[str, Any] = {
            "mode": "TF",
            "min_gram_length": 1,
            "max_gram_length": 1,
            "max_skip_count": 0,
            "ngram_counts": (0,),
        }
        return {**single, "ngram_indexes": tuple(range(len(self._words))), "pool_strings": tuple(self._words)}
