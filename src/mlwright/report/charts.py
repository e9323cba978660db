"""The pictures of the report, each from records, and each with words that say what it shows."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from mlwright.contracts.insight import Calibration, Diagnosis, Effect, Example, Explanation, Point, Range
from mlwright.contracts.records import Verdict
from mlwright.contracts.wording import compact, counted, percent, spoken
from mlwright.metrics import shown, title
from mlwright.report.sheet import WIDTH, Scale, Sheet, around, short, ticks, width
from mlwright.report.words import baselines

_ROW = 33.0  # what a row with its words above it takes
_LITTLE = 0.01  # of what the most important column brings
_PLANE = 190.0  # how high a picture with two axes is
_LEFT, _RIGHT, _TOP, _BOTTOM = 46.0, WIDTH - 10.0, 20.0, _PLANE - 32.0


Word = Callable[[float], str]  # a value of an axis as it is said


class Row(NamedTuple):
    """A value with its interval, and what is said of it. ``css`` "a" makes it stand out."""

    label: str
    value: float
    low: float
    high: float
    said: str
    css: str = ""


def ranges(rows: Sequence[Row], alt: str, mark: float | None = None, word: Word = compact) -> str:
    """A line for each row with a dot at its value, on one scale whose values are said by ``word``; ``mark`` is a value
    to compare with."""
    sheet = Sheet(_ROW * len(rows) + 22)
    bounds = [v for row in rows for v in (row.low, row.value, row.high)] + ([] if mark is None else [mark])
    scale = Scale(*around(bounds), 6.0, WIDTH - 6.0)
    bottom = _ROW * len(rows)
    for tick in ticks(scale.low, scale.high):
        sheet.line((scale(tick), scale(tick)), (4.0, bottom), "l")
        sheet.text(scale(tick), bottom + 15, word(tick), _leaning(scale(tick)))
    if mark is not None:
        sheet.line((scale(mark), scale(mark)), (4.0, bottom), "d")
    for place, row in enumerate(rows):
        y = _ROW * place + 25
        _words(sheet, y - 11, row.label, row.said)
        sheet.line((scale(row.low), scale(row.high)), (y, y), f"i {row.css}".strip())
        sheet.dot(scale(row.value), y, row.css or "b")
    return sheet.svg(alt)


def bars(rows: Sequence[Row], alt: str) -> str:
    """A bar for each row from 0 to its value, with its interval as a thin line unless that is nothing."""
    sheet = Sheet(_ROW * len(rows) + 4)
    low, high = min([0.0, *(row.low for row in rows)]), max([0.0, *(row.high for row in rows)])
    scale = Scale(low, high if high > low else low + 1.0, 2.0, WIDTH - 2.0)
    zero = scale(0.0)
    for place, row in enumerate(rows):
        y = _ROW * place + 18
        _words(sheet, y - 4, row.label, row.said)
        end = scale(row.value)
        sheet.rect((min(zero, end), y), (abs(end - zero), 9.0), row.css or "b")
        if row.high > row.low:
            sheet.line((scale(row.low), scale(row.high)), (y + 4.5, y + 4.5), "w")
        if low < 0:
            sheet.line((zero, zero), (y - 1.0, y + 10.0), "w")
    return sheet.svg(alt)


def rivals(verdict: Verdict) -> str:
    """The model's number beside those of simpler predictors."""
    pairs = [("this model", verdict.score), *baselines(verdict)]
    rows = [Row(n, s.value, s.low, s.high, shown(s.value), "" if i else "a") for i, (n, s) in enumerate(pairs)]
    told = "; ".join(f"{n} {shown(s.value)} ({shown(s.low)} to {shown(s.high)})" for n, s in pairs)
    return ranges(rows, f"{title(verdict.metric)} with 95% intervals: {told}.")


def importances(explanation: Explanation, most: int) -> str:
    """How much worse the model gets without each column; what brings next to nothing is in the table."""
    top = max((i.loss.value for i in explanation.importances), default=0.0)
    some = [i for i in explanation.importances if i.loss.value >= _LITTLE * top][:most]
    rows = [Row(" + ".join(i.columns), i.loss.value, i.loss.low, i.loss.high, _rough(i.loss.value)) for i in some]
    told = "; ".join(f"{row.label} {row.said}" for row in rows)
    return bars(rows, f"What the model relies on, the most important first (loss of {explanation.metric}): {told}.")


