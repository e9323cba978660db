"""The split that rows ask for is found; where nothing hangs together it is random; who names one gets it."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from mlwright.contracts.errors import InputError
from mlwright.contracts.records import GROUP, Problem, Split
from mlwright.ingest import ingest

ROWS = 1_200
RNG = np.random.default_rng(0)
X = RNG.normal(size=ROWS)
DRIFT = np.cumsum(RNG.normal(size=ROWS)) / 4
AT = [datetime(2024, 1, 1) + timedelta(hours=5 * i) for i in range(ROWS)]
WHO = np.repeat(np.arange(60), 20)
OWN = RNG.normal(size=60)[WHO] * 3
DRIFTING = pl.DataFrame({"at": AT, "x": X, "y": X + DRIFT})
STEADY = DRIFTING.with_columns(pl.Series("y", X + RNG.normal(size=ROWS)))
PERSONS = pl.DataFrame({"patient": WHO, "age": RNG.integers(20, 80, 60)[WHO], "x": X, "y": OWN + X / 5})


def cut(data, tmp_path, **asked):
    table = ingest(data, Problem(target="y", **asked), tmp_path)
    return table, pl.read_ipc(tmp_path / "train.arrow"), {f.code for f in table.findings}


def test_rows_in_time_whose_answers_drift_are_judged_in_time(tmp_path):
    table, rows, codes = cut(DRIFTING[::-1], tmp_path)
    assert table.split == Split(kind="time", column="at", inferred=True)
    assert rows["at"].is_sorted()
    assert "time-order" in codes
    (finding,) = (f for f in table.findings if f.code == "time-order")
    assert "RMSE" in finding.message


def test_a_calendar_orders_rows_as_they_lie(tmp_path):
    data = DRIFTING.drop("at").with_columns(pl.Series("month", [1 + i // 40 % 12 for i in range(ROWS)]))
    table, rows, _ = cut(data, tmp_path)
    assert table.split == Split(kind="time", inferred=True)
    assert rows["x"].to_list() == X.tolist()


def test_subjects_stay_together_and_their_column_is_not_read(tmp_path):
    table, rows, codes = cut(PERSONS.sample(fraction=1.0, shuffle=True, seed=0), tmp_path)
    assert table.split == Split(kind="group", column="patient", inferred=True)
    assert "patient" not in {c.name for c in table.schema.features}
    assert rows[GROUP].n_unique() == 60
    assert "grouped-rows" in codes


@pytest.mark.parametrize(
    ("data", "asked"),
    [
        (STEADY, {}),
        (DRIFTING.sample(fraction=1.0, shuffle=True, seed=0), {}),
        (DRIFTING[:150], {}),
        (DRIFTING, {"keep": ("time-order",)}),
        (PERSONS, {"keep": ("grouped-rows", "time-order")}),
    ],
    ids=["nothing-drifts", "shuffled", "few-rows", "kept-time", "kept-groups"],
)
def test_else_the_split_is_random(data, asked, tmp_path):
    table, rows, codes = cut(data, tmp_path, **asked)
    assert table.split == Split()
    assert GROUP not in rows.columns
    assert not codes & {"time-order", "grouped-rows"}


@pytest.mark.parametrize(
    ("asked", "split"),
    [
        ({"time": "x"}, Split(kind="time", column="x")),
        ({"ordered": True}, Split(kind="time")),
        ({"group": "patient"}, Split(kind="group", column="patient")),
    ],
    ids=["time", "ordered", "group"],
)
def test_who_names_the_split_gets_it_without_a_word(asked, split, tmp_path):
    table, _, codes = cut(PERSONS, tmp_path, **asked)
    assert table.split == split
    assert not codes & {"time-order", "grouped-rows", "row-order"}


def test_rows_that_lie_in_some_order_are_told_and_split_at_random(tmp_path):
    place = np.sort(RNG.normal(size=ROWS))
    data = pl.DataFrame({"place": place, "x": X, "y": np.sin(9 * place) + X / 4})
    table, _, codes = cut(data, tmp_path)
    assert table.split == Split()
    assert "row-order" in codes


def test_rows_sorted_by_their_answers_lie_in_no_order(tmp_path):
    _, _, codes = cut(DRIFTING.drop("at").sort("y"), tmp_path)
    assert "row-order" not in codes


def test_a_time_and_an_order_are_one_too_many(tmp_path):
    with pytest.raises(InputError, match="--ordered"):
        ingest(DRIFTING, Problem(target="y", time="at", ordered=True), tmp_path)


def test_a_little_flattery_is_told_with_the_option_to_take(tmp_path):
    season = np.sin(np.arange(6_000) / 300) * 0.37
    rng = np.random.default_rng(1)
    x = rng.normal(size=6_000)
    at = [datetime(2024, 1, 1) + timedelta(hours=i) for i in range(6_000)]
    data = pl.DataFrame({"at": at, "x": x, "y": x / 2 + season + rng.normal(size=6_000)})
    table, _, codes = cut(data, tmp_path)
    assert table.split == Split()
    assert "row-order" in codes
    (finding,) = (f for f in table.findings if f.code == "row-order")
    assert "--time at" in finding.remedy
