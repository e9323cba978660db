"""The commands that there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from mlwright.cli import evaluate, predict, resume, serve, train, verify
from mlwright.cli.desk import Desk

COMMANDS = (train.train, predict.predict, evaluate.evaluate, serve.serve, verify.verify, resume.resume)


def dispatch(words: Sequence[str], desk: Desk) -> int:
    """Run the command that the words ask for; its exit code."""
    app = typer.Typer(
        help="From a table to a model that you can judge, ship and serve.",
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(options)
    for command in COMMANDS:
        app.command()(command)
    code = typer.main.get_command(app).main(list(words), prog_name="mlwright", standalone_mode=False, obj=desk)
    return code if isinstance(code, int) else 0


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"mlwright {version('mlwright')}")
        raise typer.Exit


def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """From a table to a model that you can judge, ship and serve."""
