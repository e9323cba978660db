"""What a page needs to ask the model itself: a control for each column that it reads, and rows to start from.

What a person enters becomes the graph's two inputs in the page, so everything that the door for tables would do to it
is told here: where the value stands, which entries mean "missing", which spellings stand for which value. Entries are
in the typed form of a column (plain numbers in its unit, moments in UTC), so nothing has to be guessed from text.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from mlwright.contracts.records import ITEM_MARK, NUMBER_KINDS, Column, Label, Schema
from mlwright.contracts.report import Report
from mlwright.frames import BLANKS, parse_datetime
from mlwright.frames.cells import reader
from mlwright.frames.values import SPACES, seconds_of
from mlwright.report.report_why import EXAMPLES
from mlwright.report.telling import unit_of

MOST = 200  # controls on a page; the columns that matter least stay as they are in the row that one starts from
STEPS = 200  # a slider has about so many places
_DAY = 86_400.0

Form = Literal["number", "choice", "day", "moment", "words", "lines"]


class Control(msgspec.Struct, frozen=True):
    """How one column is entered, and where its value stands in the graph's inputs.

    ``unit`` is what its entries are counted in, or how they are written; ``options`` are the values of a choice, as the
    graph reads them (None: missing), ``labels`` what they are called; ``low`` and ``high`` the range seen, ``step`` the
    slider's (0: there is none); ``gaps`` numbers that mean "missing", ``blanks`` texts that do beside those of every
    column, ``spellings`` pairs of a text and what it stands for; ``seen`` are the most frequent texts of a column that
    has more of them."""

    column: str
    form: Form
    input: Literal["numbers", "strings"]
    place: int
    unit: str = ""
    low: float | None = None
    high: float | None = None
    step: float = 0.0
    year: bool = False
    gaps: tuple[float, ...] = ()
    options: tuple[float | str | None, ...] = ()
    labels: tuple[str, ...] = ()
    blanks: tuple[str, ...] = ()
    spellings: tuple[tuple[str, str], ...] = ()
    seen: tuple[str, ...] = ()


class Start(msgspec.Struct, frozen=True):
    """A row to start from, as the graph reads it (None: a missing number), and what it is called."""

    name: str
    numbers: tuple[float | None, ...]
    strings: tuple[str, ...]


class Panel(msgspec.Struct, frozen=True):
    """All that the page has to know beside the graph. The first start is the one that answers are set against."""

    classes: tuple[str, ...]
    unit: str
    controls: tuple[Control, ...]
    starts: tuple[Start, ...]
    blanks: tuple[str, ...] = BLANKS
    spaces: str = SPACES
    mark: str = ITEM_MARK


def panel(report: Report) -> Panel:
    """The panel of a report's model, the columns that matter most first."""
    schema = report.table.schema
    starts = _starts(report)
    made = [_control(column, schema, starts) for column in _ranked(report)[:MOST]]
    labels = tuple(map(str, schema.target.classes))
    return Panel(labels, unit_of(schema.target.notation), tuple(made), tuple(starts))


def _ranked(report: Report) -> list[Column]:
    """The columns by importance; those of which nothing is known in the table's order behind them."""
    found = report.explanation
    known = [name for one in found.importances for name in one.columns] if found is not None else []
    known += [one.column for one in found.effects] if found is not None else []
    place = {name: i for i, name in reversed(list(enumerate(known)))}
    return sorted(report.table.schema.features, key=lambda column: place.get(column.name, len(known)))


def _control(column: Column, schema: Schema, starts: Sequence[Start]) -> Control:
    number = column.kind in NUMBER_KINDS
    place = (schema.numbers if number else schema.strings).index(column.name)
    begun = [start.numbers[place] if number else start.strings[place] for start in starts]
    control = Control(
        column=column.name,
        form="number",
        input="numbers" if number else "strings",
        place=place,
        blanks=() if number else column.blanks,
        spellings=tuple(column.spellings.items()),
    )
    facts = _number(column, begun) if number else _text(column, begun)
    return msgspec.structs.replace(control, **facts)


