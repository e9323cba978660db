"""Networks: the epoch that serves the watched rows is the one that stays, and what is far says no more."""

from __future__ import annotations

import numpy as np
import pytest

from mlwright.contracts.protocols import Clock, Terms, Truth
from mlwright.graph import Inputs, Session, cast, compile, numbers
from mlwright.learners import network
from mlwright.learners.network import Network

WATCH = np.arange(300) % 8 == 0


def data(seed=0):
    x = np.random.default_rng(seed).normal(size=(300, 3)).astype(np.float32)
    return x, Truth("regression", np.abs(x[:, 0]) + x[:, 1], 0)


@pytest.mark.parametrize("best", [0, 4, 9])
def test_the_epoch_that_serves_the_watched_rows_stays(monkeypatch, best):
    seen = []

    def judged(answer, truth):
        seen.append(answer)
        return abs(len(seen) - 1 - best) + 1.0

    monkeypatch.setattr(network, "loss", judged)
    x, truth = data()
    model = Network(layers=(8,), patience=5).fit(x, truth, Terms(0, Clock(), WATCH))
    assert len(seen) == best + 6
    np.testing.assert_allclose(model.predict(x[WATCH]), seen[best], rtol=1e-5)


def test_of_parts_watched_in_turn_the_mean_of_the_best_epochs_is_learnt(monkeypatch):
    best, seen = iter((3, 8)), []

    def judged(answer, truth):
        seen[-1].append(answer)
        return abs(len(seen[-1]) - wanted[-1]) + 1.0

    learn, wanted = Network._learn, []

    def noting(self, x, truth, terms, epochs, watched=None):
        seen.append([])
        wanted.append(next(best) if watched else 0)
        made = learn(self, x, truth, terms, epochs, watched)
        told.append((len(x), epochs))
        return made

    told = []
    monkeypatch.setattr(network, "loss", judged)
    monkeypatch.setattr(Network, "_learn", noting)
    x, truth = data()
    other = np.arange(300) % 8 == 1
    made = Network(layers=(8,), patience=5).fit(x, truth, Terms(0, Clock(), WATCH, others=(other,)))
    assert told == [(262, 300), (262, 300), (300, 6)]
    assert made.settled == {"epochs": 6}


def test_it_learns_what_no_line_can():
    x, truth = data()
    new, known = data(1)
    model = Network(layers=(32,), rate=1e-2).fit(x, truth, Terms(0, Clock(), WATCH))
    assert np.mean((model.predict(new)[:, 0] - known.values) ** 2) < 0.15 * known.values.var()


def test_what_is_far_says_no_more():
    x, truth = data()
    model = Network(layers=(8,)).fit(x, truth, Terms(0, Clock(), WATCH))
    far = [model.predict(np.full((1, 3), value, np.float32)) for value in (30.0, 1e30)]
    np.testing.assert_array_equal(*far)


@pytest.mark.parametrize("layers", [(256, 128, 64), (7,)])
@pytest.mark.parametrize("task", ["regression", "binary", "multiclass"])
def test_the_graph_gives_a_row_the_same_bits_alone_and_among_others(task, layers):
    x, truth = data()
    classes = {"regression": 0, "binary": 2, "multiclass": 3}[task]
    y = truth.values if task == "regression" else np.arange(300) % classes
    made = Network(layers=layers, epochs=3).fit(x, Truth(task, y, classes), Terms(0, Clock(), WATCH))
    names = ("a", "b", "c")
    session = Session(compile({"y": made.emit(cast(numbers(names), "float32"))}, Inputs(names, ())))
    rows = np.random.default_rng(1).normal(scale=10, size=(97, 3))
    whole = session({"numbers": rows})["y"]
    for count in (1, 2, 3, 5, 12):
        parts = [session({"numbers": rows[i : i + count]})["y"] for i in range(0, 97, count)]
        assert np.array_equal(np.concatenate(parts), whole)
