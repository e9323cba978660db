"""The search as a whole: what is told, with which score, and within which time."""

from __future__ import annotations

import time

import numpy as np
import pytest

from mlwright.contracts.protocols import Clock
from mlwright.explore.leaks import leaks


@pytest.mark.parametrize("task", ["regression", "binary", "multiclass"])
def test_the_score_with_and_without_is_told(sight_of, target_of, task):
    y = target_of(task)
    sight = sight_of(task, y, x=y + 0.05 * np.random.default_rng(0).random(len(y)))
    (finding,) = leaks(sight.table, sight.frame).findings
    assert finding.code == "leak-target-copy" and finding.column == "x"
    assert "With it a quick model reaches" in finding.message and "without it" in finding.message


def test_the_score_without_is_that_of_honest_columns(sight_of, target_of):
    y = target_of("binary")
    sight = sight_of("binary", y, x=y + 0.0)
    (finding,) = leaks(sight.table, sight.frame).findings
    score_with, score_without = (float(word.strip(".,")) for word in finding.message.split() if word[0] in "01")
    assert score_with == 1 and 0.7 < score_without < 0.99


def test_the_same_is_told_twice_and_of_any_order_of_columns(sight_of, target_of):
    y = target_of("regression")
    sight = sight_of("regression", y, x=-y, part=(half := np.random.default_rng(9).normal(size=len(y))), rest=y - half)
    first = leaks(sight.table, sight.frame)
    assert first == leaks(sight.table, sight.frame)
    assert {f.code for f in first.findings} == {"leak-target-copy", "leak-pair"}
    assert first == leaks(sight.table, sight.frame.select(sorted(sight.frame.columns)))


def test_when_no_time_is_left_the_checks_say_so(sight_of, target_of):
    y = target_of("binary")
    sight = sight_of("binary", y, x=y)
    searched = leaks(sight.table, sight.frame, Clock.lasting(0.0))
    assert searched.findings == () and all("no time" in c or "not applicable" in c for c in searched.checks.values())


def test_few_rows_are_not_searched(sight_of, target_of):
    y = target_of("binary", rows=40)
    sight = sight_of("binary", y, x=y)
    searched = leaks(sight.table, sight.frame)
    assert searched.findings == () and all("too few rows" in why for why in searched.checks.values())


@pytest.mark.alone
@pytest.mark.slow
def test_a_large_table_takes_a_few_seconds(sight_of, target_of):
    rng = np.random.default_rng(0)
    y = target_of("binary", rows=100_000)
    wide = {f"c{i}": rng.random(100_000) for i in range(36)}
    sight = sight_of("binary", y, **wide, **{f"s{i}": rng.choice(list("abcdefgh"), 100_000) for i in range(8)})
    before = time.process_time()
    assert leaks(sight.table, sight.frame).findings == ()
    assert time.process_time() - before < 5
