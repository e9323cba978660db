"""Tables of other libraries become Polars here, and what Polars can hold in many ways is held in one."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mlwright.contracts.errors import InputError
from mlwright.frames.nested import flatten
from mlwright.frames.values import is_missing, plain, text_of, whole

FEW_ROWS = 64
MOST_COLUMNS = 25_000
_NUMBERS = "iufb"  # kinds of NumPy's types
_TAKEN = "Give a pandas, Polars or Arrow table, a dict of columns, a list of rows (dicts), or the path of a file."
_UNNAMED = "Give each column a name of its own."


def adopt(data: Any) -> pl.DataFrame:
    """The table as Polars; the data that came in is never changed.

    Taken are pandas (no pyarrow needed; the index is ignored), Polars (lazy too), anything with the Arrow stream
    interface, a dict of columns, a list of dict rows. NaN is null; moments with a zone become UTC without one.
    Raises InputError for anything else, and for a column name that occurs twice.
    """
    where = origin(data)
    try:
        frame = _adopted(data)
        if frame is not None:
            refuse_width(frame.width, where)
            return settle(frame)
    except pl.exceptions.DuplicateError as error:
        raise InputError(f"two columns have the same name ({error})", where=where, way_out=_UNNAMED) from error
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise InputError(f"the table can't be read: {error}", where=where, way_out=_TAKEN) from error
    raise InputError(f"this is no table: {type(data).__name__}", where=where, way_out=_TAKEN)


def _adopted(data: Any) -> pl.DataFrame | None:
    if isinstance(data, pl.LazyFrame):
        return data.collect()
    if isinstance(data, pl.DataFrame):
        return data
    if _is_pandas(data):
        return _from_pandas(data)
    if isinstance(data, Mapping):
        return _from_columns({str(name): values for name, values in data.items()})
    if isinstance(data, Sequence) and not isinstance(data, str | bytes):
        return _from_rows(data)
    if hasattr(data, "__arrow_c_stream__") and not isinstance(data, pl.Series):
        return pl.DataFrame(data)
    return None


def adopt_rows(data: Any) -> list[Any] | None:
    """At most 64 rows as dicts, cheaply, for a RowReader; None when the table is larger or of another form."""
    if isinstance(data, pl.DataFrame):
        return data.rows(named=True) if data.height <= FEW_ROWS else None
    if isinstance(data, list):
        return data if len(data) <= FEW_ROWS else None
    if not _is_pandas(data) or len(data) > FEW_ROWS:
        return None
    names = _names(data)
    return None if names is None else [dict(zip(names, row, strict=True)) for row in _objects(data)]


class OneRow:
    """Reads the cells of the columns ``names`` of a pandas table of one row by the way that is the quickest. What that
    is, and where the columns stand, is looked up once for all tables that share their columns, as the slices of one
    table do."""

    def __init__(self, names: Sequence[str]):
        self._names = names
        self._known: tuple[Any, list[int], bool] = (None, [], False)

    def __call__(self, data: Any) -> list[Any] | None:
        """The cells as they are; None for any other data, and where a column is not there."""
        places, at_once = self._places(data)
        if places is None:
            return None
        if at_once:
            row = _objects(data)[0]
            return [row[place] for place in places]
        cell = data.iat
        return [cell[0, place] for place in places]

    def numbers(self, data: Any) -> NDArray[np.float64] | None:
        """(names,) the cells as floats; None also where a column of the table has another type than NumPy's of
        numbers."""
        places, at_once = self._places(data)
        if not at_once:
            return None
        row: NDArray[Any] = data.to_numpy()  # other types than those that were looked up show in its own
        return row[0, places].astype(np.float64, copy=False) if row.dtype.kind in _NUMBERS else None

    def _places(self, data: Any) -> tuple[list[int] | None, bool]:
        """Where the columns stand, and whether all columns of the table are numbers of NumPy."""
        if not _is_pandas(data) or len(data) != 1:
            return None, False
        columns, (seen, places, at_once) = data.columns, self._known
        if seen is None or not columns.is_(seen):
            found = _names(data)
            stands = {name: place for place, name in enumerate(found or ())}
            if not stands.keys() >= set(self._names):
                return None, False
            places = [stands[name] for name in self._names]
            at_once = all(isinstance(dtype, np.dtype) and dtype.kind in _NUMBERS for dtype in data.dtypes)
            self._known = columns, places, at_once
        return places, at_once


def _names(data: Any) -> list[str] | None:
    """The names of a pandas table's columns, unless one occurs twice or is no text."""
    names: list[str] = data.columns.tolist()
    return names if len(set(names)) == len(names) and all(type(name) is str for name in names) else None


