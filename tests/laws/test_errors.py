"""Law 7: every error that a user can cause says what, where, and the way out; with a near miss where there is one."""

from __future__ import annotations

import polars as pl
import pytest

import mlwright
from mlwright.contracts.errors import MlwrightError

FRAME = pl.DataFrame({"Age": list(range(40)), "Plan": ["a", "b"] * 20, "Churn": ["yes", "no", "no", "yes"] * 10})


def train(data=FRAME, target="Churn", **options):
    return mlwright.train(data, target, **{"budget": None, "trials": 1} | options)


BAD_REQUESTS = {
    "a misspelt target": (lambda: train(target="chrun"), "did you mean 'Churn'"),
    "an absent group": (lambda: train(group="shop"), "'shop'"),
    "a misspelt time": (lambda: train(time="Agee"), "did you mean 'Age'"),
    "the target as group": (lambda: train(group="Churn"), "'Churn'"),
    "a misspelt weight": (lambda: train(weight="Agee"), "did you mean 'Age'"),
    "a weight of words": (lambda: train(weight="Plan"), "'Plan'"),
    "a weight below zero": (lambda: train(FRAME.with_columns(pl.col("Age") - 3), weight="Age"), "row 0"),
    "a misspelt column to bind": (lambda: train(monotone={"age": "up"}), "did you mean 'Age'"),
    "words to bind": (lambda: train(monotone={"Plan": "up"}), "'Plan' is categorical"),
    "the target to bind": (lambda: train(monotone={"Churn": "up"}), "'Churn' is the target"),
    "a direction that is none": (lambda: train(monotone={"Age": "upp"}), "did you mean 'up'"),
    "no columns to bind": (lambda: train(monotone=["Age"]), "list"),
    "a misspelt cost": (lambda: train(costs={"false_negativ": 5}), "did you mean 'false_negative'"),
    "an error that costs nothing": (lambda: train(costs={"false_negative": 5}), "more than the right answer"),
    "costs of a number": (lambda: train(target="Age", costs={"false_negative": 5, "false_positive": 1}), "'Age'"),
    "a misspelt sensitive column": (lambda: train(sensitive=["age"]), "did you mean 'Age'"),
    "a misspelt metric": (lambda: train(metric="roc_auk"), "did you mean 'roc_auc'"),
    "a metric of another task": (lambda: train(metric="rmse"), "metric"),
    "a budget that is no amount": (lambda: train(budget="soon"), "'soon'"),
    "no budget at all": (lambda: train(budget=0), "0"),
    "a size that is no amount": (lambda: train(max_size="small"), "'small'"),
    "a latency that is no amount": (lambda: train(max_latency="-1ms"), "'-1ms'"),
    "a seed below zero": (lambda: train(seed=-1), "-1"),
    "a seed that is a word": (lambda: train(seed="one"), "seed"),
    "a target that is a number": (lambda: train(target=3), "target"),
    "no trials": (lambda: train(trials=0), "0"),
    "a missing file": (lambda: train("nowhere.csv"), "nowhere.csv"),
    "test data in memory": (lambda: train(test=FRAME), "DataFrame"),
    "missing test data": (lambda: train(test="nowhere.csv"), "nowhere.csv"),
    "one class": (lambda: train(FRAME.with_columns(Churn=pl.lit("no"))), "'no'"),
    "a target without values": (lambda: train(FRAME.with_columns(Churn=pl.lit(None, pl.String))), "target"),
    "too few rows": (lambda: train(FRAME[:4]), "4"),
    "nothing to learn from": (lambda: train(FRAME.select("Churn")), "column"),
    "something that is no table": (lambda: train(42), "int"),
    "a limit that nothing keeps to": (lambda: train(max_size=10), "bytes"),
}


def told(call, names):
    """The error is one of ours, whole, and names what is at fault."""
    with pytest.raises(MlwrightError) as caught:
        call()
    error = caught.value
    assert error.what
    assert error.where or error.way_out
    assert names in str(error)
    assert "Traceback" not in str(error)
    assert error.exit_code == 2


@pytest.mark.parametrize("name", [n for n in BAD_REQUESTS if n != "a limit that nothing keeps to"])
def test_user_errors_say_what_where_and_the_way_out(name):
    told(*BAD_REQUESTS[name])


@pytest.mark.slow
def test_limits_that_nothing_keeps_to():
    told(*BAD_REQUESTS["a limit that nothing keeps to"])


def spoilt_files():
    yield "empty.csv", b""
    yield "header.csv", b"Age,Plan,Churn\n"
    yield "image.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 4
    yield "twice.csv", b"Age,Age,Churn\n" + b"1,2,yes\n2,3,no\n" * 20
    yield "open.csv", b'Age,Churn\n1,"yes\n2,no\n'
    yield "torn.parquet", b"PAR1\x00\x00\x00"
    yield "torn.jsonl", b'{"Age": 1, "Churn": "yes"}\n{"Age": 2, "Chu'
    yield "table.xyz", b"Age,Churn\n1,yes\n"


@pytest.mark.parametrize(
    ("name", "content"), list(spoilt_files()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_files_that_cannot_be_read_are_named(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    told(lambda: train(tmp_path / name), name)


@pytest.mark.slow
def test_data_that_does_not_fit_a_model_is_told_with_every_problem(model, table):
    frame = table(5, seed=9)
    told(lambda: model.predict(frame.drop("size")), "size")
    told(lambda: model.predict(frame.drop("size", "town")), "town")
    told(lambda: model.predict(frame.with_columns(size=pl.lit("large"))), "large")
    told(lambda: model.predict([{"size": "large"}]), "size")
    told(lambda: model.predict("nowhere.csv"), "nowhere.csv")
    told(lambda: model.intervals(frame), "intervals")


def test_folders_that_are_no_model_or_run_are_named(tmp_path):
    told(lambda: mlwright.load(tmp_path), tmp_path.name)
    told(lambda: mlwright.load(tmp_path / "nowhere"), "nowhere")
    told(lambda: mlwright.verify(tmp_path), tmp_path.name)
    told(lambda: mlwright.resume(tmp_path, lambda event, **facts: None), tmp_path.name)


@pytest.mark.slow
def test_a_place_that_cannot_be_written_is_named(tmp_path, model):
    (tmp_path / "file").write_text("in the way")
    told(lambda: train(runs=tmp_path / "file" / "runs"), "file")
    told(lambda: model.save(tmp_path / "file"), "file")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("precious")
    told(lambda: model.save(tmp_path / "mine"), "mine")
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "precious"


def test_what_is_legal_though_odd_is_answered(model, table):
    frame = table(5, seed=9).with_columns(town=pl.lit("never seen"), size=pl.lit(float("inf")))
    assert len(model.predict(frame)) == 5
    assert model.predict_proba(frame[:0]).shape == (0, 2)
    assert len(model.predict(frame.with_columns(pl.lit(None).alias(c) for c in frame.columns))) == 5
