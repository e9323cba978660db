"""The suites as an author's own tests use them: inherited, with the plug-in as an attribute or from `make`.

Without the suites' own hook for pytest, each of these would end in an error: ``case`` is no fixture.
"""

from __future__ import annotations

from mlwright.learners.constant import Constant
from mlwright.steps.numbers import Clip
from mlwright.testing import LearnerLaws, StepLaws


class TestByAttribute(LearnerLaws):
    learner = Constant()


class TestByMake(StepLaws):
    def make(self):
        return Clip()
