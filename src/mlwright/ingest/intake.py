"""The steps from a source to a Table in the run's folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec
import polars as pl
from polars import selectors

from mlwright import frames
from mlwright.contracts.errors import InputError, near_miss
from mlwright.contracts.records import (
    ASIDE,
    GROUP,
    ROW,
    TARGET,
    WEIGHT,
    Column,
    Finding,
    Origin,
    Problem,
    Schema,
    Split,
    Table,
)
from mlwright.ingest import children, holdout, kinds, sample
from mlwright.ingest.copies import check_kept, copies, seen_before
from mlwright.ingest.correction import correct, told
from mlwright.ingest.mirrors import mirrors
from mlwright.ingest.monotone import check_monotone
from mlwright.ingest.source import Source, load
from mlwright.ingest.splits import cut
from mlwright.ingest.target import decide, index_of, read_target
from mlwright.ingest.weights import mean_one, read_weight, weigh
from mlwright.trials import allowed_memory

FEWEST = 10
_NAMED = 5  # column names shown in a finding


class _Rows(NamedTuple):
    """Typed rows with TARGET (and GROUP and WEIGHT), and what is to be told about them."""

    frame: pl.DataFrame
    findings: tuple[Finding, ...]


class _Apart(NamedTuple):
    """Rows with GROUP where some have to stay together, in time where that orders them; what of them is read, and
    what to tell."""

    rows: pl.DataFrame
    schema: Schema
    split: Split
    findings: tuple[Finding, ...]


class _Sealed(NamedTuple):
    """The rows to learn from, those sealed away and why, what to tell, and where sealed rows came from if not from the
    table itself."""

    train: pl.DataFrame
    sealed: pl.DataFrame | None = None
    kind: Literal["", "rows", "test"] = ""
    findings: tuple[Finding, ...] = ()
    origins: tuple[Origin, ...] = ()


def ingest(data: Any, problem: Problem, folder: Path) -> Table:
    """Read ``data`` (a path, or a table of any library that frames.adopt takes), type it by what its values are, and
    write it into ``folder`` as train.arrow (and holdout.arrow): see Table.

    Raises InputError for data or a problem that can't be used: a missing column, too few rows, one class, ...
    """
    check_kept(problem)
    bounds = sample.Bounds(allowed_memory(problem.memory), problem.budget, problem.seed, problem.target)
    source = load(data, problem.query, bounds)
    _named_columns(source.frame, problem, source.origin.name)
    related = children.relate(source.frame, problem, source.origin.name)
    frame = related.frame
    read = children.infer(sample.with_odd(frame, source.whole).drop(problem.target), related.relations)
    columns = sample.widened(tuple(typed.column for typed in read), source.whole)
    columns = correct(columns, frame, problem.schema)
    weights = weigh(frame, columns, problem, source.origin.name)
    columns = tuple(_as_no_feature(c) if c.name in (problem.group, problem.weight) else c for c in columns)
    answer = decide(weights.counted(read_target(frame[problem.target], source.from_text)), problem, weights.values)
    schema = Schema(columns=columns, target=answer.target, weight=problem.weight)
    schema = msgspec.structs.replace(schema, relations=children.read_relations(related.relations, schema))
    if not schema.features:
        way_out = "Give columns that vary from row to row."
        raise InputError("no column is left to predict from", where=source.origin.name, way_out=way_out)
    check_monotone(schema, problem)
    findings = (
        *_as_read(source, bounds),
        *related.findings,
        *_about_columns(schema, frame, problem),
        *told(schema.columns, frame),
        *answer.findings,
        *weights.findings,
    )
    known = kinds.known(read, frame.height)
    features = frames.conform(frame, schema, source.origin.name, known)
    features = weights.beside(features).with_columns(_keys(frame, columns))
    typed = _typed(frame, features, source.origin.name, answer.values, problem)
    left_out = typed.frame.filter(pl.col(TARGET).is_not_null())
    if left_out.height < FEWEST:
        what = f"{left_out.height} rows with a target are too few"
        raise InputError(what, where=source.origin.name, way_out=f"Give {FEWEST} at least; hundreds are better.")
    apart = _apart(left_out, schema, problem)
    parts = _sealed(apart.rows, apart.schema, problem, apart.split)
    frames.write(mean_one(parts.train), folder / "train.arrow")
    if parts.sealed is not None:
        frames.write(mean_one(parts.sealed.select(~selectors.starts_with(ASIDE))), folder / "holdout.arrow")
    return Table(
        source=source.origin.name,
        rows=parts.train.height,
        holdout=0 if parts.sealed is None else parts.sealed.height,
        sealed=parts.kind,
        fingerprint=source.origin.fingerprint,
        schema=apart.schema,
        findings=(*findings, *typed.findings, *apart.findings, *parts.findings),
        origins=(source.origin, *related.origins, *parts.origins),
        split=apart.split,
    )


def _apart(rows: pl.DataFrame, schema: Schema, problem: Problem) -> _Apart:
    """What must not be read, or lie on both sides of a split: copies of the target, times, groups, copies of rows."""
    copied = mirrors(rows, schema, problem)
    made = cut(rows, copied.schema, problem)
    rows, schema = made.rows, _without(copied.schema, made.split)
    same = copies(rows, schema, problem.keep, made.split)
    if same.groups is not None:
        rows = rows.with_columns(pl.Series(GROUP, same.groups))
    return _Apart(rows, schema, made.split, (*copied.findings, *made.findings, *same.findings))


def _as_read(source: Source, bounds: sample.Bounds) -> tuple[Finding, ...]:
    """What was guessed to read the source, and that only some of its rows were taken."""
    notes = (f"{note[:1].upper()}{note[1:]}." for note in source.notes)
    guessed = tuple(Finding(code="read-as", severity="info", message=note) for note in notes)
    return guessed if source.whole is None else (*guessed, *sample.findings(source.origin, source.whole, bounds))


def _named_columns(frame: pl.DataFrame, problem: Problem, where: str) -> None:
    """The columns that the problem names are there, and apart."""
    roles = {"target": problem.target, "group": problem.group, "time": problem.time, "weight": problem.weight}
    for role, name in (*roles.items(), *(("groups to look at", name) for name in problem.sensitive)):
        if name is not None and name not in frame.columns:
            hint = near_miss(name, frame.columns)
            shown = ", ".join(map(repr, frame.columns[:20])) + (", ..." if frame.width > 20 else "")
            what = f"no column {name!r} for the {role}" + (f"; {hint}" if hint else "")
            raise InputError(what, where=where, way_out=f"The columns are: {shown}.")
    if problem.ordered and problem.time is not None:
        way_out = "Give --time if its values order the rows, or --ordered if they lie in order."
        raise InputError("--time and --ordered say two things about one order", where=where, way_out=way_out)
    if problem.target in (problem.group, problem.time, problem.weight):
        raise InputError(
            f"{problem.target!r} is the target and can't be the group, the time or the weight", where=where
        )
    if problem.weight is not None and problem.weight in (problem.group, problem.time):
        raise InputError(f"{problem.weight!r} is the weight and can't be the group or the time too", where=where)
    for name in (TARGET, GROUP, WEIGHT, ROW):
        if name in frame.columns:
            what = f"the column name {name!r} is used by mlwright itself"
            raise InputError(what, where=where, way_out="Rename this column.")


def _as_no_feature(column: Column) -> Column:
    return msgspec.structs.replace(column, kind="identifier", words=None, formats=(), low=None, high=None, levels=())


def _keys(frame: pl.DataFrame, columns: tuple[Column, ...]) -> list[pl.Series]:
    """Keys and running numbers as they were written: no features, but exploring looks whether they tell the target."""
    names = [c.name for c in columns if c.kind == "identifier" and c.meaning and c.name in frame.columns]
    return [frames.texts(frame[name]).alias(ASIDE + name) for name in names]


def _typed(frame: pl.DataFrame, features: pl.DataFrame, where: str, target: pl.Series, problem: Problem) -> _Rows:
    """All typed rows with TARGET and GROUP, in time order if the problem names a time."""
    places = pl.int_range(frame.height, dtype=pl.UInt32, eager=True)
    typed = features.with_columns(target.alias(TARGET), places.alias(ROW))
    findings = []
    gaps = frames.texts(frame[problem.target]).null_count()
    if gaps:
        message = f"{gaps} of {frame.height} rows have no value for the target and were left out."
        findings.append(Finding(code="missing-target", severity="info", message=message, column=problem.target))
    if problem.group is not None:
        codes = _group_codes(frame[problem.group], target.is_not_null(), where)
        typed = typed.with_columns(codes.alias(GROUP))
    if problem.time is not None:
        moments = _moments(frame[problem.time], where)
        order = moments.to_frame("moment").select(pl.arg_sort_by("moment", maintain_order=True)).to_series()
        typed = typed[order]
    return _Rows(typed, tuple(findings))


def _group_codes(column: pl.Series, used: pl.Series, where: str) -> pl.Series:
    """A code for each different value; the rows without one are a group together."""
    codes = frames.texts(column).fill_null("").rank("dense").cast(pl.Int32) - 1
    if codes.filter(used).n_unique() < 2:
        way_out = "Name a column with several groups, or none."
        raise InputError(f"the group {column.name!r} is the same in every row", where=where, way_out=way_out)
    return codes


def _moments(column: pl.Series, where: str) -> pl.Series:
    """The time column as something to sort by: moments or numbers, in every row."""
    moments = _readable(column)
    if moments is None:
        what = f"the time {column.name!r} holds values that are neither dates nor numbers"
        raise InputError(what, where=where, way_out="Write dates in one form, best as 2026-12-31.")
    gaps = moments.is_null().arg_true()
    if len(gaps):
        what = f"the time {column.name!r} is missing in {len(gaps)} rows (the first: {gaps[0]})"
        raise InputError(what, where=where, way_out="Fill these rows in or leave them out.")
    return moments


def _readable(column: pl.Series) -> pl.Series | None:
    if column.dtype.is_numeric() or column.dtype in (pl.Date, pl.Datetime):
        return column
    if column.dtype != pl.String:
        return None
    texts = frames.texts(column)
    numbers, wrong = frames.numbers(texts)
    if not wrong:
        return numbers
    formats = kinds.date_formats(texts)
    return frames.moments(texts, formats).values if formats else None


def _without(schema: Schema, split: Split) -> Schema:
    """A schema in which the column of groups that were found is no feature."""
    if split.kind != "group" or not split.inferred:
        return schema
    columns = tuple(_as_no_feature(c) if c.name == split.column else c for c in schema.columns)
    return msgspec.structs.replace(schema, columns=columns)


def _sealed(rows: pl.DataFrame, schema: Schema, problem: Problem, split: Split) -> _Sealed:
    if problem.test is not None:
        source = load(problem.test, bounds=sample.Bounds(allowed_memory(problem.memory), seed=problem.seed))
        test = _test_rows(source, problem, schema, split)
        told = (*_part_of_test(source), *test.findings, *seen_before(test.frame, rows, schema))
        return _Sealed(rows, test.frame, "test", told, (source.origin,))
    if split.kind == "time":
        return _Sealed(rows)
    classes = rows[TARGET].to_numpy() if schema.target.classes else None
    groups = rows[GROUP].to_numpy() if GROUP in rows.columns else None
    if split.kind != "group" and groups is not None:
        mask = holdout.seal_copies(classes, groups, problem.seed)
    else:
        mask = holdout.seal(classes, groups, rows.height, problem.seed)
    return _Sealed(rows.filter(~mask), rows.filter(mask), "rows") if mask.any() else _Sealed(rows)


def _part_of_test(source: Source) -> tuple[Finding, ...]:
    """That only some rows of the user's own test data are judged on."""
    if source.whole is None:
        return ()
    taken, rows = source.origin.taken, source.origin.rows
    message = f"The test data does not fit into memory: {taken:,} of its {rows:,} rows were drawn to judge on."
    return (Finding(code="sampled-test", severity="warning", message=message, remedy="Give more with --memory."),)


