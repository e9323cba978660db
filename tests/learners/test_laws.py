"""Every learner that is installed keeps the law of learners."""

from __future__ import annotations

import pytest

from mlwright import plugins
from mlwright.testing import LearnerLaws, checks

# Fewer trees and epochs than by default: the laws don't depend on how many.
OPTIONS = {
    "catboost": {"rounds": 40},
    "extratrees": {"trees": 15},
    "lightgbm": {"rounds": 40},
    "network": {"epochs": 12},
    "xgboost": {"rounds": 40},
}
OTHERWISE = {"kernel": {"shape": "laplace", "turns": 2}}


def every_check():
    usual = {name: OPTIONS.get(name, {}) for name in plugins.installed("mlwright.learners")}
    for name, chosen in sorted([*usual.items(), *OTHERWISE.items()], key=str):

        class Laws(LearnerLaws):
            installed, options = name, chosen

            def make(self):
                return plugins.make("mlwright.learners", self.installed, self.options)

        for check, call in checks(Laws):
            yield pytest.param(call, id=f"{name}{'+' * (name in OTHERWISE and bool(chosen))}:{check}")


@pytest.mark.parametrize("check", list(every_check()))
def test_installed(check):
    check()
