"""A model that was loaded: predictions from whatever table, row or rows it is given."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mlwright import frames, graph
from mlwright.bundle.folder import EVALUATION, MODEL, REPORT, SCHEMA, Files, decode, put, read
from mlwright.contracts.address import scrub
from mlwright.contracts.errors import BundleError, InputError, MlwrightError, RowProblem, SchemaError
from mlwright.contracts.protocols import Feeds
from mlwright.contracts.records import Label, Manifest, Schema, Verdict
from mlwright.contracts.report import Report

Tables = Mapping[str, Any] | None
_CLASSIFY, _REGRESS = ("label", "probabilities"), ("value", "lower", "upper")
SCORED = 20_000  # rows of a file that are scored at a time: more take memory and are not quicker


class Model:
    """A trained model. Get one with ``load``.

    ``data`` of every method is a path or URL (CSV, Parquet, a database with one table, ...), a pandas, Polars or Arrow
    table, a dict of columns or a list of dicts (rows). Columns are found by name; extra ones are ignored. ``tables``
    are the model's child tables by name, each a path or a table; without them ``data`` must hold the columns that are
    made of them, or be a list of dicts in which their rows stand as lists under their names. All raise SchemaError,
    which lists every problem, for data that doesn't fit the model's columns.
    """

    def __init__(self, files: Files, manifest: Manifest, place: Path) -> None:
        self._files = files
        self.manifest = manifest
        self.name = place.resolve().name
        self.schema = decode(place / SCHEMA, files[SCHEMA], Schema)
        self.verdict = decode(place / EVALUATION, files[EVALUATION], Verdict)
        self._place = place
        self._labels: dict[str, Label] = {str(label): label for label in self.classes}

    def __repr__(self) -> str:
        target, score = self.schema.target, self.verdict.score
        return f"<Model {self.name!r}: {target.task} of {target.name!r}, {score.metric} {score.value:.4g}>"

    @property
    def classes(self) -> tuple[Label, ...]:
        """The classes, in the order of the columns of ``predict_proba``; empty for regression."""
        return self.schema.target.classes

    @property
    def onnx(self) -> bytes:
        """The one graph, as it is in model.onnx."""
        return self._files[MODEL]

    @cached_property
    def report(self) -> Report:
        """All that is known of the model, as plain numbers. Raises BundleError if it was written without."""
        if REPORT not in self._files:
            way_out = "An older mlwright made it: train anew."
            raise BundleError("this model has no report", where=str(self._place), way_out=way_out)
        return decode(self._place / REPORT, self._files[REPORT], Report)

    def predict(self, data: Any, tables: Tables = None) -> NDArray[Any]:
        """(n,) labels of the type they had in the training data, or float64 values."""
        if not self.classes:
            return self._run(data, ("value",), tables)["value"]
        return self._typed(self._run(data, ("label",), tables)["label"])

    def predict_proba(self, data: Any, tables: Tables = None) -> NDArray[np.float64]:
        """(n, k) probabilities, columns as ``classes``. Raises InputError for regression."""
        if not self.classes:
            what = f"a model of the number {self.schema.target.name!r} has no probabilities"
            raise InputError(what, way_out="Use predict or intervals.")
        return self._run(data, ("probabilities",), tables)["probabilities"].astype(np.float64)

    def intervals(self, data: Any, tables: Tables = None) -> NDArray[np.float64]:
        """(n, 2) bounds that the true value should lie between. Raises InputError for classification."""
        if self.classes:
            raise InputError("a model of classes has no intervals", way_out="Use predict_proba.")
        out = self._run(data, ("lower", "upper"), tables)
        return np.column_stack((out["lower"], out["upper"]))

    def predict_sets(self, data: Any, tables: Tables = None) -> NDArray[np.bool_]:
        """(n, k) which classes, columns as ``classes``, are in the set that holds the true one in nine of ten rows of
        each class. No set is empty; several classes say that the row is hard to tell. Raises InputError for regression,
        BundleError for a model that was trained before there were sets."""
        return self._run(data, self._set_outputs(), tables)["sets"].astype(np.bool_)

    def _set_outputs(self) -> tuple[str, ...]:
        if not self.classes:
            raise InputError("a model of a number has no label sets", way_out="Use intervals.")
        if "sets" not in self._session.outputs:
            raise BundleError("this model has no label sets", where=str(self._place / MODEL), way_out="Train anew.")
        return ("sets",)

    def score_frame(self, data: Any, tables: Tables = None, sets: bool = False) -> pl.DataFrame:
        """A frame with one row a row of ``data``, in its order: ``prediction``, and ``probability_CLASS`` for every
        class or ``lower`` and ``upper``; with ``sets`` also ``set_CLASS`` for every class: see `predict_sets`."""
        extra = self._set_outputs() if sets else ()
        if not self.classes:
            out = self._run(data, _REGRESS, tables)
            return pl.DataFrame({"prediction": out["value"], "lower": out["lower"], "upper": out["upper"]})
        out = self._run(data, (*_CLASSIFY, *extra), tables)
        columns = [pl.Series("prediction", self._labels_of(out["label"]), self._dtype, strict=False)]
        table = out["probabilities"].astype(np.float64)
        columns += [pl.Series(f"probability_{text}", table[:, i]) for i, text in enumerate(self._labels)]
        if sets:
            columns += [pl.Series(f"set_{text}", out["sets"][:, i]) for i, text in enumerate(self._labels)]
        return pl.DataFrame(columns)

    def score_batches(
        self, place: str | os.PathLike[str], query: str | None = None, tables: Tables = None, sets: bool = False
    ) -> Iterator[pl.DataFrame]:
        """What ``score_frame`` gives, batch by batch, for a file of any size: memory does not grow with it.

        ``query`` is for a database. A row named in a SchemaError counts from the start of the file.
        """
        done = 0
        tables = frames.typed_tables({name: _table(table) for name, table in (tables or {}).items()}, self.schema)
        for batch in frames.batches(place, SCORED, query):
            try:
                yield self.score_frame(batch, tables, sets)
            except SchemaError as error:
                raise _moved(error, done, scrub(os.fspath(place))) from None
            done += batch.height

    def predict_rows(self, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """One answer a row of JSON-like values: {"prediction": label, "probabilities": {class: number}} or
        {"prediction": number, "lower": number, "upper": number}. The fast way for few rows."""
        feeds = self._reader(frames.with_nested(rows, self.schema) if self.schema.relations else rows)
        if not self.classes:
            out = self._session(feeds, _REGRESS)
            values = zip(*(out[name].tolist() for name in _REGRESS), strict=True)
            return [{"prediction": value, "lower": low, "upper": high} for value, low, high in values]
        out, labels = self._session(feeds, _CLASSIFY), self._labels
        answers = zip(out["label"].tolist(), out["probabilities"].tolist(), strict=True)
        return [{"prediction": labels[t], "probabilities": dict(zip(labels, p, strict=True))} for t, p in answers]

    def answers(self, feeds: Feeds) -> NDArray[np.float64]:
        """(n, k) probabilities, columns as ``classes``, or (n,) values, for rows as the graph itself reads them: what
        `mlwright.frames.feeds` makes of a typed table."""
        name = "probabilities" if self.classes else "value"
        return self._session(feeds, (name,))[name].astype(np.float64)

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write a copy of the model, whole or not at all. Raises InputError when ``folder`` can't be written or holds
        other things than a model."""
        put(folder, self._files)

    def warm(self) -> None:
        """Get ready for the first row now. Raises BundleError if the graph can't be run or isn't one of this schema."""
        blank = self._feeds_of_nothing()
        names = _CLASSIFY if self.classes else _REGRESS
        try:
            out = self._session(blank, names)
        except MlwrightError:
            raise
        except Exception as error:  # whatever the runtime raises for a graph that it can't run
            raise BundleError(f"this graph can't be run ({error})", where=str(self._place / MODEL)) from error
        expected = {"label": (1,), "probabilities": (1, len(self.classes))}
        for name in names:
            if out[name].shape != expected.get(name, (1,)):
                what = f"the graph's output {name!r} doesn't fit {SCHEMA}"
                raise BundleError(what, where=str(self._place / MODEL), way_out="Train anew.")

    @cached_property
    def _session(self) -> graph.Session:
        try:
            return graph.Session(self._files[MODEL])
        except Exception as error:  # whatever the runtime raises for bytes that are no graph it can run
            raise BundleError(f"this graph can't be loaded ({error})", where=str(self._place / MODEL)) from error

    @cached_property
    def _reader(self) -> frames.RowReader:
        return frames.RowReader(self.schema)

    @cached_property
    def _dtype(self) -> type[pl.DataType]:
        kinds = {type(label) for label in self.classes}
        known: dict[type, type[pl.DataType]] = {bool: pl.Boolean, int: pl.Int64, float: pl.Float64}
        return known.get(next(iter(kinds)), pl.String) if len(kinds) == 1 else pl.String

    def _labels_of(self, texts: NDArray[Any]) -> list[Label]:
        return [self._labels[text] for text in texts.tolist()]

    def _typed(self, texts: NDArray[Any]) -> NDArray[Any]:
        """Labels as the graph writes them, in the type of the training data."""
        index = {text: i for i, text in enumerate(self._labels)}
        codes = np.fromiter((index[text] for text in texts.tolist()), np.intp, len(texts))
        return self._class_array[codes]

    @cached_property
    def _class_array(self) -> NDArray[Any]:
        if len({type(label) for label in self.classes}) > 1:  # NumPy would make one type of them
            array = np.empty(len(self.classes), object)
            array[:] = self.classes
            return array
        return np.array(self.classes)

    def _run(self, data: Any, outputs: Sequence[str], tables: Tables) -> dict[str, NDArray[Any]]:
        if self.schema.relations or tables:
            data = self._related(data, tables or {})
        return self._session(self._feeds(data), outputs)

    def _related(self, data: Any, tables: Mapping[str, Any]) -> Any:
        """The data with the columns that are made of its child tables."""
        if isinstance(data, list) and not tables:
            return frames.with_nested(data, self.schema)
        where = scrub(os.fspath(data)) if isinstance(data, str | os.PathLike) else ""
        read = {name: _table(table) for name, table in tables.items()}
        return frames.with_tables(_table(data), self.schema, read, where)

    def _feeds(self, data: Any) -> Feeds:
        if isinstance(data, str | os.PathLike):
            typed = frames.conform(frames.fetch(data), self.schema, where=scrub(os.fspath(data)))
            return frames.feeds(typed, self.schema)
        short = self._reader.short(data)
        if short is not None:
            return short
        return frames.feeds(frames.conform(frames.adopt(data), self.schema), self.schema)

    def _feeds_of_nothing(self) -> Feeds:
        """One row in which every value is missing."""
        numbers = np.full((1, len(self.schema.numbers)), np.nan)
        strings = np.full((1, len(self.schema.strings)), "", object)
        return {"numbers": numbers, "strings": strings}


def _moved(error: SchemaError, rows: int, where: str) -> SchemaError:
    """The same problems in a file in which so many rows came before."""
    problems = [p if p.row is None else RowProblem(p.message, p.row + rows, p.column) for p in error.problems]
    return SchemaError(problems, where=where, way_out=error.way_out)


def _table(data: Any) -> pl.DataFrame:
    """A table by its path or as it is in memory, as Polars."""
    return frames.fetch(data) if isinstance(data, str | os.PathLike) else frames.adopt(data)


def load(folder: str | os.PathLike[str]) -> Model:
    """The model in ``folder``, after every file's sum was checked. Nothing in it is executed.

    Raises BundleError naming the file that is missing, changed or out of place.
    """
    manifest, files = read(folder)
    return Model(files, manifest, Path(folder))


def verify(folder: str | os.PathLike[str]) -> Manifest:
    """Check the model in ``folder``: what ``load`` checks, and that the graph runs. Raises BundleError."""
    model = load(folder)
    model.warm()
    return model.manifest
