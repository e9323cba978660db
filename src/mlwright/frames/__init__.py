"""The door for tables: pandas, Arrow and files become Polars here and nowhere else; inside, a table is Polars.

read, adopt         a file, or a table in memory, as it is
conform             the same, typed by a Schema, or all that is wrong with it
feeds, RowReader    what goes into the graph, from a typed table or from a few JSON-like rows
parse_*, texts ...  what one text, or a column of them, means
write               a table into a file
"""

from mlwright.frames.feed import RowReader, feeds, row_feeds
from mlwright.frames.files import is_text_file, read
from mlwright.frames.foreign import adopt, adopt_rows, origin, settle
from mlwright.frames.moments import FORMATS, read_moment
from mlwright.frames.output import check_output, write
from mlwright.frames.typed import conform
from mlwright.frames.values import (
    BLANKS,
    FALSE_WORDS,
    MISSING,
    TRUE_WORDS,
    parse_boolean,
    parse_datetime,
    parse_number,
    text_of,
)
from mlwright.frames.vectors import booleans, moments, numbers, present, texts, trimmed

__all__ = [
    "BLANKS",
    "FALSE_WORDS",
    "FORMATS",
    "MISSING",
    "TRUE_WORDS",
    "RowReader",
    "adopt",
    "adopt_rows",
    "booleans",
    "check_output",
    "conform",
    "feeds",
    "is_text_file",
    "moments",
    "numbers",
    "origin",
    "parse_boolean",
    "parse_datetime",
    "parse_number",
    "present",
    "read",
    "read_moment",
    "row_feeds",
    "settle",
    "text_of",
    "texts",
    "trimmed",
    "write",
]
