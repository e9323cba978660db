"""The target under another name is no feature; what only resembles it is one."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from mlwright.contracts.records import Problem
from mlwright.ingest import ingest

RNG = np.random.default_rng(0)
N = 300
CLASS = RNG.choice(["no", "yes", "maybe"], N)
NUMBER = RNG.gamma(3, 100, N)
COPIES = {"label": [f"L-{c}" for c in CLASS], "code": np.searchsorted(["maybe", "no", "yes"], CLASS)}
FORMULAS = {"cents": NUMBER * 100 + 5, "log": np.log(NUMBER), "square": NUMBER**2, "inverse": 1 / NUMBER}


def read(folder, y, problem=None, **columns):
    base = {"n": RNG.normal(size=N), "c": RNG.choice(list("abcd"), N)}
    table = ingest(pl.DataFrame({**base, **columns, "y": y}), problem or Problem(target="y"), folder)
    told = {f.column for f in table.findings if f.code == "leak-target-copy"}
    return {c.name for c in table.schema.features}, told


@pytest.mark.parametrize(("y", "copies"), [(CLASS, COPIES), (NUMBER, FORMULAS)], ids=["classes", "numbers"])
def test_copies_are_no_features_and_told(tmp_path, y, copies):
    assert read(tmp_path, y, **copies) == ({"n", "c"}, set(copies))


def test_who_keeps_them_has_them(tmp_path):
    features, told = read(tmp_path, CLASS, Problem(target="y", keep=("leak-target-copy",)), **COPIES)
    assert features == {"n", "c", *COPIES} and not told


@pytest.mark.parametrize(
    ("y", "near"),
    [
        (CLASS, [f"{c}{i % 2}" for i, c in enumerate(CLASS)]),
        (CLASS, np.where(np.arange(N) == 7, "yes" if CLASS[7] == "no" else "no", CLASS)),
        (NUMBER, np.round(NUMBER)),
        (NUMBER, RNG.normal(size=N)),
        (NUMBER, np.arctan(NUMBER / 100)),
        (np.sort(NUMBER), np.arange(N) * 2.0 + RNG.random(N)),
    ],
    ids=["finer", "one mistake", "rounded", "all different", "bent", "growing"],
)
def test_what_is_not_beyond_doubt_stays(tmp_path, y, near):
    features, told = read(tmp_path, y, near=near)
    assert "near" in features and not told


def test_a_column_that_the_problem_names_stays(tmp_path):
    problem = Problem(target="y", monotone={"log": "up"})
    features, told = read(tmp_path, NUMBER, problem, **FORMULAS)
    assert "log" in features and told == set(FORMULAS) - {"log"}


def test_where_nothing_else_could_be_learnt_from_it_stays(tmp_path):
    table = ingest(pl.DataFrame({"x": COPIES["label"], "y": CLASS}), Problem(target="y"), tmp_path)
    assert [c.name for c in table.schema.features] == ["x"]


def test_few_rows_are_no_proof(tmp_path):
    some = slice(0, 40)
    frame = pl.DataFrame({"n": RNG.random(40), "x": COPIES["label"][some], "y": CLASS[some]})
    assert {c.name for c in ingest(frame, Problem(target="y"), tmp_path).schema.features} == {"n", "x"}
