"""Child tables, of which many rows belong to one row of the main one: found, typed, and which sums are made of them.

What is made of a column follows its kind alone. Nothing is learnt here: a row's aggregates rest on its own rows of the
child, and with a clock on those strictly before its moment, so no split can be crossed by them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import msgspec
import polars as pl

from mlwright import frames
from mlwright.contracts.errors import InputError, near_miss
from mlwright.contracts.records import (
    NUMBER_KINDS,
    STRING_KINDS,
    Aggregate,
    ChildTable,
    Column,
    ColumnKind,
    Finding,
    Origin,
    Problem,
    Relation,
    Schema,
    Severity,
)
from mlwright.ingest import kinds
from mlwright.ingest.facts import Typed
from mlwright.ingest.source import load

MOST = 60
"""Aggregates of one child table: the first kinds of all columns come before the last kinds of any."""
_CODES, _REPEATS = 20, 10  # numbers that may be codes: so many different ones, each so often on average
_DAY = 86_400_000_000  # microseconds
_FEW = 0.5  # a key that fewer rows than this find is told with a warning
Function = Literal["count", "sum", "mean", "min", "max", "last", "distinct", "since", "mode", "items"]
_ORDER: tuple[Function, ...] = ("mean", "mode", "last", "items", "distinct", "sum", "max", "min")
# The first of each kind says all there is to say of a single row.
_OF_KIND: dict[ColumnKind, tuple[Function, ...]] = {
    "numeric": ("mean", "last", "sum", "max", "min"),
    "boolean": ("mean", "last", "sum"),
    "datetime": ("max", "min"),
    "categorical": ("mode", "last", "items", "distinct"),
    "ordinal": ("mode", "last", "items", "distinct"),
    "text": ("mode", "last"),
    "list": ("items",),
}


class Related(NamedTuple):
    """The main table with the columns made of its child tables, how they are made, where these came from, and what is
    to be told."""

    frame: pl.DataFrame
    relations: tuple[Relation, ...]
    origins: tuple[Origin, ...]
    findings: tuple[Finding, ...]


class _Linked(NamedTuple):
    """A child table as it was asked for and found."""

    asked: ChildTable
    frame: pl.DataFrame
    where: str


def relate(frame: pl.DataFrame, problem: Problem, where: str = "") -> Related:
    """The main table with a column for every aggregate of every child table that the problem names.

    Raises InputError for a child table that can't be read, lacks a column that is named, or has no row that belongs to
    any row of the main table.
    """
    relations, origins, findings = [], [], []
    main = frame
    for asked in problem.tables:
        source = load(asked.data, asked.query)
        child = _Linked(asked, source.frame, source.origin.name)
        _named(child, main, problem, where)
        child = _timed(child, main, problem)
        relation, told = _relation(child, main, problem)
        findings += [*told, *_belonging(child, main, relation), *_timeless(child, main, relation)]
        taken = [item.name for item in relation.aggregates if item.name in frame.columns]
        if taken:
            way_out = f"Call the child table something else than {asked.name!r}, or rename this column."
            raise InputError(f"the column {taken[0]!r} is there already", where=where, way_out=way_out)
        frame = frames.aggregate(frame, child.frame, relation, child.where)
        relations.append(relation)
        origins.append(source.origin)
    return Related(frame, tuple(relations), tuple(origins), tuple(findings))


def join(frame: pl.DataFrame, schema: Schema, tables: Mapping[str, Any], where: str = "") -> pl.DataFrame:
    """Further rows with the columns that a schema's relations make of ``tables``: paths or tables by name. Raises
    InputError."""
    loaded = {name: data if isinstance(data, pl.DataFrame) else load(data).frame for name, data in tables.items()}
    return frames.with_tables(frame, schema, loaded, where)


def read(problem: Problem) -> dict[str, pl.DataFrame]:
    """The problem's child tables, read."""
    return {asked.name: load(asked.data, asked.query).frame for asked in problem.tables}


def infer(frame: pl.DataFrame, relations: Sequence[Relation]) -> tuple[Typed, ...]:
    """A Column and its values for each column of the main table. Those made of child tables are what their making says,
    whatever their values look like: a mode of codes that are digits so far is no number, and a count of 0 and 1 so far
    is one."""
    made = {item.name: (item, relation) for relation in relations for item in relation.aggregates}
    own = iter(kinds.read(frame.drop(made)))
    return tuple(
        Typed(_made_as(*made[name], frame[name]), None) if name in made else next(own) for name in frame.columns
    )


def read_relations(relations: Sequence[Relation], schema: Schema) -> tuple[Relation, ...]:
    """The relations with only what makes a column that the schema reads."""
    read = {column.name for column in schema.features}
    kept = []
    for relation in relations:
        items = tuple(item for item in relation.aggregates if item.name in read)
        used = {item.column for item in items} | {relation.time}
        columns = tuple(column for column in relation.columns if column.name in used)
        kept.append(msgspec.structs.replace(relation, aggregates=items, columns=columns))
    return tuple(relation for relation in kept if relation.aggregates)


