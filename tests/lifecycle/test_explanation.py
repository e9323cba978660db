"""A model explained from its bundle, and a run's model explained on the way."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import polars as pl
import pytest

import mlwright
from mlwright.bundle import Model, load
from mlwright.contracts.errors import InputError, SchemaError
from mlwright.contracts.insight import Explanation
from mlwright.lifecycle import explain
from mlwright.store import Run


@pytest.fixture(scope="module")
def toys() -> ModuleType:
    path = Path(__file__).parents[1] / "bundle" / "toys.py"
    spec = importlib.util.spec_from_file_location("explanation_toys", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def models(toys: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Model]:
    folder = tmp_path_factory.mktemp("models")
    toys.toy(folder / "churn")
    toys.toy(folder / "price", ())
    return {name: load(folder / name) for name in ("churn", "price")}


def rows(n: int = 60, **more: Any) -> pl.DataFrame:
    columns = {"age": np.linspace(18, 90, n), "member": [i % 2 == 0 for i in range(n)], "paid": ["yes"] * n}
    texts = {"since": ["2024-03-01"] * n, "plan": ["pro" if i % 3 else "basic" for i in range(n)], "note": ["x"] * n}
    return pl.DataFrame({**columns, **texts, **more})


def test_with_the_target_importances_are_told(models: dict[str, Model]) -> None:
    table = rows(y=["Yes" if i % 3 else "No" for i in range(60)])
    found = mlwright.explain(models["churn"], table)
    assert (found.rows, found.metric, found.answer) == (60, "roc_auc", "Yes")
    assert found.importances[0].columns == ("plan",) and found.importances[0].loss.low > 0
    assert found == explain(models["churn"], table)
    gaps = table.with_columns(pl.when(pl.int_range(60) < 50).then("y").alias("y"))
    assert explain(models["churn"], gaps).rows == 50


def test_without_the_target_parts_and_effects_are_told(models: dict[str, Model]) -> None:
    found = explain(models["price"], rows())
    assert found.importances == () and {"age", "plan"} <= {e.column for e in found.effects}


@pytest.mark.parametrize("name", ["churn", "price"])
def test_the_parts_of_a_row_add_up_to_its_answer(models: dict[str, Model], name: str) -> None:
    model, table = models[name], rows()
    (one,) = explain(model, table, row=7).examples
    answer = model.predict_proba(table)[7, 1] if model.classes else model.predict(table)[7]
    assert one.row == 7 and one.answer == pytest.approx(answer, abs=1e-6)
    assert one.base + sum(part.adds for part in one.parts) == pytest.approx(answer, abs=1e-4)
    every = explain(model, table, rows=True).examples
    assert len(every) == 60 and every[7] == one


def test_another_answer_is_the_models_own(models: dict[str, Model]) -> None:
    model, table = models["price"], rows()
    (one,) = explain(model, table, row=1, want=1.3, fixed=("age",)).examples
    assert one.instead is not None
    changed = table[1].with_columns(pl.lit(c.after).alias(c.column) for c in one.instead.changes)
    assert model.predict(changed)[0] == pytest.approx(one.instead.answer) and one.instead.answer <= 1.3
    assert {c.column for c in one.instead.changes} <= {"plan", "member"}
    (other,) = explain(models["churn"], table, row=0, want="Yes").examples
    assert other.instead is None or other.instead.label == "Yes"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"row": 60}, "there is no row 60"),
        ({"row": 1, "want": "Yess"}, "did you mean 'Yes'"),
        ({"fixed": ("agee",)}, "did you mean 'age'"),
    ],
)
def test_slips_are_told(models: dict[str, Model], asked: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        explain(models["churn"], rows(), **asked)
    assert caught.value.way_out


def test_data_that_does_not_fit_is_refused(models: dict[str, Model]) -> None:
    with pytest.raises(InputError, match="other rows"):
        explain(models["churn"], rows(1), row=0)
    with pytest.raises(SchemaError, match="age"):
        explain(models["churn"], rows().drop("age"))
    with pytest.raises(InputError, match="is no number"):
        explain(models["price"], rows(), row=0, want="much")


@pytest.mark.slow
@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_a_run_explains_its_model(table: Any, task: str, tmp_path: Path) -> None:
    data = table(task, rows=240).drop("shop", "day")
    mlwright.train(data, "target", trials=2, runs=tmp_path / "runs", out=tmp_path / "m")
    (run,) = (tmp_path / "runs").iterdir()
    found = Run.open(run).read("explanation", Explanation)
    assert {name for one in found.importances[:2] for name in one.columns} == {"size", "shade"}
    assert found.importances[0].loss.low > 0 and found.effects and found.interactions
    for one in found.examples:
        assert one.base + sum(part.adds for part in one.parts) == pytest.approx(one.answer, abs=1e-4)
    shipped = explain(tmp_path / "m", data)
    assert {e.column for e in shipped.effects} == {e.column for e in found.effects}


@pytest.mark.slow
def test_noise_is_important_only_to_what_has_learnt_the_rows(table: Any, tmp_path: Path) -> None:
    """The target is drawn by lot: what a run says of its columns holds for rows to come, which is nothing."""
    data = table("regression", rows=150).drop("shop", "day")
    data = data.with_columns(target=pl.Series(np.random.default_rng(1).normal(size=150)))
    mlwright.train(data, "target", trials=4, runs=tmp_path / "runs", out=tmp_path / "m")
    (run,) = (tmp_path / "runs").iterdir()
    found = Run.open(run).read("explanation", Explanation)
    assert all(one.loss.low <= 0 for one in found.importances)
