"""The portrait of a small table in which everything there is to see was planted."""

from __future__ import annotations

import msgspec
import numpy as np
import polars as pl
import pytest

from mlwright import ingest
from mlwright.contracts.portrait import Portrait
from mlwright.explore import Other, Sight, portray

ROWS = 1200


def planted(seed=0):
    rng = np.random.default_rng(seed)
    x = rng.uniform(0, 10, ROWS)
    y = rng.random(ROWS) < 0.1 + 0.08 * x
    days = np.sort(rng.integers(0, 700, ROWS))
    frame = pl.DataFrame(
        {
            "key": [f"K{i:05d}" for i in range(ROWS)],
            "x": x,
            "twin": np.round(3 * x + 1, 6),
            "noise": rng.normal(size=ROWS),
            "group": np.where(rng.random(ROWS) < 0.8, np.where(y, "often", "seldom"), "rare"),
            "filled": np.where(y, rng.normal(size=ROWS), np.nan),
            "a": rng.normal(size=ROWS),
            "b": rng.normal(size=ROWS),
            "y": np.where(y, "yes", "no"),
        }
    )
    gaps = pl.Series(rng.random(ROWS) < 0.2)
    moments = pl.Series("when", (days * 86_400_000_000).tolist()).cast(pl.Datetime("us"))
    return frame.with_columns(
        moments,
        pl.col("filled").fill_nan(None),
        *(pl.when(~gaps).then(name).alias(name) for name in ("a", "b")),
    )


def portrait_of(frame, target=None, other=None):
    seen = ingest.survey(frame, ingest.Wanted(target))
    beside = None
    if other is not None:
        beside = Other(*ingest.beside(other, seen.table.schema))
    return portray(Sight(seen.frame, seen.table.schema.columns, seen.origin, seen.target, (), beside))


@pytest.fixture(scope="module")
def seen():
    return portrait_of(planted(), "y")


def column(portrait, name):
    return next(one for one in portrait.columns if one.name == name)


def test_the_target_stands_first_and_keys_are_told(seen):
    assert seen.columns[0].name == "y"
    assert seen.goal.classes == ("yes",)
    assert column(seen, "key").kind == "identifier"
    assert seen.goal.values[0] == pytest.approx((planted()["y"] == "yes").mean())


def test_what_goes_with_the_target_is_told_and_noise_is_not(seen):
    assert column(seen, "x").association.q < 1e-6
    assert column(seen, "noise").association.q > 0.01
    assert "nothing certain" in column(seen, "noise").story[-1]
    assert "'y' is 'yes' in" in column(seen, "x").story[-1]
    assert {seen.pairs[0].left, seen.pairs[0].right} == {"x", "twin"}
    assert seen.pairs[0].strength == pytest.approx(1.0)


def test_missing_values_are_told_with_the_target(seen):
    first = seen.gaps[0]
    assert (first.column, first.where_missing.values[0], first.where_present.values[0]) == ("filled", 0.0, 1.0)
    assert ("a", "b") in {pattern.columns for pattern in seen.patterns} | {p.columns[-2:] for p in seen.patterns}
    present = seen.columns[0].rows - column(seen, "a").missing
    assert present == planted()["a"].drop_nulls().len()


def test_time_and_groups_are_told(seen):
    assert [trend.column for trend in seen.trends] == ["when"]
    assert sum(one.rows for one in seen.trends[0].slices) == ROWS
    assert seen.trends[0].period == "month"
    group = next(one for one in seen.balance if one.column == "group")
    assert (group.least.name, group.most.name) == ("seldom", "often")


def test_advice_is_ranked_and_ends_with_training(seen):
    said = [one.what for one in seen.advice]
    assert "'filled' is filled in" in said[0]
    assert any("'twin' and 'x'" in what for what in said)
    assert seen.advice[-1].how == "mlwright.train(data, target='y')"
    weights = [("severe", "warning", "info").index(one.severity) for one in seen.advice]
    assert weights == sorted(weights)


def test_a_table_without_a_target_has_a_portrait():
    found = portrait_of(planted())
    assert found.goal is None
    assert not any(one.slices or one.association for one in found.columns)
    assert found.advice[-1].how == "mlwright.explore(data, target='COLUMN')"


def test_a_number_is_a_goal_too():
    found = portrait_of(planted().drop("twin"), "x")
    assert found.goal.task == "regression"
    assert "the mean of 'x' is" in column(found, "y").story[-1]


def test_repeated_rows_are_counted_whatever_their_key():
    frame = planted().head(100)
    twice = pl.concat([frame, frame.with_columns(key=pl.lit("again ") + pl.col("key"))])
    assert portrait_of(twice).duplicates == 100


def test_the_same_rows_give_the_same_portrait_and_it_is_plain_json(seen):
    again = portrait_of(planted(), "y")
    plain = msgspec.json.encode(again)
    without = {"origin"}
    assert {k: v for k, v in msgspec.to_builtins(again).items() if k not in without} == {
        k: v for k, v in msgspec.to_builtins(seen).items() if k not in without
    }
    assert msgspec.json.decode(plain, type=Portrait) == again


@pytest.mark.parametrize(
    "frame",
    [
        pl.DataFrame({"a": [1.0]}),
        pl.DataFrame({"a": [None, None]}),
        pl.DataFrame({"a": [1, 2, 3], "b": ["x", None, "x"], "c": [float("inf"), float("nan"), None]}),
        pl.DataFrame({"a": [True, None, False], "when": [None, None, "2024-01-01"]}),
        pl.DataFrame({f"c{i}": [i, 2 * i, 5] for i in range(30)}),
    ],
)
def test_a_table_of_next_to_nothing_has_a_portrait(frame):
    found = portrait_of(frame)
    assert len(found.columns) == frame.width
    assert msgspec.json.decode(msgspec.json.encode(found), type=Portrait) == found


def test_the_first_rows_are_kept_as_texts():
    found = portrait_of(pl.DataFrame({"a": [1.5, None, 2.0], "b": ["x", "y", None]}))
    assert (found.shown, found.first) == (("a", "b"), (("1.5", "x"), ("", "y"), ("2.0", "")))


def test_columns_may_have_any_name():
    names = ("period", "part", "rows", "v0", "level", "name")
    columns = {name: np.random.default_rng(at).normal(size=80) for at, name in enumerate(names)}
    found = portrait_of(pl.DataFrame({**columns, "day": pl.Series(range(80)).cast(pl.Date)}), "v0")
    assert {one.name for one in found.columns} == {*names, "day"}


def test_another_table_is_set_beside():
    found = portrait_of(planted(), "y", planted(1).with_columns(pl.col("noise") + 2).drop("b"))
    assert found.comparison.drifts[0].column == "noise"
    assert found.comparison.removed == ("b",)
    assert any("'b'" in one.what and one.severity == "severe" for one in found.advice)
