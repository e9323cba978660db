"""mlwright predict: answers for the rows of a file."""

from __future__ import annotations

from typing import Annotated

import typer

from mlwright.cli.desk import Desk
from mlwright.cli.options import Debug, Json, Model


def predict(
    context: typer.Context,
    model: Model,
    data: Annotated[str, typer.Argument(metavar="DATA", help="The rows: any file that train reads.")],
    out: Annotated[
        str, typer.Option("--out", "-o", metavar="FILE", help="Where the answers go: a .csv, .parquet or .jsonl file.")
    ],
    json: Json = False,
    debug: Debug = False,
) -> int:
    """Write one prediction a row, in the order of the rows.

    The file has the column prediction, and one probability a class, or the lower and upper end of an interval.
    """
    from mlwright import bundle, frames

    desk: Desk = context.obj
    frames.check_output(out)
    scored = bundle.load(model).score_frame(data)
    frames.write(scored, out)
    desk.say(
        f"{scored.height:,} predictions are in {out}: {', '.join(scored.columns[:6])}{', ...' * (scored.width > 6)}"
    )
    desk.answer({"rows": scored.height, "path": out, "columns": scored.columns, "seconds": round(desk.seconds, 3)})
    return 0
