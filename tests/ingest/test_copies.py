"""Rows that were recorded twice lie on one side of every split; rows that look alike by chance don't have to."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from mlwright.contracts.errors import InputError
from mlwright.contracts.records import GROUP, REPAIRS, Problem, Schema, Split, Target
from mlwright.ingest import infer, ingest
from mlwright.ingest.copies import by_no_chance, copies
from mlwright.ingest.holdout import LARGE, seal_copies

RNG = np.random.default_rng(3)


def distinct_rows(rows):
    return pl.DataFrame(
        {
            "x": RNG.normal(size=rows),
            "z": RNG.normal(size=rows).round(1),
            "c": RNG.choice(list("abcd"), rows),
            "y": RNG.choice(["no", "yes"], rows),
        }
    )


def few_values(rows):
    return pl.DataFrame({name: RNG.integers(0, 3, rows).astype(str) for name in "abcde"} | {"y": RNG.random(rows)})


def doubled(frame, share=0.2):
    return pl.concat([frame, frame.head(int(share * frame.height))])


def read(frame, folder, **asked):
    table = ingest(frame, Problem(target="y", **asked), folder)
    return table, pl.read_ipc(folder / "train.arrow")


def told(table):
    return [finding for finding in table.findings if finding.code == "duplicate-rows"]


def test_copies_share_a_code_and_are_told(tmp_path):
    table, rows = read(doubled(distinct_rows(200)), tmp_path)
    code = rows[GROUP].to_list()
    assert code == [*range(200), *range(40)]
    (finding,) = told(table)
    assert "40 of 240" in finding.message and "--keep duplicate-rows" in finding.remedy


@pytest.mark.parametrize("asked", [{"keep": ("duplicate-rows",)}, {"group": "c"}, {"time": "x"}])
def test_who_keeps_copies_or_names_a_group_or_a_time_only_gets_the_finding(tmp_path, asked):
    table, rows = read(doubled(distinct_rows(200)), tmp_path, **asked)
    assert (GROUP in rows.columns) == ("group" in asked)
    (finding,) = told(table)
    assert "--keep" not in finding.remedy


def test_rows_that_agree_by_chance_are_no_copies(tmp_path):
    table, rows = read(few_values(400).with_columns(y=pl.lit(0.5) + pl.col("a").cast(pl.Float64)), tmp_path)
    assert GROUP not in rows.columns
    assert "look alike" in told(table)[0].remedy


def test_nothing_is_told_of_rows_that_differ(tmp_path):
    table, rows = read(distinct_rows(300), tmp_path)
    assert told(table) == [] and GROUP not in rows.columns


def test_prose_that_agrees_to_the_letter_does_so_by_no_chance(tmp_path):
    words = [" ".join(RNG.choice(list("abcdefgh"), 6)) for _ in range(200)]
    frame = pl.DataFrame({"note": words, "length": [len(w) for w in words], "y": RNG.choice(["no", "yes"], 200)})
    _, rows = read(doubled(frame), tmp_path)
    assert rows[GROUP].n_unique() == 200


def test_a_row_order_decides_nothing():
    frame = doubled(distinct_rows(300))
    schema = Schema(columns=infer(frame.drop("y")), target=Target(name="y", task="binary"))
    features = frame.drop("y")
    assert by_no_chance(features, schema) and by_no_chance(features.sample(fraction=1.0, shuffle=True, seed=1), schema)


def test_copies_of_a_sealed_row_are_sealed_too():
    groups = np.concatenate([np.arange(LARGE), np.arange(0, LARGE, 3)]).astype(np.int32)
    sealed = seal_copies(RNG.integers(0, 2, len(groups)).astype(np.int32), groups, 0)
    assert 0.08 < sealed.mean() < 0.12
    assert not set(groups[sealed]) & set(groups[~sealed])


def test_a_repair_that_there_is_not_is_refused_with_those_that_there_are(tmp_path):
    with pytest.raises(InputError) as caught:
        ingest(distinct_rows(50), Problem(target="y", keep=("duplicate-row",)), tmp_path)
    text = str(caught.value)
    assert "did you mean 'duplicate-rows'?" in text and all(code in text for code in REPAIRS)


def test_no_rows_and_no_columns_have_no_copies():
    schema = Schema(columns=(), target=Target(name="y", task="binary"))
    empty = pl.DataFrame({"__target__": pl.Series([], dtype=pl.Int32)})
    assert copies(empty, schema, (), Split()) == (None, ())


def test_test_rows_that_are_learnt_from_are_told(tmp_path):
    frame = distinct_rows(300)
    for rows, codes in ((distinct_rows(50), []), (frame.tail(50), ["test-rows-seen"])):
        rows.write_parquet(tmp_path / "test.parquet")
        table = ingest(frame, Problem(target="y", test=str(tmp_path / "test.parquet")), tmp_path)
        assert [finding.code for finding in table.findings] == codes
    twice = pl.concat([frame, frame.head(100)])
    table = ingest(twice, Problem(target="y", test=str(tmp_path / "test.parquet")), tmp_path)
    assert [finding.code for finding in table.findings] == ["duplicate-rows", "test-rows-seen"]


@pytest.mark.slow
def test_the_score_of_a_table_with_copies_is_that_on_new_rows(tmp_path):
    from mlwright import train

    def drawn(rows, seed):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(rows, 4))
        y = x[:, 0] + x[:, 1] * x[:, 2] + 1.5 * rng.normal(size=rows) > 0
        return pl.DataFrame({f"x{i}": x[:, i] for i in range(4)} | {"y": np.where(y, "yes", "no")})

    frame = drawn(600, 0)
    frame = pl.concat([frame, frame.sample(fraction=0.4, seed=1)]).sample(fraction=1.0, shuffle=True, seed=2)
    new = drawn(4000, 9)
    told = {}
    for keep in ((), ("duplicate-rows",)):
        model = train(frame, "y", trials=2, metric="accuracy", keep=keep, out=tmp_path / str(len(keep)))
        told[keep] = model.verdict.score.value
        true = float((np.asarray(model.predict(new.drop("y"))) == new["y"].to_numpy()).mean())
        assert (told[keep] - true > 0.05) == bool(keep)
    assert model.verdict.score.low > true, "copies on both sides flatter beyond the interval"