def _test_rows(source: Source, problem: Problem, schema: Schema, split: Split) -> _Rows:
    """The user's own test data, typed by the same schema. A group in it is not compared with those in the training
    rows."""
    typed = _labelled(source, schema, children.read(problem))
    if split.kind == "group":
        typed = typed.with_columns(pl.lit(-1, dtype=pl.Int32).alias(GROUP))
    kept = typed.filter(pl.col(TARGET).is_not_null())
    findings = []
    if gaps := typed.height - kept.height:
        message = f"{gaps} of {typed.height} rows of the test data have no value for the target and were left out."
        findings.append(Finding(code="missing-target", severity="info", message=message, column=schema.target.name))
    if schema.weight is not None and WEIGHT not in typed.columns:
        message = f"The test data has no column {schema.weight!r}: each of its rows counts once."
        findings.append(Finding(code="test-without-weight", severity="warning", message=message, column=schema.weight))
    return _Rows(kept, tuple(findings))


def labelled(
    data: Any,
    schema: Schema,
    tables: Mapping[str, Any] | None = None,
    query: str | None = None,
    needed: bool = True,
) -> pl.DataFrame:
    """Rows to judge a model on (a path or URL, or a table): typed by its schema, with TARGET, null where it is missing.

    ``tables`` are the schema's child tables by name; without them their columns must be in ``data``. If the schema has
    a weight and ``data`` that column, there is WEIGHT, and rows of weight 0 are left out. Where the target is not
    ``needed`` all rows are kept, and without it there is neither TARGET nor WEIGHT.

    Raises InputError when there is no target, no row has one, or a class is not one of the schema's.
    """
    source = load(data, query, sample.Bounds(allowed_memory(None)))
    return _labelled(source, schema, tables) if needed else _with_target(source, schema, tables)


