"""The middle of the report: the story of the model for a reader outside the field, in sections with a question each."""

from __future__ import annotations

from collections.abc import Sequence

from mlwright.contracts.insight import Coverage, Effect, Example, Scrutiny, Slice
from mlwright.contracts.records import Finding, Target
from mlwright.contracts.report import Report
from mlwright.contracts.wording import compact, counted, percent, spoken
from mlwright.metrics import shown, title
from mlwright.report import charts
from mlwright.report.card import limits
from mlwright.report.explore_page import KINDS
from mlwright.report.markup import name, text
from mlwright.report.telling import answered, errors, heeded, judged, unit, worth
from mlwright.report.words import by_weight

CLASSES, FOUND, PARTS, SLICES = 8, 6, 6, 6
CERTAIN = 0.05  # q below which a slice is told to differ
_TAGS = {"severe": "severe", "warning": "look", "info": ""}
_EXAMPLES = {
    "typical": "A typical row",
    "sure": "A row it is sure of",
    "unsure": "A row it is unsure of",
    "wrong": "A row it got wrong",
}

Section = tuple[str, str, str]  # anchor, title, content


def sections(report: Report) -> list[Section]:
    """The sections in their order; one without content was not looked at."""
    made = (_asked, _data, _found, _good, _relies, _whom, _better, _careful)
    return [section for section in (make(report) for make in made) if section[2]]


def paragraphs(said: Sequence[str]) -> str:
    """A paragraph each; the texts are plain."""
    return "".join(f"<p>{text(one, 900)}</p>" for one in said if one)


def figure(picture: str, caption: str, heading: str = "") -> str:
    """A picture in a frame; ``heading`` and ``caption`` are HTML."""
    head = f"<h3>{heading}</h3>" if heading else ""
    return f"<figure>{head}{picture}<figcaption>{caption}</figcaption></figure>"


def figures(pictures: Sequence[str]) -> str:
    """Pictures side by side, as many as there is room for."""
    return f'<div class="pictures">{"".join(pictures)}</div>' if pictures else ""


def findings(report: Report) -> list[Finding]:
    """All findings about the data and the model, each once, severe ones first."""
    extra = [part.findings for part in (report.scrutiny, report.diagnosis) if part is not None]
    return by_weight((*report.verdict.findings, *(one for part in extra for one in part)))


def finding(one: Finding, anchor: str = "") -> str:
    """A finding as an item of a list."""
    tag = f'<span class="tag">{_TAGS[one.severity]}</span>' if _TAGS[one.severity] else ""
    place = f' id="{anchor}"' if anchor else ""
    code = f" <code>{text(one.code)}</code>" if anchor else ""
    what = f"<b>{text(one.message, 700)}</b>{code} {text(one.remedy, 500)}"
    return f'<li class="{one.severity}"{place}>{tag}{what}</li>'


def _asked(report: Report) -> Section:
    target, reads = report.table.schema.target, len(report.table.schema.features)
    if target.classes:
        some = ", ".join(f"“{text(c, 40)}”" for c in target.classes[:CLASSES])
        more = f" and {len(target.classes) - CLASSES:,} more" if len(target.classes) > CLASSES else ""
        what = f"which of these stands in the column {name(target.name)}: {some}{more}"
    else:
        what = f"which number stands in the column {name(target.name)}"
    said = f"<p>For rows where it is not known yet: {what}. It may go by {counted(reads, 'other column')}.</p>"
    metric = f"Models were compared by their {title(report.verdict.metric)}. {report.candidates.metric_reason}"
    return "asked", "The question", said + paragraphs([metric, *_monotone(report)])


def _monotone(report: Report) -> list[str]:
    ways = {"up": "rise", "down": "fall"}
    return [
        f"As you asked, with a rising {column} the answer can only {ways[way]}."
        for column, way in report.problem.monotone.items()
    ]


