"""Every step that is installed keeps the law of steps."""

from __future__ import annotations

import pytest

from mlwright import plugins
from mlwright.testing import StepLaws, checks


def every_check():
    for name in sorted(plugins.installed("mlwright.steps")):

        class Laws(StepLaws):
            installed = name

            def make(self):
                return plugins.make("mlwright.steps", self.installed, {})

        for check, call in checks(Laws):
            yield pytest.param(call, id=f"{name}:{check}")


@pytest.mark.parametrize("check", list(every_check()))
def test_installed(check):
    check()
