"""Reading a table from wherever it lies on this machine: which form a file has, and who reads it."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import polars as pl

from mlwright.contracts.errors import InputError, MlwrightError, near_miss
from mlwright.frames import folders
from mlwright.frames.arff import read_arff
from mlwright.frames.delimited import read_delimited
from mlwright.frames.documents import read_document, read_lines
from mlwright.frames.foreign import refuse_width, settle
from mlwright.frames.nested import flatten
from mlwright.frames.packed import ENDINGS, Content, open_content, packing, plain_name
from mlwright.frames.sheets import read_sheet

Form = Literal["text", "parquet", "arrow", "lines", "json", "sheet", "arff", ""]
Note = Callable[[str], None]

TEXT = (".csv", ".tsv", ".txt", ".tab", ".psv", ".dat", ".data", ".asc")
PARQUET = (".parquet", ".pq")
ARROW = (".arrow", ".feather", ".ipc", ".arrows")
LINES = (".jsonl", ".ndjson")
SHEETS = (".xlsx", ".xls", ".xlsb", ".xlsm", ".ods")
_FORMS: dict[tuple[str, ...], Form] = {
    TEXT: "text",
    PARQUET: "parquet",
    ARROW: "arrow",
    LINES: "lines",
    (".json",): "json",
    SHEETS: "sheet",
    (".arff",): "arff",
}
_ENDINGS = tuple(ending for endings in _FORMS for ending in endings)
_KINDS = f"Files that can be read: {', '.join(_ENDINGS)}; also packed as {', '.join(ENDINGS)}."
_BINARY: dict[bytes, Form] = {
    b"PAR1": "parquet",
    b"ARROW1": "arrow",
    b"\xff\xff\xff\xff": "arrow",
    b"\xd0\xcf\x11\xe0": "sheet",
}
_SUFFIX: dict[Form, str] = {"text": ".csv", "sheet": ".xlsx", "lines": ".jsonl"}
_NO_TABLES = {b"<html": "an HTML page", b"<!doctype": "an HTML page", b"<?xml": "XML", b"%pdf-": "a PDF"}
INPUT = "-"  # standard input


def read(path: str | Path, note: Note | None = None) -> pl.DataFrame:
    """The table at a path, as it is: text files (CSV and the like) with every column String, others with their types.

    A path is a file (packed or not), a folder or a pattern (``data/*.csv``) of files of one form, "-" for standard
    input, or ``FILE.xlsx#SHEET`` and ``FILE.zip#MEMBER``. What separates the fields of a text, its encoding, where its
    header is and which sheet holds the table is found out; ``note`` is called with a sentence for each guess that a
    user should know. Objects in cells become columns ``parent.child``. Raises InputError, with the place and the way
    out, for everything that keeps the table from being read whole.
    """
    say = note or _silent
    if str(path) == INPUT:
        with standard_input() as spooled:
            return read(spooled, note)
    path, part = _apart(Path(path))
    files = members(path)
    if files == [path]:
        return _read_file(path, part, say)
    parts = []
    said: set[str] = set()
    for file in files:
        frame = _read_file(file, "", _once(file, said, say))
        found = folders.partitions(file, path)
        more = [pl.lit(v, dtype=pl.String).alias(k) for k, v in found.items() if k not in frame.columns]
        parts.append(folders.Part(file, frame.with_columns(more)))
    return folders.joined(parts, say)


def members(path: str | Path) -> list[Path]:
    """The files that ``read`` would read: the path itself, or those of a folder or pattern, in their order.

    Raises InputError if there is nothing to read, or files of several forms.
    """
    path = _apart(Path(path))[0]
    if not folders.is_pattern(path) and not _is_folder(path):
        return [path]
    kind = "a pattern" if folders.is_pattern(path) else "a folder"
    found: dict[Form, list[Path]] = {}
    try:
        for file in folders.candidates(path):
            found.setdefault(form_of(file), []).append(file)
    except OSError as error:
        what = f"can't be opened: {error.strerror or error}"
        raise InputError(what, where=str(path), way_out="Look at the path and its rights.") from error
    found.pop("", None)
    if not found:
        raise InputError(f"this is {kind} without a table", where=str(path), way_out=_KINDS)
    if len(found) > 1:
        shown = ", ".join(sorted({file.suffix for files in found.values() for file in files}))
        way_out = f"Name those that are meant, for example {Path(path) / '*.csv'}"
        raise InputError(f"this is {kind} with files of several forms: {shown}", where=str(path), way_out=way_out)
    return next(iter(found.values()))


def is_text_file(path: str | Path) -> bool:
    """Whether every value at the path is a text (CSV and the like)."""
    place, part = _apart(Path(path))
    if folders.is_pattern(place) or _is_folder(place):
        return all(form_of(file) == "text" for file in members(place)[:1])
    if part and form_of(place) != "sheet":
        return form_of(Path(part)) == "text"
    form = form_of(place)
    if form or not place.is_file():
        return form == "text"
    content = open_content(place, part)
    return (_form_named(content.name) or sniffed(content)) == "text"


def form_of(path: str | Path) -> Form:
    """The form that a file's name speaks for, "" if none."""
    return _form_named(plain_name(path))


def sniffed(content: Content) -> Form:
    """The form that a file's first bytes speak for; "text" if no other."""
    head = content.head()
    for sign, form in _BINARY.items():
        if head.startswith(sign):
            return form
    if packing(head) == ".zip":
        return "sheet"
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if re.match(rb"\{\s*\"[^\n]*\}\s*\n\s*\{", start):
        return "lines"
    if re.match(rb"\[\s*[\[{]|\{\s*\"", start):
        return "json"
    return "arff" if re.match(rb"(?:%[^\n]*\n|\s)*@relation\s", start, re.IGNORECASE) else "text"


@contextmanager
def standard_input() -> Iterator[Path]:
    """Standard input as a file, for as long as the context lasts, named by the form that its first bytes speak for.

    Errors inside name standard input, not the file. Raises InputError when nothing comes, or the disk is full.
    """
    with tempfile.TemporaryDirectory(prefix="mlwright-") as folder:
        spooled = Path(folder) / "input"
        try:
            with spooled.open("wb") as file:
                shutil.copyfileobj(sys.stdin.buffer, file, 1 << 20)
        except OSError as error:
            what = f"can't be kept: {error.strerror or error}"
            raise InputError(what, where="standard input", way_out="Make room for temporary files.") from error
        path = spooled
        try:
            if spooled.stat().st_size == 0:
                raise InputError("nothing came in", where="standard input", way_out="Pipe a table into the command.")
            form = sniffed(open_content(spooled)) if not _is_workbook(spooled) else "sheet"
            path = spooled.with_suffix(_SUFFIX.get(form, f".{form}"))
            spooled.rename(path)
            yield path
        except MlwrightError as error:
            error.where = error.where.replace(str(path), "standard input").replace(str(spooled), "standard input")
            raise


def _is_workbook(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(1 << 16)
    return packing(head) == ".zip" and (b"xl/" in head or b"[Content_Types].xml" in head or b"opendocument" in head)


def _silent(sentence: str) -> None:
    """For who does not listen."""


def _once(file: Path, said: set[str], note: Note) -> Note:
    """Tells each sentence for the first file that it is true of."""

    def tell(sentence: str) -> None:
        if sentence not in said:
            said.add(sentence)
            note(f"{file.name}: {sentence}")

    return tell


def _form_named(name: str) -> Form:
    return next((form for endings, form in _FORMS.items() if name.endswith(endings)), "")


def _apart(path: Path) -> tuple[Path, str]:
    """A path and the part of the file that is named behind "#", if the file without it is there."""
    before, mark, part = str(path).partition("#")
    if not mark or not part or path.exists() or not Path(before).is_file():
        return path, ""
    return Path(before), part


def _read_file(path: Path, part: str, note: Note) -> pl.DataFrame:
    _there(path)
    named = form_of(path)
    try:
        content = open_content(path, "" if named == "sheet" else part)
        form = _form_named(content.name) or _unnamed(content, note)
        if form == "text":
            form = _truly(content, note)
        return _read_content(content, form, part, note)
    except InputError as error:
        error.where = error.where or str(path)
        raise
    except OSError as error:
        what = f"can't be opened: {error.strerror or error}"
        raise InputError(what, where=str(path), way_out="Look at the path and its rights.") from error
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        what = f"this is not a whole {form.capitalize()} file ({_first_line(error)})"
        way_out = "Write the file again, or look whether it was copied whole."
        raise InputError(what, where=str(path), way_out=way_out) from error


def _truly(content: Content, note: Note) -> Form:
    """The form of a file that is named like a text table, if it is no other by its first bytes."""
    page = next(
        (name for start, name in _NO_TABLES.items() if content.head(512).lstrip().lower().startswith(start)), ""
    )
    if page:
        way_out = "Look at it: a server that asks for a login, or an error, is often kept under the table's name."
        raise InputError(f"this is {page}, not a table", where=content.where, way_out=way_out)
    form = sniffed(content)
    if form in ("parquet", "arrow", "sheet"):
        what = f"this is a binary file, by its first bytes one of the form {form!r}, not a text table"
        raise InputError(what, where=content.where, way_out=f"Name it as what it is. {_KINDS}")
    if form != "text":
        note(f"by its first bytes it was read as {form}, not as a text table")
    return form


def _unnamed(content: Content, note: Note) -> Form:
    """The form of a file whose name says nothing; a name that says something else is refused."""
    suffix = Path(content.name).suffix
    if suffix:
        hint = near_miss(suffix, _ENDINGS)
        what = f"a file named {suffix!r} can't be read" + (f"; {hint}" if hint else "")
        raise InputError(what, where=content.where, way_out=_KINDS)
    form = sniffed(content)
    note(f"the name says nothing of the form; by its first bytes it was read as {form}")
    return form


def _read_content(content: Content, form: Form, part: str, note: Note) -> pl.DataFrame:
    if form == "text":
        return flatten(read_delimited(content, note))
    if form == "lines":
        return read_lines(content, note)
    if form == "json":
        return read_document(content, note)
    if form == "sheet":
        return read_sheet(content, part, note)
    if form == "arff":
        return read_arff(content, note)
    frame = pl.read_parquet(content.source, glob=False) if form == "parquet" else _read_arrow(content)
    refuse_width(frame.width, content.where)
    return settle(frame)


def _read_arrow(content: Content) -> pl.DataFrame:
    if content.head(6) == b"ARROW1":
        return pl.read_ipc(content.source)
    return pl.read_ipc_stream(content.source)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _there(path: Path) -> None:
    try:
        if path.is_file():
            if path.stat().st_size == 0:
                raise InputError("the file is empty", where=str(path), way_out="Give a file with a header and rows.")
            with path.open("rb"):
                return
        siblings = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    except OSError as error:
        what = f"can't be opened: {error.strerror or error}"
        raise InputError(what, where=str(path), way_out="Look at the path and its rights.") from error
    if path.parent.is_dir():
        hint = near_miss(path.name, siblings)
        what = "there is no such file" + (f"; {hint}" if hint else "")
        raise InputError(what, where=str(path), way_out="Look at the path.")
    raise InputError(f"there is no folder {str(path.parent)!r}", where=str(path), way_out="Look at the path.")


def _first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
