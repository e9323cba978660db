"""Reading text tables: Polars reads, and what Polars passes over (short rows, odd quotes) is looked for here."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, NoReturn

import polars as pl

from mlwright.contracts.errors import InputError
from mlwright.frames.encoding import as_utf8, encoding_of, is_utf8
from mlwright.frames.foreign import header_names
from mlwright.frames.packed import CHUNK, Content
from mlwright.frames.sniffing import BACKSLASH, Layout, Way, mended, records_of, sniff

_LONGEST = 1 << 26  # a header is looked for in so many bytes
_FAILURES = (pl.exceptions.PolarsError, pl.exceptions.PanicException)


class Text(NamedTuple):
    """A text table ready for Polars: ``source`` is UTF-8, with ``layout.way.delimiter`` between the fields and rows
    from ``layout.next_line`` on. ``untouched``: it is the file itself, byte for byte. ``above``: so many rows of the
    file stand above this piece of it."""

    where: str
    source: Path | bytes
    layout: Layout
    untouched: bool
    above: int = 0

    @property
    def scheme(self) -> dict[str, pl.DataType]:
        """Every column is String."""
        return {name: pl.String() for name in self.layout.names}


def read_delimited(content: Content, note: Callable[[str], None]) -> pl.DataFrame:
    """A text table, every column String, empty fields null, blank lines left out. Raises InputError."""
    text = open_text(content, note)
    frame = _tried(text)
    if isinstance(frame, BaseException) and text.untouched:  # another encoding, perhaps, further down
        text = _rewritten(content, lambda said: None if said in text.layout.notes else note(said))
        frame = _tried(text)
    if isinstance(frame, BaseException):
        found = _with_backslashes(text, note)
        found = _without_quotes(text, note) if found is None else found
        return _by_python(text, frame) if found is None else found
    frame = _without_repeats(_without_short_rows(text, frame), note)
    if frame.height == 0:
        _no_rows(text.where)
    return frame


def _tried(text: Text) -> pl.DataFrame | BaseException:
    """The table as Polars reads it, or what it says instead."""
    try:
        return parsed(text)
    except _FAILURES as error:
        return error


def read_piece(text: Text) -> pl.DataFrame:
    """The same for a piece of a text table: whole records below the header, and perhaps none that is a row."""
    frame = _tried(text)
    if isinstance(frame, BaseException):
        return _by_python(text, frame)
    return _without_repeats(_without_short_rows(text, frame), lambda said: None)


def open_text(content: Content, note: Callable[[str], None]) -> Text:
    """The table in a text file: its layout, its names (looked at, so that they are good), and where to read it.

    Raises InputError for a file without a header, with a name that occurs twice, or that is no text.
    """
    head = content.head(CHUNK)
    if not head.strip():
        _no_header(content)
    encoding = encoding_of(head)
    if not encoding or (encoding == "utf-8" and b"\0" in head):
        _binary(content.where)
    size = CHUNK
    while b"\n" not in head and b"\r" not in head and len(head) == size < _LONGEST:
        size *= 4
        head = content.head(size)
    cut = len(head) == size
    if encoding == "utf-8" and is_utf8(head, cut):
        layout = _looked_at(content, head.decode("utf-8-sig", "ignore"), cut)
        if not _needs_mending(layout.way):
            _tell(layout, note)
            return Text(content.where, content.source, layout, untouched=True)
    return _rewritten(content, note)


def parsed(text: Text) -> pl.DataFrame:
    """The table as Polars reads it. Raises Polars' own errors."""
    return pl.read_csv(
        text.source,
        has_header=False,
        schema=text.scheme,
        separator=text.layout.way.delimiter,
        quote_char=text.layout.way.quote or None,
        skip_lines=text.layout.next_line - 1,
        missing_columns="insert",
        raise_if_empty=False,
        glob=False,
    )


