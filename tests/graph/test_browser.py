"""A graph for browsers answers as the graph does, and folds no letters by itself."""

from __future__ import annotations

import numpy as np
import onnx
import pytest

from mlwright.contracts.errors import InputError
from mlwright.graph import Inputs, Session, Tensor, compile, constant, for_browsers, strings

TEXTS = np.array([["ABC", "Über ÄÖÜ"], ["", "ПРИВЕТ Z"]], dtype=object)
FOLDED = np.array([["abc", "Über ÄÖÜ".replace("U", "u")], ["", "ПРИВЕТ z"]], dtype=object)


def folding(x):
    fold = {"case_change_action": "LOWER", "is_case_sensitive": 1, "locale": "C"}
    return Tensor("StringNormalizer", (x,), fold, "string", 0)


def joined(x, y):
    return Tensor("StringConcat", (x, y), {}, "string", 0)


def test_letters_are_folded_outside_and_the_rest_is_as_it_was():
    first, second = strings("a"), strings("b")
    folded = folding(joined(first, joined(constant([" "], "string"), second)))
    model = compile({"folded_text": folded, "plain": joined(second, first)}, Inputs((), ("a", "b")))
    made = for_browsers(model)
    graph = onnx.load_from_string(made).graph
    assert "StringNormalizer" not in {node.op_type for node in graph.node}
    assert [one.name for one in graph.input] == ["strings", "folded"]
    onnx.checker.check_model(onnx.load_from_string(made))
    expected = Session(model)({"strings": TEXTS})
    found = Session(made)({"strings": TEXTS, "folded": FOLDED})
    assert {name: list(one) for name, one in found.items()} == {name: list(one) for name, one in expected.items()}
    assert for_browsers(model) == made


def test_a_graph_that_folds_nothing_stays_as_it_is():
    model = compile({"y": strings("b")}, Inputs((), ("a", "b")))
    assert for_browsers(model) == model


def test_what_can_not_be_folded_outside_is_refused():
    known = Tensor("Equal", (strings("a"), constant(["A"], "string")), {}, "bool", 1)
    chosen = Tensor("Where", (known, strings("a"), constant(["B"], "string")), {}, "string", 0)
    model = compile({"y": folding(chosen)}, Inputs((), ("a",)))
    with pytest.raises(InputError, match="Where"):
        for_browsers(model)
