"""An expression written as bytes is the same expression when read again."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from mlwright.graph import (
    apply,
    cast,
    choose,
    columns,
    concat,
    constant,
    dump,
    flat,
    load,
    lookup,
    numbers,
    strings,
    trees,
)

texts = st.text(st.characters(codec="utf-8"), max_size=8)


@settings(max_examples=40)
@given(name=texts, keys=st.lists(texts, max_size=5, unique=True), seed=st.integers(0, 999), number=st.floats(width=32))
def test_round_trip(toy, name, keys, seed, number):
    rng = np.random.default_rng(seed)
    width = int(rng.integers(1, 4))
    code = lookup(strings(name), keys, rng.normal(size=(len(keys), width)), rng.normal(size=width))
    x = concat([cast(numbers((name, "b")), "float32"), code])
    y = concat([x + number, trees(x, toy.grow(rng, 2, x.width, 2)), columns(x, [0])])
    word = choose([*keys, "last"], cast(flat(columns(x, [0])), "int64"))
    for t in (y, word, apply("Softmax", y, attrs={"axis": 1}), constant(["ü", ""], "string")):
        again = load(dump(t))
        assert (again.key, again.dtype, again.width) == (t.key, t.dtype, t.width)
        assert dump(again) == dump(t)


def test_shared_parts_are_written_once():
    x = apply("Log", numbers(("a",)))
    deep = x
    for _ in range(60):  # 2 ** 60 mentions of x
        deep = deep + deep
    assert load(dump(deep)).key == deep.key
    assert len(dump(deep)) < 20_000


def test_a_loaded_expression_computes_the_same(toy):
    rng, feeds = np.random.default_rng(0), toy.feeds()
    x = cast(numbers(toy.inputs.numbers), "float32")
    y = trees(x, toy.grow(rng, 4, 3, 2)) * 2.0
    straight = toy.run({"y": y}, toy.inputs, feeds)["y"]
    np.testing.assert_array_equal(toy.run({"y": load(dump(y))}, toy.inputs, feeds)["y"], straight)


def without_arrays():
    buffer = io.BytesIO()
    nodes = [{"op": "Constant", "dtype": "float32", "width": 1, "arrays": {"value": "a0"}}]
    np.savez(buffer, nodes=np.frombuffer(json.dumps(nodes).encode(), np.uint8))
    return buffer.getvalue()


def with_code():
    buffer = io.BytesIO()
    np.savez(buffer, nodes=np.array([print], dtype=object))
    return buffer.getvalue()


def without_nodes():
    buffer = io.BytesIO()
    np.savez(buffer, nodes=np.frombuffer(b"[]", np.uint8))
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data",
    [b"", b"no archive", dump(numbers(("a",)))[:-40], with_code(), without_arrays(), without_nodes()],
    ids=["nothing", "text", "torn", "code", "an array is missing", "no nodes"],
)
def test_what_is_no_fragment_is_refused(data):
    with pytest.raises(ValueError):  # noqa: PT011 (the documented type; messages are NumPy's)
        load(data)