def _rewritten(content: Content, note: Callable[[str], None]) -> Text:
    """The text in memory, in UTF-8 and mended."""
    encoding = encoding_of(content.head(CHUNK))
    try:
        data, said = as_utf8(content.all(), encoding)
    except UnicodeDecodeError as error:
        what = f"the text is not whole {encoding.upper()} ({error.reason} at byte {error.start})"
        raise InputError(what, where=content.where, way_out="Look whether the file was copied whole.") from error
    if said:
        note(said)
    head = data[:CHUNK].decode("utf-8", "ignore")
    layout = _looked_at(content, head, len(data) > CHUNK)
    _tell(layout, note)
    if _needs_mending(layout.way):
        data = mended(data.decode(), layout.way).encode()
    return Text(content.where, data, layout, untouched=False)


def _needs_mending(way: Way) -> bool:
    return bool(way.mends) or way.delimiter != way.separator


def _tell(layout: Layout, note: Callable[[str], None]) -> None:
    for sentence in layout.notes:
        note(sentence)


def _looked_at(content: Content, head: str, cut: bool) -> Layout:
    layout = sniff(head, content.name, cut)
    if not layout.names or not any(name.strip() for name in layout.names):
        _no_header(content)
    return layout._replace(names=header_names(content.where, layout.names))


def _no_header(content: Content) -> NoReturn:
    raise InputError("the file has no header", where=content.where, way_out="Name the columns in the first line.")


def _no_rows(where: str) -> NoReturn:
    raise InputError("there is a header and no row below it", where=where, way_out="Give a file with rows.")


def _without_repeats(frame: pl.DataFrame, note: Callable[[str], None]) -> pl.DataFrame:
    """Leave out rows that repeat the header, as they stand in files put one behind the other."""
    first = frame.columns[0]
    if frame.width < 2 or not (frame[first] == first).any():
        return frame
    repeats = frame.select(pl.all_horizontal(pl.col(name) == name for name in frame.columns)).to_series()
    count = int(repeats.fill_null(False).sum())
    if not count:
        return frame
    note(
        f"{count} row{'s repeat' if count > 1 else ' repeats'} the header and {'were' if count > 1 else 'was'} left out"
    )
    return frame.filter(~repeats.fill_null(False))


def _without_short_rows(text: Text, frame: pl.DataFrame) -> pl.DataFrame:
    """Leave out blank lines and refuse rows with too few fields; Polars fills both with nulls.

    Only a row whose last field is null can be one of them, so a file without such rows costs nothing.
    """
    if frame.width == 1 or not frame[frame.columns[-1]].has_nulls():
        return frame
    suspects = frame[frame.columns[-1]].is_null()
    lines = _lines(text)
    if lines is not None and len(lines) == frame.height:
        lines = lines.filter(suspects)
        fields = lines.str.count_matches(text.layout.way.delimiter, literal=True) + 1
        rows = pl.DataFrame({"row": suspects.arg_true(), "fields": fields, "blank": lines.str.strip_chars() == ""})
    else:
        rows = _counted(text, suspects)
    short = rows.filter((pl.col("fields") < frame.width) & ~pl.col("blank"))
    if short.height:
        what = f"row {text.above + short['row'][0]} has {short['fields'][0]} fields, the header has {frame.width}"
        way_out = "Look at the separators and quotes of that row, or whether the file was cut off."
        raise InputError(what, where=text.where, way_out=way_out)
    gone = rows.filter("blank")["row"]
    return frame.filter(~pl.int_range(pl.len()).is_in(gone.implode())) if len(gone) else frame


def _lines(text: Text) -> pl.Series | None:
    """The lines below the header; None if quotes are in use, which may hold separators and line ends."""
    lines = pl.read_csv(
        text.source,
        has_header=False,
        schema={"line": pl.String},
        separator="\x1e",
        quote_char=None,
        skip_lines=text.layout.next_line - 1,
        truncate_ragged_lines=True,
        glob=False,
    )
    line = lines.to_series().fill_null("")
    marks = [mark for mark in (text.layout.way.quote, "\x1e") if mark]
    unclear = line.str.contains_any(marks)
    return None if unclear.any() else line


