"""The report: one HTML file that needs nothing else and runs no script, drawn from a Report record alone. With a folder
beside it that holds the model, it has a part more, in which its reader asks the model.

The first screen is for everyone: the verdict, the number, three reasons, three pictures. Then the story for a reader
outside the field, then every number for engineers.
"""

from __future__ import annotations

from mlwright.contracts.records import Decision
from mlwright.contracts.report import Report
from mlwright.contracts.wording import counted
from mlwright.metrics import title
from mlwright.report import charts
from mlwright.report.markup import name, text
from mlwright.report.page_style import STYLE
from mlwright.report.report_blocks import figure, findings
from mlwright.report.report_depth import parts
from mlwright.report.report_story import answers, sections
from mlwright.report.report_style import REPORT_STYLE
from mlwright.report.report_trust import promises
from mlwright.report.telling import judged, number
from mlwright.report.what_if import panel
from mlwright.report.what_if_section import POLICY, Beside, scripts, section
from mlwright.report.what_if_style import WHAT_IF_STYLE
from mlwright.report.words import MEANING, direction

REPORT_MARK = b'<meta name="generator" content="mlwright report">'
REASONS, SHORT, LONG, PICTURES, COLUMNS, CLASSES = 3, 90, 240, 3, 5, 5
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_BADGE: dict[Decision, str] = {"ship": "Ship", "hold": "Hold", "refuse": "Refuse"}


def draw(report: Report, beside: Beside | None = None) -> str:
    """The page, the same text for the same record. ``beside`` it may lie what asking the model takes."""
    story, depth = sections(report), parts(report)
    links = [("verdict", "The answer"), *((anchor, head) for anchor, head, _ in story), ("details", "Details")]
    asking, style, policy, loading = _asking(report, beside) if beside is not None else ("", "", "", "")
    if asking:
        links.insert(1, ("what-if", "What if?"))
    nav = "".join(f'<a href="#{anchor}">{head}</a>' for anchor, head in links)
    told = "".join(f'<section id="{anchor}"><h2>{head}</h2>{content}</section>' for anchor, head, content in story)
    inner = " ".join(f'<a href="#{anchor}">{head}</a>' for anchor, head, _ in depth)
    deep = "".join(f'<section id="{anchor}"><h3>{head}</h3>{content}</section>' for anchor, head, content in depth)
    named = text(report.table.schema.target.name, 60)
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">{REPORT_MARK.decode()}'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}{policy}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{named}: report</title><style>{STYLE}{REPORT_STYLE}{style}</style>{loading}</head>\n"
        f"<body><header>{_head(report)}</header>"
        f'<main><section id="verdict" aria-label="The answer">{_first(report)}</section>\n'
        f"<nav aria-label='Parts of this page'><div>{nav}</div></nav>\n{asking}{told}"
        f'<section id="details" class="depth"><h2>Details for engineers</h2><p class="inner">{inner}</p>'
        f"{deep}</section></main><footer>{_method(report)}</footer></body></html>\n"
    )


def _asking(report: Report, beside: Beside) -> tuple[str, str, str, str]:
    """The part in which the model is asked: the section, its style, what the page must allow, what it loads."""
    told = section(panel(report), beside, report.table.schema.target)
    return told, WHAT_IF_STYLE, f"; {POLICY}", scripts(beside)


def _head(report: Report) -> str:
    made = report.provenance.created.partition("T")[0]
    said = f"Report on the model {name(report.model)}" + (f", {text(made)}" if made else "")
    target = name(report.table.schema.target.name, 60)
    return f'<p class="small above">{said}</p><h1>How well can “{target}” be predicted?</h1>'


def _first(report: Report) -> str:
    verdict = report.verdict
    told = number(verdict, report.table.schema.target)
    badge = f'<h2 class="badge">{_BADGE[verdict.decision]}</h2>'
    decision = f"{badge}<p class='lead'>{text(MEANING[verdict.decision])}</p>"
    moves = f"{text(told.moves)} on other rows like these, 19 times in 20"
    figures = (
        f'<p class="big">{text(told.big, 40)}</p><p>{text(told.says, 300)}</p><p class="small">{moves}</p>'
        f'<p class="small"><a href="#metrics">{text(told.exact)}</a></p>'
    )
    shown = "".join(_pictures(report)[:PICTURES])
    return (
        f'<div class="first {verdict.decision}"><div class="decision">{decision}</div>'
        f'<div class="number">{figures}</div><div class="why">{_reasons(report)}</div></div>'
        f'<div class="pictures strip" role="group" aria-label="Three pictures" tabindex="0">{shown}</div>'
    )


def _reasons(report: Report) -> str:
    """Three reasons, each linked to what it stands on: a finding, or the numbers."""
    why = report.candidates.metric_reason  # why this metric: told where the question is
    every = [reason for reason in report.verdict.reasons if not (why and reason.endswith(why))]
    found = findings(report)
    linked = []
    for reason in every[:REASONS]:
        place = next((i for i, one in enumerate(found) if one.message and one.message in reason), None)
        linked.append((reason, "metrics" if place is None else f"f{place}"))
    linked += [(judged(report), "good"), (_doubts(report), "found")]
    items = "".join(
        f'<li><span>{text(said, LONG)}</span> <a href="#{at}">evidence</a></li>' for said, at in linked[:REASONS]
    )
    whole = "".join(f"<li>{text(reason, 900)}</li>" for reason in every)
    cut = len(every) > REASONS or any(len(reason) > SHORT for reason in every)
    folded = f"<details><summary>All reasons in full</summary><ul>{whole}</ul></details>" if cut else ""
    return f'<ul class="reasons">{items}</ul>{folded}'


def _doubts(report: Report) -> str:
    found = [one for one in report.verdict.findings if one.severity != "info"]
    if not found:
        return "Nothing was found in the data that makes the number doubtful."
    were = "was" if len(found) == 1 else "were"
    return f"{counted(len(found), 'thing')} to look at {were} found in the data, see below."


def _pictures(report: Report) -> list[str]:
    """What to see first: as many as are there, the best ones in front."""
    verdict, classes = report.verdict, report.table.schema.target.classes
    shown = [figure(charts.rivals(verdict), _beside(report), "Beside simpler ways to answer")]
    found = report.explanation
    if found is not None and found.importances:
        caption = f"By how much its {text(title(found.metric))} gets worse when a column’s values are shuffled."
        shown.append(figure(charts.importances(found, COLUMNS), caption, "What it goes by"))
    shown += promises(report, "Do its promises hold?")[-1:]
    if verdict.confusion:
        caption = "Rows answered right, by what was true."
        shown.append(figure(charts.recognised(verdict, classes, CLASSES), caption, "What it gets right"))
    if report.diagnosis is not None and report.diagnosis.curve:
        picture = charts.curve(report.diagnosis, verdict.metric)
        shown.append(figure(picture, "Dashed: expected, not measured.", "Would more rows help?"))
    return shown + answers(report.table.schema.target)


def _beside(report: Report) -> str:
    way = "right" if direction(report.verdict).startswith("higher") else "left"
    return f"By {text(title(report.verdict.metric))}: further {way} is better. A line is where the number may lie."


def _method(report: Report) -> str:
    version = report.provenance.versions.get("mlwright", "")
    return (
        f"<p>Written by mlwright {text(version)} from report.json, which lies beside it with every number. "
        "Intervals are of 95%. What goes together in the data is no proof of a cause.</p>"
    )
