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
from mlwright.graph import Tensor, apply, columns, concat
from mlwright.steps.base import Step
from mlwright.steps.pieces import Grams, how_many, pieces_of, real, sample, scaled


@dataclass
class WordTfidf(Step):
    """TF-IDF of the ``most`` most frequent runs of up to ``longest`` words: the root of the count (as in Lucene's
    ClassicSimilarity) times idf, each row scaled to length 1.

    A word is a run of letters and digits; A to Z are read as a to z (other alphabets keep their case: the operator that
    folds them needs a locale that servers often lack). idf is ln((1 + n) / (1 + rows with the word)) + 1, as in
    scikit-learn's TfidfTransformer.
    """

    reads: ClassVar[tuple[ColumnKind, ...]] = ("text",)
    most: int = 1000
    least: int = 3
    longest: int = 1
    _words: list[tuple[str, ...]] = field(default_factory=list, init=False)
    _idf: list[float] = field(default_factory=list, init=False)

    def fit(self, frame: pl.DataFrame, truth: Truth) -> WordTfidf:
        self._words, self._idf = count(self._grams(), frame, self.least, self.most)
        return self

    def emit(self, x: Tensor) -> Tensor:
        return tfidf(self._grams(), x, self._words, self._idf)

    def outputs(self, columns: Sequence[str]) -> list[tuple[str, str]]:
        return [(f"{columns[0]} has {' '.join(words)!r}", columns[0]) for words in self._words]

    def _grams(self) -> Grams:
        return Grams("words", 1, self.longest)


@dataclass
class CharacterTfidf(Step):
    """TF-IDF, as `WordTfidf`, of the ``most`` most frequent runs of ``shortest`` to ``longest`` characters."""

    reads: ClassVar[tuple[ColumnKind, ...]] = ("text", "categorical")
    most: int = 1000
    least: int = 5
    shortest: int = 3
    longest: int = 5
    _runs: list[tuple[str, ...]] = field(default_factory=list, init=False)
    _idf: list[float] = field(default_factory=list, init=False)

    def fit(self, frame: pl.DataFrame, truth: Truth) -> CharacterTfidf:
        self._runs, self._idf = count(self._grams(), frame, self.least, self.most)
        return self

    def emit(self, x: Tensor) -> Tensor:
        return tfidf(self._grams(), x, self._runs, self._idf)

    def outputs(self, columns: Sequence[str]) -> list[tuple[str, str]]:
        return [(f"{columns[0]} has the letters {''.join(run)!r}", columns[0]) for run in self._runs]

    def _grams(self) -> Grams:
        return Grams("characters", self.shortest, self.longest)


def count(grams: Grams, frame: pl.DataFrame, least: int, most: int) -> tuple[list[tuple[str, ...]], list[float]]:
    """The most frequent grams of a column and the idf of each. Raises StepRefusal when there are none."""
    column = sample(frame.to_series())
    found, rows = grams.count(column, least, most)
    if not found:
        what = {"words": "no word stands", "characters": "no run of characters stands", "items": "no item stands"}
        raise StepRefusal(f"{what[grams.unit]} in {least} rows", where=frame.columns[0])
    return found, (np.log((1 + len(column)) / (1 + rows)) + 1).tolist()


def tfidf(grams: Grams, x: Tensor, found: list[tuple[str, ...]], idf: Sequence[float]) -> Tensor:
    """The root of the count * idf of each gram that was ``found``, each row scaled to length 1."""
    # one operator for root and idf: counts are dense, and each operator on them takes time
    return scaled(apply("Sqrt", grams.emit(x, found, [weight * weight for weight in idf])))


_CLASSES = {
    "capitals": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "digits": "0123456789",
    "other punctuation": "\"#$%&'()*+,-./:;<=>@[\\]^_`{|}~",
    "spaces": " \t\n\r",
}
_MARKS = {"exclamation marks": "!", "question marks": "?"}


@dataclass
class TextShape(Step):
    """How a text looks, whatever it says: characters (the first 1,000), words, characters a word, the share of
    capitals (A to Z), digits, other punctuation and white space, and how many exclamation and question marks."""

    reads: ClassVar[tuple[ColumnKind, ...]] = ("text", "categorical")

    def fit(self, frame: pl.DataFrame, truth: Truth) -> TextShape:
        return self

    def emit(self, x: Tensor) -> Tensor:
        characters = pieces_of(x, "characters", fold=False)
        kinds = list((_CLASSES | _MARKS).values())
        pool = [(letter, index) for index, letters in enumerate(kinds) for letter in letters]
        attrs: dict[str, Any] = {
            "mode": "TF",
            "min_gram_length": 1,
            "max_gram_length": 1,
            "max_skip_count": 0,
            "ngram_counts": (0,),
            "ngram_indexes": tuple(index for _, index in pool),
            "pool_strings": tuple(letter for letter, _ in pool),
        }
        counts = Tensor("TfIdfVectorizer", (characters,), attrs, "float32", len(kinds))
        length = how_many(real(characters)) - 2.0  # the spaces before and behind
        words = how_many(real(pieces_of(x, "words")))
        some = len(_CLASSES)
        shares = columns(counts, range(some)) - np.array([[0.0, 0.0, 0.0, 2.0]])
        shares = shares / apply("Max", length, 1.0)
        marks = columns(counts, range(some, len(kinds)))
        return concat([length, words, length / apply("Max", words, 1.0), shares, marks])

    def outputs(self, columns: Sequence[str]) -> list[tuple[str, str]]:
        parts = ["characters", "words", "characters a word", *(f"share of {c}" for c in _CLASSES), *_MARKS]
        return [(f"{columns[0]} {part}", columns[0]) for part in parts]