def _counted(text: Text, suspects: pl.Series) -> pl.DataFrame:
    """The same by Python's reader, for files with quotes."""
    found: dict[str, list[int | bool]] = {"row": [], "fields": [], "blank": []}
    for row, ((_, record), mark) in enumerate(zip(_rows(text), suspects.to_list(), strict=False)):
        if mark:
            found["row"].append(row)
            found["fields"].append(len(record))
            found["blank"].append(not any(field.strip() for field in record) and len(record) <= 1)
    return pl.DataFrame(found, schema={"row": pl.Int64, "fields": pl.Int64, "blank": pl.Boolean})


def _rows(text: Text, strict: bool = False) -> itertools.dropwhile[tuple[int, list[str]]]:
    """(line, fields) of each record below the header."""
    data = text.source if isinstance(text.source, bytes) else text.source.read_bytes()
    records = records_of(data.decode("utf-8-sig"), text.layout.way, strict)
    return itertools.dropwhile(lambda record: record[0] < text.layout.next_line, records)


def _with_backslashes(text: Text, note: Callable[[str], None]) -> pl.DataFrame | None:
    """The table, if quotes within quotes turn out to stand behind backslashes further down than the layout was looked
    for; None if that is not what is odd about it."""
    way = text.layout.way
    if not isinstance(text.source, bytes) or BACKSLASH in way.mends or b'\\"' not in text.source:
        return None
    way = way._replace(mends=(BACKSLASH,))
    mend = text._replace(source=mended(text.source.decode(), way).encode())
    try:
        frame = _without_short_rows(mend, parsed(mend))
    except (*_FAILURES, InputError):
        return None
    note("quotes within quotes are written with a backslash")
    return frame


def _without_quotes(text: Text, note: Callable[[str], None]) -> pl.DataFrame | None:
    """The table, if tabs separate and every line is a record once quotes are taken for a part of the values, as
    databases write them; None if that is not what is odd about it."""
    way = text.layout.way
    if way.separator != "\t" or way.mends:
        return None
    bare = text._replace(layout=text.layout._replace(way=way._replace(quote="")))
    try:
        frame = _without_short_rows(bare, parsed(bare))
    except (*_FAILURES, InputError):
        return None
    note("quotes are not closed and were taken for a part of the values")
    return frame


def _by_python(text: Text, failure: BaseException) -> pl.DataFrame:
    """The table by Python's reader, which takes a quote within a field, or says which row is broken and how."""
    width = len(text.layout.names)
    rows: list[list[str | None]] = []
    line = text.layout.next_line - 1
    try:
        for line, record in _rows(text, strict=True):
            if not record or (width > 1 and len(record) == 1 and not record[0].strip()):
                continue
            if len(record) != width:
                what = f"{_place(text, len(rows), line)} has {len(record)} fields, the header has {width}"
                way_out = "Put a field that holds the separator into quotes, and leave out lines that are no rows."
                raise InputError(what, where=text.where, way_out=way_out) from failure
            rows.append([field or None for field in record])
    except csv.Error as reason:
        what = f"row {text.above + len(rows)}{'' if text.above else f', after line {line}'}: {reason}"
        way_out = "Close the quote, or double a quote inside a field."
        raise InputError(what, where=text.where, way_out=way_out) from failure
    if not rows:
        _no_rows(text.where)
    return pl.DataFrame(rows, schema=text.scheme, orient="row")


def _place(text: Text, row: int, line: int) -> str:
    """Lines are not counted through a file that is read in pieces."""
    return f"row {text.above + row}" if text.above else f"row {row} (line {line})"


def _binary(where: str) -> NoReturn:
    way_out = "Give a text file; a spreadsheet can be given as .xlsx, .xls, .xlsb or .ods."
    raise InputError("this is a binary file, not a text table", where=where, way_out=way_out)
