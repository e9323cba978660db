"""Names that say whose row it is, where rows of one come again."""

import numpy as np
import polars as pl
import pytest

from mlwright import frames
from mlwright.contracts.records import Schema, Target
from mlwright.ingest.kinds import infer
from mlwright.ingest.subjects import subjects

WHO = np.repeat(np.arange(30), 10)


def named(name, values):
    frame = pl.DataFrame({name: values, "x": np.random.default_rng(0).normal(size=len(values))})
    schema = Schema(columns=infer(frame), target=Target("y", "regression"))
    return subjects(frames.conform(frame, schema, "here"), schema)


@pytest.mark.parametrize(
    "name", ["subject#", "patient_id", "customerId", "Client No", "household", "user", "SessionID", "person_code", "id"]
)
def test_somebody_who_comes_again(name):
    assert named(name, WHO) == (name,)
    assert named(name, [f"{chr(97 + code)}-{code}-x" for code in WHO]) == (name,)


@pytest.mark.parametrize("name", ["households", "age", "num_accounts", "member_count", "department", "user_age", "x1"])
def test_other_names_say_nothing_of_the_kind(name):
    assert named(name, WHO) == ()


@pytest.mark.parametrize("values", [np.arange(300) % 5, np.arange(300), WHO + 0.5], ids=["few", "once", "no-integers"])
def test_few_levels_keys_and_measurements_are_no_subjects(values):
    assert named("subject", values) == ()
