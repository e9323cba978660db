"""mlwright evaluate: does a model's number hold on new rows?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from mlwright.cli.desk import Desk
from mlwright.cli.options import Debug, Json, Model, Query, Tables, tables_of

if TYPE_CHECKING:
    from mlwright.contracts.records import Score, Verdict
    from mlwright.lifecycle import Recheck


def evaluate(
    context: typer.Context,
    model: Model,
    data: Annotated[str, typer.Argument(metavar="DATA", help="Rows that have the target too.")],
    table: Tables = None,
    query: Query = None,
    json: Json = False,
    debug: Debug = False,
) -> int:
    """Judge a model on rows whose answers are known, beside what its verdict promised."""
    from mlwright import bundle
    from mlwright.contracts.address import scrub
    from mlwright.lifecycle import recheck

    desk: Desk = context.obj
    loaded = bundle.load(model)
    found = recheck(loaded, data, tables=tables_of(table), query=query)
    for line in _lines(model, scrub(data), found, loaded.verdict):
        desk.say(line)
    desk.say("\n" + _conclusion(found, loaded.verdict))
    desk.answer(_facts(model, found, loaded.verdict) | {"seconds": round(desk.seconds, 3)})
    return 0


def _lines(model: str, data: str, found: Recheck, verdict: Verdict) -> list[str]:
    """The table of all metrics, here and in the verdict."""
    from mlwright.metrics import shown, title

    def cell(score: Score | None) -> str:
        return "" if score is None else f"{shown(score.value):>9}  {shown(score.low)} to {shown(score.high)}"

    promised = {score.metric: score for score in verdict.scores}
    names = [title(score.metric) for score in found.scores]
    left, middle = max(map(len, names)), max(len(cell(score)) for score in found.scores)
    gaps = f"; {found.left_out:,} more have no answer and were left out" if found.left_out else ""
    gaps += f"; there is no column {found.unweighted!r}, so each counts once" if found.unweighted else ""
    if found.absent:
        gaps += f"; the function of {found.absent!r}, by which it was judged, is not here"
    rows = [f"  {'':<{left}}  {'here':>9}{'':<{middle - 9}}  {'promised':>9}"]
    for name, score in zip(names, found.scores, strict=True):
        rows.append(f"  {name:<{left}}  {cell(score):<{middle}}  {cell(promised.get(score.metric))}".rstrip())
    return [f"{model} on {found.rows:,} rows of {data}{gaps}, with 95% intervals\n", *rows]


def _conclusion(found: Recheck, verdict: Verdict) -> str:
    """Whether the verdict's number holds, in words."""
    from mlwright.metrics import known, shown, title

    seen, metric = found.scores[0], known(found.promised.metric, verdict.measure)
    numbers = f"{title(seen.metric)} is {shown(seen.value)} here and {shown(found.promised.value)} in the verdict"
    if found.departs is None:
        return "These rows can't tell whether the verdict's number holds: they are too few, or all of one class."
    if not found.departs:
        return f"It holds: {numbers}, no further apart than chance may bring them."
    if (seen.value > found.promised.value) == (metric is not None and metric.greater_is_better):
        return f"It is better than promised: {numbers}, further apart than chance would bring them."
    return f"It does not hold: {numbers}, worse than chance would have it. These rows differ from those learnt from."


def _facts(model: str, found: Recheck, verdict: Verdict) -> dict[str, Any]:
    def score(it: Score) -> dict[str, Any]:
        return {"metric": it.metric, "score": it.value, "interval": [it.low, it.high]}

    return {
        "model": model,
        "rows": found.rows,
        "left_out": found.left_out,
        **score(found.scores[0]),
        "promised": score(found.promised),
        "holds": None if found.departs is None else not found.departs,
        "scores": [score(it) for it in found.scores],
    }
