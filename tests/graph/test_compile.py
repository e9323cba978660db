"""Expressions become one model: each thing computed once, forests and look-ups merged, no answer changed by it."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import numpy as np
import onnx
import pytest
from hypothesis import given, settings, strategies as st

from mlwright.graph import (
    Inputs,
    Session,
    apply,
    beside,
    cast,
    choose,
    clip,
    columns,
    compile,
    concat,
    constant,
    flat,
    lookup,
    numbers,
    strings,
    trees,
    where,
)

KEYS = ("", "x", "y", "zß", "日本")


def table(rng, width, keys=KEYS):
    return (
        tuple(keys),
        rng.normal(size=(len(keys), width)).astype(np.float32),
        rng.normal(size=width).astype(np.float32),
    )


def looked_up(column, keys, rows, default):
    return np.stack([rows[keys.index(text)] if text in keys else default for text in column])


def single():
    return cast(numbers(("a", "b", "c")), "float32")


def test_the_same_expression_is_the_same_node(toy):
    assert single().key == single().key
    assert (single() + 1.0).key != (single() + 2.0).key
    assert (single() + 1.0).key != (single() - 1.0).key
    assert numbers(("a",)).key != numbers(("b",)).key
    assert strings("a").key != numbers(("a",)).key
    assert constant([1, 2], "float32").key != constant([1, 2], "float64").key
    assert constant([[1.0, 2.0]], "float32").key != constant([1.0, 2.0], "float32").key


def test_what_is_mentioned_twice_is_computed_once(toy):
    logs = [apply("Log", apply("Abs", single())) for _ in range(5)]
    found = toy.operators({"y": concat(log + float(i) for i, log in enumerate(logs))}, toy.inputs)
    assert found["Log"] == found["Abs"] == found["Cast"] == 1
    assert found["Add"] == 5


CHAINS = st.lists(
    st.lists(st.sampled_from(["Add", "Mul", "Max", "Min", "Exp", "Sigmoid", "Log"]), max_size=5), min_size=1, max_size=9
)


@settings(deadline=None)
@given(chains=CHAINS, seed=st.integers(0, 9))
def test_what_is_done_to_several_by_the_same_operator_is_done_to_all_at_once(toy, chains, seed):
    rng = np.random.default_rng(seed)
    parts = []
    for chain in chains:
        t = clip(numbers((str(rng.choice(["a", "c"])),)), -1.0, 1.0)
        for op in chain:
            t = apply(op, t, *([float(rng.normal())] if op in ("Add", "Mul", "Max", "Min") else []))
        parts.append(cast(t, "float32") if seed % 2 else t)
    together, order = beside(parts)
    feeds = toy.feeds(30)
    assert sorted(order) == list(range(len(parts)))
    got, expected = (toy.run({"y": y}, toy.inputs, feeds)["y"] for y in (together, concat(parts)))
    np.testing.assert_allclose(got, expected[:, order], rtol=1e-6)


def test_a_hundred_logarithms_of_their_own_scale_take_few_operators(toy):
    parts = [apply("Exp", clip(single_of("a"), -1.0, 1.0) * (1.0 + i) + 0.5 * i) + 2.0 for i in range(100)]
    found = toy.operators({"y": beside(parts)[0]}, toy.inputs)
    assert found["Exp"] == found["Mul"] == 1 and found["Add"] == 2


def test_what_several_say_of_classes_is_brought_to_one_at_once(toy):
    x = clip(where(apply("IsNaN", numbers(("a", "c"))), 0.0, numbers(("a", "c"))), -3.0, 3.0)
    parts = [x * 2.0, *(apply("Softmax", x * (1.0 + i) + 0.1, attrs={"axis": 1}) for i in range(3))]
    together, order = beside(parts)
    got, expected = (toy.run({"y": y}, toy.inputs, toy.feeds(30))["y"] for y in (together, concat(parts)))
    assert toy.operators({"y": together}, toy.inputs)["Softmax"] == 1
    np.testing.assert_allclose(got, expected.reshape(30, 4, 2)[:, order].reshape(30, 8), rtol=1e-12)


PER_LEVEL = st.lists(st.sampled_from(["Sub", "Div", "Max", "Min", "IsNaN", "Concat"]), max_size=6)


@settings(deadline=None)
@given(names=PER_LEVEL, seed=st.integers(0, 9))
def test_what_is_done_to_a_look_up_is_done_to_its_levels(toy, names, seed):
    rng = np.random.default_rng(seed)
    keys, rows, default = table(rng, 2)
    rows[rng.integers(0, len(rows)), 0] = np.nan
    t, feeds = lookup(strings("s"), keys, rows, default), toy.feeds(30)
    expected = looked_up(feeds["strings"][:, toy.inputs.strings.index("s")].tolist(), keys, rows, default)
    for op in names:
        by = rng.normal(size=t.width).astype(np.float32)
        if op == "Concat":
            t, expected = concat([t, cast(apply("IsNaN", t), "float32")]), np.hstack([expected, np.isnan(expected)])
        elif op == "IsNaN":
            t, expected = where(apply("IsNaN", t), by, t), np.where(np.isnan(expected), by, expected)
        else:
            made = {"Sub": np.subtract, "Div": np.divide, "Max": np.maximum, "Min": np.minimum}[op]
            t, expected = apply(op, t, by), made(expected, by)
    np.testing.assert_array_equal(toy.run({"y": t}, toy.inputs, feeds)["y"], expected.astype(np.float32))
    assert not set(names) & set(toy.operators({"y": t}, toy.inputs)) - {"Concat"}


def test_what_hangs_on_two_look_ups_stays_an_operator(toy):
    rng = np.random.default_rng(0)
    one, other = lookup(strings("s"), *table(rng, 1)), lookup(strings("t"), *table(rng, 1))
    assert toy.operators({"y": apply("Sub", one, other)}, toy.inputs)["Sub"] == 1
    assert toy.operators({"y": apply("Sub", one, single_of("a"))}, toy.inputs)["Sub"] == 1


def test_flags_become_numbers_at_once(toy):
    flags = cast(apply("IsNaN", numbers(("a", "c"))), "float64")
    assert toy.operators({"y": cast(flags, "float32")}, toy.inputs)["Cast"] == 1


def single_of(name):
    return cast(numbers((name,)), "float32")


def test_arithmetic_is_numpys(toy):
    x, feeds = numbers(("a", "c")), toy.feeds(40)
    a = feeds["numbers"][:, [0, 2]]
    weights = np.arange(6.0).reshape(2, 3)
    finite = np.nan_to_num(a, nan=0.5, posinf=3.0, neginf=-3.0)
    clean = clip(where(apply("IsNaN", x), 0.5, x), -3.0, 3.0)
    answer = toy.run(
        {
            "sum": (clean + 1.0) * 2.0 - np.array([1.0, 3.0]),
            "ratio": clean / 4.0,
            "product": clean @ weights,
            "clipped": clip(x, -1.0, np.array([1.0, 0.5])),
            "chosen": where(apply("Greater", clean, 0.0), clean, -1.0),
            "column": columns(clean, [1, 1, 0]),
            "flat": flat(columns(clean, [1])),
            "word": choose(["low", "höch"], cast(flat(apply("Greater", columns(clean, [0]), 0.0)), "int64")),
        },
        toy.inputs,
        feeds,
    )
    np.testing.assert_allclose(answer["sum"], (finite + 1) * 2 - [1, 3])
    np.testing.assert_allclose(answer["ratio"], finite / 4)
    np.testing.assert_allclose(answer["product"], finite @ weights)
    np.testing.assert_array_equal(answer["clipped"], np.minimum(np.maximum(a, -1.0), [1.0, 0.5]))
    np.testing.assert_array_equal(answer["chosen"], np.where(finite > 0, finite, -1.0))
    np.testing.assert_array_equal(answer["column"], finite[:, [1, 1, 0]])
    np.testing.assert_array_equal(answer["flat"], finite[:, 1])
    assert answer["word"].tolist() == ["höch" if v > 0 else "low" for v in finite[:, 0]]


def test_where_needs_a_tensor():
    with pytest.raises(TypeError, match="tensor"):
        where(apply("IsNaN", single()), 1.0, 2.0)


def test_forests_side_by_side_are_one_operator(toy):
    rng, feeds = np.random.default_rng(0), toy.feeds()
    parts = {"p": single(), "q": cast(numbers(("c", "a")), "float32"), "r": clip(single(), -1.0, 1.0)}
    forests = {name: toy.grow(rng, 3, x.width, 1 + i) for i, (name, x) in enumerate(parts.items())}
    outputs = {name: trees(x, forests[name]) for name, x in parts.items()}
    outputs["all"] = concat([*outputs.values(), single()])
    assert toy.operators(outputs, toy.inputs)["TreeEnsemble"] == 1
    answer, a = toy.run(outputs, toy.inputs, feeds), feeds["numbers"].astype(np.float32)
    matrices = {"p": a, "q": a[:, [2, 0]], "r": np.minimum(np.maximum(a, -1), 1)}
    for name, matrix in matrices.items():
        np.testing.assert_allclose(answer[name], toy.walk(forests[name], matrix), atol=1e-6)
    np.testing.assert_array_equal(answer["all"], np.hstack([answer["p"], answer["q"], answer["r"], a]))


@pytest.mark.parametrize("turned", [False, True])
def test_forests_that_read_forests_take_an_operator_a_level(toy, turned):
    rng, feeds = np.random.default_rng(3), toy.feeds()
    low = [toy.grow(rng, 2, 3, 2) for _ in range(3)]
    below = [trees(single(), forest) for forest in low]
    inputs = [concat([below[0], below[1]]), concat([below[2], single(), below[0]])]
    high = [toy.grow(rng, 3, x.width) for x in inputs]
    above = [trees(x, forest) for x, forest in zip(inputs, high, strict=True)]
    top = toy.grow(rng, 2, 2)
    last = trees(concat(above), top)
    outputs = {"last": last, "above": concat(above), "below": concat(below)}
    if turned:  # whatever is asked for first
        outputs = dict(reversed(outputs.items()))
    assert toy.operators(outputs, toy.inputs)["TreeEnsemble"] == 3
    answer, a = toy.run(outputs, toy.inputs, feeds), feeds["numbers"].astype(np.float32)
    first = [toy.walk(forest, a) for forest in low]
    np.testing.assert_allclose(answer["below"], np.hstack(first), atol=1e-6)
    given_above = [np.hstack([first[0], first[1]]), np.hstack([first[2], a, first[0]])]
    second = np.hstack([toy.walk(forest, x) for forest, x in zip(high, given_above, strict=True)])
    np.testing.assert_allclose(answer["above"], second, atol=1e-6)
    np.testing.assert_allclose(answer["last"], toy.walk(top, second), atol=1e-6)


def test_a_forest_on_look_ups_reads_the_right_columns(toy):
    rng, feeds = np.random.default_rng(4), toy.feeds()
    tables = {name: table(rng, 2) for name in ("s", "t")}
    matrix = concat([lookup(strings("t"), *tables["t"]), single(), lookup(strings("s"), *tables["s"])])
    forest = toy.grow(rng, 8, 7, 2)
    answer = toy.run({"y": trees(matrix, forest)}, toy.inputs, feeds)["y"]
    own = [looked_up(feeds["strings"][:, i], *tables[name]) for i, name in enumerate("st")]
    by_hand = np.hstack([own[1], feeds["numbers"].astype(np.float32), own[0]])
    np.testing.assert_allclose(answer, toy.walk(forest, by_hand), atol=1e-6)


def test_look_ups_of_a_column_share_a_dictionary(toy):
    rng, feeds = np.random.default_rng(1), toy.feeds()
    tables = [table(rng, 2), table(rng, 1, ("y", "never", "x")), table(rng, 3, ())]
    outputs = {f"y{i}": lookup(strings("t"), *one) for i, one in enumerate(tables)}
    assert toy.operators(outputs, toy.inputs)["LabelEncoder"] == 1
    answer = toy.run(outputs, toy.inputs, feeds)
    for i, one in enumerate(tables):
        np.testing.assert_array_equal(answer[f"y{i}"], looked_up(feeds["strings"][:, 1], *one))


@pytest.mark.parametrize("levels", [3, 64, 65, 5000])
def test_look_ups_of_several_columns_keep_their_own_rows(toy, levels):
    rng = np.random.default_rng(levels)
    keys = {"s": [f"k{i}" for i in range(levels)], "t": ["", "ключ", "k1", "🙂", "a\x00b"]}
    tables = {name: table(rng, 2 + (name == "t"), found) for name, found in keys.items()}
    pool = np.array([*keys["s"][:50], *keys["t"], "unseen", " k1", "K1"], object)
    fed = {"numbers": np.zeros((300, 3)), "strings": rng.choice(pool, (300, 2))}
    outputs = {name: lookup(strings(name), *found) for name, found in tables.items()}
    assert toy.operators(outputs, toy.inputs)["LabelEncoder"] <= 2
    answer = toy.run(outputs, toy.inputs, fed)
    for i, name in enumerate("st"):
        np.testing.assert_array_equal(answer[name], looked_up(fed["strings"][:, i], *tables[name]))


@settings(max_examples=30)
@given(seed=st.integers(0, 100_000))
def test_compiled_together_is_compiled_apart(toy, seed):
    rng = np.random.default_rng(seed)
    pool = [single(), lookup(strings("s"), *table(rng, 2)), lookup(strings("t"), *table(rng, 1))]
    for _ in range(6):
        some = [pool[i] for i in rng.integers(len(pool), size=rng.integers(1, 4))]
        x = concat(some)
        made = [
            trees(x, toy.grow(rng, 2, x.width, int(rng.integers(1, 3)))),
            columns(x, rng.integers(x.width, size=2).tolist()),
            where(apply("IsNaN", x), 0.0, x),
            x,
        ]
        pool.append(made[rng.integers(len(made))])
    outputs = {f"y{i}": t for i, t in enumerate(pool)}
    feeds = toy.feeds(20, seed)
    together = toy.run(outputs, toy.inputs, feeds)
    for name, t in outputs.items():
        assert together[name].shape == (20, t.width)
        np.testing.assert_allclose(toy.run({"y": t}, toy.inputs, feeds)["y"], together[name], atol=1e-6)


SCRIPT = """
import hashlib
import numpy as np
from mlwright.graph import *
x = cast(numbers(("a", "b")), "float32")
code = lookup(strings("s"), ["ß", "b", ""], np.arange(6.0).reshape(3, 2), np.zeros(2))
y = concat([x @ np.eye(2) + 1.0, code, clip(x, -1.0, 1.0)])
model = compile({"y": y, "z": apply("Sigmoid", x)}, Inputs(("a", "b"), ("s",)), {"note": "one", "other": "two"})
"""


def test_the_same_expressions_give_the_same_bytes_in_any_process():
    first, second = {}, {}
    exec(SCRIPT, first)  # noqa: S102 (the script above)
    exec(SCRIPT, second)  # noqa: S102
    assert first["model"] == second["model"]
    printing = SCRIPT + "print(hashlib.sha256(model).hexdigest())"
    done = subprocess.run(
        [sys.executable, "-c", printing], capture_output=True, check=True, text=True, env={"PYTHONHASHSEED": "77"}
    )
    assert done.stdout.strip() == hashlib.sha256(first["model"]).hexdigest()


def test_a_model_is_valid_onnx_and_tells_its_inputs(toy):
    model = onnx.load_from_string(compile({"y": single()}, toy.inputs, {"mlwright": "1"}))
    onnx.checker.check_model(model, full_check=True)
    facts = {p.key: p.value for p in model.metadata_props}
    assert facts == {"numbers": '["a","b","c"]', "strings": '["s","t"]', "mlwright": "1"}
    assert [i.name for i in model.graph.input] == ["numbers", "strings"]


@pytest.mark.parametrize(("inputs", "names"), [(Inputs(("a",), ()), ("numbers",)), (Inputs((), ("s",)), ("strings",))])
def test_an_input_without_columns_is_left_out(inputs, names):
    y = numbers(("a",)) if inputs.numbers else lookup(strings("s"), ["x"], np.ones((1, 1)), np.zeros(1))
    model = compile({"y": y}, inputs)
    assert tuple(i.name for i in onnx.load_from_string(model).graph.input) == names
    assert Session(model).outputs == ("y",)


def test_the_order_of_the_inputs_columns_does_not_matter(toy):
    feeds = toy.feeds()
    y = {"y": concat([single(), lookup(strings("t"), *table(np.random.default_rng(0), 2))])}
    turned = {"numbers": feeds["numbers"][:, [2, 0, 1]], "strings": feeds["strings"][:, ::-1]}
    straight = toy.run(y, toy.inputs, feeds)["y"]
    np.testing.assert_array_equal(toy.run(y, Inputs(("c", "a", "b"), ("t", "s")), turned)["y"], straight)
