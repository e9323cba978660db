"""The end of the report: every number, for engineers."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from mlwright.contracts.insight import Explanation, Gap, Mitigation, Range, Rung, Scrutiny
from mlwright.contracts.records import Target, Trial
from mlwright.contracts.report import Report
from mlwright.contracts.wording import counted, percent
from mlwright.metrics import known, shown, title
from mlwright.report.card import seen, usage, why
from mlwright.report.markdown import plain
from mlwright.report.markup import name, table, text
from mlwright.report.report_blocks import figures, finding, findings, paragraphs
from mlwright.report.report_trust import mitigated, promises, rate, rated, wide
from mlwright.report.report_why import effect
from mlwright.report.words import baselines, learner, size, span

COLUMNS, TRIALS, EFFECTS, ROWS, SUSPECTS, CLASSES, FINDINGS = 80, 40, 24, 60, 60, 15, 150

Part = tuple[str, str, str]  # anchor, title, content


def parts(report: Report) -> list[Part]:
    """The parts in their order; one without content was not looked at."""
    made = (
        ("metrics", "Every metric", _metrics(report)),
        ("confusion", "Truth against answer", _confusion(report)),
        ("ensemble", "Trials and the ensemble", _trials(report)),
        ("calibration", "Calibration and coverage", _kept(report)),
        ("importance", "Importance, effects, interactions", _explained(report)),
        ("slices", "Slices and fairness", _slices(report)),
        ("curve", "Diagnosis and learning curve", _curve(report)),
        ("findings", "Findings", _findings(report)),
        ("columns", "Columns", _columns(report)),
        ("origin", "Where it comes from", _origin(report)),
        ("use", "How to use it", _use(report)),
    )
    return [part for part in made if part[2]]


def _metrics(report: Report) -> str:
    verdict = report.verdict
    rows = []
    for score in verdict.scores:
        metric = known(score.metric, verdict.measure)
        about = "" if metric is None else text(metric.about, 300)
        way = "" if metric is None else "higher" if metric.greater_is_better else "lower"
        rows.append([text(title(score.metric)), shown(score.value), span(score), way, about])
    every = table(["metric", "#value", "#95% interval", "~better", "~what it says"], rows)
    rivals = [[text(who), shown(s.value), span(s)] for who, s in (("this model", verdict.score), *baselines(verdict))]
    beside = table(["predictor", f"#{text(title(verdict.metric))}", "#95% interval"], rivals)
    method = f"{verdict.method} It stands on {counted(verdict.rows, 'row')}."
    return f"{paragraphs([method])}{every}<h4>Beside simpler predictors</h4>{beside}"


def _confusion(report: Report) -> str:
    rows, classes = report.verdict.confusion, report.table.schema.target.classes
    if not 0 < len(rows) <= CLASSES:
        return ""
    names = [name(c, 30) for c in classes]
    body = [[who, *(f"{count:,}" for count in row)] for who, row in zip(names, rows, strict=False)]
    threshold = report.verdict.threshold
    said = f"The second class is answered from a probability of {shown(threshold)} on." if threshold is not None else ""
    return paragraphs([f"Rows by what was true (lines) and what was answered (columns). {said}"]) + table(
        ["true", *(f"#{who}" for who in names)], body
    )


def _trials(report: Report) -> str:
    made = report.candidates
    weights = {m.trial: m for m in made.members}
    order = {m.trial: place for place, m in enumerate(sorted(made.members, key=lambda m: -m.weight))}
    ranked = sorted(made.trials, key=lambda t: (order.get(t.spec.id, len(order)), t.status != "done", _loss(t)))
    rows = []
    for trial in ranked[:TRIALS]:
        member = weights.get(trial.spec.id)
        kind = text(learner(trial.spec), 60)
        loss = "" if trial.loss is None else shown(trial.loss)
        ended = trial.status + (f": {text(trial.error, 120)}" if trial.error else "")
        options = ", ".join(f"{key}={value}" for key, value in trial.spec.options.items())
        weight = "" if member is None else f"{member.weight:.0%}"
        models = "" if member is None else f"{member.models} of {'folds' if member.folds else 'all rows'}"
        rows.append([text(trial.spec.id, 40), kind, loss, f"{trial.seconds:.1f}", weight, models, ended, text(options)])
    head = ["trial", "~learner", "#loss", "~#seconds", "#weight", "~models", "ended", "~options"]
    tuned = f"Calibration: slope {shown(made.slope)}, offset {shown(made.offset)}. " if _tuned(report) else ""
    said = (
        f"{counted(len(made.members), 'model')} of {len(made.trials):,} tried "
        f"{'is' if len(made.members) == 1 else 'are'} in the ensemble. {tuned}One row takes {made.latency:.2g} ms; the "
        f"graph is {size(made.size)} large and differs from the fitted models by at most {made.difference:.2g}."
    )
    rest = len(made.trials) - TRIALS
    return paragraphs([said]) + table(head, rows) + (f"<p>{rest:,} more are in report.json.</p>" if rest > 0 else "")


def _tuned(report: Report) -> bool:
    return (report.candidates.slope, report.candidates.offset) != (1.0, 0.0)


def _loss(trial: Trial) -> float:
    return float("inf") if trial.loss is None else trial.loss


def _kept(report: Report) -> str:
    found = report.scrutiny
    if found is None:
        return ""
    content = figures(promises(report))
    for one in found.calibration:
        rows = [[shown(b.promised), shown(b.came.value), _ranged(b.came), f"{b.rows:,}"] for b in one.bins]
        whose = f"for “{text(one.answer, 40)}”" if one.answer else "values"
        about = f"Promised {whose}, {shown(one.error)} off on average"
        bins = table(["#promised", "#came true", "#95% interval", "#rows"], rows)
        content += f"<details><summary>{about}</summary>{bins}</details>"
    if found.coverage is not None:
        cover = found.coverage
        named = (("all rows", cover.held), *cover.parts.items())
        rows = [[name(who, 60), percent(r.value), _ranged(r)] for who, r in named]
        promised = f"Promised: {percent(cover.promised)}. {wide(cover, report.table.schema.target)}"
        content += "<h4>Coverage</h4>" + paragraphs([promised]) + table(["rows", "#held", "#95% interval"], rows[:ROWS])
    if found.cutoff is not None:
        cut = found.cutoff
        cost = f"costs {shown(cut.cost.value)} a row ({_ranged(cut.cost)})"
        said = f"By the costs that were named, the best threshold is {shown(cut.threshold)}: it {cost}"
        content += "<h4>Decision threshold</h4>" + paragraphs(
            [f"{said}, where the usual one costs {shown(cut.usual)}."]
        )
    return content


def _explained(report: Report) -> str:
    found = report.explanation
    if found is None or not (found.importances or found.effects):
        return ""
    about = f"Measured on {counted(found.rows, 'row')}."
    rows = [[_named(i.columns), shown(i.loss.value), _ranged(i.loss)] for i in found.importances[:ROWS]]
    head = ["columns (shuffled together)", f"#loss of {text(title(found.metric))}", "#95% interval"]
    pictures = [effect(one, report.table.schema) for one in found.effects[:EFFECTS]]
    return paragraphs([about]) + table(head, rows) + figures(pictures) + _interactions(found)


def _interactions(found: Explanation) -> str:
    rows = [[name(i.columns[0], 40), name(i.columns[1], 40), percent(i.strength)] for i in found.interactions[:ROWS]]
    if not rows:
        return ""
    return "<h4>Interactions</h4>" + table(["column", "with column", "#of their effect (H-statistic)"], rows)


def _named(columns: tuple[str, ...]) -> str:
    return " + ".join(name(column, 40) for column in columns[:6]) + (" + …" if len(columns) > 6 else "")


def _slices(report: Report) -> str:
    found, target = report.scrutiny, report.table.schema.target
    if found is None or not (found.slices or found.gaps):
        return ""
    rows = [
        [
            text(" and ".join(one.where), 120) + (" <b>sensitive</b>" if one.sensitive else ""),
            f"{one.rows:,}",
            shown(one.score.value) + (f" ({text(title(one.metric))})" if one.metric else ""),
            _ranged(one.score),
            shown(one.rest),
            f"{one.q:.2g}",
        ]
        for one in found.slices[:ROWS]
    ]
    content = paragraphs(["q is the p-value of a difference, corrected for all that were looked at."])
    content += table(["rows where", "#rows", "#score", "~#95% interval", "#others", "#q"], rows) if rows else ""
    return content + _gaps(found, target)


def _gaps(found: Scrutiny, target: Target) -> str:
    rows = [
        [
            name(one.column, 40),
            text(rate(one, target)),
            f"{name(one.least, 30)} {text(_at(one, one.least, target))}",
            f"{name(one.most, 30)} {text(_at(one, one.most, target))}",
            text(" to ".join(rated(value, one, target) for value in (one.size.low, one.size.high))),
            f"{one.q:.2g}",
        ]
        for one in found.gaps[:ROWS]
    ]
    if not rows:
        return ""
    head = ["column", "~what", "least", "most", "#apart by", "#q"]
    set_by = [mitigated(one) + (f" The thresholds: {_own(one)}" if one.thresholds else "") for one in found.mitigation]
    return "<h4>Groups of sensitive columns</h4>" + table(head, rows) + paragraphs(set_by)


def _own(one: Mitigation) -> str:
    return ", ".join(f"{who} {shown(t)}" for who, t in one.thresholds.items())


def _at(one: Gap, group: str, target: Target) -> str:
    return rated(one.rates[group].value, one, target) if group in one.rates else ""


def _curve(report: Report) -> str:
    found = report.diagnosis
    if found is None:
        return ""
    content, metric = "", text(title(report.verdict.metric))
    if found.curve:
        rows = [_rung(rung, "measured") for rung in found.curve] + [_rung(rung, "expected") for rung in found.ahead]
        content = table(["#rows", f"#{metric}", "#95% interval", "~#on rows learnt from", "is"], rows)
    if found.tried:
        tried = [
            [text(one.code), text(one.trial, 40), shown(one.gain.value), _ranged(one.gain), percent(one.weight)]
            for one in found.tried
        ]
        head = ["for", "trial", f"#gain of {metric}", "#95% interval", "#weight"]
        content += "<h4>Prescriptions that were tried</h4>" + table(head, tried)
    if found.suspects:
        listed = ", ".join(str(row) for row in found.suspects[:SUSPECTS])
        rest = f" and {len(found.suspects) - SUSPECTS:,} more" if len(found.suspects) > SUSPECTS else ""
        said = f"Their answers may be wrong in the data, the most doubtful first: rows (from 0) {listed}{rest}."
        content += "<h4>Suspect rows</h4>" + paragraphs([said])
    return content


def _rung(rung: Rung, how: str) -> list[str]:
    learnt = "" if rung.seen is None else shown(rung.seen)
    return [f"{rung.rows:,}", shown(rung.score.value), _ranged(rung.score), learnt, how]


def _findings(report: Report) -> str:
    every = findings(report)
    items = "".join(finding(one, f"f{place}") for place, one in enumerate(every[:FINDINGS]))
    rest = len(every) - FINDINGS
    more = f"<p>{rest:,} more are in report.json.</p>" if rest > 0 else ""
    checks = [[f"<code>{text(code)}</code>", text(said, 300)] for code, said in report.profile.leaks.items()]
    looked = "<h4>Checks for leaks</h4>" + table(["check", "outcome"], checks) if checks else ""
    return (f'<ol class="next">{items}</ol>{more}' if items else "") + looked


def _columns(report: Report) -> str:
    schema, counts = report.table.schema, report.problem.weight
    used = [
        [name(c.name, 60), c.kind, f"{c.missing:,}" if c.missing else "none", text(seen(c, plain), 300)]
        for c in schema.features[:COLUMNS]
    ]
    left = [c for c in schema.columns if c.kind in ("identifier", "constant")]
    content = table(["column", "kind", "#missing", "~seen in training"], used)
    rest = len(schema.features) - COLUMNS
    content += f"<p>{rest:,} more are in schema.json.</p>" if rest > 0 else ""
    if left:
        items = "".join(f"<li>{name(c.name, 60)} ({c.kind}): {text(why(c, counts))}</li>" for c in left[:COLUMNS])
        content += f"<h4>Left out</h4><ul>{items}</ul>"
    return content


def _origin(report: Report) -> str:
    return table(
        ["what", "is"], [[f"{key}", f"<code>{text(value, 400)}</code>"] for key, value in _facts(report) if value]
    )


def _facts(report: Report) -> Iterator[tuple[str, str]]:
    origin, problem = report.provenance, report.problem
    yield "data", origin.source
    yield "fingerprint of the data (SHA-256)", origin.fingerprint
    for place in origin.origins:
        if place.read:
            yield f"{text(place.name, 60)}, read", f"{place.read} ({place.taken:,} of {place.rows:,} rows)"
    yield "command", origin.command
    yield "made", origin.created
    yield "budget", "" if problem.budget is None else f"{problem.budget:g} s"
    yield "seed", str(origin.seed)
    yield "commit of the working folder", origin.commit or ""
    for package, version in sorted(origin.versions.items()):
        yield text(package), version


def _use(report: Report) -> str:
    commands, script = usage(report.model, report.table.schema)
    blocks = ("\n".join(commands), "\n".join(script))
    return "".join(f'<pre tabindex="0"><code>{_verbatim(block)}</code></pre>' for block in blocks)


def _verbatim(block: str) -> str:
    """Lines to copy: blanks count, and what can't be printed is gone."""
    return "\n".join(escape("".join(c if c.isprintable() else " " for c in line)) for line in block.split("\n"))


def _ranged(one: Range) -> str:
    return f"{shown(one.low)} to {shown(one.high)}"
