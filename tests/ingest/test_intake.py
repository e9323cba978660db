"""From a source to a typed table in the run's folder."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from mlwright.contracts.errors import InputError, SchemaError
from mlwright.contracts.records import ASIDE, GROUP, ROW, TARGET, Problem
from mlwright.ingest import ingest, labelled

RNG = np.random.default_rng(1)
N = 60


def table(rows=N, **more):
    columns = {"n": RNG.random(rows), "c": RNG.choice(["a", "b", "c"], rows), "y": RNG.choice(["no", "yes"], rows)}
    return pl.DataFrame({**columns, **more})


def codes(found):
    return {finding.code for finding in found.findings}


def train_of(folder):
    return pl.read_ipc(folder / "train.arrow")


def alternate(*values, rows=N):
    return [values[i % len(values)] for i in range(rows)]


@pytest.mark.parametrize(
    ("values", "asked", "task", "classes"),
    [
        (alternate("no", "yes"), {}, "binary", ("no", "yes")),
        (alternate(True, False), {}, "binary", (False, True)),
        (alternate(1, 0), {}, "binary", (0, 1)),
        (alternate(1.0, 0.0, None), {}, "binary", (0, 1)),
        (alternate(0.5, 1.5), {}, "binary", (0.5, 1.5)),
        (alternate(10, 9, 2), {}, "multiclass", (2, 9, 10)),
        (alternate("10", "9", "2"), {}, "multiclass", ("10", "2", "9")),
        (list(range(N)), {}, "regression", ()),
        ([i / 7 for i in range(N)], {}, "regression", ()),
        ([str(i / 7) for i in range(N)], {}, "regression", ()),
        (alternate(*range(30)), {"metric": "log_loss"}, "multiclass", tuple(range(30))),
        (alternate(*range(30)), {"task": "multiclass"}, "multiclass", tuple(range(30))),
        (alternate(0, 1), {"metric": "rmse"}, "regression", ()),
        (alternate("0", "1"), {"task": "regression"}, "regression", ()),
        (alternate("a", "b"), {"task": "multiclass"}, "binary", ("a", "b")),
    ],
)
def test_the_task_and_the_classes(tmp_path, values, asked, task, classes):
    found = ingest(table().with_columns(pl.Series("y", values)), Problem(target="y", **asked), tmp_path)
    target = found.schema.target
    assert (target.task, target.classes) == (task, classes)
    assert [type(label) for label in target.classes] == [type(label) for label in classes]
    written = train_of(tmp_path)[TARGET]
    given = [value for value in values if value is not None]
    if task == "regression":
        assert written.to_list() == [float(value) for value in given]
        assert target.mean == pytest.approx(written.mean()) and target.scale == pytest.approx(written.std(ddof=0))
    else:
        assert written.dtype == pl.Int32 and [classes[code] for code in written] == given
        assert target.counts == tuple(given.count(label) for label in classes)


def test_texts_of_numbers_from_a_csv_are_numbers(tmp_path):
    path = tmp_path / "x.csv"
    table().with_columns(pl.Series("y", alternate("1", "0"))).write_csv(path)
    assert ingest(path, Problem(target="y"), tmp_path).schema.target.classes == (0, 1)


@pytest.mark.parametrize(
    ("frame", "asked", "told"),
    [
        (table(), {"target": "Y"}, "'y'"),
        (table(), {"target": "y", "group": "nn"}, "group"),
        (table(), {"target": "y", "time": "zzz"}, "time"),
        (table(), {"target": "y", "time": "c"}, "neither dates nor numbers"),
        (table(t=alternate("2020-01-01", None)), {"target": "y", "time": "t"}, "missing in 30 rows"),
        (table(), {"target": "y", "group": "y"}, "target"),
        (table(g=["one"] * N), {"target": "y", "group": "g"}, "same in every row"),
        (table().with_columns(y=pl.lit("yes")), {"target": "y"}, "same target"),
        (table().with_columns(y=pl.lit(None)), {"target": "y"}, "no row"),
        (table().with_columns(y=pl.lit("?")), {"target": "y"}, "no row"),
        (table().with_columns(y=pl.Series([f"v{i}" for i in range(N)])), {"target": "y"}, "occur more than once"),
        (
            table().with_columns(y=pl.Series([np.inf, *RNG.random(N - 1)])),
            {"target": "y"},
            "infinite in 1 rows (the first: 0)",
        ),
        (table(), {"target": "y", "metric": "rmse"}, "is not a number"),
        (table(), {"target": "y", "metric": "acuracy"}, "acuracy"),
        (table().with_columns(y=pl.lit(3)), {"target": "y", "task": "regression"}, "same target"),
        (table().with_columns(y=pl.col("c")), {"target": "y", "task": "binary"}, "3 classes"),
        (table(9), {"target": "y"}, "too few"),
        (table().select("y", k=pl.lit(1)), {"target": "y"}, "no column is left"),
        (table().rename({"n": TARGET}), {"target": "y"}, TARGET),
    ],
)
def test_what_can_not_be_learnt_is_told_with_the_way_out(tmp_path, frame, asked, told):
    with pytest.raises(InputError) as caught:
        ingest(frame, Problem(**asked), tmp_path)
    assert told in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_rows_without_a_target_and_classes_of_one_row_are_left_out_and_told(tmp_path):
    values = ["rare", None, "NA", *alternate("no", "yes", rows=N - 3)]
    found = ingest(table().with_columns(pl.Series("y", values)), Problem(target="y"), tmp_path)
    assert found.rows == N - 3 and found.schema.target.classes == ("no", "yes")
    assert {"rare-class", "missing-target"} <= codes(found)


def test_constants_identifiers_and_repeated_rows_are_told(tmp_path):
    frame = table(same=["x"] * N, key=[f"k{i}" for i in range(N)])
    frame = pl.concat([frame, frame.with_columns(key=pl.col("key") + "b")])
    found = ingest(frame, Problem(target="y"), tmp_path)
    assert {"constant-column", "identifier-column", "duplicate-rows"} <= codes(found)
    assert train_of(tmp_path).columns == ["n", "c", f"{ASIDE}key", TARGET, ROW, GROUP]


def test_the_group_is_no_feature_and_the_rows_are_in_time_order(tmp_path):
    days = [f"2020-{1 + i % 12:02}-{1 + i % 28:02}" for i in range(N)]
    frame = table(g=alternate("s1", "s2", None), day=days, n=range(N))
    found = ingest(frame, Problem(target="y", group="g", time="day"), tmp_path)
    train = train_of(tmp_path)
    assert "g" not in train.columns and train[GROUP].dtype == pl.Int32 and train[GROUP].n_unique() == 3
    assert train["day"].is_sorted() and found.holdout == 0
    expected = frame.with_row_index().sort("day", "index")
    assert expected["y"].to_list() == [found.schema.target.classes[code] for code in train[TARGET]]


BIG = table(20_000).with_columns(
    g=pl.Series(np.arange(20_000) // 7), y=pl.Series(["rare"] * 3 + ["no", "yes"] * 9998 + ["no"])
)


def test_a_tenth_of_a_large_table_is_sealed_by_class(tmp_path):
    found = ingest(BIG.with_row_index("i").cast({"i": pl.Float64}), Problem(target="y"), tmp_path)
    train, holdout = train_of(tmp_path), pl.read_ipc(tmp_path / "holdout.arrow")
    assert (found.sealed, found.rows, found.holdout) == ("rows", train.height, holdout.height)
    assert sorted([*train["i"], *holdout["i"]]) == list(range(20_000)) and 1990 <= holdout.height <= 2000
    assert train[TARGET].value_counts()["count"].min() >= 2
    assert holdout[TARGET].mean() == pytest.approx(train[TARGET].mean(), abs=0.01)


def test_whole_groups_are_sealed_and_the_seed_decides_which(tmp_path):
    sealed = []
    for seed in (0, 0, 1):
        ingest(BIG, Problem(target="y", group="g", seed=seed), tmp_path)
        train, holdout = train_of(tmp_path), pl.read_ipc(tmp_path / "holdout.arrow")
        assert not set(train[GROUP]) & set(holdout[GROUP]) and 1900 <= holdout.height <= 2000
        assert train[TARGET].value_counts()["count"].min() >= 2
        sealed.append(sorted(set(holdout[GROUP])))
    assert sealed[0] == sealed[1] != sealed[2]


def test_the_users_test_data_is_sealed(tmp_path):
    path = tmp_path / "test.csv"
    table(30, extra=1).with_columns(y=pl.Series([None, *alternate("yes", "no", rows=29)])).write_csv(path)
    found = ingest(table(), Problem(target="y", test=str(path)), tmp_path)
    holdout = pl.read_ipc(tmp_path / "holdout.arrow")
    assert (found.sealed, found.rows, found.holdout) == ("test", N, 29) and "missing-target" in codes(found)
    assert holdout[TARGET].to_list() == alternate(1, 0, rows=29)
    assert holdout.schema == train_of(tmp_path).drop(ROW).schema


@pytest.mark.parametrize(
    ("change", "error", "told"),
    [
        (lambda t: t.with_columns(y=pl.lit("maybe")), InputError, "maybe"),
        (lambda t: t.rename({"y": "yy"}), InputError, "'yy'"),
        (lambda t: t.drop("n"), SchemaError, "'n'"),
        (lambda t: t.with_columns(n=pl.lit("abc")), SchemaError, "row 0"),
        (lambda t: t.with_columns(y=pl.lit(None, dtype=pl.String)), InputError, "no row"),
    ],
)
def test_test_data_that_does_not_fit_is_refused(tmp_path, change, error, told):
    schema = ingest(table(), Problem(target="y"), tmp_path).schema
    with pytest.raises(error) as caught:
        labelled(change(table()), schema)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("train", "later"),
    [
        ((0, 1), ("0", "1.0")),
        ((0, 1), (False, True)),
        (("0", "1"), (0.0, 1)),
        ((False, True), ("False", "true")),
        ((False, True), (0, 1)),
    ],
)
def test_labels_of_another_type_are_recognised(tmp_path, train, later):
    first = table().with_columns(pl.Series("y", alternate(*train)))
    schema = ingest(first, Problem(target="y"), tmp_path).schema
    second = table().with_columns(pl.Series("y", alternate(*later), strict=False))
    assert labelled(second, schema)[TARGET].to_list() == alternate(0, 1)


def test_the_fingerprint_is_of_the_content(tmp_path):
    def fingerprint(data):
        return ingest(data, Problem(target="y"), tmp_path).fingerprint

    frame = table().with_columns(n=pl.when(pl.col("n") > 0.2).then("n"))
    same = fingerprint(frame)
    pieces = pl.concat([frame[:7], frame[7:]], rechunk=False)
    garbage = frame.with_columns(n=pl.Series(np.where(frame["n"].is_null(), np.nan, frame["n"].to_numpy())))
    assert fingerprint(pieces) == same == fingerprint(garbage) == fingerprint(frame.to_pandas())
    others = (frame[::-1], frame.with_columns(n=pl.col("n").fill_null(0)), frame.rename({"n": "m"}), frame[:-1])
    assert len({same, *map(fingerprint, others)}) == 5
