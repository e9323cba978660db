"""Cutting texts into pieces and counting runs of pieces ("grams"): on training rows in Polars, in the graph by its own
operators. Both cut in the same places, so what was counted is what will be counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mlwright.graph import Tensor, apply, cast, constant

Unit = Literal["words", "characters", "items"]
PAD = "\ue000"  # a piece of our own behind each text, so that a text without pieces still has one
_WORD = r"[\pL\pN]+"
_CUTS: dict[Unit, str] = {"words": _WORD, "characters": r"(?s:.)", "items": r"[^\x1f\x{E000}]+"}
_PADDED: dict[Unit, str] = {
    "words": r"[\pL\pN]+|\x{E000}",
    "items": r"[^\x1f\x{E000}]+|\x{E000}",
}
_BETWEEN = "\x1e"  # between the pieces of a gram while grams are counted: no piece that is counted holds it
_READ = 1_000  # characters of a text whose characters are counted
_MOST_PIECES = 8_000_000  # grams are counted in so many rows that these hold about so many characters


@dataclass(frozen=True)
class Grams:
    """Runs of ``shortest`` to ``longest`` pieces: A to Z are read as a to z (other alphabets keep their case: the
    operator that folds them needs a locale that servers often lack). Items keep theirs.

    Words are runs of letters and digits. Characters are those of the text with a space before and behind it, the
    first 1,000. Items are those of a list.
    """

    unit: Unit
    shortest: int = 1
    longest: int = 1

    def count(self, column: pl.Series, least: int, most: int) -> tuple[list[tuple[str, ...]], NDArray[np.int64]]:
        """The ``most`` grams that stand in the most rows, in at least ``least``, shortest first, and in how many each
        stands."""
        pieces = self._cut(column)
        found = []
        for length in range(self.shortest, self.longest + 1):
            gram = pl.concat_str([pl.col("piece").shift(-i) for i in range(length)], separator=_BETWEEN)
            within = pl.col("row") == pl.col("row").shift(1 - length)
            clear = ~gram.str.contains(PAD, literal=True) & (gram.str.count_matches(_BETWEEN, literal=True) < length)
            found.append(pieces.select("row", gram=gram, whole=(within & clear).fill_null(False)))
        whole = pl.concat(found).filter("whole").select("row", "gram").unique()
        counts = whole.get_column("gram").value_counts(name="rows")
        kept = counts.filter(pl.col("rows") >= least).sort(["rows", "gram"], descending=[True, False]).head(most)
        kept = kept.sort(pl.col("gram").str.count_matches(_BETWEEN, literal=True), maintain_order=True)
        grams = [tuple(gram.split(_BETWEEN)) for gram in kept["gram"]]
        return grams, kept["rows"].to_numpy().astype(np.int64)

    def emit(self, x: Tensor, grams: list[tuple[str, ...]], weights: Sequence[float] | None = None) -> Tensor:
        """How often each of ``grams``, shortest first, stands in each text, times its weight: (n, len(grams))."""
        sizes = [len(gram) for gram in grams]
        starts = [sum(size * sizes.count(size) for size in range(1, length)) for length in range(1, self.longest + 1)]
        attrs: dict[str, Any] = {
            "mode": "TF",
            "min_gram_length": self.shortest,
            "max_gram_length": self.longest,
            "max_skip_count": 0,
            "ngram_counts": tuple(starts),
            "ngram_indexes": tuple(range(len(grams))),
            "pool_strings": tuple(piece for gram in grams for piece in gram),
        }
        if weights is not None:
            attrs |= {"mode": "TFIDF", "weights": tuple(weights)}
        return Tensor("TfIdfVectorizer", (pieces_of(x, self.unit),), attrs, "float32", len(grams))

    def _cut(self, column: pl.Series) -> pl.DataFrame:
        """(row, piece) of every piece, in order."""
        text = column.fill_null("").alias("piece")
        if self.unit != "items":
            text = text.str.replace_many(list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), list("abcdefghijklmnopqrstuvwxyz"))
        if self.unit == "characters":
            text = (" " + text + " ").str.slice(0, _READ).alias("piece")
        cut = pl.DataFrame({"row": np.arange(len(text)), "piece": text.str.extract_all(_CUTS[self.unit])})
        return cut.explode("piece", empty_as_null=False).drop_nulls()


def sample(column: pl.Series) -> pl.Series:
    """Rows of ``column``, evenly spread, that hold about 8 million characters at most."""
    length = int(column.str.len_chars().sum() or 0)
    step = -(-length // _MOST_PIECES) if length else 1
    return column.gather_every(step)


def pieces_of(x: Tensor, unit: Unit, fold: bool = True) -> Tensor:
    """The pieces of each text, in order: (n, most pieces of a row) strings, "" and PAD to the right. ``fold`` reads A
    to Z as a to z (items are never folded)."""
    folded = lower(x) if fold and unit != "items" else x
    if unit == "items":
        return _tokens(_joined(x, PAD), _PADDED[unit])
    if unit == "characters":
        start = _tokens(_joined(folded, " ", " "), rf"^(?s:.{{1,{_READ}}})")
        start = Tensor("Squeeze", (start, constant([1], "int64")), {}, "string", 0)
        return _each(_joined(start, PAD))
    return _tokens(_joined(folded, " " + PAD), _PADDED[unit])


def tokens(x: Tensor, pattern: str) -> Tensor:
    """What matches ``pattern`` in each text, in order, then PAD: (n, most matches of a row + 1) strings, "" to the
    right."""
    return _tokens(_joined(x, " " + PAD), rf"{pattern}|\x{{E000}}")


def real(pieces: Tensor) -> Tensor:
    """Which of ``pieces`` (n, t) are no filling: (n, t) of bool."""
    filling = [Tensor("Equal", (pieces, constant([fill], "string")), {}, "bool", 1) for fill in ("", PAD)]
    return apply("Not", apply("Or", *filling))


def how_many(flags: Tensor) -> Tensor:
    """How many of ``flags`` (n, t) hold: (n, 1) float32."""
    return total(cast(flags, "float32"))


def total(x: Tensor) -> Tensor:
    """The sum over the columns of ``x``: (n, 1)."""
    return Tensor("ReduceSum", (x, constant([1], "int64")), {"keepdims": 1}, x.dtype, 1)


def lower(x: Tensor) -> Tensor:
    """A to Z as a to z."""
    fold: dict[str, Any] = {"case_change_action": "LOWER", "is_case_sensitive": 1, "locale": "C"}
    return Tensor("StringNormalizer", (x,), fold, "string", 0)


def _joined(x: Tensor, after: str, before: str = "") -> Tensor:
    if before:
        x = Tensor("StringConcat", (constant([before], "string"), x), {}, "string", 0)
    return Tensor("StringConcat", (x, constant([after], "string")), {}, "string", 0)


def _tokens(x: Tensor, pattern: str) -> Tensor:
    split: dict[str, Any] = {"mark": 0, "pad_value": "", "mincharnum": 1, "tokenexp": pattern}
    return Tensor("Tokenizer", (x,), split, "string", 1)


def _each(x: Tensor) -> Tensor:
    """The characters of each text: what a pattern of any one character finds, sooner."""
    split: dict[str, Any] = {"mark": 0, "pad_value": "", "mincharnum": 1, "separators": ("",)}
    return Tensor("Tokenizer", (x,), split, "string", 1)


def scaled(x: Tensor) -> Tensor:
    """Each row of ``x`` divided by its length; a row of zeros stays."""
    length = Tensor("ReduceL2", (x, constant([1], "int64")), {"keepdims": 1}, x.dtype, 1)
    return x / apply("Max", length, 1e-6)
