"""Rows that hold the rows of a child table: answered by the same aggregates, described, and refused by their place."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from mlwright.bundle import Model
from mlwright.server import Limits, app
from mlwright.server.describe import example_row, metadata, openapi

CONFTEST = Path(__file__).with_name("conftest.py")
ORDER = {"at": "2024-02-01", "amount": 30, "plan": "pro"}
ROW = {"age": 20, "asked": "2024-03-01", "orders": [ORDER, ORDER | {"at": "2024-03-01", "amount": 1000}]}


@pytest.fixture(scope="module")
def model(toys: Any, tmp_path_factory: pytest.TempPathFactory) -> Model:
    made: Model = toys.related_toy(tmp_path_factory.mktemp("models") / "related")
    return made


@pytest.fixture(scope="module")
def ask(model: Model) -> Any:
    spec = importlib.util.spec_from_file_location("asking", CONFTEST)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.asker(model, Limits(body=100_000))


def predict(ask: Any, body: Any) -> httpx.Response:
    answer: httpx.Response = ask("POST", "/predict", content=json.dumps(body).encode())
    return answer


@pytest.mark.parametrize("body", [[ROW], {"rows": [ROW]}, {"columns": {name: [cell] for name, cell in ROW.items()}}])
def test_nested_rows_get_the_models_own_answers(ask: Any, model: Model, body: Any) -> None:
    answer = predict(ask, body)
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"predictions": model.predict_rows([ROW])}


def test_an_order_at_the_moment_changes_nothing(ask: Any) -> None:
    past = ROW | {"orders": [ORDER]}
    first, second = predict(ask, [ROW, past]).json()["predictions"]
    assert first == second


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"age": 1}, "orders"),
        (ROW | {"orders": 3}, "orders"),
        (ROW | {"orders": [[]]}, "orders"),
        (ROW | {"orders": [ORDER | {"amount": "many"}]}, "orders.amount"),
        (ROW | {"orders": [{}]}, "orders.amount"),
        (ROW | {"orders": [ORDER | {"amount": [[[]]]}]}, "orders.amount"),
        ({"age": 1, "orders": []}, "asked"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_place(ask: Any, row: Any, column: str) -> None:
    answer = predict(ask, [row])
    assert answer.status_code == 422, answer.text
    assert column in {problem["column"] for problem in answer.json()["error"]["problems"]}


def test_many_child_rows_are_bounded_by_the_body(ask: Any) -> None:
    assert predict(ask, [ROW | {"orders": [ORDER] * 1500}]).status_code == 200
    assert predict(ask, [ROW | {"orders": [ORDER] * 3000}]).status_code == 413


def test_the_service_describes_its_tables(model: Model) -> None:
    example = example_row(model.schema)
    assert list(example) == ["age", "asked", "orders"]
    assert list(example["orders"][0]) == ["amount", "plan", "at"]
    row = openapi(model, Limits())["components"]["schemas"]["Row"]
    assert row["required"] == ["age", "asked", "orders"]
    assert row["properties"]["orders"]["items"]["required"] == ["amount", "plan", "at"]
    assert [table["name"] for table in metadata(model)["tables"]] == ["orders"]


def test_the_example_can_be_sent(model: Model, ask: Any) -> None:
    assert predict(ask, [example_row(model.schema)]).status_code == 200
    assert app(model) is not None