def recognised(verdict: Verdict, classes: Sequence[object], most: int) -> str:
    """Of the rows of each class, the share that is answered right; the worst ones if there are many."""
    found = [(str(name), row[place], sum(row)) for place, (name, row) in enumerate(_lines(verdict, classes))]
    found = sorted((one for one in found if one[2]), key=lambda one: one[1] / one[2])[:most]
    rows = [
        Row(name, right / total, 0.0, 1.0, f"{right:,} of {total:,} ({percent(right / total)})")
        for name, right, total in found
    ]
    sheet = Sheet(_ROW * len(rows) + 4)
    for place, row in enumerate(rows):
        y = _ROW * place + 18
        _words(sheet, y - 4, row.label, row.said)
        sheet.rect((0.0, y), (WIDTH, 9.0), "t")
        sheet.rect((0.0, y), (WIDTH * row.value, 9.0), "b")
    return sheet.svg("Answered right, by what was true: " + "; ".join(f"{row.label} {row.said}" for row in rows) + ".")


def _lines(verdict: Verdict, classes: Sequence[object]) -> list[tuple[object, tuple[int, ...]]]:
    return list(zip(classes, verdict.confusion, strict=False))


def calibration(one: Calibration, number: bool) -> str:
    """What was promised (to the right) against what came true (up); on the dashed line both are the same."""
    word = compact if number else percent
    values = [v for b in one.bins for v in (b.promised, b.came.low, b.came.high)]
    low, high = around(values, 0.03) if number else (0.0, 1.0)
    sheet = Sheet(_PLANE)
    x, y = Scale(low, high, _LEFT, _RIGHT), Scale(low, high, _BOTTOM, _TOP)
    _axes(sheet, (x, y), ("promised", "came true"), (word, word))
    sheet.line((x(low), x(high)), (y(low), y(high)), "d")
    for b in one.bins:
        sheet.line((x(b.promised),) * 2, (y(b.came.low), y(b.came.high)), "i")
        sheet.dot(x(b.promised), y(b.came.value), "b")
    told = "; ".join(f"{word(b.promised)} promised, {word(b.came.value)} came true" for b in one.bins)
    return sheet.svg(f"Promised against came true: {told}.")


def curve(diagnosis: Diagnosis, metric: str) -> str:
    """The score by rows learnt from, and how it would go on."""
    rungs, ahead = diagnosis.curve, diagnosis.ahead
    every = [*rungs, *ahead]
    reached = [v for r in every for v in (r.score.low, r.score.high)] + [r.seen for r in rungs if r.seen is not None]
    x = Scale(*_spread([float(r.rows) for r in every]), _LEFT, _RIGHT, log=True)
    y = Scale(*around(reached), _BOTTOM, _TOP)
    sheet = Sheet(_PLANE)
    _axes(sheet, (x, y), ("rows learnt from", title(metric)), (compact, compact))
    path = [(x(r.rows), y(r.score.value)) for r in rungs]
    sheet.path(path, "p")
    if ahead and path:
        sheet.path([path[-1], *((x(r.rows), y(r.score.value)) for r in ahead)], "d")
    for place, r in enumerate(every):
        sheet.line((x(r.rows),) * 2, (y(r.score.low), y(r.score.high)), "i" if place < len(rungs) else "i a")
        sheet.dot(x(r.rows), y(r.score.value), "b" if place < len(rungs) else "a")
    told = "; ".join(f"{counted(r.rows, 'row')} {shown(r.score.value)}" for r in rungs)
    more = "; ".join(f"{counted(r.rows, 'row')} {shown(r.score.value)}" for r in ahead)
    return sheet.svg(f"{title(metric)} by rows learnt from: {told}." + (f" Expected: {more}." if more else ""))


