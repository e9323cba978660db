"""The law of `Step`, sentence by sentence."""

from __future__ import annotations

import copy
import gc
import sys
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mlwright.contracts.errors import StepRefusal
from mlwright.contracts.protocols import Truth
from mlwright.contracts.records import ITEM_MARK, NUMBER_KINDS, ColumnKind, TaskKind
from mlwright.graph import Inputs, Session, Tensor, compile, dump, load, numbers, strings
from mlwright.steps import Step
from mlwright.testing.suite import Suite, options_of
from mlwright.testing.tables import TARGET, messy
from mlwright.trials.probe import probe

ROWS = 300
_COLUMNS: dict[ColumnKind, tuple[str, ...]] = {
    "numeric": ("amount", "ratio", "count"),
    "boolean": ("member",),
    "datetime": ("since", "born"),
    "categorical": ("city",),
    "text": ("note",),
    "ordinal": ("plan",),
    "list": ("note",),
}
_TASKS: tuple[TaskKind, ...] = ("binary", "multiclass", "regression")
_CODE = (type, ModuleType, FunctionType, BuiltinFunctionType)


class Case(NamedTuple):
    """The kind of the columns that a step reads, and the task whose truth it may look at."""

    kind: ColumnKind
    task: TaskKind


class StepLaws(Suite):
    """Inherit, and say which step: override `make`, or set ``step`` to one that was not fitted.

    Every law runs on each kind of column that the step reads; for a supervised step, on each task too.
    """

    step: Step

    def make(self) -> Step:
        """A fresh step, not fitted."""
        return copy.deepcopy(self.step)

    def cases(self) -> dict[str, Any]:
        """Kinds of columns, and tasks if they matter."""
        step = self.make()
        if not step.supervised:
            return {kind: Case(kind, "binary") for kind in step.reads}
        return {f"{kind}-{task}": Case(kind, task) for kind in step.reads for task in _TASKS}

    def test_options_are_public_fields(self, case: Case) -> None:
        step = self.make()
        before = options_of(step)
        step.fit(*rows(case))
        assert options_of(step) == before, "fit changed an option"

    def test_fit_returns_itself_and_leaves_its_rows_alone(self, case: Case) -> None:
        step = self.make()
        frame, truth = rows(case)
        kept, values = frame.clone(), truth.values.copy()
        assert step.fit(frame, truth) is step, "fit returns something else than the step"
        assert frame.equals(kept), "fit changed its frame"
        np.testing.assert_array_equal(truth.values, values, "fit changed its truth")

    def test_outputs_name_every_column_and_its_origin(self, case: Case) -> None:
        frame, truth = rows(case)
        step = self.make().fit(frame, truth)
        named, tensor = step.outputs(frame.columns), step.emit(source(frame))
        assert len(named) == tensor.width, f"outputs names {len(named)} columns, emit gives {tensor.width}"
        assert tensor.dtype in ("float32", "float64"), f"emit gives {tensor.dtype}, not numbers"
        assert {origin for _, origin in named} <= set(frame.columns), "outputs names an input that is not there"
        assert len({name for name, _ in named}) == len(named), "outputs gives two columns one name"
        assert run(step, frame).shape == (len(frame), tensor.width)

    def test_any_input_is_legal(self, case: Case) -> None:
        frame, truth = rows(case)
        step = self.make().fit(frame, truth)
        fed = probe(feeds(frame), 0)
        count = len(next(iter(fed.values())))
        assert answer(step, frame, fed).shape == (count, len(step.outputs(frame.columns)))

    def test_no_rows_give_no_rows(self, case: Case) -> None:
        frame, truth = rows(case)
        step = self.make().fit(frame, truth)
        assert run(step, frame[:0]).shape == (0, len(step.outputs(frame.columns)))

    def test_one_row_says_nothing_about_another(self, case: Case) -> None:
        frame, truth = rows(case)
        step = self.make().fit(frame, truth)
        fed = probe(feeds(frame), 0)
        whole = answer(step, frame, fed)
        order = np.random.default_rng(0).permutation(len(whole))
        for some in (order, order[:17], order[:1]):
            part = answer(step, frame, {name: array[some] for name, array in fed.items()})
            np.testing.assert_allclose(part, whole[some], rtol=1e-6, atol=1e-6, err_msg="a row's value rests on others")

    def test_the_same_rows_give_the_same_bytes(self, case: Case) -> None:
        frame, truth = rows(case)
        step = self.make().fit(frame, truth)
        first = dump(step.emit(source(frame)))
        assert dump(step.emit(source(frame))) == first, "emitted twice, two different graphs came out"
        assert dump(self.make().fit(frame, truth).emit(source(frame))) == first, (
            "fitted twice, two different graphs came out"
        )

    def test_fitting_again_forgets_the_first_fit(self, case: Case) -> None:
        frame, truth = rows(case)
        again = self.make().fit(*rows(case, seed=5)).fit(frame, truth)
        fresh = self.make().fit(frame, truth)
        assert dump(again.emit(source(frame))) == dump(fresh.emit(source(frame))), "a second fit remembers the first"

    def test_what_is_emitted_survives_being_written(self, case: Case) -> None:
        frame, truth = rows(case)
        emitted = self.make().fit(frame, truth).emit(source(frame))
        assert load(dump(emitted)).key == emitted.key

    def test_no_reference_to_the_rows_is_kept(self, case: Case) -> None:
        frame, truth = rows(case)
        sizes = [held(self.make().fit(*_repeated(frame, truth, times))) for times in (20, 40)]
        more = 20 * len(frame)
        assert sizes[1] - sizes[0] < more / 2, (
            f"{more} rows more make the fitted step {sizes[1] - sizes[0]} bytes larger"
        )

    def test_only_a_supervised_step_looks_at_the_truth(self, case: Case) -> None:
        frame, truth = rows(case)
        other = Truth(truth.task, np.roll(truth.values, 1), truth.classes)
        one, two = (dump(self.make().fit(frame, t).emit(source(frame))) for t in (truth, other))
        if self.make().supervised:
            assert one != two, "the step says that it is supervised, but never looks at the truth"
        else:
            assert one == two, "the step looks at the truth, so it has to say: supervised = True"

    def test_poor_columns_are_legal_or_refused(self, case: Case) -> None:
        frame, truth = rows(case)
        nothing = pl.lit(None, frame.dtypes[0])
        same: Any = "same word" if frame.dtypes[0] == pl.String else 3.0
        poor = [frame.with_columns(nothing.alias(c) for c in frame.columns)]
        poor.append(frame.with_columns(pl.lit(same).alias(c) for c in frame.columns))
        poor += [frame[:1], frame[:2], poor[0][:0]]
        if case.kind in NUMBER_KINDS:
            poor.append(frame.with_columns(pl.lit(np.inf).alias(c) for c in frame.columns))
        for column in poor:
            try:
                step = self.make().fit(column, truth.at(np.arange(len(column))))
            except StepRefusal:
                continue
            assert run(step, frame).shape == (len(frame), len(step.outputs(frame.columns)))