def _labelled(source: Source, schema: Schema, tables: Mapping[str, Any] | None) -> pl.DataFrame:
    name = schema.target.name
    if name not in source.frame.columns:
        hint = near_miss(name, source.frame.columns)
        what = f"there is no column {name!r}, the target" + (f"; {hint}" if hint else "")
        raise InputError(what, where=source.origin.name, way_out="Rows to judge a model on need the answers too.")
    typed = _with_target(source, schema, tables)
    if TARGET not in typed.columns:
        raise InputError("no row has a value for the target", where=source.origin.name, way_out="Give labelled rows.")
    return mean_one(typed.filter(pl.col(WEIGHT).ne_missing(0.0))) if WEIGHT in typed.columns else typed


def _with_target(source: Source, schema: Schema, tables: Mapping[str, Any] | None) -> pl.DataFrame:
    """All rows, typed; with TARGET if any row has one, and then with WEIGHT if that is there."""
    where = source.origin.name
    typed = frames.conform(children.join(source.frame, schema, tables or {}, where), schema, where)
    if schema.target.name not in source.frame.columns:
        return typed
    answers = read_target(source.frame[schema.target.name], source.from_text, schema.target.notation)
    target = index_of(answers, schema.target, where)
    if target.null_count() == target.len():
        return typed
    typed = typed.with_columns(target.alias(TARGET))
    if schema.weight is None or schema.weight not in source.frame.columns:
        return typed
    weights = read_weight(source.frame[schema.weight], schema.columns, target.is_not_null(), where)
    return typed.with_columns(weights.alias(WEIGHT))


