"""Rows that columns show to be harder get wider intervals, the same in the graph as here; noise shows nothing."""

from __future__ import annotations

import numpy as np
import pytest

from mlwright import graph
from mlwright.contracts.protocols import Truth
from mlwright.search.conformal import band
from mlwright.search.difficulty import Cells, difficulty, emit_factor, factor


def rows(count, seed, hard=4.0):
    """Answers near 0 whose truth is ``hard`` times as far off in the city of "Oslo", and twice where x is above 1."""
    rng = np.random.default_rng(seed)
    city, x = rng.choice(["Rome", "Oslo", "Łódź", ""], count, p=[0.6, 0.1, 0.2, 0.1]), rng.normal(size=count)
    numbers = np.column_stack([rng.normal(size=count), np.where(rng.random(count) < 0.1, np.nan, x)])
    cells = Cells(("noise", "x"), ("city",), {"numbers": numbers, "strings": city[:, None].astype(object)})
    size = np.where(city == "Oslo", hard, 1.0) * np.where(numbers[:, 1] > 1, (1 + hard) / 2.5, 1.0)
    return cells, 0.01 * rng.normal(size=count), size * rng.normal(size=count)


def test_a_band_holds_in_every_part_that_a_column_makes_hard():
    held, cities = {"plain": [], "by columns": []}, []
    for seed in range(12):
        cells, answer, off = rows(3000, seed)
        truth = Truth("regression", answer + off, 0)
        unseen, new, miss = rows(3000, 100 + seed)
        held["plain"].append(np.abs(miss) <= band(answer, truth).half(new))
        held["by columns"].append(np.abs(miss) <= band(answer, truth, cells).half(new, unseen))
        cities.append(unseen.column("city"))
    city, part = np.concatenate(cities), {name: np.concatenate(parts) for name, parts in held.items()}
    assert part["plain"].mean() == pytest.approx(0.9, abs=0.01)
    assert part["by columns"].mean() == pytest.approx(0.9, abs=0.01)
    assert part["plain"][city == "Oslo"].mean() < 0.6
    for name in ("Rome", "Oslo", "Łódź", ""):
        assert part["by columns"][city == name].mean() == pytest.approx(0.9, abs=0.04)


def test_the_graph_computes_the_same_on_rows_of_every_kind():
    cells, _, off = rows(2000, 0)
    effects = difficulty(np.abs(off), cells)
    assert {e.column for e in effects} == {"city", "x"}
    model = graph.compile({"factor": emit_factor(effects)}, graph.Inputs(cells.numbers, cells.strings))
    edges = next(e.edges for e in effects if e.column == "x")
    strange = np.array([np.nan, np.inf, -np.inf, 0.0, *edges])
    feeds = {
        "numbers": np.column_stack([strange, strange]),
        "strings": np.resize(np.array(["Oslo", "never seen", ""], object), (len(strange), 1)),
    }
    for seen in (cells, Cells(cells.numbers, cells.strings, feeds)):
        got = graph.Session(model)(seen.feeds)["factor"][:, 0]
        np.testing.assert_allclose(got, factor(effects, seen), rtol=1e-6)
        assert np.isfinite(got).all()


def test_noise_tells_next_to_nothing():
    wide = []
    for seed in range(20):
        cells, _, off = rows(1500, seed, hard=1.0)
        flat = off / np.where(cells.column("x") > 1, (1 + 1.0) / 2.5, 1.0)
        made = factor(difficulty(np.abs(flat), cells), cells)
        wide.append(np.abs(np.log(made)).max())
    assert np.median(wide) < 0.1


@pytest.mark.parametrize("count", [0, 1, 300])
def test_few_rows_tell_nothing(count):
    cells, _, off = rows(count, 0)
    assert difficulty(np.abs(off), cells) == ()


def test_errors_of_nothing_tell_nothing():
    cells, _, _ = rows(1000, 0)
    assert difficulty(np.zeros(1000), cells) == ()


def test_the_order_of_columns_does_not_matter():
    cells, _, off = rows(2000, 0)
    turned = Cells(("x", "noise"), ("city",), cells.feeds | {"numbers": cells.feeds["numbers"][:, ::-1]})
    assert difficulty(np.abs(off), cells) == difficulty(np.abs(off), turned)
