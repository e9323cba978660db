"""mlwright explore: what it prints, what it writes, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from mlwright.contracts.portrait import Portrait


@pytest.mark.slow
def test_a_table_is_told_and_a_page_written(folder: Path, typed) -> None:
    told = typed("explore", "rows.csv", "--target", "y")
    assert told.code == 0, told.err
    assert "30 rows, 8 columns" in told.out
    assert "Page: explore/rows.html" in told.out
    assert "\x1b" not in told.out
    page = (folder / "explore" / "rows.html").read_text("utf-8")
    assert page.startswith("<!DOCTYPE html>") and "rows.csv" in page
    assert typed("explore", "rows.csv").code == 0  # a page of ours is written anew


def test_json_is_the_portrait(folder: Path, typed) -> None:
    told = typed("explore", "rows.csv", "--json", "--out", "p.html")
    facts = json.loads(told.out)
    portrait = msgspec.convert(facts["portrait"], Portrait)
    assert (facts["page"], portrait.rows, portrait.source) == ("p.html", 30, "rows.csv")


def test_a_schema_is_written_once_and_read_after_it_was_mended(folder: Path, typed) -> None:
    assert "written" in typed("explore", "rows.csv", "--schema", "s.toml").out
    text = (folder / "s.toml").read_text("utf-8")
    mended = text.replace('[columns."age"]\nkind = "identifier"', '[columns."age"]\nkind = "numeric"')
    assert mended != text
    (folder / "s.toml").write_text(mended, "utf-8")
    told = typed("explore", "rows.csv", "--schema", "s.toml")
    assert "(read)" in told.out
    assert (folder / "s.toml").read_text("utf-8") == mended
    assert next(line for line in told.out.splitlines() if line.startswith("age")).split()[1] == "numbers"


def test_another_table_is_set_beside(folder: Path, typed) -> None:
    lines = (folder / "rows.csv").read_text("utf-8").splitlines()
    (folder / "later.csv").write_text("\n".join(lines[:20]) + "\n", "utf-8")
    told = typed("explore", "rows.csv", "--compare", "later.csv")
    assert "Compared with later.csv (19 rows)" in told.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("explore", "rows.csv", "--target", "z"), "no column 'z'"),
        (("explore", "none.csv"), "none.csv"),
        (("explore", "rows.csv", "--compare", "none.csv"), "none.csv"),
        (("explore", "rows.csv", "--out", "rows.csv"), "not a page that explore wrote"),
        (("explore", "rows.csv", "--memory", "much"), "--memory"),
        (("explore", "empty.csv"), "empty.csv"),
    ],
)
def test_what_can_not_be_done_is_said(folder: Path, typed, words, said) -> None:
    (folder / "empty.csv").write_text("a,b\n", "utf-8")
    before = (folder / "rows.csv").read_bytes()
    told = typed(*words)
    assert told.code == 2
    assert said in told.err
    assert (folder / "rows.csv").read_bytes() == before
    assert not (folder / "explore").exists()
