"""The part of the report on where the model can be trusted: promises, parts of the rows, groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mlwright.contracts.insight import Coverage, Gap, Mitigation, Scrutiny, Slice
from mlwright.contracts.records import Target
from mlwright.contracts.report import Report
from mlwright.contracts.wording import compact, counted, percent, spoken
from mlwright.metrics import shown, title
from mlwright.report import charts
from mlwright.report.markup import name, text
from mlwright.report.report_blocks import Section, figure, figures, finding, paragraphs
from mlwright.report.telling import worth
from mlwright.report.words import by_weight

SLICES, GAPS, GROUPS = 6, 3, 8
CERTAIN = 0.05  # q below which rows are told to differ
_RATES = {
    "missed": "Of the rows that are “{yes}”, the share that is missed.",
    "alarmed": "Of the other rows, the share that is called “{yes}”.",
    "wrong": "The share that is answered wrong.",
    "error": "How far too high the answers are on average.",
    "answered": "The share that is answered “{yes}”.",
}


def promises(report: Report, heading: str = "") -> list[str]:
    """Pictures of what was promised against what came true."""
    target, number = report.table.schema.target, not report.table.schema.target.classes
    pictures = []
    for one in report.scrutiny.calibration if report.scrutiny is not None else ():
        who = f" of “{text(one.answer, 40)}”" if one.answer and len(target.classes) > 1 else ""
        off = worth(one.error, target) if number else f"{charts.points(one.error)} of 100"
        what = "numbers" if number else f"probabilities{who}"
        caption = f"On the dashed line, promised {what} come true as often as they say: on average they are {off} off."
        if number:
            caption = f"On the dashed line, answers are right on average; they are {off} off it."
        pictures.append(figure(charts.calibration(one, number), caption, heading))
    return pictures


def whom(report: Report) -> Section:
    """Parts of the rows that differ, groups that are treated differently, ranges that hold the truth less often."""
    heading = ("worse", "For whom it is worse")
    found, target = report.scrutiny, report.table.schema.target
    if found is None:
        return (*heading, "")
    worst = [one for one in found.slices if one.q < CERTAIN][:SLICES]
    pictures = []
    if worst:
        metric = " or ".join(dict.fromkeys(title(one.metric or report.verdict.metric) for one in worst))
        caption = f"{text(metric)} of the rows named, by more than chance unlike that of the others."
        pictures.append(figure(_slices(worst), caption, "Rows that differ"))
    pictures += [_gap(one, target) for one in _telling(found.gaps)[:GAPS]]
    pictures += _held(found, target)
    notes = "".join(map(finding, by_weight(found.findings)))
    listed = f'<ol class="next">{notes}</ol>' if notes else ""
    return (*heading, paragraphs(list(_said(found, bool(worst)))) + figures(pictures) + listed)


def _said(found: Scrutiny, differing: bool) -> Iterator[str]:
    if found.slices and not differing:
        yield f"{counted(len(found.slices), 'part')} of the rows looked worst: none differs for certain."
    columns = list(dict.fromkeys(gap.column for gap in found.gaps))
    if columns and not _telling(found.gaps):
        yield f"Between the groups of {' and of '.join(columns)}, nothing differs by more than chance would bring."
    if found.suspected:
        named = ", ".join(found.suspected[:SLICES])
        yield f"Nobody said which columns are sensitive; looked at were those that seem so: {named}."


def _telling(gaps: Sequence[Gap]) -> list[Gap]:
    """Gaps that are no chance: one of each column, an error rather than an answer."""
    order, told = list(_RATES), dict[str, Gap]()
    for one in sorted((gap for gap in gaps if gap.q < CERTAIN), key=lambda gap: order.index(gap.rate)):
        told.setdefault(one.column, one)
    return list(told.values())


def rate(one: Gap, target: Target) -> str:
    """What a gap is in, in words."""
    return _RATES[one.rate].format(yes=str(target.classes[-1])[:30] if target.classes else "")


def rated(value: float, one: Gap, target: Target) -> str:
    """A value of a gap: a share, or a number of the target."""
    return worth(value, target) if one.rate == "error" else percent(value)


def _gap(one: Gap, target: Target) -> str:
    groups = list(one.rates.items())[:GROUPS]
    rows = [charts.Row(who, r.value, r.low, r.high, rated(r.value, one, target)) for who, r in groups]
    told = "; ".join(f"{row.label} {row.said}" for row in rows)
    what = rate(one, target)
    word = compact if one.rate == "error" else percent
    picture = charts.ranges(rows, f"By {one.column}. {what} {told}.", None, word)
    return figure(picture, text(what), name(one.column, 40))


def mitigated(one: Mitigation) -> str:
    """What thresholds by group, or weights, would bring, in a sentence."""
    apart = f"{percent(one.left)} apart instead of {percent(one.gap)}"
    worth_it = f"{title(one.metric)} would be {shown(one.then)} instead of {shown(one.now)}"
    each = f"With a threshold of its own for each group of {one.column}"
    if not one.thresholds:
        each = f"If a single model learnt from rows weighted so that {one.column} does not tell the answer"
    return f"{each}, what is missed would lie {apart}, and {worth_it}. Nothing of it is applied."


def _slices(slices: Sequence[Slice]) -> str:
    rows = [
        charts.Row(" and ".join(one.where), one.score.value, one.score.low, one.score.high, _beside(one), "a")
        for one in slices
    ]
    told = "; ".join(f"{row.label}: {row.said}" for row in rows)
    return charts.ranges(rows, f"Parts of the rows that differ: {told}.")


def _beside(one: Slice) -> str:
    return f"{_brief(one.score.value)}, others {_brief(one.rest)}"


def _brief(value: float) -> str:
    return compact(float(f"{value:.3g}"))


def _held(found: Scrutiny, target: Target) -> list[str]:
    """How often ranges (or, of classes, sets of answers) hold the truth."""
    cover = found.coverage
    if cover is None:
        return []
    named = {"all rows": cover.held, **dict(list(cover.parts.items())[:SLICES])}
    told = "; ".join(f"{who} {percent(r.value)}" for who, r in named.items())
    what = "sets of answers" if target.classes else "ranges"
    caption = f"{percent(cover.promised)} of its {what} are promised to hold the truth (dashed). {wide(cover, target)}"
    drawn = charts.spans(named, cover.promised, f"How many {what} hold the truth: {told}.")
    return [figure(drawn, text(caption), f"Do its {what} hold the truth?")]


def wide(cover: Coverage, target: Target) -> str:
    """How much a range or a set of answers leaves open, in a sentence."""
    if target.classes:
        return f"A set has {spoken(round(cover.width, 1))} answers on average."
    return f"A range is {worth(cover.width, target)} wide on average."
