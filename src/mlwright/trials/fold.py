"""One fold of one trial: the only place where anything is fitted."""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray

from mlwright import graph, plugins
from mlwright.contracts.errors import MlwrightError
from mlwright.contracts.protocols import Clock, Feeds, Terms, Truth
from mlwright.contracts.records import (
    GROUP,
    TARGET,
    WEIGHT,
    FoldResult,
    Plan,
    Problem,
    Recipe,
    StepSpec,
    Table,
    Target,
    TrialSpec,
)
from mlwright.frames import feeds as feeds_of
from mlwright.learners import Learner, Logged
from mlwright.store import Run, atomic_write
from mlwright.trials import folds
from mlwright.trials.cures import Ready, cured, groups_of
from mlwright.trials.matrix import CROSS, Matrix, Rows, blocks, fit_matrix, side_by_side
from mlwright.trials.probe import probe
from mlwright.trials.shelf import shelved

_SUM = 32  # bytes of a SHA-256
_ARRAYS = ("prediction", "native", "learnt", "seen")
_SEEN, _CELLS = 2000, 20_000  # rows that were learnt from and are answered, and answers for them, at most


@dataclass(frozen=True)
class Outcome:
    """What a fold left behind: the result, its graph (None if it failed), the graph's predictions of the rows it was
    scored on (n, w), and the fitted model's own of the probe rows (p, w) and of some of the rows that it learnt from:
    ``learnt`` (m,) are their places in the training table, ``seen`` (m, w) what it answers for them."""

    result: FoldResult
    fragment: graph.Tensor | None
    prediction: NDArray[np.float32]
    native: NDArray[np.float64]
    learnt: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    seen: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 1), np.float32))


@dataclass(frozen=True)
class Ground:
    """What all trials of a run share: the training table and how it is cut."""

    table: Table
    problem: Problem
    plan: Plan
    recipe: Recipe
    frame: pl.DataFrame
    truth: Truth
    groups: NDArray[Any] | None
    folds: folds.Folds
    run: Path | None = None  # where matrices wait for the next trial

    @classmethod
    def of(cls, run: Run) -> Ground:
        """Read it from the run's folder."""
        table, problem = run.read("table", Table), run.read("problem", Problem)
        plan, recipe = run.read("plan", Plan), run.read("recipe", Recipe)
        frame = pl.read_ipc(run.path / "train.arrow")
        truth = truth_of(frame, table.schema.target)
        groups = frame[GROUP].to_numpy() if GROUP in frame.columns else None
        cut = folds.assign(plan.splitter, truth, groups, plan.folds, problem.seed)
        return cls(table, problem, plan, recipe, frame, truth, groups, cut, run.path)

    def rows(self, index: NDArray[np.int64] | None = None) -> Rows:
        """Some rows (or all), ready for steps and graphs."""
        frame = self.frame if index is None else self.frame[index]
        truth = self.truth if index is None else self.truth.at(index)
        return Rows(frame, feeds_of(frame, self.table.schema), truth.balanced, self.table.schema)

    def probe(self) -> Feeds:
        """The rows that every graph is checked on against its model: the same in every process."""
        sample = self.frame[np.linspace(0, len(self.frame) - 1, min(len(self.frame), 2048)).astype(np.int64)]
        return probe(feeds_of(sample, self.table.schema), self.problem.seed)


def truth_of(frame: pl.DataFrame, target: Target) -> Truth:
    """The TARGET column as learners see it: class indices, or values centred and scaled; with the WEIGHT column, if
    there is one."""
    values, weight = frame[TARGET].to_numpy(), frame[WEIGHT].to_numpy() if WEIGHT in frame.columns else None
    if target.task == "regression":
        return Truth("regression", (values - target.mean) / target.scale, 0, weight)
    return Truth(target.task, values.astype(np.int64), len(target.classes), weight)


def outcome_path(run: Path, trial: str, fold: int) -> Path:
    """Where a fold's outcome lies."""
    return run / "trials" / f"{trial}-{fold}.outcome"


