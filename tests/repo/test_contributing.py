"""The classes that CONTRIBUTING.md shows are complete, as short as it says, and keep every law."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mlwright.learners import Learner
from mlwright.steps import Step
from mlwright.testing import LearnerLaws, StepLaws, checks

PAGE = Path(__file__).parents[2] / "CONTRIBUTING.md"
LINES = 8
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)


def defined():
    """What the page's blocks define, run one after the other as a reader would."""
    names = {}
    exec("\n".join(BLOCKS), names)  # noqa: S102 (our own page)
    return [thing for thing in names.values() if isinstance(thing, type) and thing.__module__ == "builtins"]


SUITES = [thing for thing in defined() if issubclass(thing, LearnerLaws | StepLaws)]
LAWS = [pytest.param(call, id=f"{suite.__name__}:{name}") for suite in SUITES for name, call in checks(suite)]


def test_the_page_shows_a_learner_a_step_and_their_laws():
    shown = [base for base in (Learner, Step, LearnerLaws, StepLaws) if any(issubclass(c, base) for c in defined())]
    assert shown == [Learner, Step, LearnerLaws, StepLaws]


def test_they_are_as_short_as_the_page_says():
    for block in BLOCKS:
        code = [line for line in block.partition("\nclass ")[2].splitlines() if line.strip()]
        assert len(code) <= LINES


@pytest.mark.parametrize("law", LAWS)
def test_what_the_page_shows_keeps_the_law(law):
    law()
