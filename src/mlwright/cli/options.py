"""Options and arguments that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from mlwright.contracts.errors import InputError

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output and nothing else there.")]
Debug = Annotated[bool, typer.Option("--debug", help="On an error, show where in the code it came from.")]
Strict = Annotated[bool, typer.Option("--strict", help='Exit with code 3 if the verdict is "hold" or "refuse".')]
Model = Annotated[str, typer.Argument(metavar="MODEL", help="The folder that train wrote, as models/churn.")]
Query = Annotated[
    str | None, typer.Option(metavar="SQL", help="SQL, or the name of a table, when DATA is the URL of a database.")
]
Memory = Annotated[
    str | None,
    typer.Option(metavar="SIZE", help=r"The most memory to take, as 8GB. \[default: three quarters of what is free]"),
]
Tables = Annotated[
    list[str] | None,
    typer.Option("--table", metavar="NAME=DATA", help="A child table that the model knows, by its name. Repeatable."),
]


def tables_of(given: list[str] | None) -> dict[str, str]:
    """Child tables by name, as typed. Raises InputError."""
    found: dict[str, str] = {}
    for text in given or ():
        name, mark, data = text.partition("=")
        if not (name and mark and data):
            raise InputError(f"{text!r} names no table", where="--table", way_out="Write --table orders=orders.csv")
        if name in found:
            raise InputError(f"the table {name!r} is given twice", where="--table", way_out="Give it once.")
        found[name] = data
    return found