def _number(column: Column, begun: Sequence[Any]) -> dict[str, Any]:
    """What is to be told of a column of the input ``numbers``; ``begun`` are its values in the rows to start from."""
    if column.kind == "boolean":
        words = column.words or ("false", "true")
        return {"form": "choice", "options": (1.0, 0.0, None), "labels": (words[1], words[0], "missing")}
    known = [v for v in (column.low, column.high, *begun) if v is not None]
    if column.kind == "datetime":
        days = all(v % _DAY == 0 for v in known)
        form, unit = ("day", "") if days else ("moment", "UTC")
        return {"form": form, "unit": unit, "low": column.low, "high": column.high}
    span = None if column.low is None or column.high is None else column.high - column.low
    # Ends that are whole say little: of whole numbers there are no more different ones than fit between them.
    whole = all(float(v).is_integer() for v in known) and (span is None or column.unique <= span + 1)
    return {
        "low": column.low,
        "high": column.high,
        "step": _step(column.low, column.high, whole),
        "unit": unit_of(column.notation),
        "year": column.meaning == "year",
        "gaps": _gaps(column),
    }


def _step(low: float | None, high: float | None, whole: bool) -> float:
    """A round step for a slider from ``low`` to ``high``; 0 where there is nothing to slide over."""
    if low is None or high is None or not math.isfinite(high - low) or high <= low:
        return 0.0
    least = (high - low) / STEPS
    power = 10.0 ** math.floor(math.log10(least))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= least * (1 - 1e-9))
    return max(step, 1.0) if whole else step


def _gaps(column: Column) -> tuple[float, ...]:
    """The numbers that mean "missing" in this column."""
    read = reader(msgspec.structs.replace(column, blanks=()))
    found = set()
    for word in column.blanks:
        try:
            number = read(word)
        except ValueError:
            continue
        found |= {number} - {None}
    return tuple(sorted(found))


def _text(column: Column, begun: Sequence[Any]) -> dict[str, Any]:
    """What is to be told of a column of the input ``strings``."""
    if column.kind == "list":
        return {"form": "lines", "unit": "one a line"}
    if column.kind == "text":
        return {"form": "words"}
    seen = tuple(dict.fromkeys((*column.order, *column.levels)))
    if column.unique > len(seen):  # there are more than are listed
        return {"form": "words", "seen": seen}
    options = tuple(dict.fromkeys((*seen, *(v for v in begun if v))))
    return {"form": "choice", "options": (*options, None), "labels": (*options, "missing")}


def _starts(report: Report) -> list[Start]:
    """The rows that the report shows, a typical one first; without any, one of values that were seen."""
    schema, found = report.table.schema, report.explanation
    rows = list(found.examples) if found is not None else []
    rows.sort(key=lambda row: row.kind != "typical")
    starts = [_start(schema, EXAMPLES[row.kind], row.values) for row in rows]
    if not rows or rows[0].kind != "typical":
        usual = {column.name: _usual(column) for column in schema.features}
        starts.insert(0, _start(schema, "A row of usual values", usual))
    return starts


def _start(schema: Schema, name: str, values: dict[str, Any]) -> Start:
    columns = {column.name: column for column in schema.columns}
    numbers = (_as_number(columns[name], values.get(name)) for name in schema.numbers)
    return Start(name, tuple(numbers), tuple(_as_text(values.get(name)) for name in schema.strings))


def _as_number(column: Column, value: Any) -> float | None:
    """A value as it stands in a record of examples, as the graph's input ``numbers`` has it."""
    if isinstance(value, str) and column.kind == "datetime":
        moment = parse_datetime(value)
        return None if moment is None else seconds_of(moment)
    number = float(value) if isinstance(value, bool | int | float) else math.nan
    return number if math.isfinite(number) else None


def _as_text(value: Any) -> str:
    return (
        ITEM_MARK.join(map(str, value)) if isinstance(value, list | tuple) else value if isinstance(value, str) else ""
    )


def _usual(column: Column) -> Label | list[str] | None:
    """A value that stands for a column of which no row is known: its most frequent one, else one that was seen."""
    if column.levels and column.kind != "list":
        return column.levels[0]
    try:
        found = reader(column)(column.example)
    except ValueError:
        return None
    return seconds_of(found) if column.kind == "datetime" and found is not None else found
