"""Numbers that are read as missing."""

from __future__ import annotations

import numpy as np
import pytest

from mlwright.steps.repairs import Unknowns
from mlwright.testing import StepLaws

NAN = np.nan


class TestUnknowns(StepLaws):
    step = Unknowns(values={"amount": [0.0, -1.0], "ratio": [7.5], "since": [0.0]})


def test_each_column_loses_its_own(transformed):
    step = Unknowns(values={"a": [-1.0, 99.0], "c": [0.0]})
    given = {"a": [-1.0, 99.0, 0.0, None], "b": [-1.0, 99.0, 0.0, 1.0], "c": [0.0, -0.0, 1e-300, -1.0]}
    np.testing.assert_array_equal(
        transformed(step, given), np.array([[NAN, -1, NAN], [NAN, 99, NAN], [0, 0, 1e-300], [NAN, 1, -1]])
    )


@pytest.mark.parametrize("values", [{}, {"a": []}, {"other": [1.0]}])
def test_without_any_nothing_changes(transformed, values):
    np.testing.assert_array_equal(transformed(Unknowns(values=values), {"a": [1.0, None]}), [[1.0], [NAN]])