def effect(one: Effect, unit: str, place: Word = compact) -> str:
    """How the answer goes with a column: a line through numbers, which ``place`` says, or a dot for each category."""
    points = [p for p in one.points if all(map(math.isfinite, (p.effect, p.low, p.high)))]
    numbers = [p for p in points if p.at is not None]
    word = _hundredths if unit == "%" else compact
    if not numbers:
        rows = [Row(p.level or "(empty)", p.effect, p.low, p.high, _signed(p.effect, unit)) for p in points]
        told = "; ".join(f"{row.label} {row.said}" for row in rows)
        return ranges(rows, f"How the answer goes with {one.column}: {told}.", 0.0, word)
    x = Scale(*around([p.at or 0.0 for p in numbers], 0.02), _LEFT, _RIGHT)
    y = Scale(*around([0.0, *(v for p in numbers for v in (p.low, p.high, p.effect))]), _BOTTOM, _TOP)
    sheet = Sheet(_PLANE)
    _axes(sheet, (x, y), (one.column, "answer moves by"), (place, word))
    _band(sheet, numbers, x, y)
    sheet.line((x.start, x.end), (y(0.0), y(0.0)), "d")
    sheet.path([(x(p.at or 0.0), y(p.effect)) for p in numbers], "p")
    some = numbers[:: max(1, len(numbers) // 4)]
    told = "; ".join(f"at {place(p.at or 0.0)} {_signed(p.effect, unit)}" for p in some)
    return sheet.svg(f"How the answer goes with {one.column}: {told}.")


def _band(sheet: Sheet, points: Sequence[Point], x: Scale, y: Scale) -> None:
    """Where eight of ten single rows lie."""
    there = [(x(p.at or 0.0), y(p.high)) for p in points]
    back = [(x(p.at or 0.0), y(p.low)) for p in reversed(points)]
    sheet.area([*there, *back], "s")


def parts(example: Example, unit: str, most: int, said: Callable[[str, Any], str]) -> str:
    """What each value, ``said`` by its column and itself, adds to the answer for one row."""
    rows = []
    for part in example.parts[:most]:
        label = said(part.column, part.value)
        css = "b" if part.adds >= 0 else "a"
        rows.append(Row(label, part.adds, part.adds, part.adds, _signed(part.adds, unit), css))
    told = "; ".join(f"{row.label} {row.said}" for row in rows)
    return bars(rows, f"What the values of this row add to the answer: {told}.")


def spans(named: dict[str, Range], mark: float, alt: str) -> str:
    """Shares with their intervals, by name, against a promised one."""
    rows = [Row(name, r.value, r.low, r.high, percent(r.value)) for name, r in named.items()]
    return ranges(rows, alt, mark, percent)


def points(value: float) -> str:
    """A difference of probabilities: ``"1 point"``, ``"2.5 points"`` of 100."""
    told = _hundredths(value)
    return f"{told} point{'' if told == '1' else 's'}"


def _hundredths(value: float) -> str:
    return f"{float(f'{100 * value:.2g}'):g}"


def _signed(value: float, unit: str) -> str:
    sign = "+" if value >= 0 else "−"
    if unit == "%":
        return f"{sign}{points(abs(value))}"
    return f"{sign}{spoken(abs(value))}{' ' + unit if unit else ''}"


def _rough(value: float) -> str:
    return shown(float(f"{value:.2g}"))


def _words(sheet: Sheet, y: float, label: str, said: str) -> None:
    """The label on the left, what is said on the right, in the room that there is."""
    sheet.text(WIDTH - 2, y, said, "e m")
    sheet.text(2, y, label, "", WIDTH - 12 - width(said))


def _axes(sheet: Sheet, scales: tuple[Scale, Scale], names: tuple[str, str], words: tuple[Word, Word]) -> None:
    x, y = scales
    for tick in ticks(y.low, y.high):
        sheet.line((_LEFT, _RIGHT), (y(tick), y(tick)), "l")
        sheet.text(_LEFT - 5, y(tick) + 4, words[1](tick), "e m")
    marks = ticks(x.low, x.high, 5 if words[0] in (compact, percent) else 3)  # dates are long
    for tick in (_magnitudes(x.low, x.high) if x.log else []) or marks:
        sheet.text(x(tick), _BOTTOM + 14, words[0](tick), _leaning(x(tick)))
    sheet.text((_LEFT + _RIGHT) / 2, _PLANE - 3, f"{short(names[0], 36)} →", "c m")
    sheet.text(2, 11, f"↑ {short(names[1], 36)}", "m")


def _magnitudes(low: float, high: float) -> list[float]:
    """1, 2 and 5 of each magnitude between the two, thinned where they are many."""
    start, stop = math.floor(math.log10(low)), math.ceil(math.log10(high))
    every = [k * 10.0**e for e in range(start, stop + 1) for k in (1, 2, 5) if low <= k * 10.0**e <= high]
    return every[:: 1 + len(every) // 6]


def _spread(rows: Sequence[float]) -> tuple[float, float]:
    low, high = max(1.0, min(rows)), max(1.0, *rows)
    return low / 1.1, high * 1.1


def _leaning(x: float) -> str:
    """Words at an edge lean inwards."""
    return "m" if x < 24 else "e m" if x > WIDTH - 24 else "c m"
