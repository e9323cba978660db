"""What is wished for, on the command line and in a file, as a Problem."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from mlwright.contracts.address import absolute, last_name
from mlwright.contracts.errors import InputError, near_miss
from mlwright.contracts.records import ChildTable, Problem, TaskKind
from mlwright.lifecycle import amounts
from mlwright.lifecycle.costs import costs
from mlwright.lifecycle.directions import directions

_SUFFIXES = (
    *(".gz", ".zst", ".bz2", ".xz", ".zip"),
    *(".csv", ".tsv", ".txt", ".tab", ".parquet", ".pq", ".arrow", ".feather", ".json", ".jsonl", ".ndjson"),
    *(".xlsx", ".xls", ".ods", ".arff", ".db", ".db3", ".sqlite", ".sqlite3"),
)
_LARGEST_SEED = 2**32 - 1  # what the learners take


class TableWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A child table as people write it, under ``[tables.NAME]``: see ChildTable."""

    data: str
    key: str
    parent: str = ""
    time: str | None = None
    moment: str | None = None
    query: str | None = None


class Wish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A Problem as people write it: amounts may be text ("60s", "1ms", "20MB"), and anything may be left out."""

    target: str | None = None
    task: TaskKind | None = None
    metric: str | None = None
    budget: float | str | None = None
    trials: int | None = None
    group: str | None = None
    time: str | None = None
    ordered: bool | None = None
    weight: str | None = None
    test: str | None = None
    seed: int | None = None
    max_latency: float | str | None = None
    max_size: float | str | None = None
    query: str | None = None
    schema: str | None = None
    memory: float | str | None = None
    keep: tuple[str, ...] | None = None
    monotone: dict[str, str] | None = None
    costs: dict[str, float | str] | None = None
    sensitive: tuple[str, ...] | None = None
    iterate: bool | None = None
    tables: dict[str, TableWish] | None = None


def problem_of(typed: Wish, file: str | None) -> Problem:
    """The problem in a TOML file, with what was typed in place of what is written there. Raises InputError.

    The budget is 60 seconds if nothing says when to stop.
    """
    wish = read(file) if file is not None else Wish()
    wish = msgspec.structs.replace(wish, **{n: v for n, v in msgspec.structs.asdict(typed).items() if v is not None})
    if wish.target is None:
        raise InputError("nothing says which column to predict", where="--target", way_out="Add --target COLUMN.")
    if wish.trials is not None and wish.trials < 1:
        raise InputError(f"{wish.trials} trials can't be run", where="--trials", way_out="Ask for 1 or more.")
    if not 0 <= (wish.seed or 0) <= _LARGEST_SEED:
        raise InputError(f"{wish.seed} is no seed", where="--seed", way_out=f"Take one from 0 to {_LARGEST_SEED}.")
    return Problem(
        target=wish.target,
        task=wish.task,
        metric=wish.metric,
        budget=amounts.budget(wish.budget, wish.trials),
        trials=wish.trials,
        group=wish.group,
        time=wish.time,
        ordered=bool(wish.ordered),
        weight=wish.weight,
        test=None if wish.test is None else absolute(wish.test),
        seed=wish.seed or 0,
        max_latency=amounts.milliseconds(wish.max_latency),
        max_size=amounts.size(wish.max_size),
        query=wish.query,
        schema=None if wish.schema is None else str(Path(wish.schema).absolute()),
        tables=tuple(_child(name, table) for name, table in (wish.tables or {}).items()),
        memory=amounts.memory(wish.memory),
        keep=wish.keep or (),
        monotone=directions(wish.monotone),
        costs=costs(wish.costs),
        sensitive=wish.sensitive or (),
        iterate=bool(wish.iterate),
    )


def _child(name: str, table: TableWish) -> ChildTable:
    data = table.data if "://" in table.data else str(Path(table.data).absolute())
    return ChildTable(name=name, **msgspec.structs.asdict(msgspec.structs.replace(table, data=data)))


def read(file: str) -> Wish:
    """The wish in a TOML file. Raises InputError for what is not there, no TOML, unknown or of the wrong type."""
    try:
        written: dict[str, Any] = msgspec.toml.decode(Path(file).read_bytes())
    except OSError as error:
        what = f"can't be read: {(error.strerror or str(error)).lower()}"
        raise InputError(what, where=file, way_out="Look at the path.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(
            f"this is not TOML ({error})", where=file, way_out='Write lines as target = "Churn".'
        ) from error
    known = Wish.__struct_fields__
    for key in written:
        if key not in known:
            hint = near_miss(key, known)
            what = f"nothing is called {key!r}" + (f"; {hint}" if hint else "")
            raise InputError(what, where=file, way_out=f"It may hold {', '.join(known)}.")
    try:
        return msgspec.convert(written, Wish)
    except msgspec.ValidationError as error:
        raise InputError(str(error), where=file, way_out="Correct this line.") from error


def stem(data: str) -> str:
    """What to call a model of this file or database: its name without what says its form."""
    name = last_name(data)
    file, _, _ = name.rpartition("#")  # a sheet, a member or a table of a file
    name = file if Path(file).suffix.lower() in _SUFFIXES else name
    while (suffix := Path(name).suffix.lower()) in _SUFFIXES:
        name = name[: -len(suffix)]
    if not name.strip("*?-"):  # a pattern, or standard input
        name = Path(data).parent.name
    return name or "model"
