"""That a table can't be written to a path is known before there is a table."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from mlwright.contracts.errors import InputError
from mlwright.frames import check_output, write


@pytest.mark.parametrize("name", ["a.csv", "a.PARQUET", "a.jsonl"])
def test_what_passes_can_be_written(name: str, tmp_path: Path) -> None:
    check_output(tmp_path / name)
    assert list(tmp_path.iterdir()) == []
    write(pl.DataFrame({"a": [1]}), tmp_path / name)


@pytest.mark.parametrize("name", ["a.xlsx", "a", "no/a.csv", "folder.csv"])
def test_what_is_refused_could_not_be_written_either(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    for act in (check_output, lambda path: write(pl.DataFrame({"a": [1]}), path)):
        with pytest.raises(InputError):
            act(tmp_path / name)
