"""What to try is settled by shape, problem and budget, and by nothing else."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, strategies as st

from mlwright import plugins
from mlwright.contracts.records import Problem
from mlwright.search.plan import portfolio

SHAPES = {"rows": st.integers(10, 3_000_000), "columns": st.integers(1, 300), "classes": st.sampled_from([0, 2, 3, 40])}


def work(trial):
    """How much of a table a trial goes through: its rounds or trees times its rows."""
    return trial.options.get("rounds", trial.options.get("trees", 1)) * (trial.rows or 10_000_000)


@given(**SHAPES, budget=st.sampled_from([None, 5.0, 20.0, 60.0, 3600.0]))
def test_no_clock_is_looked_at(plan_of, rows, columns, classes, budget):
    problem = Problem(target="target", budget=budget)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("time", "monotonic", "perf_counter", "process_time"):
            patch.setattr(time, name, forbidden)
        first = plan_of(problem, rows, columns, classes)
    assert first == plan_of(problem, rows, columns, classes)


def forbidden():
    raise RuntimeError("a plan must not depend on the time")


@given(**SHAPES, budget=st.floats(5.0, 600.0))
def test_a_smaller_budget_asks_for_no_more_work(plan_of, rows, columns, classes, budget):
    large = plan_of(Problem(target="target", budget=2 * budget), rows, columns, classes)
    small = plan_of(Problem(target="target", budget=budget), rows, columns, classes)
    assert small.folds <= large.folds
    assert {t.id for t in small.trials} == {t.id for t in large.trials}
    by_id = {t.id: t for t in large.trials}
    for less, more in ((t, by_id[t.id]) for t in small.trials):
        fitted = [min(plan.rows or rows, rows) for plan in (less, more)]
        assert fitted[0] * small.folds <= fitted[1] * large.folds


@given(**SHAPES, budget=st.floats(5.0, 600.0))
def test_a_cap_on_rows_is_one_that_folds_keep_to(plan_of, rows, columns, classes, budget):
    plan = plan_of(Problem(target="target", budget=budget), rows, columns, classes)
    assert all(trial.rows is None or trial.rows < rows * (1 - 1 / plan.folds) for trial in plan.trials)


@given(**SHAPES | {"rows": st.integers(10, 4_000)}, budget=st.floats(5.0, 600.0))
def test_parts_are_watched_in_turn_where_rows_are_few_and_time_is_not(plan_of, rows, columns, classes, budget):
    less, more = (plan_of(Problem(target="target", budget=b), rows, columns, classes) for b in (budget, 2 * budget))
    few, many = ({t.id: t.turns for t in plan.trials} for plan in (less, more))
    assert all(1 <= count <= 8 for count in (*few.values(), *many.values()))
    assert rows <= 2_000 or set(many.values()) == {1}
    assert less.folds != more.folds or all(few[id] <= many[id] for id in few)
    assert few["catboost-1"] <= few["lightgbm-7"]


def test_a_small_table_is_watched_whole_in_a_minute(plan_of):
    turns = {t.id: t.turns for t in plan_of(Problem(target="target", budget=60.0), 300, 10).trials}
    assert turns["linear"] == turns["kernel-2"] == 8
    assert turns["constant"] == 1


@given(**SHAPES, budget=st.sampled_from([None, 20.0]))
def test_a_leaf_of_a_forest_holds_as_few_rows_on_large_tables_as_on_small_ones(plan_of, rows, columns, classes, budget):
    listed = {entry.id: entry.options["least"] for entry in portfolio() if entry.learner == "extratrees"}
    trials = plan_of(Problem(target="target", budget=budget), rows, columns, classes).trials
    assert {t.id: t.options["least"] for t in trials if t.learner == "extratrees"} == listed


def test_a_large_table_is_sampled_on_a_small_budget(plan_of):
    short = plan_of(Problem(target="target", budget=10.0), 2_000_000, 100)
    long = plan_of(Problem(target="target", budget=36_000.0), 2_000_000, 100)
    assert sum(map(work, short.trials)) < sum(map(work, long.trials)) / 10


@given(**SHAPES, budget=st.sampled_from([None, 20.0]), trials=st.integers(1, 20))
def test_trials_count_beyond_the_two_simplest(plan_of, rows, columns, classes, budget, trials):
    every = plan_of(Problem(target="target", budget=budget), rows, columns, classes).trials
    some = plan_of(Problem(target="target", budget=budget, trials=trials), rows, columns, classes).trials
    assert some == every[: 2 + trials]


@given(**SHAPES | {"classes": st.sampled_from([0, 2])}, trials=st.none() | st.integers(1, 20))
def test_where_a_column_is_bound_only_those_are_tried_that_keep_to_it(plan_of, rows, columns, classes, trials):
    plan = plan_of(Problem(target="target", monotone={"c0": "up"}, trials=trials), rows, columns, classes)
    assert plan.trials[0].learner == "constant"
    assert {t.learner for t in plan.trials} <= {"constant", "lightgbm", "xgboost", "catboost"}
    assert len(plan.trials) > 3 if trials is None else len(plan.trials) <= 1 + trials
    assert all(plugins.find("mlwright.learners", t.learner).monotone for t in plan.trials)


@given(**SHAPES)
def test_every_plan_begins_with_the_baselines_and_can_be_made(plan_of, rows, columns, classes):
    plan = plan_of(Problem(target="target", budget=60.0), rows, columns, classes)
    assert [t.baseline for t in plan.trials[:3]] == [True] * 3
    assert not any(t.baseline for t in plan.trials[3:])
    assert len({t.id for t in plan.trials}) == len(plan.trials)
    for trial in plan.trials:
        assert plugins.make("mlwright.learners", trial.learner, trial.options) is not None
        assert trial.rows is None or trial.rows > 0


@given(**SHAPES | {"classes": st.just(0)}, monotone=st.booleans())
def test_logarithms_are_tried_beside_the_rest_where_the_target_has_a_floor(plan_of, rows, columns, classes, monotone):
    problem = Problem(target="target", monotone={"c0": "up"} if monotone else {})
    without, with_floor = (plan_of(problem, rows, columns, classes, floor=floor).trials for floor in (None, -2.0))
    logged = [t for t in with_floor if t.floor is not None]
    assert logged and {t.floor for t in logged} == {-2.0}
    assert [t.id for t in with_floor if t not in logged] == [t.id for t in without]


def test_a_wide_table_is_spared_what_grows_with_all_its_columns(plan_of):
    narrow, wide = (plan_of(Problem(target="target"), 30_000, columns).trials for columns in (10, 4_000))
    assert {t.learner for t in narrow} - {t.learner for t in wide} == {"network"}
    few, many = ({t.rows for t in trials if t.learner == "kernel"} for trials in (wide, narrow))
    assert (few, many) == ({10_000}, {20_000})
    written = {t.learner for t in plan_of(Problem(target="target"), 1_000, texts=1).trials}
    assert {t.learner for t in narrow} - written == {"network"}


def test_what_takes_long_comes_last_where_there_is_little_time_for_it(plan_of):
    def places(rows, budget, *learners):
        trials = plan_of(Problem(target="target", budget=budget), rows, 30).trials
        return [place / len(trials) for place, t in enumerate(trials) if t.learner in learners]

    assert min(places(1_000, 600.0, "catboost")) < 0.5
    assert min(places(8_000, 20.0, "catboost")) > 0.8
    assert min(places(8_000, 20.0, "kernel", "network")) < 0.5
    assert min(places(100_000, 60.0, "catboost", "kernel", "network")) > 0.6


def test_a_small_table_with_time_enough_is_cut_into_more_folds(plan_of):
    folds = [plan_of(Problem(target="target", budget=b), 1000, 60).folds for b in (3.0, 15.0, 60.0)]
    assert folds == sorted(folds)
    assert (folds[0], folds[-1]) == (3, 8)
    assert plan_of(Problem(target="target", budget=3600.0), 100_000, 5).folds == 3
    assert plan_of(Problem(target="target", budget=3600.0), 14, 5).folds == 3


@pytest.mark.parametrize(
    ("flavours", "read"),
    [((), {""}), (("pairs",), {"", "pairs"}), (("pairs", "spelt"), {"", "pairs", "spelt"})],
)
def test_half_of_what_is_boosted_reads_more_than_usual(plan_of, flavours, read):
    plan = plan_of(Problem(target="target"), flavours=dict.fromkeys(flavours, ()))
    boosted = [t.flavour for t in plan.trials if t.learner in ("catboost", "lightgbm", "xgboost")]
    assert set(boosted) == read
    assert boosted[::2] == [""] * len(boosted[::2])
    assert not any(t.flavour for t in plan.trials if t.learner not in ("catboost", "lightgbm", "xgboost"))


def test_what_is_made_of_levels_together_is_read_before_what_is_made_of_their_spelling(plan_of):
    plan = plan_of(Problem(target="target"), flavours={"pairs": (), "spelt": (), "trees+": ()})
    boosted = [t.flavour for t in plan.trials if t.learner in ("catboost", "lightgbm", "xgboost")]
    assert boosted[:8] == ["", "trees+", "", "spelt", "", "pairs", "", "pairs"]


def test_a_flavour_that_a_configuration_asks_for_is_read_where_the_recipe_has_it(plan_of):
    kinds = {t.learner for t in plan_of(Problem(target="target"), flavours={"values": ()}).trials if t.flavour}
    assert kinds == {"linear", "network", "kernel"}
    assert not any(t.flavour for t in plan_of(Problem(target="target")).trials)


@pytest.mark.parametrize(
    ("split", "classes", "splitter"),
    [
        ("", 2, "stratified"),
        ("", 4, "stratified"),
        ("", 0, "plain"),
        ("group", 2, "group"),
        ("time", 2, "time"),
        ("time", 0, "time"),
    ],
)
def test_the_split_says_how_folds_are_cut(plan_of, split, classes, splitter):
    assert plan_of(Problem(target="target"), classes=classes, split=split).splitter == splitter
