"""The middle of the report: the story of the model for a reader outside the field, in sections with a question each."""

from __future__ import annotations

from collections.abc import Mapping

from mlwright.contracts.insight import Diagnosis
from mlwright.contracts.records import Target
from mlwright.contracts.report import Report
from mlwright.contracts.wording import counted, percent
from mlwright.metrics import shown, title
from mlwright.report import charts
from mlwright.report.card import limits
from mlwright.report.explore_page import KINDS
from mlwright.report.markup import name, text
from mlwright.report.report_blocks import Section, figure, figures, finding, findings, paragraphs
from mlwright.report.report_trust import promises, whom
from mlwright.report.report_why import goes_by
from mlwright.report.telling import errors, heeded, judged, worth
from mlwright.report.words import by_weight

CLASSES, FOUND = 8, 6


def sections(report: Report) -> list[Section]:
    """The sections in their order; one without content was not looked at."""
    made = (_asked, _data, _found, _good, goes_by, whom, _better, _careful)
    return [section for section in (make(report) for make in made) if section[2]]


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
    elsewhere = {one for part in (report.scrutiny, report.diagnosis) if part is not None for one in part.findings}
    every = [one for one in findings(report) if one not in elsewhere]  # those have sections of their own
    mended = [one for one in every if one.code == "repaired"]
    rest = [one for one in every if one.code != "repaired" and one.severity != "info"]
    content = ""
    if mended:
        content += f'<h3>Repaired</h3><ol class="next">{"".join(map(finding, mended))}</ol>'
    if rest:
        content += f'<h3>To know</h3><ol class="next">{"".join(map(finding, rest[:FOUND]))}</ol>'
    listed = len(findings(report)) - len(mended) - len(rest[:FOUND])
    more = f'<p><a href="#findings">{counted(listed, "further finding")}, in the details</a></p>' if listed else ""
    if not content:
        content = "<p>Nothing in the data that would make the number doubtful, and nothing that had to be repaired.</p>"
    return "found", "Found and repaired", paragraphs([_leaks(report.profile.leaks)]) + content + more


def _leaks(checks: Mapping[str, str]) -> str:
    """How many ways in which data gives the answer away were looked for, in a sentence; "" if none was."""
    if not checks:
        return ""
    found, clear = (sum(said == outcome for said in checks.values()) for outcome in ("found", "clear"))
    rest = len(checks) - found - clear
    said = f"{counted(len(checks), 'way')} in which data may give the answer away: {found} found, {clear} not found"
    return f"{said}, {rest} not to be looked for here." if rest else f"{said}."


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


def _better(report: Report) -> Section:
    found = report.diagnosis
    if found is None:
        return "better", "Making it better", ""
    picture = ""
    if found.curve:
        caption = "How the number goes with the rows learnt from. The dashed part is expected, not measured."
        drawn = charts.curve(found, report.verdict.metric)
        picture = figures([figure(drawn, caption, "Would more rows help?")])
    items = "".join(map(finding, by_weight(found.findings)))
    advice = f'<ol class="next">{items}</ol>' if items else ""
    return "better", "Making it better", paragraphs(_outlook(found, report)) + advice + picture


def _outlook(found: Diagnosis, report: Report) -> list[str]:
    """What more rows and the best possible model would bring."""
    said, metric = [], title(report.verdict.metric)
    if found.gain is not None and found.more:
        gain = found.gain
        brings = f"{shown(gain.value)} ({shown(gain.low)} to {shown(gain.high)})"
        said.append(f"{counted(found.more, 'more row')} would make its {metric} better by {brings}.")
    if found.ceiling is not None:
        ceiling = found.ceiling
        reach = f"{shown(ceiling.value)} ({shown(ceiling.low)} to {shown(ceiling.high)})"
        ours = shown(report.verdict.score.value)
        said.append(f"With these columns the best possible model would reach about {reach}; this one reaches {ours}.")
    return said


def _careful(report: Report) -> Section:
    said = "".join(f"<li>{text(one, 900)}</li>" for one in limits(report.table, report.table.schema))
    return "careful", "Limits", f"<ul>{said}</ul>"
