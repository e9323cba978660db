"""Tables too large for a run's memory or time: one look at all rows, and a sample."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from mlwright import frames
from mlwright.contracts.records import Problem
from mlwright.ingest import ingest, sample
from mlwright.ingest.sample import Bounds, Room
from mlwright.ingest.source import load

MANY = 120_000


def table(rows: int = MANY) -> pl.DataFrame:
    rng = np.random.default_rng(0)
    return pl.DataFrame(
        {
            "row": np.arange(rows),
            "amount": [f"{value:.3f}" for value in rng.normal(size=rows)],
            "long": [f"a text of which every one is another, number {i}" for i in range(rows)],
            "label": np.where(np.arange(rows) % 40_000 == 7, "rare", np.where(rng.random(rows) < 0.3, "yes", "no")),
        }
    )


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    file = tmp_path_factory.mktemp("large") / "large.parquet"
    whole = table()
    amounts = whole["amount"].to_list()
    amounts[MANY - 3] = "about five"
    whole.with_columns(pl.Series("amount", amounts)).write_parquet(file)
    return file


def drawn(path, rows=30_000, seed=0):
    return sample.draw(path, Room(rows, "memory"), Bounds(memory=10**9, seed=seed, target="label"))


@pytest.mark.slow
def test_the_sample_is_even_in_order_and_repeatable(path):
    first = drawn(path)
    rows = first.frame["row"].to_numpy()
    assert (first.rows, len(rows)) == (MANY, 30_000)
    assert (np.diff(rows) > 0).all()
    tenths = np.bincount(rows * 10 // MANY, minlength=10)
    assert np.abs(tenths - 3_000).max() < 250  # five standard deviations
    assert first.frame.equals(drawn(path).frame)
    assert not first.frame.equals(drawn(path, seed=1).frame)


def test_the_same_rows_are_drawn_from_a_table_in_memory(path):
    bounds = Bounds(seed=0, target="label")
    assert sample.thin(frames.read(path), Room(30_000, "budget"), bounds).frame.equals(drawn(path).frame)


def test_a_value_outside_the_sample_counts_for_what_a_column_is(path):
    found = drawn(path)
    assert "about five" not in found.frame["amount"].to_list()
    assert found.whole.odd["amount"].to_list() == ["about five"]
    with_it = sample.with_odd(found.frame, found.whole)
    assert with_it["amount"].to_list()[-1] == "about five"


def test_ranges_and_classes_are_of_all_rows(path):
    whole = drawn(path, rows=20_000).whole
    assert whole.ranges["row"] == (0.0, MANY - 1.0)
    assert whole.labels["rare"] == 3
    assert sum(whole.labels.values()) == MANY


@pytest.mark.parametrize(
    ("bounds", "reason"),
    [(Bounds(), ""), (Bounds(memory=10**9), "memory"), (Bounds(budget=60.0), "budget"), (Bounds(10**12, 1e9), "")],
)
def test_room_is_what_memory_and_time_allow(bounds, reason):
    fit = sample.room(frames.Extent(20_000_000, 10, 2_000_000_000), bounds)
    assert (fit.reason if fit else "") == reason
    if fit:
        assert 20_000 < fit.rows < 20_000_000


def test_no_sample_is_smaller_than_is_worth_it():
    fit = sample.room(frames.Extent(1_000_000, 10_000, 10**11), Bounds(memory=6 * 10**8))
    assert fit == Room(sample.FEWEST_ROWS, "memory", 1_000_000)


def test_a_source_says_how_much_of_it_was_taken(path):
    source = load(path, bounds=Bounds(budget=1.0, target="label"))
    assert (source.origin.rows, source.origin.taken) == (MANY, source.frame.height)
    assert source.frame.height == 30_000  # 120,000 values a second, four columns
    assert load(path).whole is None


@pytest.mark.slow
def test_ingest_tells_of_the_sample_and_of_rare_classes(path, tmp_path):
    found = ingest(path, Problem(target="label", budget=1.0), tmp_path)
    told = {finding.code: finding.message for finding in found.findings}
    assert "30,000 of 120,000 rows were taken" in told["sampled"]
    assert "'rare' (3 rows in all)" in told["rare-in-sample"]
    assert found.rows + found.holdout <= 30_000
    row = next(column for column in found.schema.columns if column.name == "row")
    assert row.kind in ("identifier", "numeric")


def test_without_limits_all_rows_are_taken(path, tmp_path):
    found = ingest(path, Problem(target="label", trials=1), tmp_path)
    assert "sampled" not in {finding.code for finding in found.findings}
    assert found.origins[0].taken == MANY


def test_when_time_is_short_fewer_rows_are_looked_at_and_it_is_told(path, monkeypatch):
    monkeypatch.setattr(sample, "_LOOKING", 0.0)
    monkeypatch.setattr(sample, "_READING", 0.0)
    found = sample.draw(path, Room(30_000, "budget", MANY), Bounds(budget=1e-3, target="label"))
    assert found.rows == MANY
    assert found.whole.read < MANY
    assert found.whole.looked == 0
    origin = load(path).origin
    (told, *_) = sample.findings(origin, found.whole, Bounds(budget=1e-3))
    assert f"the first {found.whole.read:,}, all that there was time to read" in told.message
