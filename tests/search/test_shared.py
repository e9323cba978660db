"""A matrix that several trials read is made once; what comes of it is what each would have come to alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mlwright.contracts.protocols import Clock
from mlwright.trials.fold import fit_fold


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize("fold", [0, 3])
def test_a_trial_comes_to_the_same_alone(searched, task, fold):
    ground = searched(task).ground
    for left in (ground.run / "trials").glob("*.outcome"):  # what folds settled on is read there
        left.unlink()
    for spec in ground.plan.trials[2:]:
        alone = fit_fold(replace(ground, run=None), spec, fold, Clock())
        shared = [fit_fold(ground, spec, fold, Clock()) for _ in range(2)]  # makes the matrix, and reads it
        for other in shared:
            np.testing.assert_allclose(other.prediction, alone.prediction, rtol=0, atol=1e-6)
            np.testing.assert_array_equal(other.native, alone.native)
            assert other.fragment.key == alone.fragment.key
        np.testing.assert_array_equal(shared[0].prediction, shared[1].prediction)
