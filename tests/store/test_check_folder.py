"""That a folder can't be written is known before it is needed."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlwright.contracts.errors import InputError
from mlwright.store import atomic_folder, check_folder


def test_what_passes_can_be_written_and_nothing_is_left_by_asking(tmp_path: Path) -> None:
    check_folder(tmp_path / "a" / "b")
    assert list((tmp_path / "a").iterdir()) == []
    with atomic_folder(tmp_path / "a" / "b") as folder:
        (folder / "x").touch()
    check_folder(tmp_path / "a" / "b")
    assert [entry.name for entry in (tmp_path / "a").iterdir()] == ["b"]
    assert (tmp_path / "a" / "b" / "x").exists()


@pytest.mark.parametrize("place", ["file", "file/below", "a\0b", "n" * 300])
def test_what_is_refused_could_not_be_written_either(place: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError):
        check_folder(tmp_path / place)
    with pytest.raises(InputError), atomic_folder(tmp_path / place):
        pass
