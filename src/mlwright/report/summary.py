"""The verdict in a few lines of plain text, for the terminal."""

from __future__ import annotations

import textwrap

from mlwright.contracts.records import Verdict
from mlwright.metrics import shown, title
from mlwright.report.markdown import first, plain
from mlwright.report.words import MEANING, baselines, by_weight, direction, span

WIDTH, MOST = 100, 5


def summary(verdict: Verdict, model: str = "") -> str:
    """What the command line prints when a model is made: the verdict, the score beside simpler predictors, the reasons.

    ``model`` is the folder, shown if given. Lines are at most 100 wide; there is no line end at the end.
    """
    name = title(verdict.metric)
    pairs = [("this model", verdict.score), *baselines(verdict)]
    wide = max(len(plain(who)) for who, _ in pairs)
    lines = [
        textwrap.fill(f"Verdict: {verdict.decision.upper()}. {MEANING[verdict.decision]}", WIDTH),
        "",
        f"  {name} on {verdict.rows:,} rows, {direction(verdict)}, with its 95% interval",
        *(f"    {plain(who):<{wide}}  {shown(s.value):>8}   {span(s)}" for who, s in pairs),
        "",
        *(_item(reason) for reason in verdict.reasons),
    ]
    warnings = [f for f in by_weight(verdict.findings) if f.severity == "warning"]
    shown_warnings, more = first(warnings, MOST)
    lines += [_item(f"Warning: {f.message} {f.remedy}".rstrip()) for f in shown_warnings]
    lines += [_item(f"{more} warnings: see the report")] if more else []
    lines += [_item(f"Repaired: {f.message} {f.remedy}") for f in verdict.findings if f.code == "repaired"]
    lines += ["", f"Model:  {plain(model)}", f"Report: {plain(model)}/report.html"] if model else []
    return "\n".join(lines)


def _item(text: str) -> str:
    return textwrap.fill(plain(text, 600), WIDTH, initial_indent="  - ", subsequent_indent="    ")