def _data(report: Report) -> Section:
    table, target = report.table, report.table.schema.target
    kinds: dict[str, int] = {}
    for column in table.schema.features:
        kinds[KINDS[column.kind]] = kinds.get(KINDS[column.kind], 0) + 1
    listed = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items(), key=lambda pair: -pair[1]))
    cells = max(1, (table.rows + table.holdout) * len(table.schema.features))
    missing = sum(column.missing for column in table.schema.features) / cells
    facts = (
        (f"{table.rows:,}", "rows to learn from" + (f", {table.holdout:,} kept aside" if table.holdout else "")),
        (f"{len(table.schema.features):,}", f"columns read: {listed}"),
        (percent(min(1.0, missing)), "of their cells are empty"),
        (_usual(target), "is the usual answer" if target.classes else "is the mean of the answers"),
    )
    boxes = "".join(f"<div><b>{text(a, 60)}</b><span>{text(b)}</span></div>" for a, b in facts)
    said = f"<p>From {name(table.source, 200)}.</p>" + f'<div class="facts">{boxes}</div>'
    if not target.classes:
        said += (
            f"<p>From that mean, a distance of {text(worth(target.scale, target))} is usual (standard deviation).</p>"
        )
    return "data", "The data", said + figures(answers(target))


def _usual(target: Target) -> str:
    if not target.classes:
        return worth(target.mean, target)
    most = max(range(len(target.classes)), key=lambda i: target.counts[i] if i < len(target.counts) else 0)
    return str(target.classes[most])


def answers(target: Target) -> list[str]:
    """A picture of how many rows there are of each class."""
    total = sum(target.counts)
    pairs = sorted(zip(target.classes, target.counts, strict=False), key=lambda pair: -pair[1])[:CLASSES]
    if not total or not pairs:
        return []
    rows = [charts.Row(str(c), n / total, n / total, n / total, f"{n:,} rows, {percent(n / total)}") for c, n in pairs]
    told = "; ".join(f"{row.label}: {row.said}" for row in rows)
    picture = charts.bars(rows, f"Rows by answer: {told}.")
    return [figure(picture, "How many rows there are of each answer.", "The answers in the data")]


def _found(report: Report) -> Section:
    every = by_weight(report.verdict.findings)  # what keeps the model back has a section of its own
    mended = [one for one in every if one.code == "repaired"]
    rest = [one for one in every if one.code != "repaired" and one.severity != "info"]
    content = ""
    if mended:
        content += f'<h3>Repaired</h3><ol class="next">{"".join(map(finding, mended))}</ol>'
    if rest:
        content += f'<h3>To know</h3><ol class="next">{"".join(map(finding, rest[:FOUND]))}</ol>'
    listed = len(findings(report)) - len(mended) - len(rest[:FOUND])
    more = f'<p><a href="#findings">{counted(listed, "further finding")} with their codes</a></p>' if listed else ""
    if not content:
        content = "<p>Nothing in the data that would make the number doubtful, and nothing that had to be repaired.</p>"
    return "found", "Found and repaired", content + more


def _good(report: Report) -> Section:
    verdict, target = report.verdict, report.table.schema.target
    said = [judged(report), heeded(report), *errors(verdict, target)]
    pictures = []
    if verdict.confusion:
        caption = "Of the rows of each answer, how many are answered right."
        pictures.append(figure(charts.recognised(verdict, target.classes, CLASSES), caption, "What it gets right"))
    pictures += promises(report, "Do its promises hold?")[:2]
    items = "".join(f"<li>{text(one, 900)}</li>" for one in said if one)
    return "good", "How good it is", f"<ul>{items}</ul>{figures(pictures)}"


def promises(report: Report, heading: str = "") -> list[str]:
    """Pictures of what was promised against what came true."""
    target, number = report.table.schema.target, not report.table.schema.target.classes
    pictures = []
    for one in report.scrutiny.calibration if report.scrutiny is not None else ():
        who = f" of “{text(one.answer, 40)}”" if one.answer and len(target.classes) > 1 else ""
        off = worth(one.error, target) if number else f"{charts.percent_points(one.error)} points of 100"
        what = "numbers" if number else f"probabilities{who}"
        caption = f"On the dashed line, promised {what} come true as often as they say: on average they are {off} off."
        if number:
            caption = f"On the dashed line, answers are right on average; they are {off} off it."
        pictures.append(figure(charts.calibration(one, number), caption, heading))
    return pictures


def _relies(report: Report) -> Section:
    found, target = report.explanation, report.table.schema.target
    if found is None:
        return "relies", "What it goes by", ""
    pictures = []
    if found.importances:
        caption = "How much worse the number gets when a column’s values are shuffled among the rows."
        pictures.append(figure(charts.importances(found, 8), caption, "By importance"))
    pictures += [effect(one, target) for one in found.effects[: 3 - len(pictures)]]
    rows = [_example(one, target, found.answer) for one in found.examples]
    shown_rows = f"<h3>Single rows, and why they are answered so</h3>{figures(rows)}" if rows else ""
    return "relies", "What it goes by", figures(pictures) + shown_rows


