"""What a column is called changes nothing, even where the name is one that the code uses itself."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import mlwright

NAMES = (
    "len",
    "count",
    "level",
    "rows",
    "n",
    "word",
    "label",
    "index",
    "numbers",
    "strings",
    "x",
    "y",
    "code",
    "a.b",
    "",
)


@pytest.mark.slow
@pytest.mark.parametrize("target", ["n", "label", "answer"])
def test_columns_may_be_called_anything(target: str) -> None:
    rng = np.random.default_rng(0)
    names = [name for name in NAMES if name != target]
    columns = {n: rng.normal(size=120) if i % 2 else rng.choice(list("abc"), 120) for i, n in enumerate(names)}
    answer = np.where(rng.random(120) < 0.5, "yes", "no")
    model = mlwright.train(pl.DataFrame({**columns, target: answer}), target, trials=1)
    assert set(model.classes) == {"yes", "no"}
    assert model.predict(pl.DataFrame(columns)).shape == (120,)
