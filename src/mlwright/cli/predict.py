"""mlwright predict: answers for the rows of a file, however large."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from mlwright.cli.desk import Desk
from mlwright.cli.options import Debug, Json, Model, Query, Tables, tables_of

if TYPE_CHECKING:
    import polars as pl


def predict(
    context: typer.Context,
    model: Model,
    data: Annotated[str, typer.Argument(metavar="DATA", help="The rows: any file that train reads.")],
    out: Annotated[
        str,
        typer.Option(
            "--out", "-o", metavar="FILE", help="Where the answers go: a .csv, .parquet, .jsonl or .arrow file."
        ),
    ],
    table: Tables = None,
    query: Query = None,
    sets: Annotated[
        bool, typer.Option("--sets", help="Also which classes hold the true one in nine of ten rows.")
    ] = False,
    json: Json = False,
    debug: Debug = False,
) -> int:
    """Write one prediction a row, in the order of the rows.

    The file has the column prediction, and one probability a class, or the lower and upper end of an interval; with
    --sets also one column set_CLASS a class, which says whether the class is among those that the row may well be of.
    Rows are read, answered and written in batches, so a file may be larger than memory.
    """
    from mlwright import bundle, frames
    from mlwright.cli.progress import count

    desk: Desk = context.obj
    frames.check_output(out)
    columns: list[str] = []

    def seen(batches: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        with count(desk, "rows answered") as add:
            for batch in batches:
                columns[:] = batch.columns
                add(batch.height)
                yield batch

    scored = bundle.load(model).score_batches(data, query, tables_of(table), sets)
    rows = frames.write_batches(seen(scored), out)
    shown = ", ".join(columns[:6]) + ", ..." * (len(columns) > 6)
    desk.say(f"{rows:,} predictions are in {out}: {shown}")
    desk.answer({"rows": rows, "path": out, "columns": columns, "seconds": round(desk.seconds, 3)})
    return 0
