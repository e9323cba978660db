"""How much each row counts: read, checked, brought to a mean of 1, and told."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, strategies as st

from mlwright.contracts.errors import InputError
from mlwright.contracts.records import TARGET, WEIGHT, Problem
from mlwright.ingest import ingest, labelled

N = 60
WEIGHED = Problem(target="y", weight="w")


def table(w, rows=N):
    rng = np.random.default_rng(1)
    columns = {"n": rng.random(rows), "c": rng.choice(["a", "b", "c"], rows), "y": rng.choice(["no", "yes"], rows)}
    return pl.DataFrame({**columns, "w": pl.Series("w", w, strict=False)})


def every(*values, rows=N):
    return [values[i % len(values)] for i in range(rows)]


def codes(found):
    return {finding.code for finding in found.findings}


def train_of(folder):
    return pl.read_ipc(folder / "train.arrow")


@pytest.mark.parametrize(
    "w",
    [
        every(1, 2, 5),
        every(1.0, 2.0, 5.0),
        every("1", "2", "5"),
        every("1,000.00", "2,000.00", "5,000.00"),
        every(5e307, 1e308, 1.5e308),
        every(1e-300, 2e-300, 5e-300),
    ],
)
def test_it_is_no_feature_and_has_a_mean_of_one(tmp_path, w):
    found = ingest(table(w), WEIGHED, tmp_path)
    assert [c.name for c in found.schema.features] == ["n", "c"] and found.schema.weight == "w"
    written = train_of(tmp_path)[WEIGHT]
    assert written.dtype == pl.Float64 and written.mean() == pytest.approx(1.0)
    given_ = np.array([float(str(v).replace(",", "")) for v in w])
    np.testing.assert_allclose(written / written[0], given_ / given_[0])


def test_without_one_there_is_none(tmp_path):
    found = ingest(table(every(1, 2)), Problem(target="y"), tmp_path)
    assert WEIGHT not in train_of(tmp_path).columns and found.schema.weight is None
    assert "w" in [c.name for c in found.schema.features]


def test_rows_that_do_not_count_are_left_out_and_told(tmp_path):
    w = [0, 0, *every(1, 3, rows=N - 2)]
    frame = table(w).with_columns(y=pl.Series(["rare", "rare", *every("no", "yes", "no", rows=N - 2)]))
    found = ingest(frame, WEIGHED, tmp_path)
    assert found.rows == N - 2 and found.schema.target.classes == ("no", "yes")
    assert "zero-weight" in codes(found) and "rare-class" not in codes(found)
    assert train_of(tmp_path)["n"].to_list() == frame["n"].to_list()[2:]


def test_a_number_is_centred_and_scaled_by_weight(tmp_path):
    w = np.array(every(1, 2, 3))
    y = np.random.default_rng(0).normal(size=N)
    frame = table(w).with_columns(y=pl.Series(y))
    target = ingest(frame, WEIGHED, tmp_path).schema.target
    repeated = np.repeat(y, w)
    assert (target.mean, target.scale) == pytest.approx((repeated.mean(), repeated.std()))


def test_it_follows_its_row_into_the_order_of_time_and_into_groups(tmp_path):
    frame = table(range(1, N + 1)).with_columns(t=pl.Series(range(N, 0, -1)), g=pl.Series(every("a", "b", "c")))
    ingest(frame, Problem(target="y", weight="w", time="t", group="g"), tmp_path)
    train = train_of(tmp_path)
    expected = frame.sort("t")["w"].to_numpy()
    np.testing.assert_allclose(train[WEIGHT].to_numpy(), expected / expected.mean())
    assert train["n"].to_list() == frame.sort("t")["n"].to_list()


@pytest.mark.parametrize(
    ("w", "told"),
    [
        ([*every(1, 2, rows=N - 1), -0.5], f"row {N - 1}: the weight 'w' is -0.5, which is below 0"),
        ([1.0, np.inf, *every(1.0, rows=N - 2)], "row 1: the weight 'w' is inf, which is not finite"),
        ([1, 1, None, None, *every(1, rows=N - 4)], "the weight 'w' is missing in 2 rows (the first: 2)"),
        ([1.0, np.nan, *every(1.0, rows=N - 2)], "missing in 1 rows (the first: 1)"),
        (every(0), "the weight 'w' is 0 in every row"),
        (every("a", "b"), "row 0: the weight 'w': 'a' is not a number"),
        (pl.Series(every(1, 2)).cast(pl.Datetime), "the weight 'w' holds no numbers"),
    ],
)
def test_what_is_no_weight_is_refused_with_the_way_out(tmp_path, w, told):
    with pytest.raises(InputError) as caught:
        ingest(table(w), WEIGHED, tmp_path)
    assert told in str(caught.value)
    assert "0 leaves it out" in caught.value.way_out
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"weight": "W"}, "did you mean 'w'?"),
        ({"weight": "y"}, "can't be the group, the time or the weight"),
        ({"weight": "w", "group": "w"}, "'w' is the weight"),
        ({"weight": "w", "time": "w"}, "'w' is the weight"),
    ],
)
def test_the_column_must_be_there_and_be_nothing_else(tmp_path, asked, told):
    with pytest.raises(InputError) as caught:
        ingest(table(every(1, 2)), Problem(target="y", **asked), tmp_path)
    assert told in str(caught.value)


def test_a_weight_is_not_asked_of_rows_without_a_target(tmp_path):
    frame = table([None, *every(1, 2, rows=N - 1)]).with_columns(y=pl.Series([None, *every("no", "yes", rows=N - 1)]))
    assert ingest(frame, WEIGHED, tmp_path).rows == N - 1


def test_weights_that_are_alike_or_very_uneven_are_told(tmp_path):
    assert "equal-weights" in codes(ingest(table(every(7)), WEIGHED, tmp_path))
    found = ingest(table([1e6, *every(1.0, rows=N - 1)]), WEIGHED, tmp_path)
    (told,) = [f for f in found.findings if f.code == "uneven-weights"]
    assert "the 60 rows say about as much as 1 would" in told.message
    assert not {"equal-weights", "uneven-weights"} & codes(ingest(table(every(1, 2, 3)), WEIGHED, tmp_path))


@given(st.lists(st.floats(1e-3, 1e3), min_size=N, max_size=N))
def test_shares_are_kept_whatever_the_weights(tmp_path_factory, w):
    folder = tmp_path_factory.mktemp("w")
    ingest(table(w), WEIGHED, folder)
    np.testing.assert_allclose(train_of(folder)[WEIGHT].to_numpy(), np.array(w) / np.mean(w), rtol=1e-9)


def test_sealed_rows_keep_theirs(tmp_path):
    rows = 24_000
    found = ingest(table(every(1, 2, 3, 0, 1, 1, rows=rows), rows), WEIGHED, tmp_path)
    train, sealed = train_of(tmp_path), pl.read_ipc(tmp_path / "holdout.arrow")
    assert train.height + sealed.height == 20_000 and found.holdout == sealed.height
    assert train[WEIGHT].mean() == pytest.approx(1.0) and sealed[WEIGHT].n_unique() == 3


def test_test_rows_count_by_theirs_or_once(tmp_path):
    test = table([0, *every(1, 3, rows=29)], 30)
    test.write_csv(tmp_path / "test.csv")
    asked = Problem(target="y", weight="w", test=str(tmp_path / "test.csv"))
    assert ingest(table(every(1, 2)), asked, tmp_path).holdout == 29
    sealed = pl.read_ipc(tmp_path / "holdout.arrow")
    assert sealed[WEIGHT][1] / sealed[WEIGHT][0] == pytest.approx(3.0)
    test.drop("w").write_csv(tmp_path / "test.csv")
    found = ingest(table(every(1, 2)), asked, tmp_path)
    assert "test-without-weight" in codes(found) and found.holdout == 30
    assert WEIGHT not in pl.read_ipc(tmp_path / "holdout.arrow").columns


def test_later_rows_are_read_alike(tmp_path):
    schema = ingest(table(every("1,000.50", "2,000.25")), WEIGHED, tmp_path).schema
    rows = labelled(table(["3,000.00", "0", *every("1,000.00", rows=8)], 10), schema)
    assert rows.height == 9 and rows[WEIGHT][0] / rows[WEIGHT][1] == pytest.approx(3.0)
    assert rows[TARGET].null_count() == 0
    with pytest.raises(InputError, match="below 0"):
        labelled(table(["-1", *every("1", rows=9)], 10), schema)
