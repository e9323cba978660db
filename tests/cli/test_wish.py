"""What is typed and what is written in a file, as a Problem."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from mlwright.cli.wish import Wish, problem_of, stem
from mlwright.contracts.errors import InputError
from mlwright.contracts.records import ChildTable, Problem


def written(folder: Path, text: str) -> str:
    (folder / "problem.toml").write_text(text, "utf-8")
    return str(folder / "problem.toml")


def test_a_file_can_say_all_that_options_say(tmp_path: Path) -> None:
    text = """
target = "y"
task = "regression"
metric = "mae"
budget = "10min"
trials = 3
group = "g"
time = "t"
weight = "w"
test = "/data/t.csv"
seed = 7
max_latency = "200us"
max_size = "20MB"
sensitive = ["sex"]

[costs]
false_positive = 1
false_negative = 5.5

[monotone]
price = "down"
age = "Increasing"
"""
    problem = problem_of(Wish(), written(tmp_path, text))
    expected = Problem(
        target="y", task="regression", metric="mae", budget=600.0, trials=3, group="g", time="t", weight="w",
        test="/data/t.csv", seed=7, max_latency=0.2, max_size=20_000_000, monotone={"price": "down", "age": "up"},
        costs={"false_positive": 1.0, "false_negative": 5.5}, sensitive=("sex",),
    )  # fmt: skip
    assert problem == expected


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [("target", "b", "b"), ("budget", "5s", 5.0), ("seed", 0, 0), ("max_size", "1KiB", 1024), ("metric", "f1", "f1")],
)
def test_what_is_typed_wins(name: str, typed: Any, value: Any, tmp_path: Path) -> None:
    text = 'target = "a"\nbudget = 60\nseed = 3\nmax_size = 5.0\nmetric = "mcc"\n'
    problem = problem_of(Wish(**{name: typed}), written(tmp_path, text))
    assert getattr(problem, name) == value


def test_there_is_a_budget_unless_something_else_says_when_to_stop() -> None:
    assert problem_of(Wish(target="y"), None).budget == 60.0
    assert problem_of(Wish(target="y", trials=3), None).budget is None
    assert problem_of(Wish(target="y", trials=3, budget="5s"), None).budget == 5.0


def test_test_data_is_found_again_from_another_folder() -> None:
    found = problem_of(Wish(target="y", test="t.csv"), None).test
    assert found == str(Path("t.csv").absolute())


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ('targte = "y"', ("'targte'", "did you mean 'target'")),
        ("seed = '1'", ("seed",)),
        ("trials = 1.5", ("trials",)),
        ("task = 'guess'", ("task",)),
        ("target =", ("TOML",)),
        ("[problem]\ntarget = 'y'", ("'problem'",)),
    ],
)
def test_a_file_that_says_something_else_is_refused_by_name(text: str, pieces: tuple[str, ...], tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        problem_of(Wish(target="y"), written(tmp_path, text))
    assert caught.value.where.endswith("problem.toml")
    assert [piece for piece in pieces if piece not in str(caught.value)] == []
    assert caught.value.way_out


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        problem_of(Wish(), str(tmp_path / "no.toml"))


@pytest.mark.parametrize(("option", "wish"), [("--trials", Wish(target="y", trials=0)), ("--target", Wish())])
def test_an_option_out_of_range_is_told(option: str, wish: Wish) -> None:
    with pytest.raises(InputError) as caught:
        problem_of(wish, None)
    assert caught.value.where == option


@given(st.integers())
def test_a_seed_is_one_that_every_learner_takes(seed: int) -> None:
    wish = Wish(target="y", seed=seed)
    if 0 <= seed < 2**32:
        assert problem_of(wish, None).seed == seed
    else:
        with pytest.raises(InputError, match="seed"):
            problem_of(wish, None)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ("churn.csv", "churn"),
        ("a/b/Churn.2024.CSV.GZ", "Churn.2024"),
        ("x.parquet", "x"),
        ("v1.2", "v1.2"),
        (".csv", ".csv"),
        ("..", ".."),
        ("", "model"),
        ("-", "model"),
        ("sales/2026/*.csv", "2026"),
        ("postgresql://ann:s3cret@host:5432/shop?sslmode=require", "shop"),
        ("postgresql://ann:s3cret@host", "host"),
        ("https://ann:s3cret@host/churn.csv.gz?sig=s3cret", "churn"),
        ("sqlite:///data/shop.db", "shop"),
        ("data/shop.db#orders", "shop"),
        ("postgresql://ann@host/shop#orders", "orders"),
        ("wards #3", "wards #3"),
        ("/", "model"),
    ],
)
def test_a_model_is_called_as_its_data(data: str, name: str) -> None:
    assert stem(data) == name


def test_child_tables_are_found_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = """
target = "y"
[tables.orders]
data = "orders.csv"
key = "customer"
parent = "id"
time = "at"
moment = "asked"
[tables.visits]
data = "sqlite:///shop.db"
query = "visits"
key = "id"
"""
    orders, visits = problem_of(Wish(), written(tmp_path, text)).tables
    place = str(tmp_path / "orders.csv")
    assert orders == ChildTable("orders", place, key="customer", parent="id", time="at", moment="asked")
    assert visits == ChildTable("visits", "sqlite:///shop.db", key="id", query="visits")
