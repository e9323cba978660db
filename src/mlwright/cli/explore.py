"""mlwright explore: what a table is and what is wrong with it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from mlwright.cli.desk import Desk
from mlwright.cli.options import Debug, Json, Memory, Query


def explore(
    context: typer.Context,
    data: Annotated[str, typer.Argument(metavar="DATA", help="The table: a file, a folder, or the URL of a database.")],
    target: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="The column to predict: every other is shown against it.")
    ] = None,
    compare: Annotated[
        str | None, typer.Option(metavar="OTHER", help="Another table to set beside this one, as next month's.")
    ] = None,
    schema: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="What the columns are, to correct: written if it isn't there, else read."),
    ] = None,
    query: Query = None,
    memory: Memory = None,
    out: Annotated[
        str | None, typer.Option(metavar="PAGE", help=r"Where the page goes. \[default: explore/NAME.html]")
    ] = None,
    json: Json = False,
    debug: Debug = False,
) -> int:
    """Look at a table: each column, what goes together, what is missing, what to do next. Writes a page."""
    import msgspec

    from mlwright.cli.ending import near
    from mlwright.cli.wish import stem
    from mlwright.lifecycle import explore as look
    from mlwright.report import explore_summary

    desk: Desk = context.obj
    page = Path(out) if out is not None else Path("explore", f"{_file_name(stem(data))}.html")
    fresh = schema is not None and not Path(schema).exists()
    portrait = look(data, target, compare=compare, out=page, schema=schema, query=query, memory=memory)
    for line, style in explore_summary(portrait):
        desk.say(line, style)
    if schema is not None:
        desk.say(
            f"\nSchema: {near(Path(schema))} ({'written: mend it, then add --schema to train' if fresh else 'read'})"
        )
    desk.say(f"\nPage: {near(page)} ({desk.seconds:.1f} s)")
    facts = {"page": near(page), "seconds": round(desk.seconds, 2), "portrait": msgspec.to_builtins(portrait)}
    desk.answer(facts)
    return 0


def _file_name(name: str) -> str:
    return re.sub(r"[^\w.-]+", "_", name).strip("_.") or "table"
