"""The model card: one page of Markdown that a newcomer can read, the verdict first."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from mlwright.contracts.records import Candidates, Column, Problem, Profile, Schema, Table, Trial, Verdict
from mlwright.metrics import known, shown, title
from mlwright.report.markdown import escaped, first, plain, table
from mlwright.report.words import MEANING, baselines, by_weight, direction, learner, size, span

COLUMNS, LEVELS, TRIALS, FINDINGS, CLASSES, EXAMPLE = 60, 5, 20, 30, 12, 12
WHY = {
    "identifier": "Its values tell rows apart, and new rows bring new ones.",
    "constant": "It has the same value in every row.",
}
COUNTS = "It says how much each row counted, and is no feature."


@dataclass(frozen=True, eq=False)
class Card:
    """The records of a run that the card is written from. ``model`` is the folder; ``created`` a time in words."""

    table: Table
    problem: Problem
    profile: Profile
    candidates: Candidates
    verdict: Verdict
    schema: Schema
    versions: Mapping[str, str] = field(default_factory=dict)
    created: str = ""
    model: str = "MODEL"


def card(facts: Card) -> str:
    """The page. The same facts give the same text, whatever they hold; it ends in one line end."""
    name = escaped(facts.schema.target.name)
    parts = [
        [f"# Model card: {name}"],
        _verdict(facts.verdict),
        ["## What it does", *_task(facts)],
        ["## How good it is", *_scores(facts)],
        ["## What it reads", *_columns(facts)],
        ["## What it is made of", *_ensemble(facts.candidates)],
        ["## How to use it", *_usage(facts)],
        ["## Limits", *_limits(facts)],
        ["## What was found in the data", *_findings(facts)],
        ["## Where it comes from", *_origin(facts)],
    ]
    return "\n\n".join(block for part in parts for block in part if block) + "\n"


def _verdict(verdict: Verdict) -> list[str]:
    return [f"**Verdict: {verdict.decision}.** {MEANING[verdict.decision]}", _bullets(verdict.reasons)]


def _task(facts: Card) -> list[str]:
    target, reads = facts.schema.target, len(facts.schema.features)
    columns = f"from {reads:,} column{'s' * (reads != 1)} of a row"
    if target.task == "regression":
        answer = "The answer is a number, with a range that holds the true value about 9 times in 10."
        return [
            f"It predicts the number in the column **{escaped(target.name)}** {columns}.",
            answer,
            *_monotone(facts),
        ]
    some, more = first([escaped(c, 40) for c in target.classes], CLASSES)
    classes = ", ".join([*some, more] if more else some)
    answer = "The answer is one class, with the probability of each."
    threshold = facts.candidates.threshold
    if threshold is not None and len(target.classes) == 2:
        yes = escaped(target.classes[1], 40)
        answer += f" It answers **{yes}** where the probability of that is {shown(threshold)} or more."
    return [
        f"It predicts the column **{escaped(target.name)}** (one of: {classes}) {columns}.",
        answer,
        *_monotone(facts),
    ]


def _monotone(facts: Card) -> list[str]:
    """With which columns the answer may go one way only."""
    target, ways = facts.schema.target, {"up": "falls", "down": "rises"}
    what = "the answer" if target.task == "regression" else f"the probability of {target.classes[1]}"
    said = [f"With a higher {name}, {what} never {ways[way]}." for name, way in facts.problem.monotone.items()]
    return ["All else the same:", _bullets(said)] if said else []


def _scores(facts: Card) -> list[str]:
    verdict = facts.verdict
    name = title(verdict.metric)
    rivals = [("**this model**", verdict.score), *((escaped(who), s) for who, s in baselines(verdict))]
    return [
        f"{_about(verdict.metric, verdict)} ({name}; {direction(verdict)}.)".lstrip(),
        "\n".join(table(["predictor", name, "95% interval"], [[w, shown(s.value), span(s)] for w, s in rivals])),
        "The interval says how far the number may move on other rows of the same kind.",
        f"**How it was measured.** {escaped(verdict.method, 900)} It stands on {verdict.rows:,} rows.",
        f"Every metric on the same rows{_second(facts)}:",
        "\n".join(table(["metric", "value", "95% interval", "what it says"], _metrics(verdict))),
        *_confusion(facts),
    ]


def _second(facts: Card) -> str:
    target = facts.schema.target
    return f" (the second class is **{escaped(target.classes[1], 40)}**)" if target.task == "binary" else ""


def _metrics(verdict: Verdict) -> list[list[str]]:
    return [[title(s.metric), shown(s.value), span(s), _about(s.metric, verdict)] for s in verdict.scores]


def _about(metric: str, verdict: Verdict) -> str:
    """What a metric says, in a sentence."""
    found = known(metric, verdict.measure)
    return "" if found is None else escaped(found.about, 300)


def _confusion(facts: Card) -> list[str]:
    rows, classes = facts.verdict.confusion, facts.schema.target.classes
    if not 0 < len(rows) <= CLASSES:
        return []
    names = [escaped(c, 40) for c in classes]
    body = [[f"**{name}**", *(f"{count:,}" for count in row)] for name, row in zip(names, rows, strict=False)]
    return ["Truth (rows) against answer (columns):", "\n".join(table(["", *names], body))]


def _columns(facts: Card) -> list[str]:
    schema, counts = facts.schema, facts.problem.weight
    some, more = first(schema.features, COLUMNS)
    used = [[escaped(c.name, 60), c.kind, f"{c.missing:,}" if c.missing else "none", seen(c)] for c in some]
    left = [c for c in schema.columns if c.kind in WHY]
    few, rest = first(left, COLUMNS)
    return [
        "\n".join(table(["column", "kind", "missing values", "seen in training"], used)),
        f"… {more}" if more else "",
        "Left out:" if left else "",
        _bullets([f"{c.name} ({'weight' if c.name == counts else c.kind}): {why(c, counts)}" for c in few]),
        f"… {rest}" if rest else "",
    ]


def why(column: Column, counts: str | None) -> str:
    """Why a column is left out, if ``counts`` is the one that says how much a row counts."""
    return COUNTS if column.name == counts else WHY[column.kind]


def seen(column: Column, word: Callable[[object, int], str] = escaped) -> str:
    """What was seen of a column in training, each value by ``word`` (of it and of its longest length)."""
    if column.order:
        some, more = first(column.order, LEVELS)
        return " < ".join(word(level, 30) for level in some) + (f" … {more}" if more else "")
    if column.levels:
        some, _ = first(column.levels, LEVELS)
        rest = max(column.unique, len(column.levels)) - len(some)
        return ", ".join(word(level, 30) for level in some) + (f" and {rest:,} more" if rest > 0 else "")
    if column.words:
        return " or ".join(word(one, 30) for one in column.words)
    if column.low is None or column.high is None:
        return "free text" if column.kind == "text" else ""
    return f"{_bound(column, column.low)} to {_bound(column, column.high)}"


def _bound(column: Column, value: float) -> str:
    if column.kind != "datetime":
        return shown(value)
    try:
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%d")
    except (ValueError, OverflowError, OSError):
        return shown(value)


def _ensemble(candidates: Candidates) -> list[str]:
    weights = {m.trial: m.weight for m in candidates.members}
    ranked = sorted(candidates.trials, key=lambda t: (-weights.get(t.spec.id, 0.0), t.status != "done", _loss(t)))
    some, more = first(ranked, TRIALS)
    inside = len(weights)
    what = "It is one model." if inside == 1 else f"It is the weighted mean of {inside} models."
    tuned = " Its probabilities are calibrated." if (candidates.slope, candidates.offset) != (1.0, 0.0) else ""
    measured = (
        f"One row takes {candidates.latency:.2g} ms, and the model is {size(candidates.size)} large. "
        f"What it answers differs from the models as they were trained by at most {candidates.difference:.2g}."
    )
    return [
        f"{what}{tuned} {len(candidates.trials):,} were tried. {measured}",
        "\n".join(
            table(
                ["trial", "learner", "loss (lower is better)", "seconds", "weight", "status"],
                [_trial(t, weights.get(t.spec.id, 0.0)) for t in some],
            )
        ),
        f"… {more}" if more else "",
    ]


def _loss(trial: Trial) -> float:
    return float("inf") if trial.loss is None else trial.loss


def _trial(trial: Trial, weight: float) -> list[str]:
    spec = trial.spec
    return [
        escaped(spec.id, 40),
        escaped(learner(spec), 60),
        "" if trial.loss is None else shown(trial.loss),
        f"{trial.seconds:.1f}",
        f"{weight:.0%}" if weight else "",
        trial.status + (f": {escaped(trial.error, 80)}" if trial.error else ""),
    ]


def _usage(facts: Card) -> list[str]:
    commands, script = usage(facts.model, facts.schema)
    return [_code("sh", commands), _code("python", script)]


def usage(model: str, schema: Schema) -> tuple[list[str], list[str]]:
    """Lines for a shell and lines of Python that use the model in the folder ``model``."""
    folder = plain(model)
    quoted = shlex.quote(folder)
    commands = [
        f"mlwright predict {quoted} new.csv -o scored.csv    # a prediction for each row of a file",
        f"mlwright serve {quoted} --port 8080                # answers over HTTP; a page to try it: http://127.0.0.1:8080",
    ]
    if len(schema.features) <= EXAMPLE:
        row = {c.name: c.example for c in schema.features}
        body = shlex.quote(json.dumps({"rows": [row]}, ensure_ascii=True, default=str))
        commands.append(f"curl -s http://127.0.0.1:8080/predict -H 'content-type: application/json' -d {body}")
    script = [
        "import mlwright",
        f"model = mlwright.load({json.dumps(folder)})",
        "model.predict(frame)          # pandas, Polars or Arrow, with the columns above",
    ]
    if schema.target.task != "regression":
        script.append("model.predict_proba(frame)    # one column a class, in the order of model.classes")
    return commands, script


def _limits(facts: Card) -> list[str]:
    return [_bullets(limits(facts.table, facts.schema))]


def limits(table: Table, schema: Schema) -> list[str]:
    """What a user of the model should not expect of it, a sentence or two each."""
    rows, held = table.rows, table.holdout
    sealed = {
        "": "No rows were kept aside: each was judged by models that had not seen it.",
        "rows": f"{held:,} rows were kept aside and only used to judge it.",
        "test": f"It was judged on {held:,} rows of test data that it never saw.",
    }[table.sealed]
    kinds = {c.kind for c in schema.features}
    said = [
        f"It was trained on {rows:,} rows of {table.source}. {sealed}",
        "It knows what those rows show. For rows of another place, time or origin, the number above is no promise.",
    ]
    if "categorical" in kinds:
        said.append(
            "A category that was not there in training counts as unknown: all unknown ones get the same answer."
        )
    if kinds & {"numeric", "datetime"}:
        said.append(
            "It doesn't extrapolate: a number outside the range seen in training counts as the nearest one seen."
        )
    said.append(
        "A value may be missing, also in a column that had none missing in training; the column itself must be there."
    )
    if "datetime" in kinds and table.split.kind != "time":
        said.append(
            "It was judged as if the order of rows in time didn't matter. If it does, train with --time COLUMN or "
            "--ordered."
        )
    return said


def _findings(facts: Card) -> list[str]:
    found = by_weight((*facts.verdict.findings, *facts.table.findings, *facts.profile.findings))
    some, more = first(found, FINDINGS)
    lines = [f"- **{f.severity}** {escaped(f.message)} {escaped(f.remedy)}".rstrip() for f in some]
    return ["\n".join([*lines, f"- … {more}"] if more else lines) or "Nothing to report."]


def _origin(facts: Card) -> list[str]:
    rows = [
        ["data", escaped(facts.table.source)],
        ["fingerprint of the data (SHA-256)", escaped(facts.table.fingerprint)],
        ["seed", str(facts.problem.seed)],
        *([["made", escaped(facts.created)]] if facts.created else []),
        *([escaped(name), escaped(version)] for name, version in sorted(facts.versions.items())),
    ]
    return ["\n".join(table(["", ""], rows))]


def _bullets(texts: list[str] | tuple[str, ...]) -> str:
    return "\n".join(f"- {escaped(text, 900)}" for text in texts)


def _code(language: str, lines: list[str]) -> str:
    return "\n".join([f"```{language}", *lines, "```"])