def _objects(data: Any) -> list[list[Any]]:
    """The rows of a pandas table, each cell as it is: quick where all are numbers, slow for texts."""
    rows: list[list[Any]] = data.to_numpy(dtype=object).tolist()
    return rows


def refuse_width(columns: int, where: str) -> None:
    """Raise InputError for a table so wide that no later stage would end in reasonable time."""
    if columns > MOST_COLUMNS:
        what = f"{columns:,} columns are too many (at most {MOST_COLUMNS:,})"
        raise InputError(what, where=where, way_out="Leave out columns, or summarise them into fewer first.")


def header_names(where: str, names: list[str]) -> list[str]:
    """The names of a header trimmed; one that is empty (the index that pandas wrote) is called by its place. Raises
    InputError for a name that occurs twice, and for too many."""
    names = [name.strip(" \t\r\n\ufeff") or f"column_{position}" for position, name in enumerate(names, 1)]
    refuse_width(len(names), where)
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        more = f" and {len(twice) - 1} more" if len(twice) > 1 else ""
        way_out = "Give each column a name of its own."
        raise InputError(f"the column name {twice[0]!r}{more} occurs twice", where=where, way_out=way_out)
    return names


def origin(data: Any) -> str:
    """What to call the data in messages and records: "pandas DataFrame", "Polars DataFrame", "list"."""
    kind = type(data)
    library = kind.__module__.split(".")[0]
    return kind.__name__ if library == "builtins" else f"{library} {kind.__name__}"


def settle(frame: pl.DataFrame, names: Sequence[str] = ()) -> pl.DataFrame:
    """One form for what Polars holds in many: NaN is null, zones are gone (UTC), durations are seconds, decimals are
    floats, times are texts, objects are columns ``parent.child`` and lists their JSON text; a moment outside the years
    1 to 9999 is null. Other types stay. ``names`` are columns that are wanted: see ``flatten``."""
    frame = flatten(frame, names)
    floats = [name for name, dtype in frame.schema.items() if dtype.is_float()]
    changes = [change for name, dtype in frame.schema.items() if (change := _settled(name, dtype)) is not None]
    if floats:
        changes.append(pl.col(floats).fill_nan(None))
    frame = frame.with_columns(changes) if changes else frame
    spans = [frame[name] for name, dtype in frame.schema.items() if isinstance(dtype, pl.Duration)]
    frame = frame.with_columns(_seconds(span) for span in spans) if spans else frame
    odd = [name for name, dtype in frame.schema.items() if dtype.is_nested() or dtype in (pl.Object, pl.Time)]
    columns = [pl.Series(name, [text_of(value) for value in frame[name].to_list()], dtype=pl.String) for name in odd]
    return frame.with_columns(columns) if columns else frame


def _seconds(span: pl.Series) -> pl.Series:
    micros = span.dt.total_microseconds().cast(pl.Float64).to_numpy()
    return pl.Series(span.name, micros / 1e6, nan_to_null=True)


def _settled(name: str, dtype: pl.DataType) -> pl.Expr | None:
    value = pl.col(name)
    if dtype.is_decimal() or dtype in (pl.Int128, pl.UInt128):
        return value.cast(pl.Float64)
    if isinstance(dtype, pl.Datetime):
        value = value.dt.convert_time_zone("UTC").dt.replace_time_zone(None) if dtype.time_zone else value
        value = value.cast(pl.Datetime("us"), strict=False) if dtype != pl.Datetime("us") else value
        return _within_years(value)
    if dtype == pl.Date:
        return _within_years(value)
    return None


def _within_years(moment: pl.Expr) -> pl.Expr:
    """Years that texts and Python know; others, as those of a number taken for a date, are no moments."""
    return pl.when(moment.dt.year().is_between(1, 9999)).then(moment)


def _is_pandas(data: Any) -> bool:
    pandas = sys.modules.get("pandas")  # whoever brings a pandas table has imported it
    return pandas is not None and isinstance(data, pandas.DataFrame)


def _from_pandas(data: Any) -> pl.DataFrame:
    refuse_width(data.shape[1], origin(data))
    names = [str(name) for name in data.columns]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise InputError(f"the column name {twice[0]!r} occurs twice", where=origin(data), way_out=_UNNAMED)
    columns = [_from_series(name, column) for name, (_, column) in zip(names, data.items(), strict=True)]
    return pl.DataFrame(columns) if columns else pl.DataFrame(height=len(data))


