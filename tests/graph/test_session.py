"""Running a model: as many rows as wanted, in chunks, from many threads, and always the same answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from mlwright.graph import Session, cast, choose, compile, concat, flat, lookup, numbers, strings, trees
from mlwright.graph.session import CHUNK


@pytest.fixture(scope="module")
def model(toy):
    rng = np.random.default_rng(0)
    x = cast(numbers(toy.inputs.numbers), "float32")
    code = lookup(strings("s"), ["x", "zß"], rng.normal(size=(2, 2)), np.zeros(2))
    y = trees(concat([x, code]), toy.grow(rng, 10, 5, 2))
    first = cast(flat(trees(x, toy.grow(rng, 1, 3))), "int64") * 0.0
    return compile({"y": y, "wide": cast(y, "float64"), "count": first, "word": choose(["é"], first)}, toy.inputs)


@pytest.mark.parametrize("rows", [1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 3])
def test_chunks_change_nothing(toy, model, rows):
    session, feeds = Session(model, threads=3), toy.feeds(rows)
    whole = session(feeds)
    for name, output in whole.items():
        assert len(output) == rows
        tail = session({k: v[-5:] for k, v in feeds.items()})[name]
        np.testing.assert_array_equal(output[-5:], tail)
    parts = [session({k: v[i : i + 1000] for k, v in feeds.items()})["y"] for i in range(0, rows, 1000)]
    np.testing.assert_array_equal(whole["y"], np.concatenate(parts))


def test_no_rows_give_empty_outputs_of_the_same_kind(toy, model):
    session = Session(model)
    none, one = session(toy.feeds(0)), session(toy.feeds(1))
    assert none.keys() == one.keys()
    for name in none:
        assert none[name].shape == (0, *one[name].shape[1:])
        assert none[name].dtype == one[name].dtype


def test_threads_change_nothing(toy, model):
    feeds = toy.feeds(3 * CHUNK)
    one, many = Session(model, threads=1)(feeds), Session(model, threads=8)(feeds)
    for name in one:
        np.testing.assert_array_equal(one[name], many[name])


def test_many_threads_may_call_one_session(toy, model):
    session = Session(model, threads=2)
    feeds = [toy.feeds(50 + 700 * (i % 8), seed=i) for i in range(24)]
    alone = [session(f)["y"] for f in feeds]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda f: session(f)["y"], feeds))
    for a, b in zip(alone, together, strict=True):
        np.testing.assert_array_equal(a, b)


def test_outputs_are_chosen_by_name(toy, model):
    session = Session(model)
    assert session.outputs == ("y", "wide", "count", "word")
    for rows in (0, 3, CHUNK + 1):
        found = session(toy.feeds(rows), ["word", "y"])
        assert list(found) == ["word", "y"]
        assert len(found["y"]) == rows


def test_metadata_comes_back(toy):
    session = Session(compile({"y": numbers(("a",))}, toy.inputs, {"ключ": "значение"}))
    assert session.metadata["ключ"] == "значение"
