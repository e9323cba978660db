"""A source typed as a whole, to be looked at: nothing is sealed away, and a target is not needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
import polars as pl

from mlwright import frames
from mlwright.contracts.errors import InputError, SchemaError, near_miss
from mlwright.contracts.records import (
    NUMBER_KINDS,
    STRING_KINDS,
    TARGET,
    Column,
    Origin,
    Problem,
    Schema,
    Table,
    Target,
)
from mlwright.ingest import kinds
from mlwright.ingest.correction import correct, told
from mlwright.ingest.sample import Bounds, widened, with_odd
from mlwright.ingest.source import Source, load
from mlwright.ingest.target import Answer, decide, read_target

_NOTHING = Target(name="", task="regression")


class Wanted(NamedTuple):
    """What is to be looked at beside the data itself: see Problem for each."""

    target: str | None = None
    query: str | None = None
    memory: int | None = None
    schema: str | None = None


class Survey(NamedTuple):
    """A typed ``frame`` (with TARGET if there is a target), and its Table, in which nothing is sealed."""

    frame: pl.DataFrame
    table: Table

    @property
    def target(self) -> Target | None:
        """The Target, if there is one."""
        return self.table.schema.target if self.table.schema.target.name else None

    @property
    def origin(self) -> Origin:
        """Where the data came from."""
        return self.table.origins[0]


def survey(data: Any, wanted: Wanted) -> Survey:
    """Read and type ``data`` (see `ingest`) with all its rows. Raises InputError."""
    source = load(data, wanted.query, Bounds(memory=wanted.memory, target=wanted.target))
    frame, where = source.frame, source.origin.name
    if not frame.width or not frame.height:
        raise InputError("the table has no rows" if frame.width else "the table has no columns", where=where)
    answer = _answer(source, wanted.target)
    read = kinds.read(with_odd(frame, source.whole))
    columns = widened(tuple(typed.column for typed in read), source.whole)
    columns = correct(columns, frame, wanted.schema)
    if answer is not None:
        columns = tuple(_as_target(c, answer.target) if c.name == wanted.target else c for c in columns)
    schema = Schema(columns=columns, target=answer.target if answer else _NOTHING)
    typed = frames.conform(frame, schema, where, kinds.known(read, frame.height))
    if answer is not None:
        typed = typed.with_columns(answer.values.alias(TARGET))
    table = Table(
        source=where,
        rows=typed.height,
        holdout=0,
        sealed="",
        fingerprint=source.origin.fingerprint,
        schema=schema,
        findings=(*told(columns, frame), *(answer.findings if answer else ())),
        origins=(source.origin,),
    )
    return Survey(typed, table)


class Beside(NamedTuple):
    """Another table typed by the same columns: those that it has; and how many values of each could not be read."""

    name: str
    frame: pl.DataFrame
    names: tuple[str, ...]
    unreadable: Mapping[str, int]


def beside(data: Any, schema: Schema, memory: int | None = None) -> Beside:
    """``data`` typed by the schema of another table, to be compared: what can't be read is counted, not refused."""
    source = load(data, bounds=Bounds(memory=memory))
    typed, unreadable = [], {}
    for column in schema.columns:
        if column.name not in source.frame.columns or column.kind not in NUMBER_KINDS + STRING_KINDS:
            continue
        series, wrong = _leniently(source.frame.select(column.name), column)
        typed.append(series)
        unreadable[column.name] = wrong
    return Beside(source.origin.name, pl.DataFrame(typed), tuple(source.frame.columns), unreadable)


def _leniently(frame: pl.DataFrame, column: Column) -> tuple[pl.Series, int]:
    """A column typed, missing where it can't be read, and in how many rows that is."""
    schema = Schema(columns=(column,), target=_NOTHING)
    try:
        return frames.conform(frame, schema)[column.name], 0
    except SchemaError:
        texts = frames.texts(frame[column.name])
    words = texts.drop_nulls().unique()
    readable = pl.Series([w for w in words.to_list() if _reads(w, column)], dtype=pl.String)
    kept = texts.to_frame().select(pl.when(pl.col(column.name).is_in(readable.implode())).then(pl.col(column.name)))
    series = frames.conform(kept, schema)[column.name]
    return series, series.null_count() - texts.null_count()


def _reads(word: str, column: Column) -> bool:
    try:
        frames.conform(pl.DataFrame({column.name: [word]}), Schema(columns=(column,), target=_NOTHING))
    except SchemaError:
        return False
    return True


def _answer(source: Source, target: str | None) -> Answer | None:
    if target is None:
        return None
    frame = source.frame
    if target not in frame.columns:
        hint = near_miss(target, frame.columns)
        shown = ", ".join(map(repr, frame.columns[:20])) + (", ..." if frame.width > 20 else "")
        what = f"no column {target!r} for the target" + (f"; {hint}" if hint else "")
        raise InputError(what, where=source.origin.name, way_out=f"The columns are: {shown}.")
    return decide(read_target(frame[target], source.from_text), Problem(target=target))


def _as_target(column: Column, target: Target) -> Column:
    """The target is shown as what is predicted: a number, or classes."""
    if target.task == "regression":
        return column if column.kind == "numeric" else msgspec.structs.replace(column, kind="numeric")
    if column.kind == "boolean" and column.words is None and len(target.classes) == 2:
        return msgspec.structs.replace(column, words=(str(target.classes[0]), str(target.classes[1])))
    if column.kind in ("categorical", "ordinal", "boolean"):
        return column
    levels = tuple(str(c) for c in target.classes[:20])
    return msgspec.structs.replace(column, kind="categorical", words=None, low=None, high=None, levels=levels)