def _from_series(name: str, column: Any) -> pl.Series:
    """One pandas column. Its dtype is asked for what it can, not for its class: pandas is never imported here."""
    dtype = column.dtype
    if isinstance(dtype, np.dtype):
        return _from_array(name, column.to_numpy())
    if hasattr(dtype, "categories"):
        levels = [text_of(level) for level in dtype.categories.tolist()]
        codes = pl.Series(column.cat.codes.to_numpy(), dtype=pl.Int64)
        picked = pl.Series(name, levels, dtype=pl.String).gather(codes.set(codes < 0, None))
        return picked.cast(pl.Categorical)
    if getattr(dtype, "tz", None) is not None:
        return _from_array(name, column.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy())
    numpy_dtype = getattr(dtype, "numpy_dtype", None)
    if numpy_dtype is not None and numpy_dtype.kind in "iufb":
        gaps = column.isna().to_numpy(dtype=bool)
        filled = column.fillna(0 if numpy_dtype.kind != "b" else False).to_numpy(dtype=numpy_dtype)
        return _from_array(name, filled).set(pl.Series(gaps), None)
    return column_of(name, column.tolist())


def _from_array(name: str, values: np.ndarray[Any, Any]) -> pl.Series:
    kind = values.dtype.kind
    if values.ndim != 1:
        raise InputError(f"column {name!r} has {values.ndim} dimensions; a column has one", way_out=_TAKEN)
    if kind == "f" and values.dtype.itemsize not in (4, 8):
        values = values.astype(np.float64)
    if kind in "iufb":
        return pl.Series(name, values)
    if kind == "M":
        return pl.Series(name, values.astype("datetime64[us]"))
    if kind == "m":
        seconds = values.astype("timedelta64[us]").astype(np.float64) / 1e6
        return pl.Series(name, np.where(np.isnat(values), np.nan, seconds))
    return column_of(name, values.tolist())


def column_of(name: str, values: Sequence[Any]) -> pl.Series:
    """A column of Python objects: of one type it keeps the type, numbers together are numbers, a mixture is its
    texts."""
    types = set(map(type, values))
    if types - {str, type(None)}:
        values = [None if is_missing(value) else plain(value) for value in values]
        types = set(map(type, values))
    types.discard(type(None))
    if types == {str}:
        return _strings(name, values)
    if types == {bytes}:
        return pl.Series(name, values, dtype=pl.Binary)
    if types <= {bool}:
        return pl.Series(name, values, dtype=pl.Boolean if types else pl.Null)
    if types == {int} and all(value is None or -(2**63) <= value < 2**63 for value in values):
        return pl.Series(name, values, dtype=pl.Int64)
    try:
        if types <= {int, float}:
            return pl.Series(name, [None if value is None else float(value) for value in values], dtype=pl.Float64)
        if types <= {date, datetime}:
            return pl.Series(name, [_midnight(value) for value in values], dtype=pl.Datetime("us"))
    except OverflowError:
        pass  # an integer beyond every float: it is kept as text
    return _strings(name, [text_of(value) for value in values])


def _midnight(value: date | None) -> datetime | None:
    return value if value is None or isinstance(value, datetime) else datetime(value.year, value.month, value.day)


def _strings(name: str, values: Sequence[str | None]) -> pl.Series:
    try:
        return pl.Series(name, values, dtype=pl.String)
    except UnicodeEncodeError:
        return pl.Series(name, [None if value is None else whole(value) for value in values], dtype=pl.String)


def _from_columns(columns: Mapping[str, Any]) -> pl.DataFrame:
    made = []
    for name, values in columns.items():
        if isinstance(values, pl.Series):
            made.append(values.alias(name))
        elif isinstance(values, np.ndarray):
            made.append(_from_array(name, values))
        elif hasattr(values, "dtype") and hasattr(values, "to_numpy"):
            made.append(_from_series(name, values))
        elif isinstance(values, Iterable) and not isinstance(values, str | bytes | Mapping):
            made.append(column_of(name, list(values)))
        else:
            raise InputError(f"column {name!r} is one {type(values).__name__}, not a list of values", way_out=_TAKEN)
    lengths = {len(series) for series in made}
    if len(lengths) > 1:
        what = f"the columns have different lengths: {sorted(lengths)}"
        raise InputError(what, way_out="Give each row a value in each column.")
    return pl.DataFrame(made)


def _from_rows(rows: Sequence[Any]) -> pl.DataFrame:
    names: dict[str, None] = {}
    for position, row in enumerate(rows):
        if not isinstance(row, Mapping):
            what = f"row {position} is {type(row).__name__}, not a dict of values"
            raise InputError(what, where=origin(rows), way_out=_TAKEN)
        names.update(dict.fromkeys(row))
    return _from_columns({str(name): [row.get(name) for row in rows] for name in names})
