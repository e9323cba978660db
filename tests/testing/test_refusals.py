"""Each law refuses something: plug-ins that break it, and the name of the check that says so."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl
import pytest

from mlwright.graph import apply, columns, concat, constant
from mlwright.learners import Learner
from mlwright.learners.constant import Constant
from mlwright.learners.linear import Linear
from mlwright.steps import Step
from mlwright.steps.categories import TargetMean
from mlwright.testing import LearnerLaws, StepLaws, checks, learners

pytestmark = [pytest.mark.slow]  # each of many broken plug-ins is put through whole suites


def broken(suite):
    """The laws that a plug-in does not keep, without their cases."""
    found = set()
    for name, call in checks(suite):
        try:
            call()
        except Exception:  # a law may also be broken by a crash
            found.add(name.partition("[")[0])
    return found


def laws_of(plugin):
    if isinstance(plugin, Learner):
        return type("Laws", (LearnerLaws,), {"learner": plugin})
    return type("Laws", (StepLaws,), {"step": plugin})


@dataclass
class Good(Constant):
    tasks = ("regression",)


@dataclass
class Drifting(Good):
    def predict(self, x):
        return super().predict(x) + 1e-4


@dataclass
class Dice(Good):
    def fit(self, x, truth, terms):
        super().fit(x, truth, terms)
        self._answer = self._answer + np.random.default_rng().normal()
        return self


@dataclass
class Silent(Good):
    def fit(self, x, truth, terms):
        super().fit(x, truth, terms)


@dataclass
class Vandal(Good):
    def fit(self, x, truth, terms):
        x[:] = np.nan_to_num(x)
        return super().fit(x, truth, terms)


class Undeclared(Good):
    def __init__(self, depth=3):
        super().__init__()
        self.depth = depth


@dataclass
class Wanderer(Good):
    depth: int = 3

    def fit(self, x, truth, terms):
        self.depth = len(x)
        return super().fit(x, truth, terms)


@dataclass
class Slow(Good):
    def fit(self, x, truth, terms):
        if terms.clock.left < 1.0:
            time.sleep(0.6)
        return super().fit(x, truth, terms)


@dataclass
class Neighbourly(Good):
    def predict(self, x):
        return super().predict(x) * 0 + np.nanmean(x)

    def emit(self, x):
        return super().emit(x) * 0.0 + apply("ReduceMean", x, attrs={"keepdims": 1}, width=1)


@dataclass
class Leaky(Good):
    def predict(self, x):
        return x[:, :1].astype(float)

    def emit(self, x):
        return columns(x, [0])


@dataclass
class Fussy(Good):
    def fit(self, x, truth, terms):
        if np.ptp(truth.values) == 0:
            raise ValueError("nothing to learn")
        return super().fit(x, truth, terms)


@dataclass
class FussyAboutColumns(Good):
    def fit(self, x, truth, terms):
        if (np.nanmin(np.nan_to_num(x), axis=0) == np.nanmax(np.nan_to_num(x), axis=0)).any() and len(x) > 3:
            raise ValueError("a column does not vary")
        return super().fit(x, truth, terms)


@dataclass
class Narrow(Linear):
    tasks = ("multiclass",)
    strengths: tuple[float, ...] = (1.0,)

    def predict(self, x):
        return super().predict(x)[:, : len(np.flatnonzero(self._bias > -30.0))]


@dataclass
class Watcher(Good):
    def fit(self, x, truth, terms):
        assert terms.watch.any()
        return super().fit(x, truth, terms)


@dataclass
class Deaf(Good):
    def fit(self, x, truth, terms):
        return super().fit(x, replace(truth, weight=None), terms)


@dataclass
class Sly(Good):
    weighs = False


@dataclass
class Unbound(Leaky):
    monotone = True


LEARNERS = [
    (Unbound(), {"an_answer_goes_the_way_that_it_is_bound_to"}),
    (Deaf(), {"rows_of_more_weight_draw_the_answers_to_them"}),
    (Sly(), {"rows_of_more_weight_draw_the_answers_to_them"}),
    (Drifting(), {"the_graph_equals_the_fitted_model"}),
    (Dice(), {"the_same_seed_gives_the_same_bytes"}),
    (Silent(), {"fit_returns_itself_and_leaves_its_data_alone"}),
    (Vandal(), {"fit_returns_itself_and_leaves_its_data_alone"}),
    (Undeclared(), {"options_are_public_fields"}),
    (Wanderer(), {"options_are_public_fields"}),
    (Slow(), {"time_that_is_up_ends_the_fit"}),
    (Neighbourly(), {"one_row_says_nothing_about_another"}),
    (Leaky(), {"the_graph_equals_the_fitted_model"}),
    (Fussy(), {"a_truth_that_does_not_vary_is_legal", "few_rows_and_one_column_are_legal"}),
    (FussyAboutColumns(), {"columns_that_do_not_vary_are_legal"}),
    (Narrow(), {"a_class_without_rows_is_legal"}),
    (Watcher(), {"nothing_need_be_watched"}),
]


@pytest.mark.filterwarnings("ignore:Mean of empty slice", "ignore:invalid value:RuntimeWarning")
@pytest.mark.parametrize(("learner", "laws"), LEARNERS, ids=[type(p).__name__ for p, _ in LEARNERS])
def test_a_learner_that_breaks_a_law_is_told_which(learner, laws, monkeypatch):
    monkeypatch.setattr(learners, "SOON", 0.5)
    assert laws <= broken(laws_of(learner))


@dataclass
class Mean(Step):
    """Keeps the law: the number, less the training mean."""

    reads = ("numeric",)
    _mean: np.ndarray = field(default_factory=lambda: np.zeros(1), init=False)

    def fit(self, frame, truth):
        finite = frame.select(pl.when(pl.all().is_finite()).then(pl.all()))
        self._mean = finite.mean().fill_null(0.0).to_numpy()[0].copy()
        return self

    def emit(self, x):
        return x - self._mean


@dataclass
class Hoarder(Mean):
    def fit(self, frame, truth):
        self._seen = frame
        return super().fit(frame, truth)


@dataclass
class QuietHoarder(Mean):
    def fit(self, frame, truth):
        self._seen = frame.to_numpy()[:, 0] > 0
        return super().fit(frame, truth)


@dataclass
class Peeker(Mean):
    def fit(self, frame, truth):
        super().fit(frame, truth)
        self._mean = self._mean + truth.values[0]
        return self


@dataclass
class Blind(TargetMean):
    def fit(self, frame, truth):
        super().fit(frame, truth)
        self._rows = np.zeros_like(self._rows)
        self._other = np.zeros_like(self._other)
        return self


@dataclass
class Remembering(Mean):
    def fit(self, frame, truth):
        before = self._mean.sum()
        super().fit(frame, truth)
        self._mean = self._mean + before
        return self


@dataclass
class Random(Mean):
    def emit(self, x):
        return x + np.random.default_rng().normal()


@dataclass
class Whole(Mean):
    def emit(self, x):
        return x - apply("ReduceMean", x, constant([0], "int64"), attrs={"keepdims": 1}, width=x.width)


@dataclass
class Miscounting(Mean):
    def emit(self, x):
        return concat([x, x])


@dataclass
class Misnaming(Mean):
    def outputs(self, columns):
        return [(c, "elsewhere") for c in columns]


@dataclass
class Doubling(Miscounting):
    def outputs(self, columns):
        return [(c, c) for c in columns] * 2


@dataclass
class Truthy(Mean):
    def emit(self, x):
        return apply("IsNaN", x)


@dataclass
class Scribbler(Mean):
    def fit(self, frame, truth):
        truth.values[0] = 0 if truth.values[0] else 1
        return super().fit(frame, truth)


@dataclass
class Tender(Mean):
    def fit(self, frame, truth):
        if frame.null_count().row(0)[0] == len(frame):
            raise ValueError("an empty column")
        return super().fit(frame, truth)


STEPS = [
    (Hoarder(), {"no_reference_to_the_rows_is_kept"}),
    (QuietHoarder(), {"no_reference_to_the_rows_is_kept"}),
    (Peeker(), {"only_a_supervised_step_looks_at_the_truth"}),
    (Blind(), {"only_a_supervised_step_looks_at_the_truth"}),
    (Remembering(), {"fitting_again_forgets_the_first_fit"}),
    (Random(), {"the_same_rows_give_the_same_bytes"}),
    (Whole(), {"one_row_says_nothing_about_another"}),
    (Miscounting(), {"outputs_name_every_column_and_its_origin"}),
    (Misnaming(), {"outputs_name_every_column_and_its_origin"}),
    (Doubling(), {"outputs_name_every_column_and_its_origin"}),
    (Truthy(), {"outputs_name_every_column_and_its_origin"}),
    (Scribbler(), {"fit_returns_itself_and_leaves_its_rows_alone"}),
    (Tender(), {"poor_columns_are_legal_or_refused"}),
]


@pytest.mark.parametrize(("step", "laws"), STEPS, ids=[type(p).__name__ for p, _ in STEPS])
def test_a_step_that_breaks_a_law_is_told_which(step, laws):
    assert laws <= broken(laws_of(step))


@pytest.mark.parametrize("plugin", [Good(), Mean()], ids=lambda x: type(x).__name__)
def test_what_they_were_made_from_keeps_every_law(plugin):
    assert broken(laws_of(plugin)) == set()


def test_checks_are_named_by_law_and_case():
    names = [name for name, _ in checks(laws_of(Linear()))]
    assert "the_graph_equals_the_fitted_model[multiclass]" in names
    assert len(names) == len(set(names))
    assert {name.partition("[")[2] for name in names} == {"binary]", "multiclass]", "regression]"}
    assert "any_input_is_legal[text-regression]" in [name for name, _ in checks(laws_of(TargetMean()))]


def test_a_weight_that_is_not_a_row_twice_is_told():
    for learner, kept in ((Good(), True), (Deaf(), False)):
        laws = type("Laws", (LearnerLaws,), {"learner": learner, "repeats": True})
        assert ("a_weight_of_two_is_a_row_twice" in broken(laws)) is not kept
