"""The one graph equals the blend of the fitted models, or nothing ships."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mlwright import graph
from mlwright.contracts.errors import ParityError
from mlwright.search.assemble import TOLERANCE, assemble, compare
from mlwright.search.blend import Blend
from mlwright.search.conformal import Band, sets

TASKS = ["binary", "multiclass", "regression"]
NAMES = ["linear", "lightgbm-1", "extratrees-1"]
BLEND = Blend((0.5, 0.3, 0.2))
BENT = {
    "binary": replace(BLEND, slope=1.7, offset=-0.4, threshold=0.3, cuts=(0.2, 0.4)),
    "multiclass": replace(BLEND, slope=0.6, cuts=(0.3, 0.2, 0.9)),
    "regression": replace(BLEND, band=Band((-0.5, 0.2, 0.3), (1.3, 0.2, 0.4, 2.0))),
}


def parts(search):
    return (
        [search.of_folds(name) for name in NAMES],
        search.ground.table.schema,
        search.ground.probe(),
    )


def by_hand(members, blend, task):
    """The blend in NumPy, of what the fitted models answered."""
    means = [np.mean([outcome.native for outcome in member], axis=0) for member in members]
    mixed = sum(w * m for w, m in zip(blend.weights, means, strict=True))
    if task == "binary" and blend.calibrated:
        odds = np.log(np.clip(mixed, 1e-6, 1 - 1e-6) / np.clip(1 - mixed, 1e-6, 1 - 1e-6))
        return 1 / (1 + np.exp(-(blend.slope * odds + blend.offset)))
    if task == "multiclass" and blend.calibrated:
        power = np.clip(mixed, 1e-6, 1.0) ** blend.slope
        return power / power.sum(axis=1, keepdims=True)
    return mixed


@pytest.mark.slow
@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("bent", [False, True], ids=["plain", "calibrated"])
def test_the_graph_is_the_blend_on_training_and_hostile_rows(searched, task, bent):
    members, schema, probe = parts(searched(task))
    blend = BENT[task] if bent else BLEND
    assembly = assemble(members, blend, schema, probe)
    got, expected = graph.Session(assembly.model)(probe), by_hand(members, blend, task)
    assert assembly.difference <= TOLERANCE
    if task == "regression":
        value = expected[:, 0] * schema.target.scale + schema.target.mean
        near = np.abs(expected - np.array([*blend.band.edges, np.inf])).min(axis=1) < TOLERANCE
        band = np.where(near, np.nan, blend.band.half(expected[:, 0]) * schema.target.scale)
        for name, by in (("value", 0.0), ("lower", -band), ("upper", band)):
            assert np.nanmax(np.abs(got[name] - value - by)) <= TOLERANCE * schema.target.scale
        return
    table = np.hstack([1 - expected, expected]) if task == "binary" else expected
    assert np.abs(got["probabilities"] - table).max() <= TOLERANCE
    texts = np.array([str(label) for label in schema.target.classes], dtype=object)
    if task == "binary":
        sure = np.abs(expected[:, 0] - blend.threshold) > TOLERANCE
        label = texts[(expected[:, 0] >= blend.threshold).astype(int)]
    else:
        sure = np.diff(np.sort(table, axis=1)[:, -2:])[:, 0] > TOLERANCE
        label = texts[table.argmax(axis=1)]
    assert np.array_equal(got["label"][sure], label[sure])
    assert ("sets" in got) == bool(blend.cuts)
    if blend.cuts:
        sure &= np.abs(table - np.array(blend.cuts)).min(axis=1) > TOLERANCE
        assert np.array_equal(got["sets"][sure], sets(table, blend.cuts)[sure])


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_probabilities_are_shares_of_one(searched, task):
    members, schema, probe = parts(searched(task))
    got = graph.Session(assemble(members, BENT[task], schema, probe).model)(probe)["probabilities"]
    assert got.min() >= 0
    assert np.abs(got.sum(axis=1) - 1).max() < 1e-6


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("place", [0, -1], ids=["a training row", "a hostile row"])
def test_a_model_that_answers_otherwise_ships_nothing(searched, task, place):
    members, schema, probe = parts(searched(task))
    native = members[0][0].native.copy()
    native[place] += 50 * TOLERANCE
    members[0][0] = replace(members[0][0], native=native)
    with pytest.raises(ParityError, match=f"row {place % len(native)} ") as caught:
        assemble(members, BLEND, schema, probe)
    assert caught.value.exit_code == 1
    assert caught.value.way_out


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_another_label_ships_nothing(searched, task):
    members, schema, probe = parts(searched(task))
    got = graph.Session(assemble(members, BLEND, schema, probe).model)(probe)
    expected = by_hand(members, BLEND, task)
    assert compare(got, expected, BLEND, schema) <= TOLERANCE
    with pytest.raises(ParityError, match="labels"):
        compare(got | {"label": np.roll(got["label"], 1)}, expected, BLEND, schema)


@pytest.mark.parametrize("task", TASKS)
def test_the_same_members_give_the_same_bytes(searched, task):
    members, schema, probe = parts(searched(task))
    first, again = (assemble(members, BLEND, schema, probe) for _ in range(2))
    assert first.model == again.model
    assert first.size == len(first.model)


def test_folds_share_one_tree_operator(searched):
    members, schema, probe = parts(searched("binary"))
    alone = assemble([members[1][:1]], Blend((1.0,)), schema, probe)
    joined = assemble([members[1]], Blend((1.0,)), schema, probe)
    assert alone.model.count(b"TreeEnsemble") == joined.model.count(b"TreeEnsemble")
    assert alone.size < joined.size
