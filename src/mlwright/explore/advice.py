"""What to do next, the most pressing first: from the findings, and from what the portrait itself shows."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from mlwright.contracts.portrait import Advice, Portrait
from mlwright.contracts.records import Finding, Severity
from mlwright.contracts.wording import counted, percent
from mlwright.explore.story import versus

_WEIGHT: dict[Severity, int] = {"severe": 0, "warning": 1, "info": 2}
_SAME = 0.98
_TELLING = 0.6
_REPEATS = 0.01
_RARE = 0.01
_EMPTY = 0.5
_FEW_ROWS = 200
_NAMED = 4
_ROWS = 30
_ALIKE = 2


def advice(portrait: Portrait) -> tuple[Advice, ...]:
    """The list for a portrait that is complete but for it."""
    found = _of_findings(portrait.findings)
    codes = {finding.code for finding in portrait.findings}
    found += [
        *_telling_gaps(portrait),
        *_compared(portrait),
        *_about_rows(portrait, codes),
        *_about_columns(portrait, codes),
    ]
    found = list({one.what: one for one in reversed(found)}.values())[::-1]
    return (*sorted(found, key=lambda one: _WEIGHT[one.severity]), *_last(portrait))


def _of_findings(findings: Sequence[Finding]) -> list[Advice]:
    """One of each kind; where there are several, the first and the columns of the rest."""
    kinds: dict[tuple[str, Severity], list[Finding]] = {}
    for finding in findings:
        kinds.setdefault((finding.code, finding.severity), []).append(finding)
    found = []
    for (_, severity), alike in kinds.items():
        columns = tuple(dict.fromkeys(one.column for one in alike if one.column is not None))
        if len(alike) <= _ALIKE or len(columns) < len(alike):
            for one in alike:
                named = () if one.column is None else (one.column,)
                found.append(Advice(one.message, "", one.remedy, severity, named))
            continue
        what = f"{alike[0].message} Much the same is true of {_listed(columns[1:])}."
        found.append(Advice(what, "", alike[0].remedy, severity, columns))
    return found


def _telling_gaps(portrait: Portrait) -> Iterator[Advice]:
    """Columns of which it tells the target that they are filled in at all."""
    goal = portrait.goal
    for gap in portrait.gaps:
        if goal is None or gap.strength < _TELLING or gap.where_missing is None or gap.where_present is None:
            continue
        what = f"Whether {gap.column!r} is filled in nearly tells the target: where it is missing, "
        what += versus(goal, gap.where_missing, gap.where_present) + "."
        why = "Perhaps it is filled in only after the target is known; then a model can't have it in use."
        yield Advice(what, why, "Ask who fills it in, and when; leave it out if so.", "warning", (gap.column,))


def _about_rows(portrait: Portrait, codes: set[str]) -> Iterator[Advice]:
    rows = max(1, portrait.taken)
    if portrait.duplicates / rows >= _REPEATS and not any("duplicate" in code for code in codes):
        what = f"{counted(portrait.duplicates, 'row')} ({percent(portrait.duplicates / rows)}) repeat an earlier one."
        why = "A row that is learnt from and judged on too makes the score too good."
        yield Advice(what, why, "Find out why; leave repeats out if they are copies.", "warning")
    if portrait.taken < _FEW_ROWS:
        what = f"There are only {counted(portrait.taken, 'row')}."
        yield Advice(what, "Every number on this page is uncertain.", "Gather more rows if you can.", "warning")
    for trend in portrait.trends:
        if portrait.goal is not None and any("--time" in sentence for sentence in trend.story):
            why = "A model that will be used on later rows must be judged on later rows."
            how = _command(portrait, "train", "--time", trend.column)
            yield Advice(f"The target changes with {trend.column!r}.", why, how, "warning", (trend.column,))


def _about_columns(portrait: Portrait, codes: set[str]) -> Iterator[Advice]:
    empty = [c.name for c in portrait.columns if c.rows and c.missing / c.rows > _EMPTY]
    if empty and "mostly-missing" not in codes:
        why = "That a value is missing is used as a signal too."
        yield Advice(f"{_listed(empty)}: more than half missing.", why, "See if more can be had.", columns=tuple(empty))
    goal = portrait.goal.name if portrait.goal else ""
    groups = {c.name for c in portrait.columns if c.kind in ("categorical", "boolean")}
    alike = [p for p in portrait.pairs if (p.left in groups) == (p.right in groups) and goal not in (p.left, p.right)]
    same = [p for p in alike if p.strength >= _SAME and p.rows >= max(_ROWS, portrait.sample / 2)]
    if same:
        pairs = "; ".join(f"{p.left!r} and {p.right!r}" for p in same[:_NAMED]) + ("; …" if len(same) > _NAMED else "")
        why = "One follows from the other, and a model is easier to explain with fewer columns."
        columns = tuple(dict.fromkeys(name for p in same for name in (p.left, p.right)))
        yield Advice(
            f"These say nearly the same: {pairs}.",
            why,
            "Leave out the one that says less, if you like.",
            columns=columns,
        )
    aside = [c.name for c in portrait.columns if c.kind in ("identifier", "constant")]
    if aside:
        why = "What tells rows apart or never changes says nothing about new ones."
        how = "Nothing to do, unless it was mistaken: then correct the schema (--schema)."
        yield Advice(f"{_listed(aside)} will be set aside in training.", why, how, columns=tuple(aside))
    keys = [c.name for c in portrait.columns if c.meaning == "key" and c.kind != "identifier" and c.unique < c.rows]
    for name in keys[:2]:
        why = "Rows of one of them must not stand on both sides of a split."
        how = _command(portrait, "train", "--group", name)
        yield Advice(f"{name!r} looks like a key that repeats.", why, how, columns=(name,))


def _compared(portrait: Portrait) -> Iterator[Advice]:
    if portrait.comparison is None:
        return
    other = portrait.comparison
    if other.removed:
        why = "A model that reads them can't be used there."
        yield Advice(f"{_listed(other.removed)}: not in {other.name}.", why, "Find out why.", "severe", other.removed)
    moved = [one for one in other.drifts if one.change == "moved a lot"]
    if moved:
        names = [one.column for one in moved]
        why = "What was learnt on one table may not hold on the other."
        how = "Look at these columns below, side by side."
        yield Advice(f"{_listed(names)}: much changed in {other.name}.", why, how, "warning", tuple(names))


def _last(portrait: Portrait) -> Iterator[Advice]:
    how = _command(portrait, "explore", "--schema", "schema.toml")
    yield Advice("Look through the columns: is each what it was taken for?", "What you correct wins.", how)
    if portrait.goal is None:
        how = _command(portrait, "explore", "--target", "COLUMN")
        yield Advice("Say which column you would like to predict.", "Every column is then shown against it.", how)
    else:
        how = _command(portrait, "train")
        yield Advice("Train a first model.", "It says how much these columns tell together.", how)


def _command(portrait: Portrait, verb: str, *words: str) -> str:
    """The command to type next; for a table in memory, the call."""
    given = (
        *(("--target", portrait.goal.name) if portrait.goal is not None and "--target" not in words else ()),
        *words,
    )
    if not portrait.source:
        options = [f"{option[2:]}={value!r}" for option, value in zip(given[::2], given[1::2], strict=True)]
        return f"mlwright.{verb}({', '.join(('data', *options))})"
    query = ("--query", portrait.origin.query) if portrait.origin is not None and portrait.origin.query else ()
    return shlex.join(("mlwright", verb, portrait.source, *query, *given))


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:_NAMED])
    return shown + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
