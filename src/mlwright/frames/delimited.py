"""Reading CSV and TSV: Polars reads, and what Polars passes over (names given twice, short rows) is looked for here."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
from collections import Counter
from pathlib import Path
from typing import IO, NamedTuple, NoReturn

import polars as pl

from mlwright.contracts.errors import InputError
from mlwright.frames.foreign import refuse_width

_CHUNK = 1 << 20
_UTF8 = "Save it as UTF-8, for example: iconv -f WINDOWS-1252 -t UTF-8 OLD.csv > NEW.csv"


class Header(NamedTuple):
    """The names in the first record, what separates them, and on which line (1-based) the first row begins."""

    names: list[str]
    separator: str
    next_line: int


def read_delimited(path: Path) -> pl.DataFrame:
    """A CSV or TSV file, every column String, empty fields null, blank lines left out. Raises InputError."""
    try:
        header = _header(path)
        frame = pl.read_csv(path, separator=header.separator, infer_schema=False, glob=False, raise_if_empty=False)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, UnicodeDecodeError) as error:
        _diagnose(path, error)
    except (OSError, EOFError) as error:
        way_out = "Look whether the file was copied whole."
        raise InputError(f"can't be read: {error}", where=str(path), way_out=way_out) from error
    if frame.width != len(header.names):  # an unusual line ending, or a header that only Python's reader understands
        way_out = "Look at the quotes and line ends of the first lines."
        raise InputError("the header can't be told from the rows", where=str(path), way_out=way_out)
    frame.columns = header.names
    frame = _without_short_rows(path, frame, header)
    if frame.height == 0:
        raise InputError("there is a header and no row below it", where=str(path), way_out="Give a file with rows.")
    return frame


def _open(path: Path) -> IO[bytes]:
    return gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb")  # type: ignore[return-value]


def _header(path: Path) -> Header:
    with _open(path) as file:
        if b"\0" in file.read(_CHUNK):
            _binary(path)
        file.seek(0)
        # The separator is decided by the first line; a quoted name may then run over several.
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        first = text.readline()
        while first.strip() == "" and first:
            first = text.readline()
        text.seek(0)
        separator = _separator(path, first)
        records = csv.reader(text, delimiter=separator)
        csv.field_size_limit(1 << 27)
        try:
            names = next((record for record in records if record), [])
        except csv.Error as error:
            _diagnose(path, error)
        line = records.line_num
    if not names or not any(name.strip() for name in names):
        raise InputError("the file has no header", where=str(path), way_out="Name the columns in the first line.")
    return Header(_named(path, names), separator, line + 1)


def _separator(path: Path, line: str) -> str:
    name = path.name.lower().removesuffix(".gz")
    if name.endswith(".tsv"):
        return "\t"
    counts = {separator: line.count(separator) for separator in (",", ";", "\t")}
    if counts[","] and name.endswith(".csv"):
        return ","
    return max(counts, key=lambda separator: counts[separator])


def _named(path: Path, names: list[str]) -> list[str]:
    """The names trimmed; one that is empty (the index that pandas wrote) is called by its place."""
    names = [name.strip() or f"column_{position}" for position, name in enumerate(names, 1)]
    refuse_width(len(names), str(path))
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        more = f" and {len(twice) - 1} more" if len(twice) > 1 else ""
        way_out = "Give each column a name of its own in the first line."
        raise InputError(f"the column name {twice[0]!r}{more} occurs twice", where=str(path), way_out=way_out)
    return names


def _without_short_rows(path: Path, frame: pl.DataFrame, header: Header) -> pl.DataFrame:
    """Leave out blank lines and refuse rows with too few fields; Polars fills both with nulls.

    Only a row whose last field is null can be one of them, so a file without such rows costs nothing.
    """
    if frame.width == 1 or not frame[frame.columns[-1]].has_nulls():
        return frame
    suspects = frame[frame.columns[-1]].is_null()
    lines = _lines(path, header)
    if lines is not None and len(lines) == frame.height:
        lines = lines.filter(suspects)
        fields = lines.str.count_matches(header.separator, literal=True) + 1
        rows = pl.DataFrame({"row": suspects.arg_true(), "fields": fields, "blank": lines.str.strip_chars() == ""})
    else:
        rows = _counted(path, header, suspects)
    short = rows.filter((pl.col("fields") < frame.width) & ~pl.col("blank"))
    if short.height:
        row, count = short["row"][0], short["fields"][0]
        what = f"row {row} has {count} fields, the header has {frame.width}"
        way_out = "Look at the separators and quotes of that row, or whether the file was cut off."
        raise InputError(what, where=str(path), way_out=way_out)
    gone = rows.filter("blank")["row"]
    return frame.filter(~pl.int_range(pl.len()).is_in(gone.implode())) if len(gone) else frame


def _lines(path: Path, header: Header) -> pl.Series | None:
    """The file's lines below the header; None if quotes are in use, which may hold separators and line ends."""
    skipped = header.next_line - 1
    lines = pl.read_csv(
        path, has_header=False, separator="\x1f", quote_char=None, infer_schema=False, skip_lines=skipped, glob=False
    )
    line = lines.to_series().fill_null("")
    return None if line.str.contains('"', literal=True).any() or lines.width > 1 else line


