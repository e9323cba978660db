"""What the sections of the report are built of: paragraphs, pictures in frames, findings."""

from __future__ import annotations

from collections.abc import Sequence

from mlwright.contracts.records import Finding
from mlwright.contracts.report import Report
from mlwright.report.markup import text
from mlwright.report.words import by_weight

_TAGS = {"severe": "severe", "warning": "look", "info": ""}

Section = tuple[str, str, str]  # anchor, title, content


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
