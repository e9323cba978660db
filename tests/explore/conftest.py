"""Schemas of toy tables, without reading them anew."""

from __future__ import annotations

import polars as pl
import pytest

from mlwright.contracts.records import Column, Schema, Target

KINDS = {pl.Float64: "numeric", pl.Boolean: "boolean", pl.String: "categorical", pl.Datetime: "datetime"}


@pytest.fixture(scope="session")
def schema_of():
    """``schema_of(frame, name="text", ...)``: the Schema of a typed frame; kinds by type, or as named."""

    def schema(frame, **kinds):
        columns = tuple(
            Column(name=name, kind=kinds.get(name) or KINDS[dtype.base_type()], unique=frame[name].n_unique())
            for name, dtype in frame.schema.items()
            if not name.startswith("__")
        )
        return Schema(columns=columns, target=Target(name="y", task="binary", classes=("no", "yes")))

    return schema