def _counted(path: Path, header: Header, suspects: pl.Series) -> pl.DataFrame:
    """The same by Python's reader, for files with quotes."""
    marks = suspects.to_list()
    found: dict[str, list[int | bool]] = {"row": [], "fields": [], "blank": []}
    with io.TextIOWrapper(_open(path), encoding="utf-8-sig", newline="") as text:
        records = csv.reader(text, delimiter=header.separator)
        while records.line_num < header.next_line - 1:
            next(records)
        for row, (record, mark) in enumerate(zip(records, marks, strict=False)):
            if mark:
                found["row"].append(row)
                found["fields"].append(len(record))
                found["blank"].append(not record or record == [""])
    return pl.DataFrame(found, schema={"row": pl.Int64, "fields": pl.Int64, "blank": pl.Boolean})


def _binary(path: Path) -> NoReturn:
    way_out = "Give a text file; a spreadsheet can be saved as CSV (UTF-8)."
    raise InputError("this is a binary file, not a text table (or it is UTF-16)", where=str(path), way_out=way_out)


def _diagnose(path: Path, error: Exception) -> NoReturn:
    """Say what Polars stumbled over: bytes that are no UTF-8, a row with too many fields, an open quote."""
    _refuse_other_encodings(path)
    header = _header(path)
    width = len(header.names)
    with io.TextIOWrapper(_open(path), encoding="utf-8-sig", newline="") as text:
        records = csv.reader(text, delimiter=header.separator, strict=True)
        row = -1
        try:
            for row, record in enumerate(records, -1):
                if row >= 0 and len(record) > width:
                    what = f"row {row} (line {records.line_num}) has {len(record)} fields, the header has {width}"
                    way_out = "Put a field that holds the separator into quotes."
                    raise InputError(what, where=str(path), way_out=way_out) from error
        except csv.Error as reason:
            what = f"row {row + 1}, up to line {records.line_num}: {reason}"
            way_out = "Close the quote, or double a quote inside a field."
            raise InputError(what, where=str(path), way_out=way_out) from error
    said = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    what = f"the file can't be read as a table ({said})"
    raise InputError(what, where=str(path), way_out="Look at its quotes and separators.") from error


def _refuse_other_encodings(path: Path) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    line = 1
    with _open(path) as file:
        while chunk := file.read(_CHUNK):
            if b"\0" in chunk:
                _binary(path)
            try:
                line += decoder.decode(chunk).count("\n")
            except UnicodeDecodeError as error:
                line += error.object[: error.start].count(b"\n")
                what = f"byte 0x{error.object[error.start]:02X} in line {line} is not UTF-8"
                raise InputError(what, where=str(path), way_out=_UTF8) from None
