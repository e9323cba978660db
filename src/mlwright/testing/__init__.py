"""Law suites that a plug-in's author inherits, and toy tables. For tests: nothing else imports this unit.

    class TestMine(LearnerLaws):
        def make(self) -> Learner:
            return Mine()

is all that pytest needs to run every law on it. `checks` gives the same laws one by one, for any other runner.
"""

from mlwright.testing.learners import LearnerLaws
from mlwright.testing.steps import StepLaws
from mlwright.testing.suite import checks
from mlwright.testing.tables import messy

__all__ = ["LearnerLaws", "StepLaws", "checks", "messy"]