def effect(one: Effect, target: Target) -> str:
    """The picture of an effect."""
    scale = "%" if target.classes else unit(target)
    what = f"the probability of “{text(one.answer, 40)}” (points of 100)" if target.classes else "the answer"
    caption = f"How {what} goes with it, all else as it is. Eight of ten rows lie in the range drawn."
    return figure(charts.effect(one, scale), caption, name(one.column, 40))


def _example(one: Example, target: Target, explained: str) -> str:
    scale = "%" if target.classes else unit(target)
    what = f"Probability of “{text(explained, 40)}”" if target.classes else "Answer"
    truth = text(one.truth, 40) if target.classes or not isinstance(one.truth, float) else worth(one.truth, target)
    said = f"{what}: <b>{answered(one.answer, target)}</b>; the truth: <b>{truth}</b>."
    base = f"On average it is {answered(one.base, target)}; from there, what this row’s values add."
    return figure(charts.parts(one, scale, PARTS), f"{said} {base}", _EXAMPLES[one.kind])


def _whom(report: Report) -> Section:
    heading = ("worse", "For whom it is worse")
    found = report.scrutiny
    if found is None:
        return (*heading, "")
    metric = title(report.verdict.metric)
    worst = [one for one in found.slices if one.q < CERTAIN]
    said, pictures = [], []
    if worst:
        said.append(f"For these rows it differs from the others by more than chance would bring ({metric}):")
        pictures.append(
            figure(
                _slices(worst[:SLICES]), f"{text(metric)} of the rows named, with 95% intervals.", "Rows that differ"
            )
        )
    elif found.slices:
        said.append(f"{counted(len(found.slices), 'part')} of the rows were looked at: none differs for certain.")
    sensitive = [one for one in found.slices if one.sensitive]
    said += [_treated(sensitive)] if sensitive else []
    pictures += _held(found, report.table.schema.target)
    notes = "".join(map(finding, by_weight(found.findings)))
    content = paragraphs(said) + figures(pictures) + (f'<ol class="next">{notes}</ol>' if notes else "")
    return (*heading, content)


def _slices(slices: Sequence[Slice]) -> str:
    rows = [
        charts.Row(" and ".join(one.where), one.score.value, one.score.low, one.score.high, _beside(one), "a")
        for one in slices
    ]
    told = "; ".join(f"{row.label}: {row.said}" for row in rows)
    return charts.ranges(rows, f"Parts of the rows that differ: {told}.")


def _beside(one: Slice) -> str:
    return f"{compact(one.score.value)}, others {compact(one.rest)}"


def _treated(slices: Sequence[Slice]) -> str:
    differing = [one for one in slices if one.q < CERTAIN]
    looked = f"Of {counted(len(slices), 'group')} by what may be sensitive"
    if not differing:
        return f"{looked}, none is served better or worse than the others, as far as these rows can tell."
    named = "; ".join(" and ".join(one.where) for one in differing[:4])
    return f"{looked}, {len(differing)} {'is' if len(differing) == 1 else 'are'} served unlike the others: {named}."


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
        return f"A set has {spoken(cover.width)} answers on average."
    return f"A range is {worth(cover.width, target)} wide on average."


def _better(report: Report) -> Section:
    found = report.diagnosis
    if found is None:
        return "better", "Making it better", ""
    picture = ""
    if found.curve:
        caption = "How the number goes with the rows learnt from. The dashed part is expected, not measured."
        drawn = charts.curve(found, report.verdict.metric)
        picture = figures([figure(drawn, caption, "Would more rows help?")])
    advice = "".join(map(finding, by_weight(found.findings)))
    said = [_ceiling(report)] if found.ceiling is not None else []
    return "better", "Making it better", f'{paragraphs(said)}<ol class="next">{advice}</ol>{picture}'


def _ceiling(report: Report) -> str:
    ceiling = report.diagnosis.ceiling if report.diagnosis is not None else None
    if ceiling is None:
        return ""
    return (
        f"With these columns the best possible model would reach about {shown(ceiling.value)} "
        f"({shown(ceiling.low)} to {shown(ceiling.high)}); this one reaches {shown(report.verdict.score.value)}."
    )


def _careful(report: Report) -> Section:
    said = "".join(f"<li>{text(one, 900)}</li>" for one in limits(report.table, report.table.schema))
    return "careful", "Limits", f"<ul>{said}</ul>"
