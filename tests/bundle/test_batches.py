"""Files of any size, answered batch by batch."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from mlwright.bundle import Model, model as module
from mlwright.contracts.errors import SchemaError


@pytest.fixture
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SCORED", 7)


def rows(toys: ModuleType, count: int) -> pl.DataFrame:
    row = {name: str(value) for name, value in toys.ROW.items()}
    return pl.DataFrame([row | {"age": str(18 + i)} for i in range(count)])


@pytest.mark.usefixtures("_few")
@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
def test_batches_are_answered_as_the_whole_is(
    toys: ModuleType, classifier: Model, regressor: Model, tmp_path: Path, name: str
) -> None:
    path, table = tmp_path / name, rows(toys, 30)
    table.write_csv(path) if path.suffix == ".csv" else table.write_parquet(path)
    for model in (classifier, regressor):
        parts = list(model.score_batches(path))
        assert [part.height for part in parts] == [7, 7, 7, 7, 2]
        assert_frame_equal(pl.concat(parts), model.score_frame(path))


@pytest.mark.usefixtures("_few")
def test_a_bad_row_is_named_by_its_place_in_the_file(toys: ModuleType, classifier: Model, tmp_path: Path) -> None:
    path, table = tmp_path / "a.csv", rows(toys, 30)
    table.with_columns(pl.when(pl.int_range(30) == 23).then(pl.lit("old")).otherwise("age").alias("age")).write_csv(
        path
    )
    with pytest.raises(SchemaError) as caught:
        list(classifier.score_batches(path))
    (problem,) = caught.value.problems
    assert (problem.row, problem.column) == (23, "age")
    assert str(path) in str(caught.value)
