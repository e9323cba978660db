"""A matrix from the shelf is the one that would be made; what lies there torn is made again."""

from __future__ import annotations

import numpy as np
import pytest

from mlwright.contracts.records import Feature
from mlwright.graph import numbers
from mlwright.trials.matrix import Matrix
from mlwright.trials.shelf import clear, shelved


def matrix():
    features = (Feature(name="a", column="a", step="clip"), Feature(name="b", column="b", step="clip"))
    values = np.array([[1.0, np.nan], [3.0, -0.0]], np.float32)
    return Matrix(numbers(["a", "b"]) * 2.0, features, values, ("clip: no",))


def never():
    raise AssertionError("made again")


def test_what_was_shelved_is_what_was_made(tmp_path):
    made = shelved(tmp_path, "trees-0", matrix)
    again = shelved(tmp_path, "trees-0", never)
    assert again.tensor.key == made.tensor.key
    assert (again.features, again.refused) == (made.features, made.refused)
    assert again.values.tobytes() == made.values.tobytes()
    assert again.values.dtype == made.values.dtype


def test_each_name_has_its_own_matrix_and_clearing_forgets_all(tmp_path):
    shelved(tmp_path, "trees-0", matrix)
    with pytest.raises(AssertionError):
        shelved(tmp_path, "trees-1", never)
    clear(tmp_path)
    with pytest.raises(AssertionError):
        shelved(tmp_path, "trees-0", never)
    clear(tmp_path)


@pytest.mark.parametrize("harm", [lambda b: b[:-1], lambda b: b"", lambda b: b[:40] + bytes([b[40] ^ 1]) + b[41:]])
def test_a_torn_file_is_made_again(tmp_path, harm):
    shelved(tmp_path, "trees-0", matrix)
    (path,) = tmp_path.rglob("*.matrix")
    path.write_bytes(harm(path.read_bytes()))
    assert shelved(tmp_path, "trees-0", matrix).values.shape == (2, 2)
    shelved(tmp_path, "trees-0", never)


def test_no_room_is_no_failure(tmp_path):
    (tmp_path / "matrices").write_text("a file where the shelf should stand")
    assert shelved(tmp_path, "trees-0", matrix).values.shape == (2, 2)