def read_outcome(path: Path) -> Outcome | None:
    """A fold's outcome, or None when it was not (wholly) written: torn by a full disk or a power cut, it is fitted
    again."""
    data = path.read_bytes() if path.is_file() else b""
    sum, archived = data[:_SUM], data[_SUM:]
    if sha256(archived).digest() != sum:
        return None
    with np.load(io.BytesIO(archived), allow_pickle=False) as archive:
        result = msgspec.json.decode(archive["result"].tobytes(), type=FoldResult)
        fragment = graph.load(archive["fragment"].tobytes()) if archive["fragment"].size else None
        return Outcome(result, fragment, *(archive[name] for name in _ARRAYS))


def write_outcome(path: Path, outcome: Outcome) -> None:
    """Write it whole or not at all: a NumPy archive behind its own SHA-256."""
    buffer = io.BytesIO()
    np.savez(
        buffer,
        result=np.frombuffer(msgspec.json.encode(outcome.result), np.uint8),
        fragment=np.frombuffer(graph.dump(outcome.fragment) if outcome.fragment else b"", np.uint8),
        **{name: getattr(outcome, name) for name in _ARRAYS},
    )
    path.parent.mkdir(exist_ok=True)
    atomic_write(path, sha256(buffer.getbuffer()).digest() + buffer.getbuffer())


def failure(trial: str, fold: int, status: str, error: str, seconds: float) -> Outcome:
    """The outcome of a fold that came to nothing."""
    facts = {"trial": trial, "fold": fold, "status": status, "error": error, "seconds": seconds}
    result = msgspec.convert(facts, FoldResult)
    return Outcome(result, None, np.zeros((0, 1), np.float32), np.zeros((0, 1)))


