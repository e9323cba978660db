"""mlwright resume: go on with a run that was interrupted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mlwright.cli.desk import Desk
from mlwright.cli.options import Debug, Json, Strict


def resume(
    context: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help="The folder of the run, as runs/2026-01-31-120000-churn.")],
    strict: Strict = False,
    json: Json = False,
    debug: Debug = False,
) -> int:
    """Go on with a run that was interrupted or killed, to the result that it would have had.

    It has what was left of its budget, but at least a fifth. A finished run tells again what it came to.
    """
    from mlwright import lifecycle
    from mlwright.cli.ending import travel

    desk: Desk = context.obj
    return travel(desk, lambda listener: lifecycle.go_on(Path(run), listener), strict=strict)
