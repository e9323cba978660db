"""The commands that there are."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from mlwright.cli import evaluate, explain, explore, predict, report, resume, serve, train, verify
from mlwright.cli.desk import Desk, let_go

COMMANDS = (
    explore.explore,
    train.train,
    predict.predict,
    evaluate.evaluate,
    explain.explain,
    report.report,
    serve.serve,
    verify.verify,
    resume.resume,
)

_COMPLETING = "_MLWRIGHT_COMPLETE"  # set by the shell when it asks how a word goes on


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
    program = typer.main.get_command(app)
    if _COMPLETING in os.environ:
        program.main(list(words), prog_name="mlwright")
    try:  # not program.main: it would swallow interrupts
        with program.make_context("mlwright", list(words), obj=desk) as context:
            code = program.invoke(context)
    except typer.Exit as done:
        code = done.exit_code
    except (BrokenPipeError, SystemExit):  # the latter is rich's; both print help for a reader that may go away
        if not {"-h", "--help"} & set(words):
            raise
        let_go(sys.stdout)
        return 0
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