def rows(case: Case, seed: int = 0) -> tuple[pl.DataFrame, Truth]:
    """Training rows as a step sees them, and their truth."""
    table = messy(ROWS, seed, case.task)
    frame = table.select(_COLUMNS[case.kind])
    if case.kind == "datetime":
        frame = frame.select(pl.all().cast(pl.Datetime("us")).to_physical() / 1e6)
    if case.kind in NUMBER_KINDS:
        frame = frame.cast(pl.Float64)
    if case.kind == "list":
        frame = frame.select(pl.all().str.replace_all(" ", ITEM_MARK, literal=True))
    target = table[TARGET]
    if case.task == "regression":
        return frame, Truth(case.task, target.to_numpy(), 0)
    classes = sorted(target.unique().to_list())
    return frame, Truth(case.task, np.array([classes.index(v) for v in target]), len(classes))


def source(frame: pl.DataFrame) -> Tensor:
    """The columns of ``frame`` as the tensor that a step's `emit` gets."""
    return strings(frame.columns[0]) if frame.dtypes[0] == pl.String else numbers(frame.columns)


def feeds(frame: pl.DataFrame) -> dict[str, NDArray[Any]]:
    """``frame`` as a graph reads it: missing is NaN or ""."""
    if frame.dtypes[0] == pl.String:
        return {"strings": frame.fill_null("").to_numpy().astype(object)}
    return {"numbers": np.ascontiguousarray(frame.fill_null(np.nan).to_numpy(), np.float64)}


def run(step: Step, frame: pl.DataFrame) -> NDArray[Any]:
    """What the emitted graph of a fitted step makes of ``frame``."""
    return answer(step, frame, feeds(frame))


def answer(step: Step, frame: pl.DataFrame, fed: dict[str, NDArray[Any]]) -> NDArray[Any]:
    """What the emitted graph of a step fitted on ``frame`` makes of ``fed``."""
    names = tuple(frame.columns)
    inputs = Inputs((), names) if frame.dtypes[0] == pl.String else Inputs(names, ())
    return Session(compile({"x": step.emit(source(frame))}, inputs), threads=1)(fed)["x"]


def held(thing: object) -> int:
    """Bytes of all that ``thing`` refers to, code aside."""
    total, seen, stack = 0, set[int](), [thing]
    while stack:
        item = stack.pop()
        if id(item) in seen or isinstance(item, _CODE):
            continue
        seen.add(id(item))
        if isinstance(item, np.ndarray):
            total += item.nbytes
        elif isinstance(item, pl.DataFrame | pl.Series):
            total += int(item.estimated_size())
        else:
            total += sys.getsizeof(item)
        stack.extend(gc.get_referents(item))
    return total


def _repeated(frame: pl.DataFrame, truth: Truth, times: int) -> tuple[pl.DataFrame, Truth]:
    return pl.concat([frame] * times), Truth(truth.task, np.tile(truth.values, times), truth.classes)
