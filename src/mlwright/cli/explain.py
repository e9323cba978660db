"""mlwright explain: why a model answers what it answers."""

from __future__ import annotations

from typing import Annotated

import typer

from mlwright.cli.desk import Desk
from mlwright.cli.options import Debug, Json, Model, Query, Tables, tables_of


def explain(
    context: typer.Context,
    model: Model,
    data: Annotated[
        str, typer.Argument(metavar="DATA", help="Rows to ask the model about; with the target, more is told.")
    ],
    row: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="Explain the answer for this row alone, counted from 0.")
    ] = None,
    rows: Annotated[bool, typer.Option("--rows", help="Explain the answer for each of the first 100 rows.")] = False,
    fixed: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN", help="A column that nobody can change, as age. Repeatable.")
    ] = None,
    want: Annotated[
        str | None,
        typer.Option(metavar="ANSWER", help="With --row: what the answer should be instead, a class or a number."),
    ] = None,
    table: Tables = None,
    query: Query = None,
    json: Json = False,
    debug: Debug = False,
) -> int:
    """What a model goes by, how its answer goes with each column, and why a row is answered as it is."""
    import msgspec

    from mlwright import bundle
    from mlwright.lifecycle import explain as find
    from mlwright.report import explain_summary

    desk: Desk = context.obj
    loaded = bundle.load(model)
    found = find(loaded, data, row=row, rows=rows, fixed=fixed or (), want=want, tables=tables_of(table), query=query)
    for line, style in explain_summary(found, loaded.schema):
        desk.say(line, style)
    facts = {"model": model, "seconds": round(desk.seconds, 3), "explanation": msgspec.to_builtins(found)}
    desk.answer(facts)
    return 0
