"""A model before rows whose answers are known."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import numpy as np
import polars as pl
import pytest

from mlwright.bundle import Model, load
from mlwright.contracts.errors import InputError
from mlwright.contracts.records import Column
from mlwright.lifecycle import recheck


@pytest.fixture(scope="module")
def toys() -> ModuleType:
    path = Path(__file__).parents[1] / "bundle" / "toys.py"
    spec = importlib.util.spec_from_file_location("lifecycle_toys", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def classifier(toys: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Model:
    folder = tmp_path_factory.mktemp("models") / "churn"
    toys.toy(folder)
    return load(folder)


def rows(y: list[Any]) -> pl.DataFrame:
    n = len(y)
    columns = {"age": np.linspace(18, 90, n), "member": [i % 2 == 0 for i in range(n)], "paid": ["yes"] * n}
    texts = {"since": ["2024-03-01"] * n, "plan": ["pro" if i % 3 else "basic" for i in range(n)], "note": ["x"] * n}
    return pl.DataFrame({**columns, **texts, "y": y})


def test_it_measures_what_the_model_answers(classifier: Model) -> None:
    table = rows(["Yes" if i % 5 else "No" for i in range(100)])
    found = recheck(classifier, table)
    scores = {score.metric: score.value for score in found.scores}
    assert scores["accuracy"] == np.mean(classifier.predict(table) == table["y"].to_numpy())
    assert (found.rows, found.left_out) == (100, 0)
    assert found.scores[0].metric == classifier.verdict.metric


def test_rows_without_an_answer_are_counted_and_change_nothing(classifier: Model) -> None:
    whole = rows(["Yes" if i % 5 else "No" for i in range(100)])
    more = pl.concat([whole, rows([None] * 7).cast(whole.schema)])
    assert recheck(classifier, more).scores == recheck(classifier, whole).scores
    assert recheck(classifier, more).left_out == 7


@pytest.mark.parametrize("y", [["Yes"] * 50, ["Yes", "No"] * 5])
def test_few_rows_or_one_class_can_not_tell(y: list[str], classifier: Model) -> None:
    assert recheck(classifier, rows(y)).departs is None


def test_a_model_that_is_no_better_than_chance_departs_from_its_promise(classifier: Model) -> None:
    draw = np.random.default_rng(0)
    assert recheck(classifier, rows(draw.choice(["Yes", "No"], 500).tolist())).departs is True


@pytest.mark.parametrize("y", [[None] * 30, ["Perhaps"] * 30])
def test_rows_that_can_not_be_judged_on_are_refused(y: list[Any], classifier: Model) -> None:
    with pytest.raises(InputError):
        recheck(classifier, rows(y))
    with pytest.raises(InputError, match="'y'"):
        recheck(classifier, rows(y).drop("y"))


def test_rows_count_by_their_weight_where_the_models_did(toys: ModuleType, tmp_path: Path) -> None:
    toys.toy(tmp_path / "toy")
    model, weighed = load(tmp_path / "toy"), load(tmp_path / "toy")
    columns = (*model.schema.columns, Column(name="times", kind="identifier"))
    weighed.schema = msgspec.structs.replace(model.schema, columns=columns, weight="times")
    table = rows(["Yes" if i % 5 else "No" for i in range(100)]).with_columns(times=pl.Series([0, 1, 2, 3] * 25))
    again = table[np.repeat(np.arange(100), table["times"].to_numpy())]
    found = recheck(weighed, table)
    assert (found.rows, found.left_out, found.unweighted) == (75, 0, None)
    for mine, theirs in zip(found.scores, recheck(model, again).scores, strict=True):
        assert mine.value == pytest.approx(theirs.value)
    plain = recheck(weighed, table.drop("times"))
    assert (plain.unweighted, plain.rows) == ("times", 100)
