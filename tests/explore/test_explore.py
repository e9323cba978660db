"""What exploring tells, and what it keeps quiet about."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from mlwright.contracts.records import REPAIRS, Problem
from mlwright.explore import explore
from mlwright.ingest import ingest

RNG = np.random.default_rng(2)
N = 2000
NOISE = {
    "noise": RNG.random(N),
    "level": RNG.choice(list("abcd"), N),
    "gaps": np.where(RNG.random(N) < 0.4, np.nan, RNG.random(N)),
}
CLASS = RNG.integers(0, 2, N)
NUMBER = RNG.normal(size=N)
THREE = RNG.choice(["x", "y", "z"], N)


def profile(folder, **columns):
    folder.mkdir(exist_ok=True)
    table = ingest(pl.DataFrame({**NOISE, **columns}), Problem(target="y"), folder)
    return explore(table, pl.read_ipc(folder / "train.arrow"))


def told(found, code):
    return {finding.column for finding in found.findings if finding.code == code}


@pytest.mark.parametrize("y", [CLASS, NUMBER, THREE], ids=["binary", "regression", "multiclass"])
def test_noise_is_no_suspect(tmp_path, y):
    assert explore_codes(tmp_path, y) == set()


def explore_codes(folder, y):
    return {finding.code for finding in profile(folder, y=y).findings}


def test_a_rare_class_makes_no_column_a_suspect(tmp_path):
    y = np.zeros(N, dtype=int)
    y[:2] = 1
    found = profile(tmp_path, y=y)
    assert not {f.code for f in found.findings if f.code.startswith("leak-")}
    assert told(found, "class-imbalance") == {"y"}


def test_a_column_that_is_mostly_missing_is_told(tmp_path):
    found = profile(tmp_path, y=CLASS, empty=np.where(RNG.random(N) < 0.6, np.nan, RNG.random(N)))
    assert told(found, "mostly-missing") == {"empty"}


def test_what_is_to_be_repaired_is_found_without_the_target(tmp_path):
    code = np.where(RNG.random(N) < 0.1, -999.0, RNG.integers(20, 90, N))
    found = [profile(tmp_path / str(i), y=y, code=code) for i, y in enumerate((CLASS, CLASS[::-1], NUMBER))]
    assert [one.unknowns for one in found] == [{"sentinel-values": {"code": (-999.0,)}}] * 3
    assert told(found[0], "sentinel-values") == {"code"}


def test_rows_in_another_order_have_the_same_to_repair(tmp_path):
    code = np.where(RNG.random(N) < 0.1, -999.0, RNG.integers(20, 90, N))
    order = RNG.permutation(N)
    turned = profile(tmp_path / "a", y=CLASS[order], code=code[order])
    assert turned.unknowns == profile(tmp_path / "b", y=CLASS, code=code).unknowns


def test_every_finding_that_is_acted_on_is_a_repair_that_may_be_kept(tmp_path):
    days = [dt.datetime(1900, 1, 1)] * 5 + [dt.datetime(2020, 1, 1) + dt.timedelta(days=i % 900) for i in range(N - 5)]
    bell = np.where(np.arange(N) < 20, 0.0, RNG.normal(120, 15, N).clip(50))
    age = np.where(np.arange(N) < 3, 250.0, RNG.integers(18, 90, N))
    code = np.where(RNG.random(N) < 0.1, -999.0, RNG.integers(20, 90, N))
    found = profile(tmp_path, y=CLASS, day=days, bell=bell, age=age, code=code)
    assert set(found.unknowns) | {"duplicate-rows", "time-order", "grouped-rows", "leak-target-copy"} == set(REPAIRS)
    expected = {
        "default-dates": 5,
        "zero-for-missing": 20,
        "impossible-values": 3,
        "sentinel-values": (code == -999).sum(),
    }
    assert found.cells == expected


def test_the_guide_lists_every_code_that_is_told():
    root = Path(__file__).parents[2]
    page = (root / "docs" / "guide" / "cleaning.md").read_text("utf-8")
    listed = set(re.findall(r"^\| `([a-z-]+)` \|", page, flags=re.MULTILINE))
    assert set(REPAIRS) <= listed
    folder = root / "src" / "mlwright" / "explore"
    sources = [path.read_text("utf-8") for path in folder.rglob("*.py")]
    told = {
        code
        for text in sources
        for code in re.findall(r'code="([a-z-]+)"|_finding\("([a-z-]+)"|"(leak-[a-z-]+)"', text)
        for code in code
    }
    assert told - {""} <= listed
