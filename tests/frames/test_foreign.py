"""Whatever library a table comes from, the same values give the same Polars table."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from mlwright import frames
from mlwright.contracts.errors import InputError

NAN = float("nan")
MOMENTS = [datetime(2020, 1, 1, 10), None, datetime(1969, 12, 31, 23, 59, 59, 5)]
EXPECTED = pl.DataFrame(
    {"f": [1.5, None, 3.0], "i": [1, 2, 3], "b": [True, False, True], "s": ["a", None, "é"], "t": MOMENTS},
    schema_overrides={"i": pl.Int64},
)
COLUMNS = {"f": [1.5, NAN, 3.0], "i": [1, 2, 3], "b": [True, False, True], "s": ["a", None, "é"], "t": MOMENTS}


@pytest.mark.parametrize(
    "make",
    [
        lambda: pd.DataFrame(COLUMNS),
        lambda: pd.DataFrame(COLUMNS, index=[7, 7, 9]),
        lambda: pd.DataFrame(COLUMNS).astype({"s": object, "t": object, "f": object, "i": object, "b": object}),
        lambda: pd.DataFrame(COLUMNS).convert_dtypes(),
        lambda: pd.DataFrame(COLUMNS).assign(t=pd.to_datetime(MOMENTS, utc=True).tz_convert("Asia/Tokyo")),
        lambda: pl.DataFrame(COLUMNS),
        lambda: pl.LazyFrame(COLUMNS),
        lambda: pl.DataFrame(COLUMNS).with_columns(pl.col("t").dt.replace_time_zone("UTC").dt.cast_time_unit("ns")),
        lambda: pa.table(pd.DataFrame(COLUMNS)),
        lambda: pa.RecordBatch.from_pandas(pd.DataFrame(COLUMNS)),
        lambda: COLUMNS,
        lambda: {**COLUMNS, "f": np.array(COLUMNS["f"]), "i": pd.Series([1, 2, 3]), "b": pl.Series(COLUMNS["b"])},
        lambda: [dict(zip(COLUMNS, row, strict=True)) for row in zip(*COLUMNS.values(), strict=True)],
    ],
)
def test_every_library_gives_the_same_table(make):
    data = make()
    adopted = frames.adopt(data)
    if isinstance(data, pd.DataFrame) and data["f"].dtype == "object":
        assert adopted["f"].dtype == pl.Float64
    assert adopted.cast({"t": pl.Datetime("us")}).equals(EXPECTED)


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pd.Series(pd.Categorical(["x", None, "y"])), ["x", None, "y"]),
        (pd.Series(pd.Categorical([1, None, 2])), ["1", None, "2"]),
        (pd.Series([1, None, 3], dtype="Int64"), [1, None, 3]),
        (pd.Series([2**62 + 1, None], dtype="Int64"), [2**62 + 1, None]),
        (pd.Series([True, None], dtype="boolean"), [True, None]),
        (pd.Series([1, "a", None, 2.0], dtype=object), ["1", "a", None, "2"]),
        (pd.Series([1, 2.5, NAN], dtype=object), [1.0, 2.5, None]),
        (pd.Series([Decimal("1.5"), None], dtype=object), [1.5, None]),
        (pd.Series(["a", NAN, None]), ["a", None, None]),
        (pd.Series(["a\ud800", None], dtype=object), ["a\ufffd", None]),
        (pd.Series(pd.to_timedelta(["1s", None])), [1.0, None]),
        (pd.Series(np.array([1.5, NAN], dtype=np.float16)), [1.5, None]),
        (pd.Series([None, None], dtype=object), [None, None]),
        (pd.Series([10**30, 1], dtype=object), [1e30, 1.0]),
    ],
)
def test_pandas_columns_of_every_kind(column, expected):
    assert frames.adopt(column.to_frame("x"))["x"].to_list() == expected


def test_a_category_stays_one_even_if_its_levels_are_numbers():
    assert isinstance(frames.adopt(pd.DataFrame({"x": pd.Categorical([1, 2])})).schema["x"], pl.Categorical)


def test_nan_is_null_everywhere():
    frame = pl.DataFrame({"a": [NAN, 1.0], "b": pl.Series([1.0, NAN], dtype=pl.Float32)})
    assert frames.adopt(frame).null_count().row(0) == (1, 1)


def test_the_data_that_came_in_is_not_changed():
    data = pd.DataFrame(COLUMNS)
    before = data.copy(deep=True)
    frames.adopt(data).with_columns(pl.all().fill_null(strategy="zero"))
    pd.testing.assert_frame_equal(data, before)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "'a'"),
        (pa.table([[1], [2]], names=["a", "a"]), "same name"),
        (np.zeros((3, 2)), "ndarray"),
        (pd.Series([1]), "can't be read"),
        (7, "int"),
        ("a,b", "str"),
        ({"a": 1}, "'a'"),
        ({"a": [1], "b": [1, 2]}, "lengths"),
        ([{"a": 1}, 2], "row 1"),
        (pd.DataFrame(np.zeros((1, 100_000))), "too many"),
    ],
)
def test_what_is_no_table_is_refused(data, told):
    with pytest.raises(InputError) as caught:
        frames.adopt(data)
    assert told in caught.value.what and caught.value.way_out


def test_pandas_and_pyarrow_are_not_imported_by_the_door():
    code = "import sys, mlwright.frames; assert not {'pandas', 'pyarrow'} & set(sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
