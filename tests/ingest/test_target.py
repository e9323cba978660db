"""A target that is written as amounts is learnt as a number, and read in the same way later."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from mlwright import frames
from mlwright.contracts.records import TARGET, Notation, Problem
from mlwright.ingest import ingest, labelled

N = 60
NUMBERS = np.arange(N) * 1001.5 + 500


def table(written):
    return pl.DataFrame({"x": np.arange(N) * 7 % 13, "y": written})


@pytest.mark.parametrize(
    ("written", "notation", "values"),
    [
        ([f"${n:,.2f}" for n in NUMBERS], Notation(thousands=",", unit="$", units={"$": 1.0}), NUMBERS),
        ([f"{n % 100:.1f}%" for n in range(N)], Notation(unit="%", units={"%": 1.0}), np.arange(N) % 100),
        ([str(n).replace(".", ",") for n in NUMBERS], Notation(decimal=",", thousands=""), NUMBERS),
    ],
    ids=["money", "percentage", "decimal comma"],
)
def test_amounts_are_a_number_to_predict(tmp_path, written, notation, values):
    made = ingest(table(written), Problem(target="y"), tmp_path)
    assert (made.schema.target.task, made.schema.target.notation) == ("regression", notation)
    assert labelled(table(written), made.schema)[TARGET].to_list() == pytest.approx(values.tolist())
    assert labelled(table(values), made.schema)[TARGET].to_list() == pytest.approx(values.tolist())


def test_few_amounts_are_classes(tmp_path):
    made = ingest(table(["5%", "10%"] * (N // 2)), Problem(target="y"), tmp_path)
    assert (made.schema.target.task, made.schema.target.classes) == ("binary", ("10%", "5%"))


def test_later_rows_are_read_in_the_notation_of_the_training_rows(tmp_path):
    written = [f"{n:,.1f}".translate(str.maketrans(",.", ".,")) for n in NUMBERS]
    made = ingest(table(written), Problem(target="y"), tmp_path)
    later = labelled(table(["1.500"] * N), made.schema)
    assert later[TARGET].unique().to_list() == [1500.0] and frames.parse_number("1.500") == 1.5


@pytest.mark.parametrize(
    ("values", "floor"),
    [
        (np.exp(np.linspace(0, 5, N)), 0.0),
        (np.r_[0.0, 3.0 * np.exp(np.linspace(0, 5, N - 1))], -3.0),
        (np.linspace(1, 2, N), None),
        (np.exp(np.linspace(0, 5, N)) - 2, None),
        (1e9 - np.exp(np.linspace(0, 5, N)), None),
    ],
    ids=["skewed", "skewed with zeros", "even", "below zero", "skewed the other way"],
)
def test_the_floor_is_where_the_logarithm_of_a_skewed_target_is_taken_from(tmp_path, values, floor):
    target = ingest(table(values), Problem(target="y"), tmp_path).schema.target
    assert target.floor == (floor if floor is None else pytest.approx(floor))
