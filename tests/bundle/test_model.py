"""Whatever form the rows come in, they get the same predictions, in order, in the types of the training data."""

from __future__ import annotations

import math
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, strategies as st

from mlwright.bundle import Model, load
from mlwright.contracts.errors import BundleError, InputError, SchemaError
from mlwright.contracts.records import Column

rows = st.fixed_dictionaries(
    {
        "age": st.none() | st.integers(-1000, 1000) | st.floats(-1e9, 1e9),
        "member": st.none() | st.booleans(),
        "paid": st.none() | st.sampled_from(["yes", "no"]),
        "since": st.none() | st.sampled_from(["2024-03-01", "1999-12-31T23:59:59"]),
        "plan": st.none() | st.sampled_from(["basic", "pro", "never seen", "ä"]),
        "note": st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5),
    }
)
tables = st.lists(rows, max_size=5)


def sigmoid(s: float) -> float:
    return 1 / (1 + math.exp(-s))


@given(table=tables)
def test_probabilities_are_those_worked_out_by_hand(toys: ModuleType, classifier: Model, table: list[Any]) -> None:
    expected = [[1 - sigmoid(toys.by_hand(row)), sigmoid(toys.by_hand(row))] for row in table]
    got = classifier.predict_proba(table)
    assert got.dtype == np.float64
    np.testing.assert_allclose(got, np.array(expected).reshape(-1, 2), atol=1e-6)
    labels = classifier.predict(table)
    assert labels.tolist() == ["Yes" if yes > no else "No" for no, yes in got]


@given(table=tables)
def test_values_and_intervals_are_those_worked_out_by_hand(
    toys: ModuleType, regressor: Model, table: list[Any]
) -> None:
    expected = np.array([toys.by_hand(row) for row in table], float)
    np.testing.assert_allclose(regressor.predict(table), expected, atol=1e-12)
    assert regressor.predict(table).dtype == np.float64
    np.testing.assert_allclose(regressor.intervals(table), np.stack([expected - 1, expected + 1], 1), atol=1e-12)


def test_a_model_without_sets_says_so(toys: ModuleType, classifier: Model, regressor: Model) -> None:
    with pytest.raises(BundleError, match="no label sets"):
        classifier.predict_sets([toys.ROW])
    with pytest.raises(BundleError, match="no label sets"):
        classifier.score_frame([toys.ROW], sets=True)
    with pytest.raises(InputError, match="intervals"):
        regressor.predict_sets([toys.ROW])


@given(table=st.lists(rows, min_size=1, max_size=3))
def test_few_rows_and_many_rows_are_answered_alike(classifier: Model, table: list[Any]) -> None:
    many = classifier.predict_proba(table * 65)
    few = np.concatenate([classifier.predict_proba(table)] * 65)
    np.testing.assert_allclose(many, few, atol=1e-6)


def test_every_form_of_a_table_is_answered_alike(toys: ModuleType, classifier: Model, tmp_path: Path) -> None:
    for count in (1, 3, 200):
        table = [toys.ROW | {"age": i, "plan": "pro" if i % 2 else "x", "id": str(i)} for i in range(count)]
        columns = {name: [row[name] for row in table] for name in table[0]}
        frame = pl.DataFrame(columns)
        frame.write_csv(tmp_path / "t.csv")
        frame.write_parquet(tmp_path / "t.parquet")
        expected = classifier.score_frame(table)
        for data in (
            columns,
            frame,
            frame.lazy(),
            pd.DataFrame(columns, index=range(5, 5 + count)),
            pa.table(columns),
            tmp_path / "t.csv",
            str(tmp_path / "t.parquet"),
            frame.select(reversed(frame.columns)).with_columns(extra=1),
        ):
            assert classifier.score_frame(data).equals(expected)


def test_the_frame_has_the_columns_that_were_promised(toys: ModuleType, classifier: Model, regressor: Model) -> None:
    for table in ([], [toys.ROW], [toys.ROW] * 100):
        classified, valued = classifier.score_frame(table), regressor.score_frame(table)
        probability = {"probability_No": pl.Float64, "probability_Yes": pl.Float64}
        assert classified.schema == {"prediction": pl.String} | probability
        assert valued.schema == {"prediction": pl.Float64, "lower": pl.Float64, "upper": pl.Float64}
        assert classified.height == valued.height == len(table)
        assert classified["prediction"].to_list() == classifier.predict(table).tolist()
        np.testing.assert_array_equal(classified.drop("prediction").to_numpy(), classifier.predict_proba(table))


