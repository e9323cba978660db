"""The part of the report on why the model answers what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlwright.contracts.insight import Effect, Example
from mlwright.contracts.records import Column, Schema, Target
from mlwright.contracts.report import Report
from mlwright.contracts.wording import compact, day, spoken, teller
from mlwright.report import charts
from mlwright.report.explain_summary import cell, instead
from mlwright.report.markdown import plain
from mlwright.report.markup import name, text
from mlwright.report.report_blocks import Section, figure, figures
from mlwright.report.telling import answered, unit, worth

COLUMNS, PARTS, FIRST = 8, 6, 3  # of importances, of a row's reasons, of pictures in a line
_DAY = 86_400
EXAMPLES = {
    "typical": "A typical row",
    "sure": "A row it is sure of",
    "unsure": "A row it is unsure of",
    "wrong": "A row it got wrong",
    "asked": "A row",
}


def goes_by(report: Report) -> Section:
    """What matters most, how the answer goes with it, and single rows with the reasons for their answers."""
    found, schema = report.explanation, report.table.schema
    heading = ("relies", "What it goes by")
    if found is None:
        return (*heading, "")
    pictures = []
    if found.importances:
        caption = "How much worse the number gets when a column’s values are shuffled among the rows."
        pictures.append(figure(charts.importances(found, COLUMNS), caption, "By importance"))
    told = [one for one in found.effects if one.answer == found.answer]  # those of other classes: in the details
    pictures += [effect(one, schema) for one in told[: FIRST - len(pictures)]]
    rows = figures([_example(one, schema, found.answer) for one in found.examples])
    single = f"<h3>Single rows, and why they are answered so</h3>{rows}" if rows else ""
    return (*heading, figures(pictures) + single)


def effect(one: Effect, schema: Schema) -> str:
    """The picture of an effect."""
    target, column = schema.target, _columns(schema).get(one.column)
    what = f"the probability of “{text(one.answer, 40)}” (points of 100)" if target.classes else "the answer"
    caption = f"How {what} goes with it, all else as it is. Eight of ten rows lie in the range drawn."
    return figure(charts.effect(one, _scale(target), _marks(column)), caption, name(one.column, 40))


def _marks(column: Column | None) -> charts.Word:
    """How the marks below a picture are said."""
    if column is not None and column.kind == "datetime":
        return lambda value: day(_DAY * round(value / _DAY))
    return teller(column.kind, column.meaning) if column is not None and column.meaning == "year" else compact


def _example(one: Example, schema: Schema, explained: str) -> str:
    target, columns = schema.target, _columns(schema)
    what = f"Probability of “{text(one.label or explained, 40)}”" if target.classes else "Answer"
    said = f"{what}: <b>{text(answered(one.answer, target))}</b>"
    if one.truth is not None:
        said += f"; the truth: <b>{text(_truth(one.truth, target), 40)}</b>"
    base = f"On average it is {text(answered(one.base, target))}; from there, what this row’s values add."
    other = text(instead(one, columns, bool(target.classes)), 500)

    def told(column: str, value: Any) -> str:
        return f"{plain(column, 18)} = {_cell(value, columns.get(column))}"

    picture = charts.parts(one, _scale(target), PARTS, told)
    return figure(picture, f"{said}. {base} {other}".strip(), EXAMPLES[one.kind])


def _truth(truth: Any, target: Target) -> str:
    return worth(float(truth), target) if not target.classes and isinstance(truth, int | float) else str(truth)


def _cell(value: Any, column: Column | None) -> str:
    if column is not None:
        return plain(cell(value, column), 24)
    return spoken(value) if isinstance(value, float) else plain("missing" if value is None else value, 24)


def _scale(target: Target) -> str:
    return "%" if target.classes else unit(target)


def _columns(schema: Schema) -> Mapping[str, Column]:
    return {column.name: column for column in schema.columns}
