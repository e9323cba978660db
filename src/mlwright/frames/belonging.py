"""Rows and the rows of other tables that belong to them, as they come when a model is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from mlwright.contracts.errors import InputError, RowProblem, SchemaError, near_miss
from mlwright.contracts.records import Relation, Schema
from mlwright.frames.foreign import adopt
from mlwright.frames.related import aggregate, typed_child
from mlwright.frames.typed import missing_columns
from mlwright.frames.vectors import MOST


def with_tables(
    frame: pl.DataFrame, schema: Schema, tables: Mapping[str, pl.DataFrame], where: str = ""
) -> pl.DataFrame:
    """The n rows with the columns that the schema's relations make of ``tables``, child tables by name.

    A table may be left out if the frame holds its columns already. Raises InputError for a table that the schema does
    not know, SchemaError for columns that are not there or rows that don't fit.
    """
    _known(tables, schema)
    for relation in schema.relations:
        if relation.name in tables:
            asks = [relation.parent, *([] if relation.moment is None else [relation.moment])]
            absent = missing_columns(asks, frame.columns)
            if absent:
                way_out = f"They say which rows of {relation.name!r} a row may look at."
                raise SchemaError(absent, where=where, way_out=way_out)
            frame = aggregate(frame, tables[relation.name], relation)
            continue
        absent = missing_columns(_needed(relation, schema), frame.columns)
        if absent:
            raise SchemaError(absent, where=where, way_out=_way_out(relation))
    return frame


def typed_tables(tables: Mapping[str, pl.DataFrame], schema: Schema) -> dict[str, pl.DataFrame]:
    """Child tables with what the schema's relations read of them, typed: once, for many calls of `with_tables`. Raises
    InputError."""
    _known(tables, schema)
    return {r.name: typed_child(tables[r.name], r) for r in schema.relations if r.name in tables}


def with_nested(rows: Sequence[Any], schema: Schema) -> list[Any]:
    """JSON-like rows in which the rows of child tables stand as lists of objects, under the tables' names, with the
    columns that the schema's relations make of them.

    A row may hold these columns instead. Raises SchemaError.
    """
    made = list(rows)
    for relation in schema.relations:
        needed = _needed(relation, schema)
        nested = [i for i, row in enumerate(made) if isinstance(row, Mapping) and relation.name in row]
        bare = (i for i, row in enumerate(made) if isinstance(row, Mapping) and relation.name not in row)
        lacking = [i for i in bare if not all(name in made[i] for name in needed)]
        if lacking:
            problems = [RowProblem("missing", i, relation.name) for i in lacking[:MOST]]
            raise SchemaError(problems, way_out=_way_out(relation))
        if nested:
            for i, values in zip(nested, _of_nested([made[i] for i in nested], nested, relation), strict=True):
                made[i] = {**made[i], **values}
    return made


def _of_nested(rows: list[Any], places: list[int], relation: Relation) -> Iterable[dict[str, Any]]:
    """The aggregates of each row; ``places`` are the rows' numbers in what was sent."""
    problems = []
    owners: list[int] = []
    children: list[Mapping[str, Any]] = []
    for i, row in enumerate(rows):
        if relation.moment is not None and relation.moment not in row:
            problems.append(RowProblem("missing", places[i], relation.moment))
        inside = row[relation.name]
        if inside is None:
            continue
        if not isinstance(inside, list) or not all(isinstance(child, Mapping) for child in inside):
            problems.append(RowProblem("this is not a list of objects", places[i], relation.name))
            continue
        owners += [i] * len(inside)
        children += inside
    if problems:
        raise SchemaError(problems[:MOST], way_out=_way_out(relation))
    try:
        child = typed_child(_table_of(children, owners, relation), relation)
    except SchemaError as error:
        raise SchemaError(_moved(error.problems, relation, owners, places), way_out=error.way_out) from None
    asks: dict[str, Any] = {relation.parent: [str(i) for i in range(len(rows))]}
    if relation.moment is not None:
        asks[relation.moment] = [row[relation.moment] for row in rows]
    try:
        frame = aggregate(adopt(asks), child, relation)
    except SchemaError as error:
        moved = [RowProblem(p.message, None if p.row is None else places[p.row], p.column) for p in error.problems]
        raise SchemaError(moved, way_out=error.way_out) from None
    return frame.select(relation.names).iter_rows(named=True)


def _table_of(children: list[Mapping[str, Any]], owners: list[int], relation: Relation) -> pl.DataFrame:
    """Child rows of the owners as a table of what the relation reads: whatever else is in them costs nothing."""
    names = [column.name for column in relation.columns]
    held = [name for name in names if not children or any(name in child for child in children)]
    columns: dict[str, Any] = {name: [child.get(name) for child in children] for name in held}
    return adopt({relation.key: pl.Series([str(i) for i in owners], dtype=pl.String), **columns})


def _moved(
    problems: Sequence[RowProblem], relation: Relation, owners: list[int], places: list[int]
) -> list[RowProblem]:
    """Problems of the child's rows, told of the rows that they stand in."""
    found = []
    for problem in problems:
        row = None if problem.row is None else places[owners[problem.row]]
        name = relation.name if problem.column is None else f"{relation.name}.{problem.column}"
        found.append(RowProblem(problem.message, row, name))
    return found


def _known(tables: Mapping[str, Any], schema: Schema) -> None:
    names = [relation.name for relation in schema.relations]
    for name in tables:
        if name not in names:
            hint = near_miss(name, names)
            what = f"the model has no child table {name!r}" + (f"; {hint}" if hint else "")
            known = f"It has {', '.join(map(repr, names))}." if names else "It was trained on one table."
            raise InputError(what, way_out=known)


def _needed(relation: Relation, schema: Schema) -> list[str]:
    """The relation's columns that the model reads."""
    read = {column.name for column in schema.features}
    return [item.name for item in relation.aggregates if item.name in read]


def _way_out(relation: Relation) -> str:
    name = relation.name
    return (
        f"These columns are made of the table {name!r}: give it, as tables={{{name!r}: ...}} in Python, --table "
        f"{name}=FILE on the command line, or as a list of objects under {name!r} in each row of JSON."
    )
