"""That a model can't be written to a folder is known before it is trained."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from mlwright.bundle import check_place, load
from mlwright.contracts.errors import InputError


def test_a_new_an_empty_and_a_models_folder_pass(toys: ModuleType, tmp_path: Path) -> None:
    check_place(tmp_path / "new")
    check_place(tmp_path)
    toys.toy(tmp_path / "model")
    check_place(tmp_path / "model")
    load(tmp_path / "model")


def test_a_folder_with_other_things_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(InputError, match=r"'thesis\.txt'"):
        check_place(tmp_path)
    assert (tmp_path / "thesis.txt").exists()