def _made_as(item: Aggregate, relation: Relation, values: pl.Series) -> Column:
    source = next((column for column in relation.columns if column.name == item.column), None)
    unique = values.n_unique() - bool(values.null_count())
    column = Column(name=item.name, kind="numeric", unique=unique)
    if unique + bool(values.null_count()) <= 1:
        column = Column(name=item.name, kind="constant", unique=unique)
    elif item.function == "items":
        column = Column(name=item.name, kind="list", unique=unique, separator="[")
    elif source is not None and values.dtype == pl.String:
        column = Column(name=item.name, kind=source.kind, unique=unique, order=source.order)
    elif values.dtype == pl.Datetime:
        column = Column(name=item.name, kind="datetime", unique=unique)
    return kinds.describe(column, values, values)


def _named(child: _Linked, main: pl.DataFrame, problem: Problem, where: str) -> None:
    """Everything that the problem names is there, and none of it is the target."""
    asked = child.asked
    if problem.target in (asked.parent or asked.key, asked.moment):
        what = f"the child table {asked.name!r} is tied to the target {problem.target!r}, which is not known yet"
        raise InputError(what, where=where, way_out="Name the column that says which rows belong together.")
    if asked.moment is not None and asked.time is None:
        what = f"the child table {asked.name!r} has a moment and no time"
        raise InputError(what, where=child.where, way_out="Name its column that says when a row came: time = ...")
    for role, name, columns, place in (
        ("key", asked.key, child.frame.columns, child.where),
        ("time", asked.time, child.frame.columns, child.where),
        ("parent", asked.parent or asked.key, main.columns, where),
        ("moment", asked.moment, main.columns, where),
    ):
        if name is not None and name not in columns:
            hint = near_miss(name, columns)
            what = f"no column {name!r} for the {role} of the child table {asked.name!r}"
            shown = ", ".join(map(repr, columns[:20])) + (", ..." if len(columns) > 20 else "")
            way_out = f"The columns are: {shown}."
            raise InputError(what + (f"; {hint}" if hint else ""), where=place, way_out=way_out)


def _timed(child: _Linked, main: pl.DataFrame, problem: Problem) -> _Linked:
    """The child table, with the main table's own time as its moment where it has a clock of that kind and none is
    named: looking at too little is the safer mistake."""
    asked = child.asked
    if asked.time is None or asked.moment is not None or problem.time is None:
        return child
    times, moments = _clock(child.frame[asked.time], child.where), _clock(main[problem.time], "")
    return (
        child._replace(asked=msgspec.structs.replace(asked, moment=problem.time))
        if times.kind == moments.kind
        else child
    )


def _relation(child: _Linked, main: pl.DataFrame, problem: Problem) -> tuple[Relation, list[Finding]]:
    asked = child.asked
    apart = (asked.key, asked.time, problem.target)
    found = kinds.infer(child.frame.select(name for name in child.frame.columns if name not in apart))
    found = tuple(column for column in found if column.kind in NUMBER_KINDS + STRING_KINDS)
    items = _aggregates(child, found)
    times, moments = None, None
    if asked.time is not None and asked.moment is not None:
        times, moments = _clock(child.frame[asked.time], child.where), _clock(main[asked.moment], "")
        _alike(times, moments, child)
    used = {item.column for item in items[:MOST]}
    relation = Relation(
        name=asked.name,
        key=asked.key,
        parent=asked.parent or asked.key,
        time=None if times is None else times.name,
        moment=asked.moment,
        columns=(*(c for c in found if c.name in used), *(() if times is None else (times,))),
        aggregates=tuple(items[:MOST]),
        asked=moments,
        days=times is not None and _whole_days(child.frame, times),
    )
    return relation, [
        *_left_out(child, problem, len(items)),
        *([] if times is not None else [_clockless(child, found)]),
    ]


def _aggregates(child: _Linked, columns: Sequence[Column]) -> list[Aggregate]:
    """What is made, the most telling first."""
    asked, rows = child.asked, child.frame.height
    many = rows > child.frame[asked.key].n_unique()
    items = [Aggregate(f"{asked.name}.count", "count")]
    if asked.moment is not None:
        items.append(Aggregate(f"{asked.name}.since", "since"))
    for function in _ORDER:
        if function == "last" and asked.moment is None:
            continue  # without a clock no row is the last
        fitting = (c for c in columns if function in _functions(c, many, rows))
        items += [Aggregate(f"{asked.name}.{c.name} {function}", function, c.name) for c in fitting]
    return items


def _functions(column: Column, many: bool, rows: int) -> tuple[Function, ...]:
    """What is made of a column. Of numbers that come back again and again, as prices and codes do, which ones they are
    says something too."""
    functions = _OF_KIND[column.kind][: None if many else 1]
    repeats = column.kind == "numeric" and column.unique >= _CODES and column.unique * _REPEATS <= rows
    return (*functions, "items") if repeats else functions


