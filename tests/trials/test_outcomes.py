"""What a fold leaves behind: read whole, or not at all."""

from __future__ import annotations

import numpy as np
import pytest

from mlwright import graph
from mlwright.contracts.records import Feature, FoldResult
from mlwright.trials import Outcome, failure, outcome_path, read_outcome, write_outcome


def outcome():
    fragment = graph.numbers(["a", "b"]) @ np.array([[1.0], [2.0]])
    features = (Feature(name="a", column="a", step="clip"),)
    result = FoldResult(trial="linear", fold=1, status="done", seconds=1.5, difference=1e-7, features=features)
    return Outcome(result, fragment, np.ones((4, 1), np.float32), np.ones((6, 1)))


def test_what_was_written_is_read(tmp_path):
    path = outcome_path(tmp_path, "linear", 1)
    write_outcome(path, outcome())
    found = read_outcome(path)
    assert found.result == outcome().result
    assert found.fragment.key == outcome().fragment.key
    assert np.array_equal(found.prediction, outcome().prediction)
    assert np.array_equal(found.native, outcome().native)
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_failure_is_kept_too(tmp_path):
    path = outcome_path(tmp_path, "linear", 0)
    write_outcome(path, failure("linear", 0, "memory", "too much", 2.0))
    found = read_outcome(path)
    assert found.fragment is None
    assert (found.result.status, found.result.error, found.result.seconds) == ("memory", "too much", 2.0)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.1, 0.5, 0.9, 0.999])
def test_a_torn_file_is_as_good_as_none(tmp_path, share):
    path = outcome_path(tmp_path, "linear", 1)
    write_outcome(path, outcome())
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    assert read_outcome(path) is None


def test_a_flipped_byte_is_seen_wherever_it_is(tmp_path):
    path = outcome_path(tmp_path, "linear", 1)
    write_outcome(path, outcome())
    whole = path.read_bytes()
    for place in range(0, len(whole), 61):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert read_outcome(path) is None


def test_no_file_is_no_outcome(tmp_path):
    assert read_outcome(outcome_path(tmp_path, "linear", 1)) is None
