"""A weight of 2 is a row that is there twice: exactly so for learners that draw no rows and count none."""

from __future__ import annotations

import copy

import pytest

from mlwright.learners.constant import Constant
from mlwright.learners.extratrees import SmallTree
from mlwright.learners.kernel import Kernel
from mlwright.learners.linear import Linear
from mlwright.learners.xgboost import XGBoost
from mlwright.testing.learners import CLASSES, repeated_as_weighed

EXACT = (
    Constant(),
    Linear(),
    Kernel(),
    Kernel(shape="laplace", turns=2),
    SmallTree(least=1),
    XGBoost(rounds=30, rows=1.0, columns=1.0),
)


@pytest.mark.parametrize("task", sorted(CLASSES))
@pytest.mark.parametrize("learner", EXACT, ids=lambda x: type(x).__name__)
def test_a_weight_of_two_is_a_row_twice(learner, task):
    repeated_as_weighed(lambda: copy.deepcopy(learner), task)