@pytest.mark.parametrize(
    ("classes", "kind", "dtype"),
    [
        ((False, True), "b", pl.Boolean),
        ((0, 1, 7), "i", pl.Int64),
        ((0.5, 1.0), "f", pl.Float64),
        (("a", "bb", "ä"), "U", pl.String),
        ((True, "x"), "O", pl.String),
    ],
)
def test_labels_keep_their_type(toys: ModuleType, tmp_path: Path, classes: Any, kind: str, dtype: Any) -> None:
    model = toys.toy(tmp_path / "m", classes)
    assert model.classes == classes
    assert [type(label) for label in model.classes] == [type(label) for label in classes]
    for count in (0, 1, 100):
        labels = model.predict([toys.ROW] * count)
        assert labels.dtype.kind == kind
        assert set(labels.tolist()) <= set(classes)
        assert model.score_frame([toys.ROW] * count)["prediction"].dtype == dtype
    answer = model.predict_rows([toys.ROW])[0]
    assert answer["prediction"] in classes
    assert type(answer["prediction"]) is type(classes[classes.index(answer["prediction"])])
    assert list(answer["probabilities"]) == [str(label) for label in classes]


@given(table=tables)
def test_rows_are_answered_as_tables_are(classifier: Model, regressor: Model, table: list[Any]) -> None:
    answers = classifier.predict_rows(table)
    assert [a["prediction"] for a in answers] == classifier.predict(table).tolist()
    assert [list(a["probabilities"].values()) for a in answers] == classifier.predict_proba(table).tolist()
    valued = regressor.predict_rows(table)
    assert [a["prediction"] for a in valued] == regressor.predict(table).tolist()
    assert [[a["lower"], a["upper"]] for a in valued] == regressor.intervals(table).tolist()


def test_what_a_task_has_not_is_refused(toys: ModuleType, classifier: Model, regressor: Model) -> None:
    with pytest.raises(InputError, match="no probabilities"):
        regressor.predict_proba([toys.ROW])
    with pytest.raises(InputError, match="no intervals"):
        classifier.intervals([toys.ROW])
    assert regressor.classes == ()


def test_rows_that_do_not_fit_tell_every_problem(toys: ModuleType, classifier: Model, tmp_path: Path) -> None:
    bad = [toys.ROW | {"age": "old"}, {k: v for k, v in toys.ROW.items() if k != "plan"} | {"member": [1]}]
    with pytest.raises(SchemaError) as caught:
        classifier.predict(bad)
    assert {(p.row, p.column) for p in caught.value.problems} == {(0, "age"), (1, "plan"), (1, "member")}
    with pytest.raises(InputError):
        classifier.predict(object())
    with pytest.raises(InputError):
        classifier.predict(tmp_path / "absent.csv")
    pl.DataFrame({"age": [1]}).write_csv(tmp_path / "t.csv")
    with pytest.raises(SchemaError, match=r"t\.csv"):
        classifier.predict(tmp_path / "t.csv")


def test_a_saved_copy_is_the_same_bytes(toys: ModuleType, tmp_path: Path) -> None:
    model = toys.toy(tmp_path / "a")
    for path in (tmp_path / "a").iterdir():
        path.unlink()  # what was loaded does not depend on the folder
    (tmp_path / "a").rmdir()
    model.save(tmp_path / "deep" / "model")
    again = load(tmp_path / "deep" / "model")
    assert again.manifest == model.manifest
    assert again.predict([toys.ROW]) == model.predict([toys.ROW])
    (tmp_path / "deep" / "a.txt").write_text("mine")
    with pytest.raises(InputError, match=r"a\.txt"):
        model.save(tmp_path / "deep")


def test_it_says_what_it_is(classifier: Model) -> None:
    assert repr(classifier) == "<Model 'churn': binary of 'y', roc_auc 0.8>"


@pytest.mark.alone
def test_one_row_and_loading_are_quick(toys: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One pandas row of 20 mixed columns and a fresh load; the limits leave room for a busy machine."""
    columns = tuple(
        Column(name=f"c{i}", kind=kind)
        for i, kind in enumerate(["numeric"] * 10 + ["boolean"] * 2 + ["datetime"] * 2 + ["categorical"] * 5 + ["text"])
    )
    schema = toys.schema
    monkeypatch.setattr(toys, "schema", lambda classes: schema(classes, columns))
    model = toys.toy(tmp_path / "wide")
    values = {"numeric": 1.5, "boolean": True, "datetime": "2024-01-01", "categorical": "pro", "text": "some words"}
    frame = pd.DataFrame([{c.name: values[c.kind] for c in columns}])
    assert best(lambda: model.predict_proba(frame), 200) < 0.4e-3
    assert best(lambda: load(tmp_path / "wide"), 5) < 0.1


def best(call: Any, times: int) -> float:
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return min(seconds)
