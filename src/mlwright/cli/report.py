"""mlwright report: the report of a model, drawn anew."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mlwright.cli.desk import Desk
from mlwright.cli.options import Debug, Json, Model


def report(
    context: typer.Context,
    model: Model,
    out: Annotated[
        str | None,
        typer.Option("--out", "-o", metavar="PAGE", help=r"Where the page goes. \[default: reports/NAME.html]"),
    ] = None,
    interactive: Annotated[
        bool,
        typer.Option(
            "--interactive",
            help="Add a part in which the page's reader changes a row and asks the model, which runs in the browser. "
            "What that takes (5 MB and the model) is placed beside the page, in the folder PAGE_files.",
        ),
    ] = False,
    runtime: Annotated[
        str | None,
        typer.Option(
            metavar="PLACE",
            help="Where onnxruntime-web is, its archive or an unpacked folder, for --interactive without npm.",
        ),
    ] = None,
    json: Json = False,
    debug: Debug = False,
) -> int:
    """Draw a model's report anew: one page that needs nothing else, for people inside and outside the field."""
    import msgspec

    from mlwright.cli.ending import STYLES, near
    from mlwright.lifecycle import report as tell
    from mlwright.lifecycle.what_if import folder_of
    from mlwright.report import summary

    desk: Desk = context.obj
    page = Path(out) if out is not None else Path("reports", f"{Path(model).resolve().name}.html")
    told = tell(model, page, interactive=interactive, runtime=runtime)
    desk.say(summary(told.verdict), STYLES[told.verdict.decision])
    beside = f", with the folder {near(folder_of(page))} beside it" if interactive else ""
    desk.say(f"\nPage: {near(page)}{beside} ({desk.seconds:.1f} s)")
    desk.answer({"page": near(page), "seconds": round(desk.seconds, 2), "report": msgspec.to_builtins(told)})
    return 0
