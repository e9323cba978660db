"""The law of `Learner`, sentence by sentence."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from mlwright.contracts.protocols import Clock, Terms, Truth
from mlwright.contracts.records import TaskKind
from mlwright.graph import Inputs, Session, Tensor, cast, compile, dump, load, numbers
from mlwright.learners import Learner
from mlwright.learners.base import Flavour, Matrix
from mlwright.testing.suite import Suite, options_of

CLOSE = 1e-5  # the largest difference between the graph and the fitted model; of large values, relative
SOON = 2.0  # seconds within which a fit ends whose time is up
SWEPT = 40  # rows in which a column that binds the answer goes over all its values
CLASSES: dict[TaskKind, int] = {"binary": 2, "multiclass": 4, "regression": 0}


class LearnerLaws(Suite):
    """Inherit, and say which learner: override `make`, or set ``learner`` to one that was not fitted. ``repeats`` says
    that to it a row of weight 2 is the same as the row twice, which is then a law too.

    Every law runs on each of the learner's tasks.
    """

    learner: Learner
    repeats: bool = False

    def make(self) -> Learner:
        """A fresh learner, not fitted."""
        return copy.deepcopy(self.learner)

    def cases(self) -> dict[str, Any]:
        """The learner's tasks."""
        return {task: task for task in self.make().tasks}

    def test_options_are_public_fields(self, case: TaskKind) -> None:
        learner = self.make()
        before = options_of(learner)
        self._fit(material(learner, case), learner)
        assert options_of(learner) == before, "fit changed an option"

    def test_fit_returns_itself_and_leaves_its_data_alone(self, case: TaskKind) -> None:
        learner = self.make()
        x, truth = material(learner, case)
        copied, values = x.copy(), truth.values.copy()
        assert learner.fit(x, truth, terms(len(x))) is learner, "fit returns something else than the learner"
        np.testing.assert_array_equal(x, copied, "fit changed its matrix")
        np.testing.assert_array_equal(truth.values, values, "fit changed its truth")

    def test_the_graph_equals_the_fitted_model(self, case: TaskKind) -> None:
        for seed in range(3):
            learner = self.make()
            x, truth = material(learner, case, seed=seed)
            agree(self._fit((x, truth), learner), strange(x, learner.flavour, seed), truth)

    def test_labels_are_identical(self, case: TaskKind) -> None:
        learner = self.make()
        x, truth = material(learner, case)
        self._fit((x, truth), learner)
        own, emitted = learner.predict(x), run(learner, x)
        if truth.width > 1:
            clear = np.diff(np.sort(own, axis=1)[:, -2:])[:, 0] > 2 * CLOSE
            np.testing.assert_array_equal(own.argmax(axis=1)[clear], emitted.argmax(axis=1)[clear])
        elif case == "binary":
            clear = np.abs(own - 0.5) > CLOSE
            np.testing.assert_array_equal((own > 0.5)[clear], (emitted > 0.5)[clear])

    def test_one_row_says_nothing_about_another(self, case: TaskKind) -> None:
        learner = self.make()
        x, truth = material(learner, case)
        self._fit((x, truth), learner)
        new = strange(x, learner.flavour, 1)
        order = np.random.default_rng(0).permutation(len(new))
        for answer in (lambda rows: run(learner, rows), learner.predict):
            whole = answer(new)
            np.testing.assert_allclose(answer(new[order]), whole[order], rtol=CLOSE, atol=1e-6)
            np.testing.assert_allclose(answer(new[:1]), whole[:1], rtol=CLOSE, atol=1e-6)

    def test_no_rows_give_no_rows(self, case: TaskKind) -> None:
        learner = self.make()
        x, truth = material(learner, case)
        assert run(self._fit((x, truth), learner), x[:0]).shape == (0, truth.width)

    def test_the_same_seed_gives_the_same_bytes(self, case: TaskKind) -> None:
        both = [self._fit(material(learner, case), learner) for learner in (self.make(), self.make())]
        first, second = (dump(learner.emit(matrix(4))) for learner in both)
        assert first == second, "fitted twice with one seed, two different graphs came out"
        assert dump(both[0].emit(matrix(4))) == first, "emitted twice, two different graphs came out"

    def test_what_is_emitted_survives_being_written(self, case: TaskKind) -> None:
        learner = self.make()
        emitted = self._fit(material(learner, case), learner).emit(matrix(4))
        assert load(dump(emitted)).key == emitted.key

    def test_a_class_without_rows_is_legal(self, case: TaskKind) -> None:
        for absent in range(CLASSES[case]):
            learner = self.make()
            x, truth = material(learner, case)
            keep = truth.values != absent
            self._agree_after_fit(learner, x[keep], truth.at(keep))

    def test_a_truth_that_does_not_vary_is_legal(self, case: TaskKind) -> None:
        learner = self.make()
        x, truth = material(learner, case)
        self._agree_after_fit(learner, x, Truth(case, np.full_like(truth.values, truth.values[0]), truth.classes))

    def test_columns_that_do_not_vary_are_legal(self, case: TaskKind) -> None:
        learner = self.make()
        x, truth = material(learner, case)
        x[:, 0] = 0.0
        x[:, 1] = np.nan if learner.flavour == "trees" else 1.0
        self._agree_after_fit(learner, x, truth)

    def test_few_rows_and_one_column_are_legal(self, case: TaskKind) -> None:
        for rows, features in ((1, 4), (2, 1), (3, 2), (60, 1)):
            learner = self.make()
            x, truth = material(learner, case, rows, features)
            self._agree_after_fit(learner, x, truth, watched=False)

    def test_nothing_need_be_watched(self, case: TaskKind) -> None:
        learner = self.make()
        x, truth = material(learner, case)
        self._agree_after_fit(learner, x, truth, watched=False)

    def test_what_was_settled_is_kept(self, case: TaskKind) -> None:
        told = msgspec.json.decode(msgspec.json.encode(self._fit(material(self.make(), case), self.make()).settled))
        learner = self.make()
        x, truth = material(learner, case, rows=160)
        learner.fit(x, truth, replace(terms(len(x)), settled=({}, told, told)))
        assert msgspec.json.decode(msgspec.json.encode(learner.settled)) == told, "something else was settled again"
        agree(learner, strange(x, learner.flavour, 0), truth)

    def test_time_that_is_up_ends_the_fit(self, case: TaskKind) -> None:
        learner = self.make()
        x, truth = material(learner, case, rows=1500, features=8)
        started = time.monotonic()
        learner.fit(x, truth, Terms(0, Clock.lasting(0.0), terms(len(x)).watch))
        took = time.monotonic() - started
        assert took < SOON, f"fit went on for {took:.1f} s after its time was up"
        agree(learner, x[:50], truth)

    def test_rows_of_more_weight_draw_the_answers_to_them(self, case: TaskKind) -> None:
        answers = []
        for heavy in (9.0, 1 / 9):
            learner = self.make()
            x, truth = material(learner, case, rows=60)
            levels, place = np.unique(truth.values, return_inverse=True)
            other = np.roll(levels, len(levels) // 2)[place]
            both = np.concatenate([truth.values, other])  # each row twice, and nothing but weight tells which is right
            high = both > (0 if case == "regression" else truth.classes - 2)
            known = Truth(case, both, truth.classes, np.where(high, heavy, 1.0))
            answers.append(self._fit((np.concatenate([x, x]), known), learner).predict(x)[:, -1])
        if learner.weighs:
            assert answers[0].mean() > answers[1].mean() + 1e-3, "rows of more weight do not draw the answers to them"
        else:
            assert (answers[0] == answers[1]).all(), "the learner minds the weights, so it has to say: weighs = True"

    def test_a_weight_of_two_is_a_row_twice(self, case: TaskKind) -> None:
        if self.repeats:
            repeated_as_weighed(self.make, case)

    def test_an_answer_goes_the_way_that_it_is_bound_to(self, case: TaskKind) -> None:
        if not self.make().monotone or case == "multiclass":
            return
        for ways in ((-1, 0, 0, 1), (1, 0, 1, -1)):  # against what the truth says, and where it says nothing
            learner = self.make()
            x, truth = material(learner, case)
            learner.fit(x, truth, replace(terms(len(x)), monotone=ways))
            for column in np.flatnonzero(ways):
                rows = swept(x, int(column), learner.flavour)
                for answer in (learner.predict(rows), run(learner, rows)):
                    steps = ways[column] * np.diff(answer.reshape(SWEPT, -1), axis=1)
                    assert steps.min() >= -1e-6, f"with column {column} the answer goes the other way by {-steps.min()}"

    def _fit(self, data: tuple[Matrix, Truth], learner: Learner) -> Learner:
        return learner.fit(*data, terms(len(data[0])))

    def _agree_after_fit(self, learner: Learner, x: Matrix, truth: Truth, watched: bool = True) -> None:
        watch = terms(len(x)).watch if watched else np.zeros(len(x), bool)
        learner.fit(x, truth, Terms(0, Clock(), watch))
        agree(learner, strange(x, learner.flavour, 0), truth)


def repeated_as_weighed(make: Callable[[], Learner], task: TaskKind) -> None:
    """Fails unless a learner answers alike, fitted on weights of 1 to 3 and on rows that are there so often."""
    x, truth = material(make(), task)
    counts = np.random.default_rng(0).integers(1, 4, len(x))
    rows = np.repeat(np.arange(len(x)), counts)
    weighed = make().fit(x, replace(truth, weight=counts.astype(np.float64)), terms(len(x)))
    repeated = make().fit(x[rows], truth.at(rows), replace(terms(len(x)), watch=terms(len(x)).watch[rows]))
    new, _ = material(make(), task, seed=1)
    np.testing.assert_allclose(
        weighed.predict(new), repeated.predict(new), atol=2e-3, err_msg="a weight of 2 is not the same as a row twice"
    )


def terms(rows: int) -> Terms:
    """Without a deadline; one row in eight is watched."""
    return Terms(7, Clock(), np.arange(rows) % 8 == 3)


def matrix(features: int) -> Tensor:
    """A matrix of ``features`` columns as learners get it in a graph."""
    return cast(numbers(_names(features)), "float32")


def material(
    learner: Learner, task: TaskKind, rows: int = 120, features: int = 4, seed: int = 0
) -> tuple[Matrix, Truth]:
    """A matrix of the learner's flavour, and a truth that it tells something about; every class occurs if rows suffice.

    "trees" has missing values, ties and a long tail; "linear" is finite and scaled.
    """
    rng = np.random.default_rng([seed, rows, features])
    x = rng.normal(size=(rows, features))
    score = 2.0 * x[:, 0] + 0.5 * x[:, -1] ** 2 + 0.3 * rng.normal(size=rows)
    if learner.flavour == "trees":
        x[:, -1] = np.exp(5.0 * x[:, -1])
        x[:, 0] = x[:, 0].round(1)
        x[rng.random(x.shape) < 0.1] = np.nan
    if task == "regression":
        return x.astype(np.float32), Truth(task, (score - score.mean()) / (score.std() or 1.0), 0)
    classes = CLASSES[task]
    rank = score.argsort().argsort()
    return x.astype(np.float32), Truth(task, rank * classes // rows, classes)


def strange(x: Matrix, flavour: Flavour, seed: int) -> Matrix:
    """Rows for a learner fitted on ``x``: those, others never seen, and the extremes that its flavour allows."""
    rng = np.random.default_rng([seed, 99])
    new = rng.normal(scale=3.0, size=(60, x.shape[1])).astype(np.float32)
    top = float(np.finfo(np.float32).max)
    trees = (np.nan, np.inf, -np.inf, top, -top, 1e-45, -0.0, 0.0, 2.0**24)
    extremes = trees if flavour == "trees" else (20.0, -20.0, 1e-45, -0.0, 0.0)
    mixed = rng.choice(np.array(extremes, np.float32), size=(60, x.shape[1]))
    uniform = np.repeat(np.array(extremes, np.float32)[:, None], x.shape[1], axis=1)
    return np.concatenate([x, np.nextafter(x, np.float32(np.inf)), new, mixed, uniform]).astype(np.float32)


def swept(x: Matrix, column: int, flavour: Flavour) -> Matrix:
    """SWEPT rows, each with one column going up over all that it may hold: (SWEPT * values, f)."""
    new = strange(x, flavour, column)
    values = np.unique(new[:, column])
    values = values[~np.isnan(values)]
    rows = np.repeat(new[np.random.default_rng(column).permutation(len(new))[:SWEPT]], len(values), axis=0)
    rows[:, column] = np.tile(values, SWEPT)
    return rows


def agree(learner: Learner, x: Matrix, truth: Truth) -> None:
    """Fails unless ``learner`` and its graph give the same, finite, answers of the right shape."""
    own, emitted = np.asarray(learner.predict(x)), run(learner, x)
    assert own.shape == (len(x), truth.width), f"predict gives {own.shape}, not {(len(x), truth.width)}"
    assert emitted.shape == own.shape, f"the graph gives {emitted.shape}, not {own.shape}"
    assert np.isfinite(own).all(), "predict gives numbers that are not finite"
    np.testing.assert_allclose(emitted, own, rtol=CLOSE, atol=CLOSE, err_msg="the graph differs from the fitted model")
    if truth.task != "regression":
        assert own.min(initial=0.0) >= 0.0 and own.max(initial=0.0) <= 1.0 + CLOSE, "a probability is not in [0, 1]"
    if truth.task == "multiclass":
        np.testing.assert_allclose(own.sum(axis=1), 1.0, atol=CLOSE, err_msg="probabilities don't sum to 1")


def run(learner: Learner, x: Matrix) -> NDArray[Any]:
    """What the emitted graph of a fitted learner answers to ``x``."""
    emitted = learner.emit(matrix(x.shape[1]))
    model = compile({"y": cast(emitted, "float32")}, Inputs(_names(x.shape[1]), ()))
    return Session(model, threads=1)({"numbers": x.astype(np.float64)})["y"]


def _names(features: int) -> tuple[str, ...]:
    return tuple(f"x{i}" for i in range(features))
