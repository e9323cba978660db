"""A Portrait in a screenful of plain text, for the terminal."""

from __future__ import annotations

import textwrap

from mlwright.contracts.portrait import Advice, ColumnPortrait, Portrait
from mlwright.contracts.records import Severity
from mlwright.contracts.wording import counted, percent, spoken, teller
from mlwright.report.explore_page import CERTAIN, KINDS
from mlwright.report.markdown import plain
from mlwright.report.sparks import of_column

WIDTH, COLUMNS, NEXT = 100, 60, 10
_NAME = 26
_STYLES: dict[Severity, str] = {"severe": "bold red", "warning": "bold yellow", "info": "bold"}

Line = tuple[str, str]  # text, and the style of its first word


def explore_summary(portrait: Portrait) -> list[Line]:
    """The lines that the command line prints, each at most 100 wide, and the style of the first word of each."""
    return [
        *_head(portrait),
        ("", ""),
        *_columns(portrait),
        ("", ""),
        *_moved(portrait),
        ("Next", "bold"),
        *_next(portrait),
    ]


def _head(portrait: Portrait) -> list[Line]:
    goal = portrait.goal
    said = f"{counted(portrait.rows, 'row')}, {counted(len(portrait.columns), 'column')}"
    if portrait.taken < portrait.rows:
        said += f" ({portrait.taken:,} rows were looked at)"
    if goal is not None:
        value = f"{spoken(goal.values[0])} on average" if goal.task == "regression" else percent(goal.values[0])
        told = f"{goal.said}: {value}" if goal.task != "multiclass" else repr(goal.name)
        said += f"; to predict: {plain(told, 80)}"
    cells = max(1, portrait.taken * len(portrait.columns))
    missing = percent(sum(column.missing for column in portrait.columns) / cells)
    repeated = f"{counted(portrait.duplicates, 'row')} repeat an earlier one"
    rest = f"{missing[0].upper()}{missing[1:]} of the cells are empty; {repeated}"
    return [(f"{plain(portrait.name, 80)}", "bold"), (said, ""), (rest, "")]


def _columns(portrait: Portrait) -> list[Line]:
    told = portrait.goal is not None
    shown = portrait.columns[:COLUMNS]
    wide = min(_NAME, max((len(plain(column.name, _NAME)) for column in shown), default=6))
    head: tuple[str, ...] = ("column", "is", "missing", "different", "shape", "target" if told else "", "holds")
    rows = [head, *(_row(column, portrait) for column in shown)]
    lines: list[Line] = []
    for row in rows:
        cells = [f"{row[0]:<{wide}}", f"{row[1]:<10}", f"{row[2]:>7}", f"{row[3]:>9}", f"{row[4]:<12}"]
        cells += [f"{row[5]:>6}"] if told else []
        line = "  ".join([*cells, row[6]])
        lines.append((line[:WIDTH].rstrip(), "" if lines else "bold"))
    rest = len(portrait.columns) - len(shown)
    return [*lines, (f"... and {rest:,} more columns", "")] if rest else lines


def _row(column: ColumnPortrait, portrait: Portrait) -> tuple[str, ...]:
    missing = percent(column.missing / max(1, column.rows)).replace("under ", "<") if column.missing else ""
    found = column.association
    with_target = "" if found is None else f"{found.strength:.2f}" if found.q < CERTAIN else "-"
    kind = KINDS[column.kind]
    return (
        plain(column.name, _NAME),
        kind,
        missing,
        f"{column.unique:,}",
        of_column(column),
        with_target,
        _holds(column),
    )


def _holds(column: ColumnPortrait) -> str:
    numbers = column.numbers
    if numbers is not None and column.kind in ("numeric", "datetime"):
        word = teller(column.kind, column.meaning)
        return f"{word(numbers.low)} to {word(numbers.high)}"
    values = [level.name for level in column.levels[:3]] if column.kind != "text" else []
    return plain(", ".join(plain(value, 20) for value in values or column.examples[:1]), 60)


def _moved(portrait: Portrait) -> list[Line]:
    other = portrait.comparison
    if other is None:
        return []
    lines: list[Line] = [(f"Compared with {plain(other.name, 60)} ({counted(other.rows, 'row')})", "bold")]
    moved = [one for one in other.drifts if one.change != "steady"]
    for one in moved[:NEXT]:
        lines += _item(f"{plain(one.column, 40)} {one.change}: {plain(' '.join(one.story), 300)}", "  - ", "")
    if not moved:
        lines.append(("  No column moved.", ""))
    return [*lines, ("", "")]


def _next(portrait: Portrait) -> list[Line]:
    shown = portrait.advice[:NEXT]
    lines = [line for place, one in enumerate(shown, 1) for line in _advice(place, one)]
    rest = len(portrait.advice) - len(shown)
    return [*lines, (f"  ... and {rest} more on the page", "")] if rest else lines


def _advice(place: int, one: Advice) -> list[Line]:
    mark = {"severe": "SEVERE ", "warning": "LOOK ", "info": ""}[one.severity]
    said = _item(plain(one.what, 400), f"{mark}{place}. ", _STYLES[one.severity])
    return [*said, *([(f"     {plain(one.how, 300)}", "")] if one.how else [])]


def _item(said: str, mark: str, style: str) -> list[Line]:
    lines = textwrap.wrap(said, WIDTH, initial_indent=mark, subsequent_indent="     ")
    return [(line, "" if place else style) for place, line in enumerate(lines)]
