"""What a random split hides is measured: much where rows of one group share what decides, nothing where they don't."""

import numpy as np
import pytest

from mlwright.contracts.protocols import Truth
from mlwright.trials import flattery, without

RNG = np.random.default_rng(0)
GROUP = np.repeat(np.arange(60), 20)
X = np.column_stack([GROUP, RNG.normal(size=len(GROUP))]).astype(np.float32)
HELD = GROUP % 4 == 0
OWN, NOISE = RNG.normal(size=60)[GROUP], RNG.normal(size=len(GROUP))


def truth(task, value):
    if task == "regression":
        return Truth(task, value / value.std(), 0)
    cuts = [0.0] if task == "binary" else [-0.5, 0.5]
    return Truth(task, np.digitize(value, cuts), len(cuts) + 1)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_what_a_group_shares_flatters(task):
    value = np.random.default_rng(1).permutation(60)[GROUP] / 17.0 - 1.7 + NOISE / 5
    seen = flattery(X, truth(task, value), HELD, GROUP, 0)
    assert seen.sure
    assert seen.share > 0.5
    assert (seen.apart < seen.mixed) == (task == "binary")  # ROC AUC is better when larger


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_where_groups_share_nothing_there_is_no_flattery(task):
    assert not flattery(X, truth(task, X[:, 1] + NOISE), HELD, GROUP, 0).likely


def test_the_same_seed_gives_the_same_numbers():
    known = truth("regression", OWN + NOISE)
    assert flattery(X, known, HELD, GROUP, 3) == flattery(X, known, HELD, GROUP, 3)


def test_classes_that_stand_alone_have_no_roc_auc_but_a_share():
    known = Truth("binary", (GROUP >= 45).astype(np.int64), 2)
    seen = flattery(X, known, GROUP >= 45, GROUP, 0)
    assert np.isnan(seen.apart)
    assert seen.share > 1


@pytest.mark.parametrize("task", ["regression", "binary", "multiclass"])
def test_what_is_dropped_is_missed_as_much_as_it_tells(task):
    rng = np.random.default_rng(0)
    values = rng.normal(size=1200) if task == "regression" else rng.integers(0, 2 + (task == "multiclass"), 1200)
    x = np.column_stack([values + 0.01 * rng.normal(size=1200), rng.random(1200), rng.random(1200)]).astype(np.float32)
    truth = Truth(task, values, 0 if task == "regression" else int(values.max()) + 1)
    held = np.arange(1200) >= 900
    known, less = without(x, truth, held, np.array([True, False, False]), 0)
    same = without(x, truth, held, np.array([False, True, False]), 0)
    if task == "binary":
        assert known > 0.99 and 0.4 < less < 0.6
    else:
        assert known < 0.5 * less
    assert same[0] == known and abs(same[1] - known) < 0.1