def _clock(values: pl.Series, where: str) -> Column:
    """How a column of times is read: as moments, or as numbers. Raises InputError."""
    column = kinds.infer(values.to_frame())[0]
    if column.kind in ("datetime", "numeric"):
        return column
    if values.dtype in (pl.Date, pl.Datetime):  # one moment in all rows
        return Column(name=values.name, kind="datetime")
    texts = frames.texts(values)
    formats = kinds.date_formats(texts)
    if formats:
        return Column(name=values.name, kind="datetime", formats=formats)
    if texts.null_count() < len(texts) and not frames.numbers(texts).wrong:
        return Column(name=values.name, kind="numeric")
    what = f"the time {values.name!r} holds values that are neither dates nor numbers"
    raise InputError(what, where=where, way_out="Write dates in one form, best as 2026-12-31.")


def _alike(times: Column, moments: Column, child: _Linked) -> None:
    if times.kind != moments.kind:
        what = f"the time {times.name!r} is {times.kind} and the moment {moments.name!r} is {moments.kind}"
        raise InputError(what, where=child.where, way_out="Write both in the same way.")


def _whole_days(frame: pl.DataFrame, times: Column) -> bool:
    """Whether the clock tells days alone: then nothing says what came first on a day."""
    if times.kind != "datetime":
        return False
    ticks = frames.clock_of(frame, times).drop_nulls()
    return len(ticks) > 0 and bool((ticks % _DAY == 0).all())


def _belonging(child: _Linked, main: pl.DataFrame, relation: Relation) -> Iterator[Finding]:
    """Which rows find each other, and which are not looked at."""
    asked = child.asked
    owners = frames.texts(main[relation.parent])
    keys = frames.texts(child.frame[asked.key])
    found = owners.is_in(keys.drop_nulls().unique().implode()).sum()
    if not found:
        what = f"no row of {asked.name!r} belongs to any row of the table: {asked.key!r} and {relation.parent!r} differ"
        example = f"They are written as {keys.drop_nulls().first()!r} and {owners.drop_nulls().first()!r}."
        raise InputError(what, where=child.where, way_out=example)
    if found < len(owners):
        share = found / len(owners)
        message = f"{len(owners) - found} of {len(owners)} rows have no row in {asked.name!r}."
        remedy = f"Look whether {asked.key!r} and {relation.parent!r} are the same keys, written alike."
        severity: Severity = "info" if share >= _FEW else "warning"
        yield Finding(code="no-child-rows", severity=severity, message=message, remedy=remedy)
    if keys.null_count():
        message = f"{keys.null_count()} rows of {asked.name!r} have no {asked.key!r} and are not looked at."
        yield Finding(code="child-without-key", severity="info", message=message)


def _timeless(child: _Linked, main: pl.DataFrame, relation: Relation) -> Iterator[Finding]:
    """Rows of which nothing says when they came, or what was known."""
    times = next((column for column in relation.columns if column.name == relation.time), None)
    if times is None or relation.asked is None:
        return
    name = relation.name
    gaps = frames.clock_of(child.frame, times, child.where).null_count()
    if gaps:
        message = (
            f"{gaps} rows of {name!r} have no {times.name!r}: when they came is not known; they are not looked at."
        )
        yield Finding(code="child-without-time", severity="warning", message=message)
    gaps = frames.clock_of(main, relation.asked).null_count()
    if gaps:
        message = f"{gaps} rows have no {relation.moment!r}: no row of {name!r} is looked at for them."
        yield Finding(code="row-without-moment", severity="warning", message=message, column=relation.moment)


def _clockless(child: _Linked, columns: Sequence[Column]) -> Finding:
    """All rows are looked at: whether that may be the future depends on what the user knows."""
    asked = child.asked
    dated = [column.name for column in columns if column.kind == "datetime"]
    message = f"All rows of {asked.name!r} are looked at, whenever they came"
    if asked.time is not None:
        message += f": {asked.time!r} is its clock, but no moment says when each row was asked."
    elif dated:
        message += f", though {dated[0]!r} looks like a clock."
    else:
        message += ": it has no clock."
    remedy = "If rows may come after a prediction is asked for, name time and moment: else the score is flattered."
    severity: Severity = "warning" if asked.time is not None or dated else "info"
    return Finding(code="no-clock", severity=severity, message=message, column=asked.time, remedy=remedy)


def _left_out(child: _Linked, problem: Problem, aggregates: int) -> Iterator[Finding]:
    """What could have been made of the child table and is not."""
    name, target = child.asked.name, problem.target
    if target in child.frame.columns and target != child.asked.key:
        message = f"{name!r} has a column {target!r}, as the target is called; it was left out."
        remedy = "If it is something else, or an older answer that is known when a row is asked, rename it."
        yield Finding(code="target-in-child", severity="warning", message=message, column=target, remedy=remedy)
    if aggregates > MOST:
        message = f"Of {aggregates} aggregates that {name!r} could give, the first {MOST} are made."
        remedy = "Leave columns out of the child table that can't matter."
        yield Finding(code="many-aggregates", severity="info", message=message, remedy=remedy)
