"""Limits of size and latency are hard; the best that keeps to them is chosen."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest

from mlwright.contracts.errors import BudgetError, RunError
from mlwright.contracts.protocols import Clock
from mlwright.search import assemble, choice, conclude, search as module
from mlwright.trials import Ended, Job, failure, outcome_path
from mlwright.trials.worker import perform


def limited(search, **limits):
    """The same search under other limits."""
    problem = msgspec.structs.replace(search.ground.problem, **{"max_size": None, "max_latency": None} | limits)
    return replace(search, ground=replace(search.ground, problem=problem))


def test_without_limits_copies_of_all_rows_are_averaged(searched, pool):
    candidates, assembly = conclude(searched("binary"), pool, "why")
    assert (candidates.size, candidates.latency) == (assembly.size, assembly.latency)
    copies = {t.id: t.copies for t in searched("binary").ground.plan.trials}
    assert [(m.models, m.folds) for m in candidates.members] == [(copies[m.trial], False) for m in candidates.members]
    assert sum(member.weight for member in candidates.members) == pytest.approx(1.0)
    assert candidates.metric_reason == "why"


def test_a_limit_of_size_is_kept_by_a_smaller_ensemble(searched, pool):
    large, _ = conclude(limited(searched("binary"), max_size=10**9), pool, "")
    size = large.size
    while True:
        try:
            small, assembly = conclude(limited(searched("binary"), max_size=size - 1), pool, "")
        except BudgetError:
            break
        assert len(assembly.model) == small.size < size
        size = small.size
    assert size < large.size / 2  # smaller and smaller, by fewer members and by refits, to the smallest there is
    assert len(small.members) < len(large.members) or all(member.models == 1 for member in small.members)


def test_what_no_model_keeps_to_is_said_with_what_would_do(searched, pool):
    with pytest.raises(BudgetError, match="the smallest has") as caught:
        conclude(limited(searched("binary"), max_size=100), pool, "")
    assert "--max-size" in caught.value.way_out
    with pytest.raises(BudgetError):
        conclude(limited(searched("binary"), max_latency=1e-6), pool, "")


def test_a_limit_of_latency_is_kept_by_a_faster_ensemble(searched, monkeypatch, pool):
    # how fast a machine is has no place in a test: here a model takes as many milliseconds as it has bytes
    sizes = []

    def by_size(session, probe):
        return float(sizes[-1])

    compile_ = assemble.graph.compile

    def noting(*arguments):
        model = compile_(*arguments)
        sizes.append(len(model))
        return model

    monkeypatch.setattr(assemble, "measure", by_size)
    monkeypatch.setattr(assemble.graph, "compile", noting)
    free, _ = conclude(limited(searched("binary"), max_latency=1e9), pool, "")
    fast, _ = conclude(limited(searched("binary"), max_latency=free.latency / 2), pool, "")
    assert fast.latency <= free.latency / 2


def test_a_failed_trial_is_no_member(searched, pool):
    search = limited(searched("binary"))
    best = max(conclude(search, pool, "")[0].members, key=lambda member: member.weight).trial
    outcomes = search.outcomes | {(best, 1): failure(best, 1, "crashed", "signal 11", 1.0)}
    candidates, _ = conclude(replace(search, outcomes=outcomes), pool, "")
    assert best not in {member.trial for member in candidates.members}
    told = next(trial for trial in candidates.trials if trial.spec.id == best)
    assert (told.status, told.error, told.loss) == ("crashed", "signal 11", None)


def test_an_unfinished_trial_is_told_as_skipped(searched):
    search = limited(searched("binary"))
    outcomes = {key: outcome for key, outcome in search.outcomes.items() if key != ("linear", 2)}
    assert {t.spec.id: t.status for t in replace(search, outcomes=outcomes).trials()}["linear"] == "skipped"


def test_no_finished_trial_is_an_error_with_its_reason(searched, pool):
    search = limited(searched("binary"))
    outcomes = {(t.id, 0): failure(t.id, 0, "memory", "too large", 1.0) for t in search.ground.plan.trials}
    with pytest.raises(RunError, match="too large"):
        conclude(replace(search, outcomes=outcomes), pool, "")


def test_fewer_copies_ship_where_they_take_long_to_ask(searched, pool, monkeypatch):
    search = limited(searched("binary"))
    monkeypatch.setattr(choice, "_QUICK", 0.0)
    candidates, assembly = conclude(search, pool, "")
    assert all(member.models == 1 for member in candidates.members)
    monkeypatch.setattr(choice, "_QUICK", 1e9)
    assert assembly.size < 0.8 * conclude(search, pool, "")[1].size


@pytest.fixture
def judged(searched):
    """A search of which nothing is fitted on all rows yet."""
    search = limited(searched("binary"))
    folds = search.ground.plan.folds
    return replace(search, outcomes={key: o for key, o in search.outcomes.items() if key[1] < folds})


def whole(search):
    """How many models of all rows each trial has."""
    return Counter(trial for trial, fold in search.outcomes if fold >= search.ground.plan.folds)


def test_what_was_chosen_alone_is_fitted_on_all_rows(judged, pool):
    candidates, _ = conclude(judged, pool, "")
    assert whole(judged) == {member.trial: member.models for member in candidates.members}


def test_copies_read_the_same_rows_and_differ_in_their_seeds(judged, here):
    judged.refit({"extratrees-1": 2}, here())
    one, other = judged.member("extratrees-1", 2)
    assert np.array_equal(one.learnt, other.learnt)
    assert not np.array_equal(one.native, other.native)
    assert len(judged.member("extratrees-1", 1)) == 1


def test_copies_that_came_to_the_same_ship_once_and_no_third_is_fitted(judged, here):
    judged.refit({"constant": 3}, here())
    assert len(judged.member("constant", 3)) == 1
    assert whole(judged) == {"constant": 2}


def test_a_copy_that_would_not_end_in_time_is_not_begun(judged, here):
    timed = replace(judged, clock=Clock.lasting(60.0))
    timed.refit({"linear": 1}, here())
    first = timed.outcomes["linear", 3]
    slow = msgspec.structs.replace(first.result, seconds=50.0)
    timed.keep(replace(first, result=slow))
    timed.refit({"linear": 2}, here())
    assert whole(timed) == {"linear": 1}
    timed.keep(replace(first, result=msgspec.structs.replace(slow, seconds=1.0)))
    timed.refit({"linear": 2}, here())
    assert whole(timed) == {"linear": 2}


def test_a_model_of_all_rows_that_was_cut_short_does_not_ship(judged):
    path = outcome_path(judged.run.path, "lightgbm-1", 3)
    job = Job(0, str(judged.run.path), "lightgbm-1", 3, deadline=time.monotonic())
    perform(job)
    assert path.exists()
    (spec,) = (t for t in judged.ground.plan.trials if t.id == "lightgbm-1")
    judged._take(Ended(job, 0, "done", ""), spec, 0)
    assert judged.outcomes["lightgbm-1", 3].result.status == "deadline"
    assert [o.result.fold for o in judged.member("lightgbm-1", 3)] == [1, 2]
    assert not path.exists()  # a resumed run has time again


def test_what_another_process_fitted_on_all_rows_is_taken_up(judged, pool):
    judged.refit({"lightgbm-1": 3}, pool)
    again = replace(judged, outcomes={})
    again.load()
    assert whole(again)["lightgbm-1"] == 3


def test_without_time_for_it_the_mean_of_the_folds_stands(judged, pool):
    late = replace(judged, clock=Clock(time.monotonic()))
    candidates, _ = conclude(late, pool, "")
    assert candidates.members
    assert all(member.folds for member in candidates.members)


def test_time_is_kept_for_what_is_to_be_fitted_on_all_rows(judged):
    (spec,) = (t for t in judged.ground.plan.trials if t.learner == "lightgbm")
    took = [judged.outcomes[spec.id, fold].result.seconds for fold in range(3)]
    made = max(outcome.result.made for outcome in judged.outcomes.values())
    assert min(took) < judged._refit_seconds(spec) < 2 * (max(took) + made)


def test_a_learner_that_let_its_time_run_out_is_not_tried_again(searched):
    search = limited(searched("binary"))
    by_id = {spec.id: spec for spec in search.ground.plan.trials}
    again = msgspec.structs.replace(by_id["lightgbm-1"], id="lightgbm-2")
    plan = msgspec.structs.replace(search.ground.plan, trials=(*search.ground.plan.trials, again))
    late = {("lightgbm-2", 0): failure("lightgbm-2", 0, "deadline", "", 1.0)}
    search = replace(search, ground=replace(search.ground, plan=plan), outcomes=search.outcomes | late)
    assert search._abandoned(again)
    assert not search._abandoned(by_id["lightgbm-1"])  # it is done, and may still be fitted on all rows
    unfinished = {key: outcome for key, outcome in search.outcomes.items() if key[0] != "lightgbm-1" or key[1] == 0}
    assert replace(search, outcomes=unfinished)._abandoned(by_id["lightgbm-1"])
    assert not replace(search, outcomes=late)._abandoned(by_id["linear"])


def test_a_learner_that_ended_more_often_than_it_was_late_goes_on(searched):
    search = limited(searched("binary"))
    (first,) = (t for t in search.ground.plan.trials if t.id == "lightgbm-1")
    second, third, fourth = (msgspec.structs.replace(first, id=f"lightgbm-{i}") for i in (2, 3, 4))
    plan = msgspec.structs.replace(search.ground.plan, trials=(*search.ground.plan.trials, second, third, fourth))
    ended = {("lightgbm-2", fold): search.outcomes["lightgbm-1", fold] for fold in range(3)}
    late = {("lightgbm-3", 0): failure("lightgbm-3", 0, "deadline", "", 1.0)}
    search = replace(search, ground=replace(search.ground, plan=plan), outcomes=search.outcomes | ended | late)
    assert search._abandoned(third)
    assert not search._abandoned(fourth)


def test_a_trial_that_the_ensemble_has_no_use_for_is_not_gone_on_with_when_time_is_short(searched):
    search = limited(searched("binary"))
    by_id = {spec.id: spec for spec in search.ground.plan.trials}
    begun = {key: o for key, o in search.outcomes.items() if key not in {("lightgbm-1", 1), ("lightgbm-1", 2)}}
    outcome, truth = search.outcomes["lightgbm-1", 0], search.ground.truth.at(search.ground.folds.valid(0))
    right = np.abs(truth.values[:, None] - 0.1).astype(np.float32)
    bad = begun | {("lightgbm-1", 0): replace(outcome, prediction=1 - right)}
    good = begun | {("lightgbm-1", 0): replace(outcome, prediction=right)}
    for outcomes, clock, unwanted in (
        (bad, Clock.lasting(1.0), True),
        (bad, Clock(), False),
        (bad, Clock.lasting(1e6), False),
        (good, Clock.lasting(1.0), False),
    ):
        tried = replace(search, outcomes=outcomes, clock=clock, _cut=set(), _losses={})
        assert not tried._unwanted(by_id["lightgbm-1"], 1000)  # nothing has ended that it could be set beside
        tried.trials()
        assert tried._unwanted(by_id["lightgbm-1"], 1000) == unwanted
        assert not tried._unwanted(by_id["constant"], 1000)
    tried = replace(search, outcomes=bad, clock=Clock.lasting(1.0), _cut=set(), _losses={})
    tried.trials()
    tried._unwanted(by_id["lightgbm-1"], 1000)
    assert "no use for it" in {t.spec.id: t for t in tried.trials()}["lightgbm-1"].error


def test_a_trial_that_is_worse_but_errs_elsewhere_is_gone_on_with(searched):
    search = limited(searched("regression"))
    (spec,) = (t for t in search.ground.plan.trials if t.id == "lightgbm-1")
    begun = {key: o for key, o in search.outcomes.items() if key not in {("lightgbm-1", 1), ("lightgbm-1", 2)}}
    tried = replace(search, clock=Clock.lasting(1.0), _cut=set(), _losses={}, outcomes=begun)
    tried.trials()
    truth = search.ground.truth.values[search.ground.folds.valid(0)][:, None]
    best = min(tried._losses, key=lambda trial: tried._loss(trial, [0]))
    other = truth - 1.2 * (search.outcomes[best, 0].prediction - truth)  # errs by a fifth more, the other way
    begun["lightgbm-1", 0] = replace(begun["lightgbm-1", 0], prediction=other.astype(np.float32))
    assert tried._loss("lightgbm-1", [0]) > 1.4 * tried._loss(best, [0])
    assert not tried._unwanted(spec, 1000)


def test_what_was_chosen_is_fitted_on_all_rows_though_it_lies_behind(searched):
    search = limited(searched("binary"))
    outcomes = {key: o for key, o in search.outcomes.items() if key[1] < search.ground.plan.folds}
    flipped = {key: replace(o, prediction=1 - o.prediction) for key, o in outcomes.items() if key[0] == "lightgbm-1"}
    tried = replace(search, outcomes=outcomes | flipped, clock=Clock.lasting(1.0), _cut=set(), _losses={})
    tried.trials()
    (spec,) = (t for t in tried.ground.plan.trials if t.id == "lightgbm-1")
    assert not tried._unwanted(spec, 1000)


def test_the_pace_of_joining_is_that_of_this_machine(searched, tmp_path):
    search = searched("binary")
    (key, _), *_ = search.outcomes.items()
    path = outcome_path(tmp_path, *key)
    path.parent.mkdir()

    def pace(size, seconds):
        path.write_bytes(bytes(size))
        result = msgspec.structs.replace(search.outcomes[key].result, emitted=seconds)
        outcomes = {key: replace(search.outcomes[key], result=result)}
        return replace(search, run=SimpleNamespace(path=tmp_path), outcomes=outcomes).pace()

    assert pace(4_000_000, 2.0) == 2e6
    assert pace(4_000_000, 0.01) == pace(4_000_000, 0.0) == module._JOINED  # at most
    assert pace(4_000, 2.0) == module._JOINED  # small graphs tell nothing


def test_the_time_kept_for_joining_is_that_of_what_ships(searched, monkeypatch):
    monkeypatch.setattr(module.Search, "pace", lambda search: 1e-3)  # so slow that nothing else counts
    monkeypatch.setattr(module.Search, "_size", lambda search, trial: 1_000)  # of all its folds
    search = limited(searched("binary"))
    trials = search.ground.plan.trials
    first = trials[0]

    def kept(copies):
        plan = msgspec.structs.replace(
            search.ground.plan, trials=tuple(msgspec.structs.replace(t, copies=copies) for t in trials)
        )
        tried = replace(search, ground=replace(search.ground, plan=plan), listener=lambda event, **facts: None)
        tried._tell(first)
        return tried._ending

    folds = search.ground.plan.folds
    assert kept(1) == pytest.approx(kept(folds) / folds, rel=1e-3)
    assert kept(folds + 5) == pytest.approx(kept(folds), rel=1e-3)
