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


def every_check():
    for name in sorted(plugins.installed("mlwright.learners")):

        class Laws(LearnerLaws):
            installed = name

            def make(self):
                return plugins.make("mlwright.learners", self.installed, OPTIONS.get(self.installed, {}))

        for check, call in checks(Laws):
            yield pytest.param(call, id=f"{name}:{check}")


@pytest.mark.parametrize("check", list(every_check()))
def test_installed(check):
    check()
