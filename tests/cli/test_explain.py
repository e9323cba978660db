"""mlwright explain: what it prints, and that Python tells the same."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

import mlwright
from mlwright.contracts.insight import Explanation


def test_it_says_what_the_model_goes_by(folder: Path, typed) -> None:
    told = typed("explain", "models/churn", "rows.csv")
    assert told.code == 0, told.err
    for words in ("What the model goes by", "ROC AUC", "plan", "probability of y = Yes", "A typical row"):
        assert words in told.out
    assert max(map(len, told.out.splitlines())) <= 100


def test_json_and_python_tell_the_same(folder: Path, typed) -> None:
    facts = json.loads(typed("explain", "models/churn", "rows.csv", "--json").out)
    assert msgspec.convert(facts["explanation"], Explanation) == mlwright.explain("models/churn", "rows.csv")
    asked = ("--row", "3", "--fixed", "plan", "--want", "Yes", "--json")
    facts = json.loads(typed("explain", "models/churn", "rows.csv", *asked).out)
    found = mlwright.explain("models/churn", "rows.csv", row=3, fixed=["plan"], want="Yes")
    assert msgspec.convert(facts["explanation"], Explanation) == found


def test_a_row_is_told_in_words(folder: Path, typed) -> None:
    lines = (folder / "rows.csv").read_text().splitlines()
    (folder / "new.csv").write_text("\n".join(line.rpartition(",")[0] for line in lines) + "\n")
    told = typed("explain", "models/price", "new.csv", "--row", "3").out
    assert told.startswith("Row 3: answered ") and "on average over other rows" in told and "because age is 23" in told
    every = typed("explain", "models/price", "new.csv", "--rows").out
    assert "Row 19: " in every and "and 10 rows more" in every


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--row", "99"), "there is no row 99"),
        (("--row", "3", "--want", "Maybe"), "no class 'Maybe'"),
        (("--fixed", "plam"), "did you mean 'plan'"),
    ],
)
def test_slips_are_told(folder: Path, typed, words: tuple[str, ...], said: str) -> None:
    told = typed("explain", "models/churn", "rows.csv", *words)
    assert told.code == 2 and said in told.err
