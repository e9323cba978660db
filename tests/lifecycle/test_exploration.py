"""mlwright.explore: the call behind the command."""

from __future__ import annotations

import importlib

import numpy as np
import pandas as pd
import polars as pl
import pytest

import mlwright

RNG = np.random.default_rng(0)
ROWS = {"x": RNG.normal(size=60).tolist(), "c": ["a", "b", "b"] * 20, "y": ["no", "yes"] * 30}


@pytest.mark.parametrize("data", [ROWS, pd.DataFrame(ROWS), pl.DataFrame(ROWS), pl.DataFrame(ROWS).to_arrow()])
def test_tables_in_memory_have_a_portrait(data) -> None:
    found = mlwright.explore(data, target="y", compare=ROWS)
    assert isinstance(found, mlwright.Portrait)
    assert (found.rows, found.goal.classes, found.source) == (60, ("yes",), "")
    assert {one.change for one in found.comparison.drifts} == {"steady"}


def test_the_name_stays_the_function_whatever_is_imported() -> None:
    importlib.import_module("mlwright.explore.portrait")
    assert callable(mlwright.explore)
    from mlwright import explore

    assert explore is mlwright.explore
    assert importlib.import_module("mlwright.explore").portray


def test_a_page_is_written_where_it_is_asked_for(tmp_path) -> None:
    mlwright.explore(ROWS, out=tmp_path / "deep" / "page.html")
    assert (tmp_path / "deep" / "page.html").read_text("utf-8").endswith("</html>\n")


def test_findings_are_told_with_and_without_a_target() -> None:
    holed = {
        **ROWS,
        "leak": [1.0 if word == "yes" else 0.0 for word in ROWS["y"]],
        "gone": [None] * 50 + [1.5, 2.5] * 5,
    }
    with_target = mlwright.explore(holed, target="y")
    codes = {finding.code for finding in with_target.findings}
    assert {"leak-target-copy", "mostly-missing"} <= codes
    assert not any(finding.column == "y" and finding.code == "leak-target-copy" for finding in with_target.findings)
    assert "mostly-missing" in {finding.code for finding in mlwright.explore(holed).findings}
