"""mlwright serve: answers over HTTP."""

from __future__ import annotations

from typing import Annotated

import typer

from mlwright.cli.options import Debug, Model


def serve(
    model: Model,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="0.0.0.0 lets other machines ask too; there is no password.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="N", help="0 takes any that is free.")] = 8080,
    debug: Debug = False,
) -> int:
    """Serve a model over HTTP until Ctrl-C. It tells its address and a line to try it with."""
    from mlwright import server

    server.serve(model, host, port)
    return 0
