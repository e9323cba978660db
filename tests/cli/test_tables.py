"""Child tables on the command line: --table NAME=DATA."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl
import pytest

Typed = Callable[..., Any]


@pytest.fixture
def place(folder: Path, toys: ModuleType) -> Path:
    """The working folder with models/related, asked.csv, and orders.csv."""
    toys.related_toy(folder / "models" / "related")
    days = [f"2024-03-{day:02}" for day in range(1, 26)]
    asked = {"id": range(25), "age": range(25), "asked": ["2024-03-10"] * 25, "y": [i / 9 for i in range(25)]}
    pl.DataFrame(asked).write_csv(folder / "asked.csv")
    orders = {"customer": range(25), "at": days, "amount": range(25), "plan": ["pro", "basic", "", "pro", "pro"] * 5}
    pl.DataFrame(orders).write_csv(folder / "orders.csv")
    return folder


def test_predict_and_evaluate_take_tables(place: Path, typed: Typed, toys: ModuleType) -> None:
    told = typed("predict", "models/related", "asked.csv", "--table", "orders=orders.csv", "-o", "out.csv")
    assert told.code == 0, told.err
    model = toys.load(place / "models" / "related")
    tables = {"orders": pl.read_csv(place / "orders.csv")}
    answers = model.predict(pl.read_csv(place / "asked.csv"), tables)
    assert pl.read_csv(place / "out.csv")["prediction"].to_list() == pytest.approx(answers.tolist())
    judged = typed("evaluate", "models/related", "asked.csv", "--table", "orders=orders.csv", "--json")
    assert judged.code == 0, judged.err
    assert json.loads(judged.out)["rows"] == 25


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ((), "--table orders=FILE"),
        (("orders",), "'orders' names no table"),
        (("=orders.csv",), "names no table"),
        (("orders=orders.csv", "orders=asked.csv"), "is given twice"),
        (("order=orders.csv",), "did you mean 'orders'?"),
        (("orders=nowhere.csv",), "nowhere.csv"),
        (("orders=asked.csv",), "column 'customer': missing"),
    ],
)
@pytest.mark.parametrize("command", ["predict", "evaluate"])
def test_what_is_wrong_with_a_table_is_told(
    command: str, tables: tuple[str, ...], message: str, place: Path, typed: Typed
) -> None:
    given = [word for table in tables for word in ("--table", table)]
    out = ("-o", "out.csv") if command == "predict" else ()
    told = typed(command, "models/related", "asked.csv", *given, *out)
    assert (told.code, message in told.err) == (2, True), told.err
    assert not (place / "out.csv").exists()
