"""A model of several tables: whichever way the child rows come, the answers are the same."""

from __future__ import annotations

import math
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, strategies as st

from mlwright.bundle import Model, load
from mlwright.contracts.errors import InputError, SchemaError

DAYS = [f"2024-03-0{day}" for day in range(1, 8)]
orders = st.fixed_dictionaries(
    {
        "at": st.none() | st.sampled_from(DAYS),
        "amount": st.none() | st.integers(-500, 500).map(lambda n: n / 2),
        "plan": st.none() | st.sampled_from(["basic", "pro"]),
    }
)
rows = st.lists(
    st.fixed_dictionaries(
        {
            "age": st.none() | st.integers(0, 100),
            "asked": st.none() | st.sampled_from(DAYS),
            "orders": st.none() | st.lists(orders, max_size=4),
        }
    ),
    min_size=1,
    max_size=4,
)


@pytest.fixture(scope="session")
def model(toys: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Model:
    made: Model = toys.related_toy(tmp_path_factory.mktemp("models") / "related")
    return made


def by_hand(row: dict[str, Any]) -> float:
    past = [o for o in row["orders"] or [] if o["at"] and row["asked"] and o["at"] < row["asked"]]
    plans = [o["plan"] for o in past if o["plan"]]
    often = sorted(plans, key=lambda plan: (-plans.count(plan), plan))[:1]
    total = sum(o["amount"] or 0 for o in past)
    return math.tanh((row["age"] or 0) / 100) + math.tanh(total / 100) + (often == ["pro"])


def apart(table: list[dict[str, Any]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows and their orders, as two tables."""
    main = [{"id": i, "age": row["age"], "asked": row["asked"]} for i, row in enumerate(table)]
    child = [{"customer": i, **order} for i, row in enumerate(table) for order in row["orders"] or []]
    types = {"customer": pl.Int64, "at": pl.String, "amount": pl.Float64, "plan": pl.String}
    return pl.DataFrame(main, schema={"id": pl.Int64, "age": pl.Int64, "asked": pl.String}), pl.DataFrame(child, types)


@given(table=rows)
def test_nested_rows_and_two_tables_are_answered_alike(model: Model, table: list[dict[str, Any]]) -> None:
    main, child = apart(table)
    expected = [by_hand(row) for row in table]
    np.testing.assert_allclose(model.predict(main, {"orders": child}), expected, atol=1e-9)
    np.testing.assert_allclose(model.predict(table), expected, atol=1e-9)
    assert [answer["prediction"] for answer in model.predict_rows(table)] == model.predict(table).tolist()


def test_many_nested_rows_are_answered_as_few(model: Model) -> None:
    few = [{"age": i, "asked": DAYS[2], "orders": [{"at": DAYS[i], "amount": 9, "plan": "pro"}]} for i in range(4)]
    assert model.predict(few * 50).tolist() == model.predict(few).tolist() * 50


def test_files_and_batches_are_answered_as_tables(model: Model, tmp_path: Path) -> None:
    table = [{"age": i, "asked": DAYS[3], "orders": [{"at": DAYS[i], "amount": i, "plan": "pro"}]} for i in range(6)]
    main, child = apart(table)
    main.write_parquet(tmp_path / "main.parquet")
    child.write_parquet(tmp_path / "orders.parquet")
    places = {"orders": tmp_path / "orders.parquet"}
    expected = model.score_frame(main, {"orders": child})
    assert model.score_frame(tmp_path / "main.parquet", places).equals(expected)
    batches = list(model.score_batches(tmp_path / "main.parquet", tables=places))
    assert pl.concat(batches).equals(expected)


def test_the_columns_may_be_there_already(model: Model) -> None:
    whole = {"age": 4, "orders.amount sum": 10.0, "orders.plan mode": "pro"}
    nested = {"age": 4, "asked": DAYS[5], "orders": [{"at": DAYS[0], "amount": 10, "plan": "pro"}]}
    assert model.predict([whole]).tolist() == model.predict([nested]).tolist() == model.predict(pl.DataFrame([whole]))
    assert model.predict([whole, nested]).tolist() == model.predict([nested, whole]).tolist()


@pytest.mark.parametrize("data", [[{"age": 1}], pl.DataFrame({"age": [1]}), {"age": [1] * 99}])
def test_without_them_the_way_out_names_the_table(model: Model, data: Any) -> None:
    with pytest.raises(SchemaError, match=r"(?s)orders.*tables=\{'orders': \.\.\.\}.*--table orders=FILE"):
        model.predict(data)


NOWHERE = {"at": "2024-03-01", "amount": 1, "plan": "pro"}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"age": 1, "orders": []}, "row 1, column 'asked': missing"),
        ({"age": 1, "asked": "soon", "orders": []}, "row 1, column 'asked': 'soon' is not a date"),
        ({"age": 1, "asked": DAYS[0], "orders": "none"}, "row 1, column 'orders': this is not a list of objects"),
        ({"age": 1, "asked": DAYS[0], "orders": [1]}, "row 1, column 'orders': this is not a list of objects"),
        (
            {"age": 1, "asked": DAYS[0], "orders": [NOWHERE, NOWHERE | {"amount": "many"}]},
            "row 1, column 'orders.amount': 'many' is not a number",
        ),
        ({"asked": DAYS[0], "orders": []}, "row 1, column 'age': missing"),
        (7, "row 1: a row is an object"),
    ],
)
def test_what_is_wrong_in_a_nested_row_is_told_by_its_place(model: Model, row: Any, message: str) -> None:
    right = {"age": 1, "asked": DAYS[0], "orders": [NOWHERE]}
    with pytest.raises(SchemaError) as told:
        model.predict_rows([right, row])
    assert message in str(told.value)


def test_a_column_that_no_child_row_has_is_missing(model: Model) -> None:
    with pytest.raises(SchemaError, match=r"column 'orders\.at': missing"):
        model.predict_rows([{"age": 1, "asked": DAYS[0], "orders": [{"amount": 1, "plan": "pro"}]}])


def test_unknown_tables_are_refused(model: Model, classifier: Model) -> None:
    main, child = apart([{"age": 1, "asked": DAYS[0], "orders": [NOWHERE]}])
    with pytest.raises(InputError, match="no child table 'order'; did you mean 'orders'"):
        model.predict(main, {"order": child})
    with pytest.raises(InputError, match="trained on one table"):
        classifier.predict(main, {"orders": child})
    with pytest.raises(SchemaError, match="column 'asked': missing"):
        model.predict(main.drop("asked"), {"orders": child})


def test_a_loaded_copy_answers_alike(model: Model, tmp_path: Path) -> None:
    main, child = apart([{"age": 1, "asked": DAYS[4], "orders": [NOWHERE]}])
    model.save(tmp_path / "copy")
    assert load(tmp_path / "copy").predict(main, {"orders": child}) == model.predict(main, {"orders": child})


def test_what_is_wrong_in_a_child_table_is_told_by_its_own_rows(model: Model, tmp_path: Path) -> None:
    main, child = apart([{"age": 1, "asked": DAYS[4], "orders": [NOWHERE]}] * 3)
    main.write_parquet(tmp_path / "main.parquet")
    wrong = child.with_columns(amount=pl.Series(["1", "2", "many"]))
    with pytest.raises(SchemaError, match=r"^orders: row 2, column 'amount': 'many' is not a number"):
        list(model.score_batches(tmp_path / "main.parquet", tables={"orders": wrong}))
    with pytest.raises(SchemaError, match=r"^orders: column 'customer': missing"):
        model.predict(main, {"orders": child.drop("customer")})
