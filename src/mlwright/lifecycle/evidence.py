"""What the judge is shown: predictions of rows that no model saw which predicts them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlwright import graph
from mlwright.contracts.protocols import Truth
from mlwright.contracts.records import Candidates
from mlwright.evaluate import Evened, Evidence, Held, unseal
from mlwright.search import Blend, Search, full, held_intervals, held_sets, measured, parts, reader, weigh
from mlwright.trials import Ground

_PERIODS, _PERIOD = 10, 20  # periods, and rows in each at least
BASELINES = {"constant": "constant", "small-tree": "small tree", "linear": "linear model"}


def sealed_evidence(search: Search, candidates: Candidates) -> Evidence:
    """The finished model on the rows that were sealed away, or that the user gave for testing."""
    table = search.ground.table
    rows = unseal(search.run.path, table.schema)
    out = shipped(search)(rows.feeds)
    if table.sealed == "test":
        method = f"the finished model on the {len(rows.y):,} rows of test data that you gave"
    else:
        method = f"the finished model on {len(rows.y):,} rows sealed away before anything was learnt"
    return Evidence(
        y=rows.y,
        prediction=out["probabilities" if "probabilities" in out else "value"],
        baselines={words: _answer(reader(search, id), rows.feeds) for id, words in _finished(candidates).items()},
        groups=rows.groups,
        weight=rows.weight,
        frame=rows.frame,
        held=_held(out, rows.y),
        method=method + _counted(search, rows.weight),
        **_shared(search, candidates),
    )


def shipped(search: Search) -> graph.Session:
    """The model that ships: large ones take seconds to load, so the one that was put together is asked if it is at
    hand."""
    return search.model or graph.Session((search.run.path / "model.onnx").read_bytes())


def fold_evidence(search: Search, candidates: Candidates) -> Evidence:
    """Out-of-fold predictions, with the choice among the trials made again on every bootstrap sample."""
    ground, truth = search.ground, search.truth()
    target, names = ground.table.schema.target, [m.trial for m in candidates.members]
    done = [t.spec.id for t in candidates.trials if t.status == "done"]
    raw = {n: search.prediction(n).astype(np.float64) for n in done}

    def shown(answer: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(
            full(answer, target.task) * target.scale + target.mean
            if target.task == "regression"
            else full(answer, target.task)
        )

    chosen = Blend(tuple(m.weight for m in candidates.members), candidates.slope, candidates.offset)

    def select(rows: NDArray[Any]) -> NDArray[Any]:
        blend = weigh([raw[n][rows] for n in done], truth.at(rows), search.metric, chosen)
        return shown(blend([raw[n] for n in done], target.task))

    values = truth.values * target.scale + target.mean if target.task == "regression" else truth.values
    how = {"time": "each block of time predicted from those before it", "group": "whole groups left out in turn"}
    nor = "" if ground.groups is None else ", nor a copy of it"
    words = how.get(ground.plan.splitter, f"every row predicted by models that did not see it{nor}")
    return Evidence(
        y=values,
        prediction=shown(chosen([raw[n] for n in names], target.task)),
        baselines={words: shown(raw[id]) for id, words in _finished(candidates).items()},
        groups=None if ground.groups is None else ground.groups[search.scored()],
        periods=_periods(ground, truth),
        weight=truth.weight,
        method=f"{ground.plan.folds}-fold cross-validation ({words})" + _counted(search, truth.weight),
        out_of_fold={n: shown(raw[n]) for n in done},
        select=select,
        frame=ground.frame[search.scored()].select(column.name for column in ground.table.schema.features),
        held=_held_out_of_fold(search, chosen([raw[n] for n in names], target.task)),
        samples=int(np.clip(8e6 / (len(truth.values) * truth.width * len(done)), 25, 100)),
        **_shared(search, candidates),
    )


def evened(search: Search) -> Evened | None:
    """What a single trial answers that learnt from rows weighted for the sensitive columns, where that was measured."""
    found = measured(search) if search.ground.problem.sensitive else None
    if found is None or not found.evened:
        return None
    folds, ground = [outcome.result.fold for outcome in found.evened], search.ground
    rows = np.concatenate([ground.folds.valid(fold) for fold in folds])
    plain = np.concatenate([search.outcomes[found.spec.id, fold].prediction for fold in folds])
    even = np.concatenate([outcome.prediction for outcome in found.evened])
    truth, named = ground.truth.at(rows), [c for c in ground.problem.sensitive if c in ground.frame.columns]
    before, after = (full(answer.astype(np.float64), truth.task) for answer in (plain, even))
    return Evened(truth.values, ground.frame[rows].select(named), before, after, truth.weight)


def _periods(ground: Ground, truth: Truth) -> NDArray[Any] | None:
    """Tenths of rows that lie in the order of time; -1 where one of two classes has no row: nothing is told there."""
    rows = len(truth.values)
    if not ground.folds.ordered or rows < _PERIODS * _PERIOD:
        return None
    tenth = np.arange(rows) * _PERIODS // rows
    if truth.task == "binary":
        second = np.bincount(tenth, truth.values) / np.bincount(tenth)
        tenth[((second == 0) | (second == 1))[tenth]] = -1
    return tenth


def _held(out: dict[str, NDArray[Any]], y: NDArray[Any]) -> Held | None:
    """What the finished model's own intervals or label sets hold."""
    rows = np.arange(len(y))
    if "sets" in out:
        return Held(rows, out["sets"][rows, y], out["sets"].sum(axis=1).astype(np.float64))
    if "lower" in out:
        return Held(rows, (out["lower"] <= y) & (y <= out["upper"]), out["upper"] - out["lower"])
    return None


def _held_out_of_fold(search: Search, answer: NDArray[Any]) -> Held:
    """What intervals or label sets hold that are set by a part of the rows, on the other rows."""
    truth, scored = search.truth(), search.scored()
    groups = None if search.ground.groups is None else search.ground.groups[scored]
    cut = parts(groups, len(scored), search.ground.folds.ordered)
    if truth.task == "regression":
        found = held_intervals(answer[:, 0], truth, search.cells(), cut)
        return Held(found.rows, found.holds, found.widths * search.ground.table.schema.target.scale)
    return Held(*held_sets(full(answer, truth.task), truth, cut))


def _counted(search: Search, weight: NDArray[Any] | None) -> str:
    """That rows count by their weight, for the end of a method."""
    return "" if weight is None else f", where each row counts by its {search.ground.problem.weight!r}"


def _shared(search: Search, candidates: Candidates) -> dict[str, Any]:
    target = search.ground.table.schema.target
    return {
        "task": target.task,
        "classes": target.classes,
        "metric": search.judge,
        "metric_reason": candidates.metric_reason,
        "threshold": candidates.threshold,
        "difference": candidates.difference,
    }


def _finished(candidates: Candidates) -> dict[str, str]:
    """Baselines that were fitted, by trial, in words."""
    done = {t.spec.id for t in candidates.trials if t.status == "done"}
    return {id: words for id, words in BASELINES.items() if id in done}


def _answer(model: graph.Session, fed: Any) -> NDArray[Any]:
    name = "probabilities" if "probabilities" in model.outputs else "value"
    return model(fed, [name])[name]
