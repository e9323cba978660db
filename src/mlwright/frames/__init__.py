"""The door for tables: pandas, Arrow and files become Polars here and nowhere else; inside, a table is Polars.

read, adopt         a file, or a table in memory, as it is
fetch, local        a table from a path, a URL or a database; a file from elsewhere as one on this machine
batches, extent     a file in frames of a bounded size, and how large it is
conform             the same, typed by a Schema, or all that is wrong with it
feeds, RowReader    what goes into the graph, from a typed table or from a few JSON-like rows
aggregate, with_*   columns made of the rows of child tables
parse_*, texts ...  what one text, or a column of them, means
write               a table into a file
"""

from mlwright.frames.alike import cell_hashes, codes, pairs, row_hashes
from mlwright.frames.batches import Extent, batches, extent
from mlwright.frames.belonging import typed_tables, with_nested, with_tables
from mlwright.frames.cells import read_column
from mlwright.frames.database import is_database, read_database
from mlwright.frames.feed import RowReader, feeds, row_feeds
from mlwright.frames.fetch import fetch, refuse_query
from mlwright.frames.files import is_text_file, members, read, standard_input
from mlwright.frames.foreign import adopt, origin, settle
from mlwright.frames.lists import items_of, written_list
from mlwright.frames.moments import FORMATS, read_moment
from mlwright.frames.nested import flatten, flatten_row
from mlwright.frames.notation import parser as number_parser, tidied
from mlwright.frames.output import check_output, write, write_batches
from mlwright.frames.related import aggregate, clock_of
from mlwright.frames.remote import local
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
from mlwright.frames.variants import bare, variants
from mlwright.frames.vectors import booleans, moments, numbers, present, texts, trimmed

__all__ = [
    "BLANKS",
    "FALSE_WORDS",
    "FORMATS",
    "MISSING",
    "TRUE_WORDS",
    "Extent",
    "RowReader",
    "adopt",
    "aggregate",
    "bare",
    "batches",
    "booleans",
    "cell_hashes",
    "check_output",
    "clock_of",
    "codes",
    "conform",
    "extent",
    "feeds",
    "fetch",
    "flatten",
    "flatten_row",
    "is_database",
    "is_text_file",
    "items_of",
    "local",
    "members",
    "moments",
    "number_parser",
    "numbers",
    "origin",
    "pairs",
    "parse_boolean",
    "parse_datetime",
    "parse_number",
    "present",
    "read",
    "read_column",
    "read_database",
    "read_moment",
    "refuse_query",
    "row_feeds",
    "row_hashes",
    "settle",
    "standard_input",
    "text_of",
    "texts",
    "tidied",
    "trimmed",
    "typed_tables",
    "variants",
    "with_nested",
    "with_tables",
    "write",
    "write_batches",
    "written_list",
]