def fit_fold(ground: Ground, spec: TrialSpec, fold: int, clock: Clock) -> Outcome:
    """Fit ``spec`` on a fold's training rows, score its graph on the fold's other rows, and compare graph and model.

    From fold ``plan.folds`` on it is a refit on all rows, with what its folds settled on; refits differ in the
    learner's seed and in how the rows are cut where a step is fitted crosswise. Raises TimeoutError when the clock ran
    out in a refit, MlwrightError when the graph answers with something not finite.
    """
    started = time.monotonic()
    learner, cut = _learner(spec), _cut(ground, spec, fold)
    begun = time.monotonic()
    matrix = _matrix(ground, spec, cut)
    made = time.monotonic() - begun
    terms = _terms(ground, spec, cut, matrix, clock)
    ready = Ready(matrix, np.arange(len(cut.learn)), cut.rows.truth, terms)
    if spec.cure:
        if spec.cure == "even-groups":
            ready = ready._replace(groups=_sensitive(ground, cut.learn))
        ready = cured(spec.cure, ready, lambda: _learner(spec), cut.parts)
    matrix, learn = ready.matrix, cut.learn[ready.rows]
    x = matrix.values[ready.rows] if spec.cure else matrix.values  # else a copy of all of it, in every fold
    learner.fit(x, ready.truth, ready.terms)
    if fold >= ground.plan.folds and clock.left < 0:  # the folds' loss says nothing of a model that was cut short
        raise TimeoutError("the clock ran out before it had learnt what its folds had")

    answer = graph.cast(learner.emit(matrix.tensor), "float32")
    (prediction, probed, emitted), loaded = _answered(learner, answer, matrix, cut.valid, ground)
    native = np.asarray(learner.predict(probed), dtype=np.float64)
    if not (np.isfinite(prediction).all() and np.isfinite(emitted).all()):
        raise MlwrightError(f"{spec.learner} answers with numbers that are not finite", where=f"trial {spec.id}")
    result = FoldResult(
        trial=spec.id,
        fold=fold,
        status="done",
        seconds=time.monotonic() - started,
        made=made,
        emitted=loaded,
        difference=float((np.abs(emitted - native) / np.maximum(1.0, np.abs(native))).max(initial=0.0)),
        features=matrix.features,
        refused=matrix.refused,
        settled=learner.settled,
    )
    some = _spread(len(learn), min(_SEEN, _CELLS // ground.truth.width))
    seen = np.asarray(learner.predict(x[some]), np.float32)
    return Outcome(result, answer, prediction, native, learn[some], seen)


def fit_over(spec: TrialSpec, x: NDArray[np.float32], truth: Truth, terms: Terms) -> Learner:
    """The learner of a trial that is over others, fitted on what it reads of their answers, ``x`` (n, k)."""
    return _learner(spec).fit(x, truth, terms)


def _learner(spec: TrialSpec) -> Learner:
    learner: Learner = plugins.make("mlwright.learners", spec.learner, spec.options)
    return learner if spec.floor is None else Logged(learner, spec.floor)


def _sensitive(ground: Ground, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """The group of each of the rows by the sensitive columns that somebody named."""
    return groups_of(ground.frame[rows].select(c for c in ground.problem.sensitive if c in ground.frame.columns))


def _answered(
    learner: Learner, answer: graph.Tensor, matrix: Matrix, valid: Rows, ground: Ground
) -> tuple[tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]], float]:
    """The graph's answers for the scored rows, the matrix of the probe rows, and the graph's answers for those; and the
    seconds until the graph was loaded."""
    started = time.monotonic()
    if matrix.scored is not None and matrix.probed is not None:
        answers = _Answers(learner, matrix.probed.shape[1])
        loaded = time.monotonic() - started
        return (answers(matrix.scored), matrix.probed, answers(matrix.probed)), loaded
    session = graph.Session(graph.compile({"y": answer, "x": matrix.tensor}, valid.inputs), threads=1)
    loaded = time.monotonic() - started
    checked = session(ground.probe())
    return (session(valid.feeds, ["y"])["y"], checked["x"], checked["y"]), loaded


def _spread(rows: int, most: int) -> NDArray[np.int64]:
    """At most so many of the rows, evenly."""
    return np.linspace(0, rows - 1, min(rows, max(most, 1))).astype(np.int64)


def _settled(ground: Ground, spec: TrialSpec) -> tuple[dict[str, Any], ...]:
    """What the folds of a trial settled on."""
    if ground.run is None:
        return ()
    found = (read_outcome(outcome_path(ground.run, spec.id, fold)) for fold in range(ground.plan.folds))
    return tuple(outcome.result.settled for outcome in found if outcome is not None)


def _bound(matrix: Matrix, problem: Problem) -> tuple[int, ...]:
    """Which way the answer may go with each column of the matrix: see Terms."""
    way = {name: 1 if direction == "up" else -1 for name, direction in problem.monotone.items()}
    return tuple(way.get(feature.column, 0) for feature in matrix.features) if way else ()


class _Cut(NamedTuple):
    """A fold: the rows that it learns from and their places in the training table, their groups, their parts for
    fitting crosswise, and the rows that it is scored on."""

    fold: int
    learn: NDArray[np.int64]
    rows: Rows
    groups: NDArray[Any] | None
    parts: folds.Folds
    valid: Rows


def _cut(ground: Ground, spec: TrialSpec, fold: int) -> _Cut:
    """How a fold is cut: all trials with as many rows cut it alike."""
    seed = _seed(ground, fold)
    learn = _capped(ground.folds.train(fold), spec.rows, ground, seed)
    rows, groups = ground.rows(learn), None if ground.groups is None else ground.groups[learn]
    splitter = ground.plan.splitter
    if splitter == "time":
        splitter = "group" if ground.problem.group else "plain"
    parts = folds.assign(splitter, rows.truth, groups, CROSS, seed)
    return _Cut(fold, learn, rows, groups, parts, ground.rows(ground.folds.valid(fold)))


def _seed(ground: Ground, fold: int, trial: str = "") -> int:
    """Of what all trials of a fold share, or of one of them."""
    return (ground.problem.seed * 7919 + fold * 101 + crc32(trial.encode())) % 2**31


def _terms(ground: Ground, spec: TrialSpec, cut: _Cut, matrix: Matrix, clock: Clock) -> Terms:
    """What a trial's learner is told beside the rows."""
    seed = _seed(ground, cut.fold, spec.id)
    watch, *others = folds.parts(ground.plan.splitter, cut.rows.truth, cut.groups, folds.WATCHED, seed)
    settled = _settled(ground, spec) if cut.fold >= ground.plan.folds else ()
    return Terms(seed, clock, watch, settled, _bound(matrix, ground.problem), tuple(others[: spec.turns - 1]))


def _matrix(ground: Ground, spec: TrialSpec, cut: _Cut) -> Matrix:
    """What a trial reads: the blocks that other trials read too are made once and wait on the shelf."""
    named = [(name, steps, len(_readers(ground, name, spec.rows)) > 1) for name, steps in _blocks(ground.recipe, spec)]
    if not any(shared for *_, shared in named):
        return side_by_side([fit_matrix([step for _, steps, _ in named for step in steps], cut.rows, cut.parts.of)])

    def block(name: str, steps: Sequence[StepSpec], shared: bool) -> Matrix:
        def make() -> Matrix:
            return _scored(fit_matrix(steps, cut.rows, cut.parts.of), cut, ground)

        place = f"{name}-{cut.fold}-{spec.rows or 'all'}"
        return shelved(ground.run, place, make) if shared and ground.run is not None else make()

    return side_by_side([block(*each) for each in named])


def _blocks(recipe: Recipe, spec: TrialSpec) -> list[tuple[str, tuple[StepSpec, ...]]]:
    """Names and steps of the blocks of columns that a trial reads."""
    learner: type[Learner] = plugins.find("mlwright.learners", spec.learner)
    flavour = spec.flavour or learner.flavour
    return (
        list(blocks(recipe.flavours, flavour))
        if learner.looks
        else [(f"first of {flavour}", recipe.flavours[flavour][:1])]
    )


def _readers(ground: Ground, block: str, rows: int | None) -> list[TrialSpec]:
    """The trials that read a block of so many rows."""
    same = (spec for spec in ground.plan.trials if spec.rows == rows)
    return [spec for spec in same if any(name == block for name, _ in _blocks(ground.recipe, spec))]


def _scored(matrix: Matrix, cut: _Cut, ground: Ground) -> Matrix:
    """The matrix with its values on the rows that the fold is scored on and on the probe."""
    session = graph.Session(graph.compile({"x": matrix.tensor}, cut.rows.inputs), threads=1)
    return replace(matrix, scored=session(cut.valid.feeds)["x"], probed=session(ground.probe())["x"])


class _Answers:
    """A fitted learner's graph on a matrix (n, width) that was made already."""

    def __init__(self, learner: Learner, width: int) -> None:
        names = tuple(map(str, range(width)))
        answer = learner.emit(graph.cast(graph.numbers(names), "float32"))
        inputs = graph.Inputs(names, ())
        self._session = graph.Session(graph.compile({"y": graph.cast(answer, "float32")}, inputs), threads=1)

    def __call__(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """In pieces, as the graph's numbers are of double precision."""
        starts = range(0, max(1, len(x)), graph.CHUNK)
        pieces = (x[start : start + graph.CHUNK].astype(np.float64) for start in starts)
        return np.concatenate([self._session({"numbers": piece})["y"] for piece in pieces])


def _capped(index: NDArray[np.int64], most: int | None, ground: Ground, seed: int) -> NDArray[np.int64]:
    """At most ``most`` of the rows; with classes, a rare one keeps at least 20 of its rows (or all it has)."""
    if most is None or len(index) <= most:
        return index
    if ground.plan.splitter == "time":
        return index[-most:]
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(index))[:most]
    if ground.truth.classes:
        label = ground.truth.values[index]
        for rare in np.flatnonzero(np.bincount(label[chosen], minlength=ground.truth.classes) < 20):
            chosen = np.union1d(chosen, np.flatnonzero(label == rare)[:20])
    return np.sort(index[np.unique(chosen)])