def _about_columns(schema: Schema, frame: pl.DataFrame, problem: Problem) -> tuple[Finding, ...]:
    """Constants and identifiers are told and left out."""
    findings = []
    constants = [c.name for c in schema.columns if c.kind == "constant"]
    if constants:
        message = f"{_listed(constants)} never change{'s' if len(constants) == 1 else ''}: nothing can be learnt there."
        only = constants[0] if len(constants) == 1 else None
        findings.append(Finding(code="constant-column", severity="info", message=message, column=only))
    types = frame.schema
    for column in schema.columns:
        if column.kind != "identifier" or column.name in (problem.group, problem.weight):
            continue
        if types[column.name] == pl.Binary:
            message = f"{column.name!r} holds bytes (images, files?), which are not read; it was left out."
            findings.append(Finding(code="binary-column", severity="warning", message=message, column=column.name))
            continue
        message = f"{column.name!r} is different in every row, like a key: it says nothing about new rows."
        remedy = "If it does, turn it into what it means (an age, a count, a place)."
        finding = Finding(code="identifier-column", severity="info", message=message, column=column.name, remedy=remedy)
        findings.append(finding)
    return tuple(findings[:100])


def _listed(names: list[str]) -> str:
    shown = ", ".join(map(repr, names[:_NAMED]))
    return f"{shown} and {len(names) - _NAMED} more columns" if len(names) > _NAMED else shown
