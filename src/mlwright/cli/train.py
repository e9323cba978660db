"""mlwright train: from a table to a model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mlwright.cli.desk import Desk
from mlwright.cli.options import Debug, Json, Memory, Query, Strict


def train(
    context: typer.Context,
    data: Annotated[str, typer.Argument(metavar="DATA", help="The table: a file, a folder, or the URL of a database.")],
    target: Annotated[str | None, typer.Option(metavar="COLUMN", help="The column to predict.")] = None,
    budget: Annotated[
        str | None,
        typer.Option(metavar="TIME", help=r"Wall clock for all of it, as 60s, 10min or 1h. \[default: 60s]"),
    ] = None,
    metric: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="What to be good at: roc_auc, rmse, a plug-in's; else what fits."),
    ] = None,
    group: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Rows that belong together, as those of one customer.")
    ] = None,
    time: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="What came when: judge on rows later than those learnt from.")
    ] = None,
    ordered: Annotated[
        bool | None, typer.Option("--ordered", help="The rows lie in the order of time, whatever column says so.")
    ] = None,
    weight: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="How much each row counts: a number, 0 or more.")
    ] = None,
    test: Annotated[str | None, typer.Option(metavar="DATA", help="Rows to judge on, sealed until the end.")] = None,
    max_latency: Annotated[
        str | None, typer.Option(metavar="TIME", help="The longest that one row may take, as 1ms.")
    ] = None,
    max_size: Annotated[
        str | None, typer.Option(metavar="SIZE", help="The largest that the model may be, as 20MB.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(metavar="N", help=r"Same data, seed and trials: same model. \[default: 0]")
    ] = None,
    trials: Annotated[
        int | None, typer.Option(metavar="N", help="Stop after so many trials, whatever time they take.")
    ] = None,
    query: Query = None,
    schema: Annotated[
        str | None, typer.Option(metavar="FILE", help="What the columns are, as explore --schema wrote and you mended.")
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE", help="A repair not to make, as its finding names it. Repeatable."),
    ] = None,
    monotone: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN=WAY", help="Which way alone the answer may go with it, as price=down. Repeatable."
        ),
    ] = None,
    cost: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND=NUMBER", help="What a wrong answer costs, as false_negative=5 of two classes. Repeatable."
        ),
    ] = None,
    sensitive: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="By whose groups the model is looked at for fairness. Repeatable."),
    ] = None,
    iterate: Annotated[
        bool | None, typer.Option("--iterate", help="Try what the diagnosis of a first round of trials prescribes.")
    ] = None,
    memory: Memory = None,
    problem: Annotated[
        str | None, typer.Option(metavar="FILE", help="A TOML file with any of these; what is typed wins.")
    ] = None,
    out: Annotated[
        str | None, typer.Option(metavar="FOLDER", help=r"Where the model goes. \[default: models/NAME]")
    ] = None,
    runs: Annotated[str, typer.Option(metavar="FOLDER", help="Where runs are kept, to be resumed.")] = "runs",
    strict: Strict = False,
    json: Json = False,
    debug: Debug = False,
) -> int:
    """Train a model on a table, judge it, and write it into a folder.

    The budget counts from the start of the command to the finished model. Ctrl-C interrupts; resume goes on.
    """
    from mlwright.cli.ending import travel
    from mlwright.cli.wish import Wish, problem_of, stem
    from mlwright.contracts.protocols import Clock
    from mlwright.lifecycle import Place, run
    from mlwright.lifecycle.costs import costs_typed
    from mlwright.lifecycle.directions import by_column

    desk: Desk = context.obj
    wish = Wish(
        target=target,
        metric=metric,
        budget=budget,
        trials=trials,
        group=group,
        time=time,
        ordered=ordered,
        weight=weight,
        test=test,
        seed=seed,
        max_latency=max_latency,
        max_size=max_size,
        query=query,
        schema=schema,
        memory=memory,
        keep=tuple(keep) if keep else None,
        monotone=by_column(monotone) if monotone else None,
        costs=costs_typed(cost) if cost else None,
        sensitive=tuple(sensitive) if sensitive else None,
        iterate=iterate,
    )
    asked = problem_of(wish, problem)
    model = Path(out) if out is not None else Path("models", stem(data))
    clock = Clock() if asked.budget is None else Clock.lasting(asked.budget - desk.seconds)
    place = Place(runs=Path(runs), model=model, clock=clock, command=desk.command)
    return travel(desk, lambda listener: run(data, asked, place, listener), strict=strict)
