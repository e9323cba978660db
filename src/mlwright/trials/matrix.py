"""From typed rows to a matrix: fit the steps of a recipe on training rows, and run what they emit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mlwright import plugins
from mlwright.contracts.errors import InputError, StepRefusal
from mlwright.contracts.protocols import Feeds, Truth
from mlwright.contracts.records import ITEM_MARK, NUMBER_KINDS, Feature, Schema, StepSpec
from mlwright.graph import Inputs, Session, Tensor, cast, compile, concat, constant, numbers, strings
from mlwright.steps import Step

CROSS = 5  # parts of the training rows when a supervised step is fitted crosswise


@dataclass(frozen=True)
class Rows:
    """Typed rows: the frame that steps are fitted on, the feeds that graphs read, and what is to be learnt."""

    frame: pl.DataFrame
    feeds: Feeds
    truth: Truth
    schema: Schema

    @property
    def inputs(self) -> Inputs:
        """The layout of the feeds."""
        return Inputs(self.schema.numbers, self.schema.strings)

    def at(self, index: NDArray[np.int64]) -> Rows:
        """Some of the rows."""
        feeds = {name: array[index] for name, array in self.feeds.items()}
        return Rows(self.frame[index], feeds, self.truth.at(index), self.schema)


@dataclass(frozen=True)
class Matrix:
    """Fitted steps as one expression (n, f) float32, where each of its columns came from, and its value on the rows it
    was fitted on: for supervised steps the crosswise one, in which no row's own truth takes part. ``refused`` is what
    steps said that could not use their columns. ``scored`` and ``probed`` are its values on the rows that the fold is
    scored on and on the probe, where several trials read them."""

    tensor: Tensor
    features: tuple[Feature, ...]
    values: NDArray[np.float32]
    refused: tuple[str, ...] = ()
    scored: NDArray[np.float32] | None = None
    probed: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class _Piece:
    tensor: Tensor
    features: list[Feature]
    crosswise: list[Tensor]  # the expression as fitted without each part; empty when the truth was not looked at


def fit_matrix(specs: Sequence[StepSpec], rows: Rows, parts: NDArray[np.int8]) -> Matrix:
    """Fit ``specs`` on ``rows``; ``parts`` (n,) in 0..CROSS-1 are the parts for fitting crosswise.

    A step that refuses its column is left out; where all do, the matrix has no columns.
    """
    names = list(rows.schema.numbers)
    table = _frame(rows.feeds["numbers"], names) if names else pl.DataFrame()
    pieces: list[_Piece] = []
    refused: list[str] = []
    for spec in specs:
        numeric = bool(set(_first(spec).reads) & set(NUMBER_KINDS))
        for columns in [spec.columns] if numeric or spec.crossed else [(c,) for c in spec.columns]:
            x = numbers(columns) if numeric else _one_text([strings(c) for c in columns])
            frame = table.select(columns) if numeric else _one_column(rows.frame, columns)
            try:
                pieces.append(_fit_piece(spec, x, frame, rows, parts))
            except StepRefusal as refusal:
                refused.append(f"{' > '.join(spec.steps)}: {refusal}")
    if not pieces:
        return Matrix(cast(numbers(()), "float32"), (), np.zeros((len(rows.frame), 0), np.float32), tuple(refused))
    tensor = concat([p.tensor for p in pieces])
    features = tuple(f for p in pieces for f in p.features)
    return Matrix(tensor, features, _run(tensor, pieces, rows, parts), tuple(refused))


def blocks(flavours: Mapping[str, tuple[StepSpec, ...]], flavour: str) -> Iterator[tuple[str, tuple[StepSpec, ...]]]:
    """A flavour's steps, cut where flavours end that begin as it does: what was made for one serves all of these.
    Each block is named by the flavour that ends with it."""
    whole = flavours[flavour]
    ends = {len(steps): name for name, steps in sorted(flavours.items()) if whole[: len(steps)] == steps}
    start = 0
    for end in sorted(filter(None, ends)):
        yield ends[end], whole[start:end]
        start = end


def side_by_side(parts: Sequence[Matrix]) -> Matrix:
    """One matrix of the columns of all, each with its values on the same rows. Raises InputError when there are no
    columns."""
    filled = [part for part in parts if part.features]
    if not filled:
        raise InputError(
            "no column can be turned into a feature", way_out="see the run's findings for each column's reason"
        )
    if len(parts) == 1:
        return parts[0]
    return Matrix(
        concat([part.tensor for part in filled]),
        tuple(feature for part in filled for feature in part.features),
        np.hstack([part.values for part in filled]),
        tuple(refusal for part in parts for refusal in part.refused),
        np.hstack([part.scored for part in filled if part.scored is not None]),
        np.hstack([part.probed for part in filled if part.probed is not None]),
    )


def _frame(array: NDArray[Any], names: Sequence[str]) -> pl.DataFrame:
    """The columns of an array by name (Polars would rename an empty one), missing as null."""
    return pl.DataFrame({name: array[:, i] for i, name in enumerate(names)}).fill_nan(None)


def _one_text(texts: Sequence[Tensor]) -> Tensor:
    """Texts side by side in one, with a mark between them."""
    whole = texts[0]
    for text in texts[1:]:
        marked = Tensor("StringConcat", (whole, constant([ITEM_MARK], "string")), {}, "string", 0)
        whole = Tensor("StringConcat", (marked, text), {}, "string", 0)
    return whole


def _one_column(frame: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """The same of a frame's columns."""
    if len(columns) == 1:
        return frame.select(columns)
    return frame.select(
        pl.concat_str([pl.col(c).fill_null("") for c in columns], separator=ITEM_MARK).alias(columns[0])
    )


