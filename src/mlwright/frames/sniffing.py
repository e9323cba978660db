"""How the fields of a text table stand apart: guessed from many records at once, with quotes respected."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

USUAL = (",", ";", "\t", "|")
LONG = ("::", "||", "~~", "^^", ";;", "|~|", "~|~")
ODD = ("^", "~", "\x1f", "\x01", "\x02", "¦", "§", "¬", "¶")
LOOSE = (" ", ":")  # they stand within fields too often to be believed on less than perfect evidence
MARK = "\x1f"  # put in the place of what is not one character
MOST_RECORDS, MOST_ABOVE = 300, 30
RETURNS, BACKSLASH, GAPS, RUNS = "returns", "backslash", "gaps", "runs"

_SEP_LINE = re.compile(r'"?sep=(.)"?\n', re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"')
_GAP = re.compile(r'([,;|]) +"')
_RUN = re.compile(r'("[^"]*")|[ \t]+')
_APART = re.compile(r"\S {2,}\S")
_REMARK = ("#", "%", "//")
_NUMBER = re.compile(r"\s*[+-]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:e[+-]?[0-9]+)?\s*", re.IGNORECASE | re.ASCII)


class Way(NamedTuple):
    """A way to read a text as records: what separates the fields, the quote ("": there is none), and what is mended
    first.

    ``mends``: RETURNS (a lone carriage return ends a line), BACKSLASH (quotes within quotes are written so), GAPS
    (blanks stand between a separator and a quote), RUNS (any number of blanks separates).
    """

    separator: str
    quote: str = '"'
    mends: tuple[str, ...] = ()

    @property
    def delimiter(self) -> str:
        """The one character that separates when the text is mended."""
        return self.separator if len(self.separator) == 1 and self.separator.isascii() and self.plain else MARK

    @property
    def plain(self) -> bool:
        """Whether blanks are no separators in runs."""
        return RUNS not in self.mends


class Layout(NamedTuple):
    """How to read the text and where its table begins: the names, the line (1-based) of the first row, and what was
    guessed, in sentences."""

    way: Way
    names: list[str]
    next_line: int
    notes: tuple[str, ...] = ()


class _Try(NamedTuple):
    """What a way makes of the text: records with the line on which each ends, the usual width, how many records of
    another width stand above, and the share of the rest that has it."""

    way: Way
    records: list[tuple[int, list[str]]]
    width: int
    above: int
    share: float


def mended(text: str, way: Way) -> str:
    """The text in which ``way.delimiter`` separates and a quote in quotes is doubled, line for line."""
    if RETURNS in way.mends:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if BACKSLASH in way.mends:
        text = re.sub(r'\\(["\\])', lambda match: '""' if match[1] == '"' else "\\", text)
    if GAPS in way.mends:
        text = _GAP.sub(r'\1"', text)
    if RUNS in way.mends:
        lines = (line.strip(" \t\r") for line in text.split("\n"))
        return "\n".join(_RUN.sub(lambda match: match[1] or MARK, line) for line in lines)
    return text if way.delimiter == way.separator else text.replace(way.separator, MARK)


def records_of(text: str, way: Way, strict: bool = False) -> Iterator[tuple[int, list[str]]]:
    """(line on which it ends, fields) of each record of a mended text, blank ones too; csv.Error where it is broken."""
    csv.field_size_limit(1 << 27)
    lines = io.StringIO(text, newline="")
    if way.quote:
        reader = csv.reader(lines, delimiter=way.delimiter, quotechar=way.quote, strict=strict)
    else:
        reader = csv.reader(lines, delimiter=way.delimiter, quoting=csv.QUOTE_NONE, strict=strict)
    for record in reader:
        yield reader.line_num, record


def sniff(text: str, name: str, cut: bool) -> Layout:
    """The layout of a table of which ``text`` is the beginning (all of it, unless ``cut``); ``name`` is the file's.

    The names come as they are written; an empty list means that there is none.
    """
    if cut and "\n" in text:
        text = text[: text.rindex("\n") + 1]
    said = _SEP_LINE.match(text)
    base: tuple[str, ...] = ()
    if re.search(r"\r(?!\n|$)", _QUOTED.sub("", text)):
        base = (RETURNS,)
    tries = [_tried(text, way, cut) for way in _ways(text, said[1] if said else None, base)]
    best = _best(tries, name) or _fallback(text, base, cut)
    layout = _headed(best)
    if said and layout.names and _SEP_LINE.match(",".join(layout.names) + "\n"):
        return layout._replace(names=[])
    return layout


def _ways(text: str, said: str | None, base: tuple[str, ...]) -> list[Way]:
    """The ways worth trying, likeliest first."""
    separators = [said] if said else [s for s in (*USUAL, *LONG, *ODD, *LOOSE) if s in text]
    quotes = [csv_quote(text, separators)]
    ways = []
    for separator in separators:
        for quote in quotes:
            ways.append(Way(separator, quote, base))
            if '\\"' in text:
                ways.append(Way(separator, quote, (*base, BACKSLASH)))
            if _GAP.search(text):
                ways.append(Way(separator, quote, (*base, GAPS)))
    if not said and " " in text:
        ways.append(Way(" ", '"', (*base, RUNS)))
    return ways


def csv_quote(text: str, separators: list[str]) -> str:
    """The single quote, if fields stand in it and none in double ones."""
    if '"' in text or "'" not in text:
        return '"'
    marks = "".join(map(re.escape, (s for s in separators if len(s) == 1))) or ","
    opened = len(re.findall(rf"(?:^|[{marks}])'", text, re.MULTILINE))
    closed = len(re.findall(rf"(?:^|[{marks}])'[^'\n]*'(?=[{marks}\r\n]|\Z)", text, re.MULTILINE))
    return "'" if closed >= 2 and closed >= 0.9 * opened else '"'


def _tried(text: str, way: Way, cut: bool) -> _Try:
    found: list[tuple[int, list[str]]] = []
    try:
        for line, record in records_of(mended(text, way), way):
            if any(record):
                found.append((line, record))
            if len(found) > MOST_RECORDS:
                break
    except csv.Error:
        pass  # what follows is not looked at
    if _SEP_LINE.match(text):
        found = [(line, record) for line, record in found if line > 1]
    if cut and len(found) > 2:
        found.pop()  # it may end in an open quote
    widths = [len(record) for _, record in found]
    if not widths:
        return _Try(way, found, 0, 0, 0.0)
    counts = Counter(widths)
    width = max(counts, key=lambda size: (counts[size], size))
    above = widths.index(width)
    tail = widths[above:]
    return _Try(way, found, width, above, tail.count(width) / len(tail))


def _best(tries: list[_Try], name: str) -> _Try | None:
    sure = [t for t in tries if t.width > 1 and _believed(t, name)]
    tabbed = name.endswith((".tsv", ".tab"))

    def rank(attempt: _Try) -> tuple[object, ...]:
        way = attempt.way
        usual = way.separator in USUAL
        return (
            -(tabbed and way.separator == "\t"),
            attempt.above > 0,
            -round(attempt.share, 2),
            not (usual or len(way.separator) > 1),
            -attempt.width
            if usual
            else 0,  # a mark that stands once in each field divides them less than the right one
            len(way.mends),
        )

    return min(sure, key=rank, default=None)


def _believed(attempt: _Try, name: str) -> bool:
    separator, records = attempt.way.separator, attempt.records
    rows = len(records) - attempt.above
    if attempt.above > MOST_ABOVE:
        return False
    if separator in USUAL:
        if all(any(map(_APART.search, record)) for _, record in records):
            return False  # a run of blanks in every record separates too
        if separator * 2 in LONG and all(not any(record[1::2]) for _, record in records):
            return False
        least = 0.5 if attempt.above == 0 else 1.0
        return attempt.share >= least and (attempt.above == 0 or rows >= 2)
    if attempt.share < 1.0 or attempt.above > 1 or (attempt.above and not len(records[0][1]) == attempt.width - 1 > 1):
        return False
    if separator == ":" and any(map(_is_number, records[0][1])):
        return False  # times of day
    if separator == " " and attempt.way.plain and any("" in record for _, record in records):
        return False
    if separator not in LOOSE:
        return rows >= 2 and attempt.above == 0
    if name.endswith((".csv", ".tsv")) and attempt.width < 3:
        return False
    below = [record for _, record in records[1:]]
    return rows >= 3 and any(all(map(_is_number, column)) for column in zip(*below, strict=False))


def _fallback(text: str, base: tuple[str, ...], cut: bool) -> _Try:
    """No way gives records of one width: the separator that the first line uses most, or none at all."""
    first = next((line for line in text.split("\n") if line.strip() and not _SEP_LINE.match(line + "\n")), "")
    bare = _QUOTED.sub("", first)
    most = max(USUAL, key=bare.count)
    separator = most if most in bare else next((s for s in (*USUAL, *ODD) if s not in text), MARK)
    attempt = _tried(text, Way(separator, '"', base), cut)
    return attempt._replace(width=len(attempt.records[0][1]) if attempt.records else 0, above=0)


def _headed(attempt: _Try) -> Layout:
    """Where the header is, or that there is none."""
    way, records, width = attempt.way, attempt.records, attempt.width
    if not records:
        return Layout(way, [], 1)
    above = _remarks(records, width) or max(_certain(attempt), _padding(records, width))
    notes: tuple[str, ...] = ()
    if above:
        lines = "1 line" if above == 1 else f"{above} lines"
        notes = (f"{lines} above the header {'was' if above == 1 else 'were'} skipped",)
        records = records[above:]
    line, first = records[0]
    below = [record for _, record in records[1:] if record != first]
    if len(first) > 1 and len(below) > 1 and all(len(record) == len(first) + 1 for record in below):
        return Layout(way, _one_more(first, below), line + 1, (*notes, *_NAMELESS))
    if _is_row(first, [record for record in below if len(record) == len(first)]):
        names = [f"column_{position}" for position in range(1, len(first) + 1)]
        begins = records[0][0] - sum(field.count("\n") for field in first)
        return Layout(way, names, begins, (*notes, _NO_HEADER))
    return Layout(way, first, line + 1, notes)


_NO_HEADER = "there is no header; the columns are called column_1, column_2, ..."
_NAMELESS = ("every row has one field more than the header: the column without a name is called by its place",)


def _one_more(first: list[str], below: list[list[str]]) -> list[str]:
    """The names, where rows end in a separator that the header lacks, or begin with a name of the row (as R writes)."""
    return [*first, ""] if not any(record[-1] for record in below) else ["", *first]


def _certain(attempt: _Try) -> int:
    """How many records stand above a header for certain: those of another width, where what follows them is of one
    width and begins with names."""
    above, records = attempt.above, attempt.records
    if not above or attempt.share < 1.0:
        return 0
    line, head = records[above]
    names = all(field.strip() and not _is_number(field) for field in head) and len(set(head)) == len(head)
    apart = line - records[above - 1][0] > 1
    row_names = above == 1 and len(records[0][1]) == attempt.width - 1 and any(map(_is_number, head))
    return above if names and not row_names and (attempt.width > 2 or apart) else 0


def _remarks(records: list[tuple[int, list[str]]], width: int) -> int:
    """How many records at the top are remarks. The last of them may be the header ("#id,name"): it is, if it has the
    width of the table, unless there are names below it too."""
    above = next((i for i, (_, record) in enumerate(records) if not record[0].lstrip().startswith(_REMARK)), 0)
    if not above:
        return 0
    last, first = records[above - 1][1], records[above][1]
    below = [record for _, record in records[above + 1 :]]
    named = not any(map(_is_number, first)) and any(any(map(_is_number, record)) for record in below)
    return above - 1 if len(last) == width > 1 and not named else above


def _padding(records: list[tuple[int, list[str]]], width: int) -> int:
    """How many records at the top hold a title alone (a spreadsheet saved as text), if names stand below them."""
    if width < 3:
        return 0
    for above, (_, record) in enumerate(records[:MOST_ABOVE]):
        filled = sum(1 for field in record if field.strip())
        if filled == len(record) == width:
            return 0 if any(map(_is_number, record)) else above
        if filled > 1 or (filled and not record[0].strip()):
            return 0
    return 0


def _is_row(first: list[str], below: list[list[str]]) -> bool:
    """Whether the first record is a row like those below it and not a header.

    It is when it has numbers above numbers, no word above numbers, and the numbers don't count up (0, 1, 2, ... are
    names, and so are years); or when each of its fields comes again in its column.
    """
    numbers = [field for field in first if _is_number(field)]
    if not below or (numbers and _counts_up([float(field.replace(",", ".")) for field in numbers])):
        return False
    filled = [
        (field, set(column) - {""}) for field, column in zip(first, zip(*below, strict=True), strict=True) if field
    ]
    numeric = [_is_number(field) for field, column in filled if column and all(map(_is_number, column))]
    if numeric:
        return all(numeric)
    return len(filled) > 1 and len(below) >= 10 and all(field in column for field, column in filled)


def _counts_up(values: list[float]) -> bool:
    """Whether numbers are names: 0, 1, 2, ... or years in a row."""
    steps = {b - a for a, b in itertools.pairwise(values)}
    whole = all(value.is_integer() for value in values)
    if not whole or len(steps) > 1:
        return False
    years = all(1800 <= value <= 2200 for value in values)
    return years or (steps == {1.0} and values[0] == 0) or (len(values) > 2 and steps == {1.0} and values[0] == 1)


def _is_number(field: str) -> bool:
    return _NUMBER.fullmatch(field) is not None
