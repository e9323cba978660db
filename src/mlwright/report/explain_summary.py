"""An Explanation in a screenful of plain text, for the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from mlwright.contracts.insight import Effect, Example, Explanation, Interaction, Point
from mlwright.contracts.records import Column, Schema
from mlwright.contracts.wording import counted, percent, spoken, teller
from mlwright.metrics import shown, title
from mlwright.report.markdown import first, plain

WIDTH, MOST, PAIRS, PARTS, ROWS = 100, 12, 3, 8, 20
_NAME, _BAR = 40, 20
_PLAIN_PAIR = 0.05  # share of what two columns do below which their working together is not worth a word
_WHY = {
    "typical": "A typical row",
    "sure": "A row that the model is sure of",
    "unsure": "A row that the model is not sure of",
    "wrong": "A row that the model got wrong",
    "asked": "Row",
}

Line = tuple[str, str]  # text, and the style of its first word


def explain_summary(found: Explanation, schema: Schema) -> list[Line]:
    """The lines that the command line prints, each at most 100 wide, and the style of the first word of each."""
    asked = [one for one in found.examples if one.kind == "asked"]
    if asked:
        told = [line for one in asked[:ROWS] for line in _row(one, found, schema)]
        more = len(asked) - ROWS
        return [*told, (f"... and {counted(more, 'row')} more, all of which --json tells", "")] if more > 0 else told
    columns = {column.name: column for column in schema.columns}
    lines = [*_goes_by(found), *_effects(found, columns, schema), *_pairs(found.interactions)]
    lines += [line for one in found.examples for line in _row(one, found, schema)]
    return lines or [("There are too few rows to explain anything by.", "")]


def _goes_by(found: Explanation) -> list[Line]:
    if not found.importances:
        return []
    said = (
        f"How much worse {title(found.metric)} is on {counted(found.rows, 'row')} when a column is mixed up among the "
        f"rows, with its 95% interval."
    )
    top = found.importances[0].loss.value
    telling = [one for one in found.importances if one.loss.low > 1e-9 * top]
    if not telling:
        chance = f"What any column brings to {title(found.metric)} on these {counted(found.rows, 'row')} may be chance."
        return [("What the model goes by", "bold"), *_wrapped(chance, "  "), ("", "")]
    kept, more = first(telling, MOST)
    names = [plain(" + ".join(one.columns), _NAME) for one in kept]
    wide = max(map(len, names))
    lines: list[Line] = [("What the model goes by", "bold"), *_wrapped(said, "  ")]
    for name, one in zip(names, kept, strict=True):
        loss = one.loss
        bar = "█" * max(1 if loss.value > 0 else 0, round(_BAR * loss.value / top))
        said = f"{shown(loss.value)} ({shown(loss.low)} to {shown(loss.high)})"
        lines.append((f"  {name:<{wide}}  {bar:<{_BAR}}  {said}", ""))
    rest = len(found.importances) - len(telling)
    if more:
        lines.append((f"  {more}", ""))
    if rest:
        lines.append((f"  What {rest} more bring may be chance.", ""))
    if any(len(one.columns) > 1 for one in kept):
        lines += _wrapped("Columns joined by + tell nearly the same, so they are mixed up together.", "  ")
    return [*lines, ("", "")]


def _effects(found: Explanation, columns: dict[str, Column], schema: Schema) -> list[Line]:
    effects = [one for one in found.effects if one.answer == found.answer]
    if not effects:
        return []
    head = f"How {_answer(found.answer, schema)} goes with a column, beside its mean"
    lines: list[Line] = [(head, "bold")]
    for effect in effects:
        lines += _wrapped(_effect(effect, columns[effect.column], bool(schema.target.classes)), "  ")
    return [*lines, ("", "")]


def _effect(effect: Effect, column: Column, classes: bool) -> str:
    """One effect in a sentence: where the answer is least and most."""
    low, high = min(effect.points, key=lambda p: p.effect), max(effect.points, key=lambda p: p.effect)
    name = plain(effect.column, _NAME)
    numbers = [point for point in effect.points if point.at is not None]

    def told(point: Point) -> str:
        return f"{_more(point.effect, classes)} at {_place(point, column)}"

    if len(numbers) > 2:
        up = [b.effect - a.effect for a, b in pairwise(numbers)]
        size = sum(map(abs, up)) or 1.0
        way = "rises" if sum(up) > 0.8 * size else "falls" if sum(up) < -0.8 * size else "goes up and down"
        ends = sorted((low, high), key=lambda p: (p.at is None, p.at or 0.0))
        return f"{name}: {way}: {told(ends[0])}, {told(ends[1])}"
    ranked = sorted(effect.points, key=lambda p: -p.effect)
    kept = ranked if len(ranked) <= 4 else [*ranked[:2], *ranked[-2:]]
    return f"{name}: " + ", ".join(told(point) for point in kept)


def _pairs(found: tuple[Interaction, ...]) -> list[Line]:
    strong = [one for one in found if one.strength >= _PLAIN_PAIR][:PAIRS]
    if not strong:
        return []
    lines: list[Line] = [("What works together", "bold")]
    for one in strong:
        left, right = (plain(name, _NAME) for name in one.columns)
        said = f"{left} and {right}: {percent(one.strength)} of what they do is neither's alone"
        lines += _wrapped(said, "  ")
    return [*lines, ("", "")]


def _row(one: Example, found: Explanation, schema: Schema) -> list[Line]:
    columns, classes = {column.name: column for column in schema.columns}, bool(schema.target.classes)
    head = f"{_WHY[one.kind]}{'' if one.row is None else f' {one.row}'}"
    answer = f"answered {_value(one.answer, classes)}"
    if classes:
        answer = f"answered {plain(one.answered, _NAME)} ({_answer(one.label, schema)}: {_value(one.answer, classes)})"
    truth = "" if one.truth is None else f"; it was {plain(spoken(one.truth) if not classes else one.truth, _NAME)}"
    lines: list[Line] = [(f"{head}: {answer}{truth}", "bold")]
    lines.append((f"  {_value(one.base, classes):>12}  on average over other rows", ""))
    for part in one.parts[:PARTS]:
        value = cell(part.value, columns[part.column])
        lines.append((f"  {_more(part.adds, classes):>12}  because {plain(part.column, _NAME)} is {value}"[:WIDTH], ""))
    rest = one.parts[PARTS:]
    if rest:
        added = _more(sum(part.adds for part in rest), classes)
        lines.append((f"  {added:>12}  by {counted(len(rest), 'other column')}", ""))
    if one.instead is not None:
        lines += _wrapped(instead(one, columns, classes), "  ")
    elif one.kind == "asked":
        lines.append(("  No few changes were found that would bring another answer.", ""))
    return [*lines, ("", "")]


def instead(one: Example, columns: Mapping[str, Column], classes: bool) -> str:
    """The nearest way to another answer, in a sentence; "" if none was found."""
    way = one.instead
    if way is None:
        return ""
    changes = " and ".join(
        f"{plain(c.column, _NAME)} {cell(c.after, columns[c.column])} instead of {cell(c.before, columns[c.column])}"
        for c in way.changes
    )
    answer = f"{plain(way.label, _NAME)} ({percent(way.answer)})" if classes else spoken(way.answer)
    return f"The nearest other answer: with {changes} it would be {answer}."


def _answer(label: str, schema: Schema) -> str:
    name = plain(schema.target.name, _NAME)
    return f"the probability of {name} = {plain(label, _NAME)}" if schema.target.classes else name


def _value(value: float, classes: bool) -> str:
    return percent(value) if classes else spoken(value)


def _more(value: float, classes: bool) -> str:
    """With its sign: hundredths of a probability, or the target's own unit."""
    if not classes:
        return f"{'+' if value >= 0 else '-'}{spoken(abs(value))}"
    points = f"{100 * value:+.1f}"
    return f"{'0.0' if float(points) == 0 else points} points"


def _place(point: Point, column: Column) -> str:
    return plain(point.level, 30) if point.at is None else teller(column.kind, column.meaning)(point.at)


def cell(value: Any, column: Column) -> str:
    """A value of a column as people say it."""
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return teller(column.kind, column.meaning)(float(value))
    return plain(", ".join(value) if isinstance(value, list) else value, 40)


def _wrapped(said: str, mark: str) -> list[Line]:
    return [(line, "") for line in textwrap.wrap(said, WIDTH, initial_indent=mark, subsequent_indent=mark + "  ")]