def _first(spec: StepSpec) -> type[Step]:
    found: type[Step] = plugins.find("mlwright.steps", spec.steps[0])
    return found


def _fit_piece(spec: StepSpec, x: Tensor, frame: pl.DataFrame, rows: Rows, parts: NDArray[np.int8]) -> _Piece:
    tensor, names = _fit_chain(spec, x, frame, rows)
    crosswise: list[Tensor] = []
    if any(plugins.find("mlwright.steps", name).supervised for name in spec.steps):
        for part in range(CROSS):
            keep = np.flatnonzero(parts != part)
            some = rows.at(keep) if len(spec.steps) > 1 else Rows(frame, {}, rows.truth.at(keep), rows.schema)
            crosswise.append(_fit_chain(spec, x, frame[keep], some)[0])
        if any(t.width != tensor.width for t in crosswise):
            what = "how many columns come out rests on the rows that it is fitted on"
            raise StepRefusal(what, where=", ".join(frame.columns))
    chain = " > ".join(spec.steps)
    label = " × ".join(spec.columns) if spec.crossed else ""
    features = [Feature(name=n.replace(c, label, 1) if label else n, column=c, step=chain) for n, c in names]
    return _Piece(tensor, features, crosswise)


def _fit_chain(spec: StepSpec, x: Tensor, frame: pl.DataFrame, rows: Rows) -> tuple[Tensor, list[tuple[str, str]]]:
    """Each step is fitted on what the one before makes of ``rows``. Also (name, input column) of what comes out."""
    names = [(c, c) for c in frame.columns]
    for place, name in enumerate(spec.steps):
        step: Step = plugins.make("mlwright.steps", name, spec.options.get(name, {}))
        step.fit(frame, rows.truth)
        origin = dict(names)
        x = step.emit(x)
        names = [(out, origin[came]) for out, came in step.outputs([n for n, _ in names])]
        if place + 1 < len(spec.steps):
            value = Session(compile({"x": x}, rows.inputs), threads=1)(rows.feeds)["x"].astype(np.float64)
            frame = _frame(value, [n for n, _ in names])
    return cast(x, "float32"), names


def _run(tensor: Tensor, pieces: list[_Piece], rows: Rows, parts: NDArray[np.int8]) -> NDArray[np.float32]:
    outputs = {"x": tensor}
    supervised = [p for p in pieces if p.crosswise]
    if supervised:
        outputs["cross"] = concat([t for p in supervised for t in p.crosswise])
    result = Session(compile(outputs, rows.inputs), threads=1)(rows.feeds)
    values: NDArray[np.float32] = result["x"]
    start = column = 0
    for piece in pieces:
        if piece.crosswise:
            width = piece.tensor.width
            for part in range(CROSS):
                mine = np.flatnonzero(parts == part)
                values[mine, column : column + width] = result["cross"][mine, start : start + width]
                start += width
        column += piece.tensor.width
    return values
