"""The second layer: what it reads was not seen, and what ships is what was fitted."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from mlwright.contracts.protocols import Clock
from mlwright.graph import Inputs, Session, compile
from mlwright.search import conclude, features, overlay, unseen
from mlwright.search.assemble import TOLERANCE, emit
from mlwright.search.blend import Blend, loss
from mlwright.search.choice import _groups
from mlwright.search.layer import finish, relay


@pytest.fixture(params=["binary", "multiclass", "regression"])
def laid(searched, request):
    """A finished search with a second layer over all its trials but the constant."""
    search = searched(request.param)
    ground = search.ground
    over = tuple(spec.id for spec in ground.plan.trials if spec.learner != "constant")
    search = replace(search, outcomes=dict(search.outcomes), _scores={}, _losses={})
    spec = msgspec.structs.replace(ground.plan.trials[1], id="second-layer", baseline=False, over=over)
    assert relay(search, spec, Clock())
    plan = msgspec.structs.replace(ground.plan, trials=(*ground.plan.trials, spec))
    search.ground = replace(ground, plan=plan)
    return search


def spec_of(search):
    return next(spec for spec in search.ground.plan.trials if spec.over)


def test_it_is_a_trial_like_others(laid):
    found = {t.spec.id: t for t in laid.trials()}
    assert found["second-layer"].status == "done"
    assert found["second-layer"].loss < 0.8 * found["constant"].loss
    judged = loss(laid.prediction("second-layer").astype(np.float64), laid.truth(), "")
    assert judged == pytest.approx(found["second-layer"].loss)


def test_no_fold_is_learnt_from_where_it_is_judged(laid):
    """Other truths in a fold change the answers for every other one, and none in it."""
    spec = msgspec.structs.replace(spec_of(laid), options={"strengths": (1.0,)})  # or else all rows settle it
    truth, fold = laid.ground.truth, laid.ground.folds.valid(0)
    values = truth.values.copy()
    values[fold] = values[fold][::-1] if truth.task == "regression" else (values[fold] + 1) % max(truth.classes, 2)
    assert relay(laid, spec, Clock())
    before = [laid.outcomes[spec.id, f].prediction for f in range(laid.ground.plan.folds)]
    laid.ground = replace(laid.ground, truth=replace(truth, values=values))
    assert relay(laid, spec, Clock())
    after = [laid.outcomes[spec.id, f].prediction for f in range(laid.ground.plan.folds)]
    assert [np.array_equal(a, b) for a, b in zip(after, before, strict=True)] == [True, False, False]


def test_its_graph_answers_as_the_fitted_line_does(laid):
    spec, schema = spec_of(laid), laid.ground.table.schema
    finish(laid, spec, dict.fromkeys(spec.over, 1))
    for fold in (0, laid.ground.plan.folds):
        outcome = laid.outcomes[spec.id, fold]
        session = Session(compile({"y": outcome.fragment}, Inputs(schema.numbers, schema.strings)))
        np.testing.assert_allclose(session(laid.ground.probe())["y"], outcome.native, atol=TOLERANCE)
    rows = laid.ground.folds.valid(0)
    session = Session(compile({"y": laid.outcomes[spec.id, 0].fragment}, Inputs(schema.numbers, schema.strings)))
    got = session(laid.ground.rows(rows).feeds)["y"]
    np.testing.assert_allclose(got, laid.outcomes[spec.id, 0].prediction, atol=TOLERANCE)


def test_what_it_reads_is_computed_once(laid):
    """Members kept apart cost a graph hardly more than without the layer."""
    spec, schema = spec_of(laid), laid.ground.table.schema
    finish(laid, spec, dict.fromkeys(spec.over, 1))
    members = [[o.fragment for o in laid.member(n, 1)] for n in spec.over]
    even = (1 / len(members),) * len(members)
    inputs = Inputs(schema.numbers, schema.strings)
    without = compile(emit(members, Blend(even), schema, True), inputs)
    layered = [*members, [laid.outcomes[spec.id, laid.ground.plan.folds].fragment]]
    whole = compile(emit(layered, Blend((*(w / 2 for w in even), 0.5)), schema, True), inputs)
    assert len(whole) < 1.15 * len(without)


def test_an_ensemble_with_it_is_assembled_checked_and_told(laid, here, monkeypatch):
    monkeypatch.setattr("mlwright.search.blend._WORTH", -1.0)  # nothing is dropped: what was picked ships
    candidates, assembly = conclude(laid, here(), "")
    assert assembly.difference <= TOLERANCE
    names = {member.trial for member in candidates.members}
    told = {feature.column for feature in features(laid, candidates)}
    assert told == {column.name for column in laid.ground.table.schema.features}
    if "second-layer" in names:
        assert unseen(laid, candidates, 60.0).keys() == set(range(laid.ground.plan.folds))


def test_it_is_laid_over_members_and_not_twice(searched):
    search = replace(searched("binary"), outcomes=dict(searched("binary").outcomes), clock=Clock())
    overlay(search)
    specs = [spec for spec in search.ground.plan.trials if spec.over]
    assert len(specs) == 1 and len(specs[0].over) >= 2
    overlay(search)
    assert [spec for spec in search.ground.plan.trials if spec.over] == specs


@pytest.mark.parametrize("why", ["time", "monotone", "no time left", "nothing learnt"])
def test_it_is_left_out(searched, why):
    search = replace(searched("binary"), outcomes=dict(searched("binary").outcomes), clock=Clock())
    ground = search.ground
    if why == "time":
        search.ground = replace(ground, plan=msgspec.structs.replace(ground.plan, splitter="time"))
    elif why == "nothing learnt":  # it would turn around what is worse than the constant
        values = np.random.default_rng(0).permutation(ground.truth.values)
        search.ground, search._losses = replace(ground, truth=replace(ground.truth, values=values)), {}
        losses = {t.spec.id: t.loss for t in search.trials()}
        assert min(losses, key=losses.__getitem__) == "constant"
    elif why == "monotone":
        search.ground = replace(ground, problem=msgspec.structs.replace(ground.problem, monotone={"x": "up"}))
    else:
        search.ground = replace(ground, problem=msgspec.structs.replace(ground.problem, budget=1.0))
        search.clock = Clock.lasting(0.0)
    overlay(search)
    assert not any(spec.over for spec in search.ground.plan.trials)


def test_what_is_lighter_has_no_second_layer():
    def even(names):
        return Blend(tuple(1.0 if n != "worst" else 0.0 for n in names))

    losses = {"a": 0.3, "b": 0.4, "worst": 0.5, "layer": 0.2}
    assert list(_groups(losses, even, "layer")) == [
        ["a", "b", "layer"],
        ["a", "b"],
        ["a"],
        ["b"],
        ["worst"],
    ]
    assert list(_groups(losses, even, "")) == [
        ["a", "b", "layer"],
        ["a", "b"],
        ["a"],
        ["layer"],
        ["b"],
        ["worst"],
    ]
