"""Few numbers for what a text is about, or which strings it is like: counts of grams, reduced to their main
directions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse
from sklearn.utils.extmath import randomized_svd

from mlwright.contracts.errors import StepRefusal
from mlwright.contracts.protocols import Truth
from mlwright.contracts.records import ColumnKind
from mlwright.graph import Inputs, Session, Tensor, apply, cast, compile, constant, lookup, strings, where
from mlwright.steps.base import Step
from mlwright.steps.pieces import Grams, Unit
from mlwright.steps.text import count, tfidf

_ROWS = 6_000  # from which directions are learnt: more move them little
_FLAT = 1e-5  # of the first direction's strength: less is rounding
_CHUNK = 1_000  # rows that are counted at once: a count is dense in the graph


@dataclass
class Topics(Step):
    """TF-IDF of words, pairs of words or characters, reduced to ``parts`` numbers by a truncated SVD (latent semantic
    analysis, Deerwester et al. 1990; randomised: Halko, Martinsson and Tropp 2011). The reduction is one product of
    matrices in the graph, learnt from what the graph itself counts in a sample of rows."""

    reads: ClassVar[tuple[ColumnKind, ...]] = ("text",)
    parts: int = 30
    unit: Unit = "words"
    shortest: int = 1
    longest: int = 1
    most: int = 2000
    least: int = 3
    _grams: list[tuple[str, ...]] = field(default_factory=list, init=False)
    _idf: list[float] = field(default_factory=list, init=False)
    _directions: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 1), np.float32), init=False)

    def fit(self, frame: pl.DataFrame, truth: Truth) -> Topics:
        self._grams, self._idf = count(self._cut(), frame, self.least, self.most)
        counted = run_sparse(self._tfidf(strings("s")), sampled(frame.to_series()))
        self._directions = directions(counted, self.parts)
        return self

    def emit(self, x: Tensor) -> Tensor:
        return self._tfidf(x) @ self._directions

    def outputs(self, columns: Sequence[str]) -> list[tuple[str, str]]:
        kind = {"words": "topic", "characters": "spelling", "items": "items"}[self.unit]
        return [(f"{columns[0]} {kind} {i + 1}", columns[0]) for i in range(self._directions.shape[1])]

    def _cut(self) -> Grams:
        return Grams(self.unit, self.shortest, self.longest)

    def _tfidf(self, x: Tensor) -> Tensor:
        return tfidf(self._cut(), x, self._grams, self._idf)


@dataclass
class Similar(Step):
    """``parts`` numbers for each level of a dirty category, near for levels that are written alike: TF-IDF of the
    level's characters in runs of ``shortest`` to ``longest``, reduced by a truncated SVD (compare Cerda, Varoquaux and
    Kégl 2018, "Similarity encoding for learning with dirty categorical variables").

    The ``known`` most frequent levels are looked up; any other, seen or not, is read by its characters.
    """

    reads: ClassVar[tuple[ColumnKind, ...]] = ("categorical", "text")
    parts: int = 20
    shortest: int = 2
    longest: int = 4
    most: int = 1000
    least: int = 3
    known: int = 3000
    _inner: Topics | None = field(default=None, init=False)
    _levels: list[str] = field(default_factory=list, init=False)
    _table: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 1), np.float32), init=False)

    def fit(self, frame: pl.DataFrame, truth: Truth) -> Similar:
        level = frame.columns[0]
        counts = frame.drop_nulls().group_by(level).len().sort(["len", level], descending=[True, False])
        levels = counts.select(level)
        inner = Topics(self.parts, "characters", self.shortest, self.longest, self.most, self.least)
        self._inner = inner.fit(levels, truth)
        self._levels = levels.head(self.known).to_series().to_list()
        self._table = run_dense(self._inner.emit(strings("s")), levels.head(self.known).to_series())
        return self

    def emit(self, x: Tensor) -> Tensor:
        if self._inner is None:
            raise StepRefusal("the step was not fitted")
        inner = self._inner
        familiar = lookup(x, self._levels, np.ones((len(self._levels), 1)), np.zeros(1))
        known = apply("Greater", familiar, 0.5)
        flat = Tensor("Squeeze", (known, constant([1], "int64")), {}, "bool", 0)
        strange = Tensor("Where", (flat, constant([""], "string"), x), {}, "string", 0)
        found = lookup(x, self._levels, self._table, np.zeros(self._table.shape[1]))
        return where(known, found, cast(inner.emit(strange), "float32"))

    def outputs(self, columns: Sequence[str]) -> list[tuple[str, str]]:
        return [(f"{columns[0]} is like {i + 1}", columns[0]) for i in range(self._table.shape[1])]


def sampled(column: pl.Series) -> pl.Series:
    """At most 6,000 of the rows, evenly spread."""
    return column.gather_every(-(-len(column) // _ROWS) if len(column) else 1)


def run_dense(x: Tensor, column: pl.Series) -> NDArray[np.float32]:
    """What an expression of the column "s" gives for each text of ``column``."""
    return np.concatenate([*_chunks(x, column)]) if len(column) else np.zeros((0, x.width), np.float32)


def run_sparse(x: Tensor, column: pl.Series) -> sparse.csr_matrix:
    """The same, of something that is mostly 0."""
    return sparse.vstack([sparse.csr_matrix(part) for part in _chunks(x, column)]).tocsr()


def directions(counted: sparse.csr_matrix, parts: int) -> NDArray[np.float32]:
    """The main directions (columns, at most ``parts``) of the rows of ``counted``, scaled to a mean square of 1 along
    the first."""
    most = min(parts, counted.shape[0] - 1, counted.shape[1] - 1)
    if most < 1:
        raise StepRefusal("too few rows, or too few grams, to find directions in")
    _, strength, found = randomized_svd(counted, n_components=most, n_iter=3, random_state=0)
    if not strength[0] > 0:
        raise StepRefusal("nothing varies")
    found = found[strength > _FLAT * strength[0]]
    return np.ascontiguousarray(found.T * (np.sqrt(counted.shape[0]) / strength[0]), np.float32)


def _chunks(x: Tensor, column: pl.Series) -> list[NDArray[np.float32]]:
    session = Session(compile({"x": x}, Inputs((), ("s",))), threads=1)
    texts = column.fill_null("").to_numpy().astype(object)[:, None]
    return [session({"strings": texts[i : i + _CHUNK]})["x"] for i in range(0, len(texts), _CHUNK)]
