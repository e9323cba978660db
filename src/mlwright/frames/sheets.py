"""Reading spreadsheets (.xlsx, .xlsb, .xls, .ods) by calamine: the first sheet that holds a table, or the one named."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any, cast

import polars as pl

from mlwright.contracts.errors import InputError, near_miss
from mlwright.frames.foreign import header_names, refuse_width, settle
from mlwright.frames.packed import Content, refuse_large

_LOOKED = 40  # rows in which the header is looked for
_NO_VALUES = ("na", "n/a", "nan", "null", "none", "#n/a", "-nan", "<na>")
_WHOLE = "Save the workbook again, without a password, or look whether it was copied whole."


def read_sheet(content: Content, sheet: str, note: Callable[[str], None]) -> pl.DataFrame:
    """One sheet of a workbook as a table, numbers and dates typed; ``sheet`` "" takes the first that holds a table.

    Rows above the header are left out, and so are empty rows and columns. Raises InputError.
    """
    import fastexcel  # loaded where it is used: few tables are workbooks

    try:
        _refuse_bombs(content)
        book = fastexcel.read_excel(content.source)
        names = list(book.sheet_names)
        if sheet:
            return _named_sheet(book, sheet, content)
        for name in names:
            header = _header_row(book, name)
            if header is None:
                continue
            if len(names) > 1:
                others = ", ".join(map(repr, [n for n in names if n != name][:10]))
                note(f"the sheet {name!r} was read; the others ({others}) can be had as {content.where}#SHEET")
            if header:
                rows = "1 row" if header == 1 else f"{header} rows"
                note(f"{rows} above the header {'was' if header == 1 else 'were'} skipped")
            return _table(book, name, header, content.where)
    except (fastexcel.FastExcelError, zipfile.BadZipFile, OSError) as error:
        what = f"this is not a whole workbook ({_first_line(error)})"
        raise InputError(what, where=content.where, way_out=_WHOLE) from error
    raise InputError("no sheet holds a table", where=content.where, way_out="Give one with a header and rows.")


def _named_sheet(book: Any, sheet: str, content: Content) -> pl.DataFrame:
    names = list(book.sheet_names)
    if sheet not in names:
        hint = near_miss(sheet, names)
        what = f"there is no sheet {sheet!r}" + (f"; {hint}" if hint else "")
        raise InputError(what, where=content.where, way_out=f"The sheets are: {', '.join(map(repr, names[:20]))}.")
    header = _header_row(book, sheet)
    if header is None:
        what = f"the sheet {sheet!r} holds no table"
        raise InputError(what, where=content.where, way_out="Give one with a header and rows.")
    return _table(book, sheet, header, content.where)


def _refuse_bombs(content: Content) -> None:
    """A workbook is a zip (but for the old .xls): it must not fill the memory."""
    if content.head(2) != b"PK":
        return
    source = BytesIO(content.source) if isinstance(content.source, bytes) else content.source
    with zipfile.ZipFile(source) as zipped:
        refuse_large(content, sum(part.file_size for part in zipped.infolist()))


def _header_row(book: Any, sheet: str) -> int | None:
    """The row that names the columns: the first that is filled as far as the rows below it; None without a table."""
    top = _cells(book, sheet, _LOOKED)
    filled = [sum(cell is not None for cell in row) for row in top.rows()]
    if len([count for count in filled if count]) < 2:
        return None
    widest = max(filled)
    # A name may be missing (an index), so that a row filled to all but one is a header too.
    return next(row for row, count in enumerate(filled) if count >= max(widest - (widest > 2), 1))


def _cells(book: Any, sheet: str, rows: int | None = None) -> pl.DataFrame:
    """The cells as texts, null where empty, from the sheet's first row on."""
    loaded = book.load_sheet(sheet, header_row=None, skip_rows=0, n_rows=rows, dtypes="string", whitespace_as_null=True)
    return cast(pl.DataFrame, loaded.to_polars())


def _table(book: Any, sheet: str, header: int, where: str) -> pl.DataFrame:
    cells = _cells(book, sheet)
    refuse_width(cells.width, where)
    body = cells[header + 1 :]
    titles = [(title or "").strip() for title in cells.row(header)]
    full = [body[name].null_count() < body.height for name in cells.columns]
    kept = [place for place, filled in enumerate(full) if filled]
    if not kept:
        raise InputError("there is a header and no row below it", where=where, way_out="Give a sheet with rows.")
    typed = book.load_sheet(
        sheet,
        header_row=None,
        skip_rows=header + 1,
        schema_sample_rows=None,
        whitespace_as_null=True,
        use_columns=[cells.columns[place] for place in kept],  # of an empty column no type can be told
    ).to_polars()
    frame = pl.DataFrame([_kept(typed.to_series(i), body.to_series(place)) for i, place in enumerate(kept)])
    frame.columns = header_names(where, [titles[place] for place in kept])
    empty = [titles[place] for place, filled in enumerate(full) if not filled and titles[place]]
    frame = frame.with_columns(pl.lit(None, dtype=pl.Null).alias(name) for name in empty if name not in frame.columns)
    return settle(frame.filter(~pl.all_horizontal(pl.all().is_null())))


def _kept(typed: pl.Series, text: pl.Series) -> pl.Series:
    """The typed column, unless a cell is lost in it (a word among numbers)."""
    words = text.is_not_null() & ~text.str.to_lowercase().is_in(_NO_VALUES).fill_null(False)
    return text if len(typed) != len(text) or (words & typed.is_null()).any() else typed


def _first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
