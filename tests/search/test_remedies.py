"""From findings to trials."""

from __future__ import annotations

import pytest

from mlwright.contracts.insight import Diagnosis
from mlwright.contracts.records import Finding
from mlwright.search.remedies import MOST, calmer, larger, prescribe


def diagnosis(*codes: str) -> Diagnosis:
    return Diagnosis(findings=tuple(Finding(code=code, severity="info", message="") for code in codes))


def added(search, *codes: str, latest: int = 0):
    plan = prescribe(search, diagnosis(*codes), latest)
    before = search.ground.plan.trials
    assert plan.trials[: len(before)] == before
    return plan.trials[len(before) :]


def test_no_finding_no_trial(searched):
    assert added(searched("binary"), "learning-curve", "unfit-metric") == ()


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_each_trial_names_the_finding_that_it_answers(searched, task, monkeypatch):
    monkeypatch.setattr("mlwright.search.remedies._COLUMNS", 2)
    codes = ("overfitting", "label-noise", "underfitting", "drift")
    found = added(searched(task), *codes, latest=77)
    assert {spec.answers for spec in found} <= set(codes)
    assert len({spec.id for spec in found}) == len(found) <= MOST
    assert all(not spec.baseline for spec in found if spec.cure)
    assert next(spec for spec in found if spec.answers == "drift").rows == 77


def test_calmer_is_smaller_and_larger_is_larger():
    usual = {"leaves": 31, "least": 20, "l2": 1.0, "columns": 0.8, "rounds": 1000}
    assert calmer("lightgbm", usual)["leaves"] < 31 < larger("lightgbm", usual)["leaves"]
    assert calmer("lightgbm", usual)["l2"] > 1.0
    deep = {"depth": 6, "l2": 3.0}
    assert calmer("catboost", deep)["depth"] < 6 < larger("catboost", deep)["depth"]
