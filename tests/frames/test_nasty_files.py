"""Small nasty files, one case each: a file, and what must come of it: the table that a person sees in it, the kinds of
its columns, what must be told; or a refusal that says what, where and the way out."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import random
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
import pytest
import xlsxwriter
import zstandard

from mlwright import frames
from mlwright.contracts.errors import InputError
from mlwright.ingest import infer


@dataclass(frozen=True)
class Case:
    """``table`` are the columns with their values, ``kinds`` the kinds of (some) columns in the Schema, ``noted`` words
    that one of the notes has, ``refused`` words of the error."""

    title: str
    name: str
    content: bytes | Callable[[], bytes]
    table: Mapping[str, Sequence[Any]] | None = None
    kinds: Mapping[str, str] | None = None
    noted: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    slow: bool = False

    @property
    def data(self) -> bytes:
        """The file's bytes."""
        return self.content if isinstance(self.content, bytes) else self.content()


AB = {"a": ["1", "3"], "b": ["2", "4"]}
CSV = b"a,b\n1,2\n3,4\n"
ROWS = 60


def zipped(**files: bytes) -> bytes:
    """A zip of files; "__" in a name stands for "." """
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "."), data)
    return made.getvalue()


def locked_zip() -> bytes:
    """A zip whose flags say that its file is encrypted."""
    data = bytearray(zipped(a__csv=CSV))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def column(name: str, values: Callable[[random.Random, int], str], sep: str = ";") -> bytes:
    """A text table of ROWS rows: the column, and one of words beside it."""
    draw = random.Random(7)
    lines = [f"{name}{sep}word"]
    lines += [f"{values(draw, row)}{sep}{draw.choice(('ox', 'cow', 'calf'))}" for row in range(ROWS)]
    return "\n".join(lines).encode() + b"\n"


def kind(title: str, expected: str, values: Callable[[random.Random, int], str], name: str = "x") -> Case:
    """A column that must be of a kind."""
    return Case(f"kind: {title}", "x.csv", lambda: column(name, values), kinds={name: expected, "word": "categorical"})


def workbook(**sheets: Sequence[Sequence[Any]]) -> bytes:
    """An .xlsx with these sheets."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for place, cell in enumerate(row):
                    if cell is not None:
                        sheet.write(number, place, cell)
    return made.getvalue()


def written(write: Callable[[pl.DataFrame, Any], object], **columns: Any) -> Callable[[], bytes]:
    """What a writer of Polars makes of a table."""

    def make() -> bytes:
        file = io.BytesIO()
        write(pl.DataFrame(columns), file)
        return file.getvalue()

    return make


def as_json(document: Any) -> bytes:
    return json.dumps(document).encode()


SEPARATORS = (
    Case("semicolons", "x.csv", b"a;b\n1;2\n3;4\n", AB),
    Case("tabs in a .csv", "x.csv", b"a\tb\n1\t2\n3\t4\n", AB),
    Case("bars", "x.csv", b"a|b\n1|2\n3|4\n", AB),
    Case("carets", "x.txt", b"a^b\n1^2\n3^4\n", AB),
    Case("tildes", "x.txt", b"a~b\n1~2\n3~4\n", AB),
    Case("control characters", "x.dat", b"a\x01b\n1\x012\n3\x014\n", AB),
    Case("section signs", "x.csv", "a§b\n1§2\n3§4\n".encode(), AB),
    Case("double colons", "x.dat", b"a::b\n1::2\n3::4\n", AB),
    Case("double bars", "x.csv", b"a||b\n1||2\n3||4\n", AB),
    Case("single blanks", "x.txt", b"a b\n1 2\n3 4\n5 6\n", {"a": ["1", "3", "5"], "b": ["2", "4", "6"]}),
    Case(
        "runs of blanks", "x.txt", b" a   b\n 1   2\n33   4\n 5  66\n", {"a": ["1", "33", "5"], "b": ["2", "4", "66"]}
    ),
    Case(
        "blanks, a tab and quotes",
        "x.data",
        b'a  b\tc\n1   2\t"x y"\n3   4\t"z w"\n5  6\t"v v"\n',
        {"a": ["1", "3", "5"], "b": ["2", "4", "6"], "c": ["x y", "z w", "v v"]},
    ),
    Case("Excel's sep= line", "x.csv", b"sep=;\na;b\n1,5;2\n3;4\n", {"a": ["1,5", "3"], "b": ["2", "4"]}),
    Case(
        "decimal commas between semicolons",
        "x.csv",
        b"a;b\n1,5;2,5\n3,5;4,5\n",
        {"a": ["1,5", "3,5"], "b": ["2,5", "4,5"]},
    ),
    Case(
        "commas in a column of a .tsv", "x.tsv", b"a,x\tb\n1,1\t2\n3,3\t4\n", {"a,x": ["1,1", "3,3"], "b": ["2", "4"]}
    ),
    Case("times of day", "x.csv", b"t\n10:00:00\n11:00:00\n12:00:00\n", {"t": ["10:00:00", "11:00:00", "12:00:00"]}),
    Case("one column", "x.csv", b"a\n1\n3\n", {"a": ["1", "3"]}),
    Case(
        "one column of prose",
        "x.csv",
        b"text\nwell, no\nyes, but, no\nperhaps\n",
        {"text": ["well, no", "yes, but, no", "perhaps"]},
    ),
    Case("separators at the lines' ends", "x.csv", b"a,b,\n1,2,\n3,4,\n", AB | {"column_3": [None, None]}),
    Case(
        "separators at the rows' ends alone",
        "x.csv",
        b"a,b\n1,2,\n3,4,\n",
        AB | {"column_3": [None, None]},
        noted=("one field more",),
    ),
)
QUOTES = (
    Case("separators in quotes", "x.csv", b'a,b\n"1,1",2\n"3;3",4\n', {"a": ["1,1", "3;3"], "b": ["2", "4"]}),
    Case("line ends in quotes", "x.csv", b'a,b\n"1\n1",2\n"3\r\n3",4\n', {"a": ["1\n1", "3\r\n3"], "b": ["2", "4"]}),
    Case("a quoted name over two lines", "x.csv", b'"a\na",b\n1,2\n3,4\n', {"a\na": ["1", "3"], "b": ["2", "4"]}),
    Case("doubled quotes", "x.csv", b'a,b\n"say ""no""",2\n3,4\n', {"a": ['say "no"', "3"], "b": ["2", "4"]}),
    Case(
        "backslashes before quotes",
        "x.csv",
        b'a,b\n"say \\"no\\", now",2\n3,4\n',
        {"a": ['say "no", now', "3"], "b": ["2", "4"]},
    ),
    Case(
        "a path that ends in a backslash",
        "x.csv",
        b'a,b\n"c:\\x\\",2\n"d:\\",4\n',
        {"a": ["c:\\x\\", "d:\\"], "b": ["2", "4"]},
    ),
    Case("single quotes", "x.csv", b"a,b\n'1,1',2\n'3,3',4\n'5',6\n", {"a": ["1,1", "3,3", "5"], "b": ["2", "4", "6"]}),
    Case("apostrophes", "x.csv", b"a,b\nit's,2\n'tis,4\n", {"a": ["it's", "'tis"], "b": ["2", "4"]}),
    Case(
        "an open quote between tabs",
        "x.tsv",
        b'a\tb\n1\t"2\n3\t4\n',
        {"a": ["1", "3"], "b": ['"2', "4"]},
        noted=("quotes",),
    ),
    Case("an inch mark", "x.csv", b'a,b\n6" pipe,2\n3,4\n', {"a": ['6" pipe', "3"], "b": ["2", "4"]}),
    Case("blanks before quotes", "x.csv", b'a, b\n1, "x, y"\n3, "z"\n', {"a": ["1", "3"], "b": ["x, y", "z"]}),
    Case("an open quote", "x.csv", b'a,b\n1,"2\n3,4\n', refused=("row 0", "quote")),
    Case("text behind a quote", "x.csv", b'a,b\n1,"x"y\n3,4\n', refused=("row 0", "line 1", "quote")),
)
LINES = (
    Case("Windows' line ends", "x.csv", b"a,b\r\n1,2\r\n3,4\r\n", AB),
    Case("old Macs' line ends", "x.csv", b"a,b\r1,2\r3,4\r", AB),
    Case("mixed line ends", "x.csv", b"a,b\r\n1,2\r3,4\n", AB),
    Case("no line end at the end", "x.csv", b"a,b\n1,2\n3,4", AB),
    Case("blank lines everywhere", "x.csv", b"\n\na,b\n\n1,2\n\n\n3,4\n\n", AB),
    Case("lines of blanks", "x.csv", b"a,b\n1,2\n  \n3,4\n \n", AB),
    Case("short rows", "x.csv", b"a,b,c\n1,2,3\n4,5\n6,7,8\n", refused=("row 1 has 2 fields", "header has 3")),
    Case("a row cut off", "x.csv", b"a,b,c\n1,2,3\n4,5,6\n7,", refused=("row 2 has 2 fields",)),
    Case("long rows", "x.csv", b"a,b\n1,2\n3,4\n5,6,7\n", refused=("row 2 (line 4) has 3 fields",)),
    Case("a footer", "x.csv", b"a,b,c\n1,2,3\n4,5,6\nTotal: 2 rows\n", refused=("row 2 has 1 fields",)),
    Case("the header again in the middle", "x.csv", b"a,b\n1,2\na,b\n3,4\n", AB, noted=("repeats the header",)),
    Case("a byte order mark in the middle", "x.csv", "a,b\n1,2\n\ufeff3,4\n".encode(), kinds={"a": "numeric"}),
)
HEADERS = (
    Case(
        "no header, all numbers",
        "x.csv",
        b"1,2\n3,4\n5,6\n",
        {"column_1": ["1", "3", "5"], "column_2": ["2", "4", "6"]},
        noted=("no header",),
    ),
    Case(
        "no header, numbers and words",
        "x.data",
        b"5.1,3.5,oak\n4.9,3.0,oak\n4.7,3.2,elm\n",
        {"column_1": ["5.1", "4.9", "4.7"], "column_2": ["3.5", "3.0", "3.2"], "column_3": ["oak", "oak", "elm"]},
        noted=("no header",),
    ),
    Case(
        "no header, letters alone",
        "x.data",
        b"x,s,n\n" + b"b,s,y\nx,y,n\nb,y,w\n" * 9,
        kinds={"column_1": "categorical"},
        noted=("no header",),
    ),
    Case(
        "years for names",
        "x.csv",
        b"land,2000,2001\nDE,1,2\nFR,3,4\n",
        {"land": ["DE", "FR"], "2000": ["1", "3"], "2001": ["2", "4"]},
    ),
    Case("numbers for names", "x.csv", b"0,1,2\n5,3,7\n3,1,9\n", {"0": ["5", "3"], "1": ["3", "1"], "2": ["7", "9"]}),
    Case("an index without a name", "x.csv", b",b\n0,2\n1,4\n", {"column_1": ["0", "1"], "b": ["2", "4"]}),
    Case(
        "R's names of rows",
        "x.txt",
        b'"x" "y"\n"1" 5 "p"\n"2" 6 "q"\n"3" 7 "q"\n',
        {"column_1": ["1", "2", "3"], "x": ["5", "6", "7"], "y": ["p", "q", "q"]},
        noted=("one field more",),
    ),
    Case(
        "a title above the header",
        "x.csv",
        b"Sales of 2024\nby me, today\n\na,b,c\n1,2,3\n4,5,6\n",
        {"a": ["1", "4"], "b": ["2", "5"], "c": ["3", "6"]},
        noted=("2 lines above the header",),
    ),
    Case(
        "a padded title",
        "x.csv",
        b"Sales,,\n,,\na,b,c\n1,2,3\n4,5,6\n",
        {"a": ["1", "4"], "b": ["2", "5"], "c": ["3", "6"]},
        noted=("above the header",),
    ),
    Case(
        "remarks above the header",
        "x.csv",
        b"# made by hand\n# 2024, really\na,b\n1,2\n3,4\n",
        AB,
        noted=("2 lines above the header",),
    ),
    Case("the header as a remark", "x.csv", b"#a,b\n1,2\n3,4\n", {"#a": ["1", "3"], "b": ["2", "4"]}),
    Case("names of smileys", "x.csv", "😀,né e\n1,2\n3,4\n".encode(), {"😀": ["1", "3"], "né e": ["2", "4"]}),
    Case("names in blanks and quotes", "x.csv", b' a ,"b"\n1,"2"\n3,4\n', AB),
    Case("a name twice", "x.csv", b"a,b,a\n1,2,3\n4,5,6\n", refused=("'a' occurs twice",)),
    Case("no name at all", "x.csv", b",,\n\n", refused=("no header",)),
    Case(
        "10,000 columns",
        "x.csv",
        lambda: (",".join(f"c{i}" for i in range(10_000)) + "\n" + (",".join("7" * 10_000) + "\n") * 3).encode(),
        kinds={"c9999": "constant"},
        slow=True,
    ),
    Case(
        "30,000 columns",
        "x.csv",
        lambda: (",".join(f"c{i}" for i in range(30_000)) + "\n" + ",".join("7" * 30_000)).encode(),
        refused=("30,000 columns are too many",),
    ),
    Case("a header of 2 MB", "x.csv", lambda: b"a" * 2_000_000 + b",b\n1,2\n", {"a" * 2_000_000: ["1"], "b": ["2"]}),
    Case("only a header", "x.csv", b"a,b\n", refused=("no row below",)),
    Case("nothing", "x.csv", b"", refused=("empty",)),
    Case("only blank lines", "x.csv", b"\n \r\n\n", refused=("no header",)),
    Case("only a sep= line", "x.csv", b"sep=;\n", refused=("no header",)),
)
ENCODINGS = (
    Case("UTF-8 with a mark", "x.csv", b"\xef\xbb\xbf" + CSV, AB),
    Case("UTF-8 with a mark and a quote", "x.csv", b'\xef\xbb\xbf"a",b\n1,2\n3,4\n', AB),
    Case("UTF-16", "x.csv", "ä,b\n1,2\n3,4\n".encode("utf-16"), {"ä": ["1", "3"], "b": ["2", "4"]}),
    Case(
        "UTF-16, high byte first",
        "x.csv",
        b"\xfe\xff" + "a,b\n1,2\n3,ü\n".encode("utf-16-be"),
        {"a": ["1", "3"], "b": ["2", "ü"]},
    ),
    Case("UTF-16 without a mark", "x.csv", CSV.decode().encode("utf-16-le"), AB),
    Case("UTF-16 without a mark, high byte first", "x.csv", CSV.decode().encode("utf-16-be"), AB),
    Case("UTF-32", "x.csv", CSV.decode().encode("utf-32"), AB),
    Case("UTF-16 cut within a character", "x.csv", CSV.decode().encode("utf-16")[:-1], refused=("not whole UTF-16",)),
    Case(
        "Windows-1252",
        "x.csv",
        "a,b\nname,preis\ncafé,5 €\n".encode("cp1252"),
        {"a": ["name", "café"], "b": ["preis", "5 €"]},
        noted=("Windows-1252", "line 3"),
    ),
    Case(
        "Latin-1 in the names",
        "x.csv",
        "Straße,b\n1,2\n".encode("latin-1"),
        {"Straße": ["1"], "b": ["2"]},
        noted=("Windows-1252",),
    ),
    Case(
        "one line of Latin-1 in UTF-8",
        "x.csv",
        "é,b\nü,2\n".encode() + b"\xe9,4\n",
        {"é": ["ü", "é"], "b": ["2", "4"]},
        noted=("1 line is not UTF-8",),
    ),
    Case(
        "Latin-1 far down",
        "x.csv",
        lambda: b"a,b\n" + b"1,2\n" * 400_000 + b"caf\xe9,2\n",
        kinds={"b": "constant"},
        noted=("line 400002",),
        slow=True,
    ),
    Case("bytes that are no text", "x.csv", bytes(range(256)) * 9, refused=("binary",)),
    Case("null characters", "x.csv", b"a,b\n1,\x002\n", refused=("binary",)),
    Case("a picture", "x.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", refused=("binary",)),
    Case("Parquet named .csv", "x.csv", written(pl.DataFrame.write_parquet, a=[1]), refused=("binary", "parquet")),
    Case("a workbook named .csv", "x.csv", lambda: workbook(S=[["a"], [1]]), refused=("binary", "workbook")),
)
PACKED = (
    Case("gz", "x.csv.gz", gzip.compress(CSV), AB),
    Case("two gz behind each other", "x.csv.gz", gzip.compress(CSV[:6]) + gzip.compress(CSV[6:]), AB),
    Case("gz without saying so", "x.csv", gzip.compress(CSV), AB),
    Case("saying gz without being it", "x.csv.gz", CSV, AB),
    Case("zst", "x.csv.zst", zstandard.compress(CSV), AB),
    Case("two zst behind each other", "x.csv.zst", zstandard.compress(CSV[:6]) + zstandard.compress(CSV[6:]), AB),
    Case("bz2", "x.tsv.bz2", bz2.compress(CSV.replace(b",", b"\t")), AB),
    Case("xz", "x.csv.xz", lzma.compress(CSV), AB),
    Case("zip", "x.zip", zipped(data__csv=CSV), AB),
    Case("zip with what a Mac leaves", "x.csv.zip", zipped(**{"x__csv": CSV, "__MACOSX/__x__csv": b"?"}), AB),
    Case("gz in a zip", "x.zip", zipped(data__csv__gz=gzip.compress(CSV)), AB),
    Case("UTF-16 in gz", "x.csv.gz", gzip.compress(CSV.decode().encode("utf-16")), AB),
    Case(
        "Parquet in gz",
        "x.parquet.gz",
        lambda: gzip.compress(written(pl.DataFrame.write_parquet, a=[1, 2])()),
        {"a": [1, 2]},
    ),
    Case("two files in a zip", "x.zip", zipped(a__csv=CSV, b__csv=CSV), refused=("2 files", "'a.csv'", "x.zip#a.csv")),
    Case("an empty zip", "x.zip", zipped(), refused=("holds no file",)),
    Case("a zip with a password", "x.zip", locked_zip, refused=("password",)),
    Case("a zip cut off", "x.zip", zipped(a__csv=CSV)[:40], refused=("zip", "whole")),
    Case(
        "gz cut off",
        "x.csv.gz",
        gzip.compress(random.Random(0).randbytes(999).hex().encode())[:-300],
        refused=("can't be read", "whole"),
    ),
    Case(
        "zst cut off",
        "x.csv.zst",
        zstandard.compress(random.Random(0).randbytes(999))[:-300],
        refused=("can't be read", "whole"),
    ),
    Case("xz cut off", "x.csv.xz", lzma.compress(CSV)[:-9], refused=("can't be read", "whole")),
    Case("bz2 cut off", "x.csv.bz2", bz2.compress(CSV)[:-9], refused=("can't be read", "whole")),
    Case("gz of nothing", "x.csv.gz", gzip.compress(b""), refused=("no header",)),
)
JSON = (
    Case(
        "an array of objects", "x.json", as_json([{"a": 1}, {"a": 2.5, "b": "x"}]), {"a": [1.0, 2.5], "b": [None, "x"]}
    ),
    Case("an object of lists", "x.json", as_json({"a": [1, 2], "b": ["x", None]}), {"a": [1, 2], "b": ["x", None]}),
    Case(
        "as pandas writes",
        "x.json",
        as_json({"a": {"0": 1, "1": 2}, "b": {"0": "x", "1": "y"}}),
        {"a": [1, 2], "b": ["x", "y"]},
    ),
    Case("as pandas writes by rows", "x.json", as_json({"0": {"a": 1}, "1": {"a": 2}}), {"a": [1, 2]}),
    Case("as pandas splits", "x.json", as_json({"columns": ["a"], "index": [0, 1], "data": [[1], [2]]}), {"a": [1, 2]}),
    Case("lists of values", "x.json", as_json([["a", "b"], [1, "x"], [2, "y"]]), {"a": [1, 2], "b": ["x", "y"]}),
    Case(
        "a list within",
        "x.json",
        as_json({"ok": True, "page": {"rows": [{"a": 1}, {"a": 2}]}}),
        {"a": [1, 2]},
        noted=("'page.rows'",),
    ),
    Case("lines in a .json", "x.json", b'{"a": 1}\n{"a": 2}\n', {"a": [1, 2]}, noted=("a line",)),
    Case(
        "objects in objects",
        "x.json",
        as_json([{"a": {"b": {"c": 1}, "d": "x"}}, {"a": None}]),
        {"a.b.c": [1, None], "a.d": ["x", None]},
    ),
    Case("lists in cells", "x.jsonl", b'{"a": ["x", "y"]}\n{"a": []}\n{"a": null}\n', {"a": ['["x","y"]', "[]", None]}),
    Case("objects in lists", "x.jsonl", b'{"a": [{"b": 1}]}\n{"a": [{"b": 2}]}\n', {"a": ['[{"b":1}]', '[{"b":2}]']}),
    Case(
        "objects in the cells of a CSV",
        "x.csv",
        b'a,b\n"{""p"": 1, ""q"": [1]}",2\n"{""p"": 3}",4\n',
        {"a.p": [1, 3], "a.q": ["[1]", None], "b": ["2", "4"]},
    ),
    Case("braces that are no objects", "x.csv", b"a,b\n{x},2\n{y},4\n", {"a": ["{x}", "{y}"], "b": ["2", "4"]}),
    Case("NaN", "x.json", b'[{"a": NaN}, {"a": 1.5}]', {"a": [None, 1.5]}),
    Case("numbers and texts", "x.jsonl", b'{"a": 1}\n{"a": "x"}\n', {"a": ["1", "x"]}),
    Case(
        "a number too large",
        "x.jsonl",
        b'{"a": 1}\n{"a": 123456789012345678901234567890}\n',
        {"a": [1.0, 123456789012345678901234567890.0]},
    ),
    Case("UTF-16 JSON", "x.json", '[{"a": "ü"}]'.encode("utf-16"), {"a": ["ü"]}),
    Case("a clash of names", "x.jsonl", b'{"a.b": 1, "a": {"b": 2}}\n', refused=("'a.b'",)),
    Case("two lists of rows", "x.json", as_json({"a": [{"x": 1}], "b": [{"x": 1}, {"x": 2}]}), refused=("'a', 'b'",)),
    Case("a list of numbers", "x.json", b"[1, 2]", refused=("row 0 is not a JSON object",)),
    Case("one value", "x.json", b"7", refused=("one value",)),
    Case("no rows", "x.json", b"[]", refused=("empty",)),
    Case("JSON cut off", "x.json", b'[{"a": 1}, {"a"', refused=("not whole JSON",)),
    Case("a bad line", "x.jsonl", b'{"a": 1}\n{"a": 2\n', refused=("line 2",)),
    Case("objects without end", "x.jsonl", lambda: b'{"a":' * 3000 + b"1" + b"}" * 3000 + b"\n", refused=("x.jsonl",)),
)
DAY, NEXT = datetime(2024, 1, 2), datetime(2024, 1, 3)
SHEETS = (
    Case(
        "a workbook",
        "x.xlsx",
        lambda: workbook(S=[["a", "b"], [1, "x"], [2.5, "y"]]),
        {"a": [1.0, 2.5], "b": ["x", "y"]},
    ),
    Case(
        "the second sheet",
        "x.xlsx",
        lambda: workbook(Empty=[], Data=[["a"], [1], [2]]),
        {"a": [1.0, 2.0]},
        noted=("'Data'",),
    ),
    Case(
        "a title above",
        "x.xlsx",
        lambda: workbook(S=[["Sales"], [], ["a", "b"], [1, "x"], [2, "y"]]),
        {"a": [1.0, 2.0], "b": ["x", "y"]},
        noted=("above the header",),
    ),
    Case(
        "empty rows and columns",
        "x.xlsx",
        lambda: workbook(S=[[None, "a", None, "b"], [], [None, 1, None, "x"], [], [None, 2, None, "y"]]),
        {"a": [1.0, 2.0], "b": ["x", "y"]},
    ),
    Case(
        "words among numbers",
        "x.xlsx",
        lambda: workbook(S=[["a", "b"], [1, "x"], ["many", "y"]]),
        {"a": ["1", "many"], "b": ["x", "y"]},
    ),
    Case(
        "dates and truth",
        "x.xlsx",
        lambda: workbook(S=[["a", "b"], [DAY, True], [NEXT, False]]),
        {"a": [DAY, NEXT], "b": [True, False]},
    ),
    Case("a broken formula", "x.xlsx", lambda: workbook(S=[["a", "b"], [1, "=1/0"], [2, "x"]]), kinds={"a": "numeric"}),
    Case("a name twice in a sheet", "x.xlsx", lambda: workbook(S=[["a", "a"], [1, 2]]), refused=("'a' occurs twice",)),
    Case("an empty workbook", "x.xlsx", lambda: workbook(S=[]), refused=("no sheet holds a table",)),
    Case(
        "a sheet with a header alone", "x.xlsx", lambda: workbook(S=[["a", "b"]]), refused=("no sheet holds a table",)
    ),
    Case("a workbook cut off", "x.xlsx", lambda: workbook(S=[["a"], [1]])[:900], refused=("not a whole workbook",)),
    Case(
        "an OpenDocument sheet",
        "x.ods",
        lambda: opened([["a", "b"], ["1", "x"], ["2", "y"]]),
        {"a": ["1", "2"], "b": ["x", "y"]},
    ),
    Case("a text named .xls", "x.xls", CSV, refused=("not a whole workbook",)),
)


def opened(rows: Sequence[Sequence[str]]) -> bytes:
    """An OpenDocument sheet of texts."""
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    lines = "".join(f"<table:table-row>{''.join(map(cell.format, row))}</table:table-row>" for row in rows)
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    body = f'<office:body><office:spreadsheet><table:table table:name="S">{lines}</table:table></office:spreadsheet>'
    content = f'<?xml version="1.0"?><office:document-content {names}>{body}</office:body></office:document-content>'
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    space = 'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
    entry = f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
    manifest = f'<?xml version="1.0"?><manifest:manifest {space}>{entry}</manifest:manifest>'
    parts = {"mimetype": kind, "META-INF/manifest__xml": manifest, "content__xml": content}
    return zipped(**{name: text.encode() for name, text in parts.items()})


ARFF = b"@RELATION r\n% a remark\n@attribute a numeric\n@attribute 'b c' {x,'y z'}\n"
TYPED = (
    Case(
        "ARFF",
        "x.arff",
        ARFF + b"@data\n1.5,x\n?,'y z'\n",
        {"a": [1.5, None], "b c": ["x", "y z"]},
        kinds={"b c": "categorical"},
    ),
    Case("ARFF, sparse", "x.arff", ARFF + b"@data\n{0 2}\n{1 'y z'}\n", {"a": [2.0, 0.0], "b c": ["x", "y z"]}),
    Case(
        "ARFF with dates and quotes",
        "x.arff",
        b"@relation r\n@attribute d date 'yyyy-MM-dd'\n@attribute s string\n"
        b"@data\n2024-01-02,'it\\'s, so'\n2024-01-03,?\n",
        {"d": [DAY, NEXT], "s": ["it's, so", None]},
    ),
    Case(
        "ARFF with a word for a number", "x.arff", ARFF + b"@data\n1,x\nmany,x\n", refused=("line 7", "'many'", "'a'")
    ),
    Case("ARFF with an unknown level", "x.arff", ARFF + b"@data\n1,q\n", refused=("line 6", "'q'", "'b c'")),
    Case("ARFF with a short row", "x.arff", ARFF + b"@data\n1\n", refused=("line 6", "1 values", "2 attributes")),
    Case("ARFF without data", "x.arff", ARFF, refused=("no @data",)),
    Case("Arrow", "x.arrow", written(pl.DataFrame.write_ipc, a=[1, 2], b=["x", None]), {"a": [1, 2], "b": ["x", None]}),
    Case("an Arrow stream", "x.arrow", written(pl.DataFrame.write_ipc_stream, a=[1, 2]), {"a": [1, 2]}),
    Case("Feather", "x.feather", written(pl.DataFrame.write_ipc, a=[1, 2]), {"a": [1, 2]}),
    Case(
        "Arrow cut off",
        "x.arrow",
        lambda: written(pl.DataFrame.write_ipc, a=list(range(999)))()[:-200],
        refused=("not a whole Arrow",),
    ),
    Case(
        "Parquet of objects and lists",
        "x.parquet",
        written(pl.DataFrame.write_parquet, a=[{"b": 1, "c": [1, 2]}]),
        {"a.b": [1], "a.c": ["[1,2]"]},
    ),
    Case("Parquet of noise", "x.parquet", b"PAR1" * 9, refused=("not a whole Parquet",)),
    Case("an unknown form", "x.sav", b"$FL2", refused=("'.sav'", ".csv")),
    Case("a form misspelt", "x.cvs", CSV, refused=("'.csv'",)),
    Case("no ending", "x", CSV, AB, noted=("name says nothing",)),
    Case("a page of HTML", "x.csv", b"<!DOCTYPE html>\n<html><body>Log in</body></html>\n", refused=("an HTML page",)),
    Case("a PDF", "x.csv", b"%PDF-1.4\na,b\n1,2\n", refused=("a PDF",)),
    Case("JSON Lines named .txt", "x.txt", b'{"a": 1}\n{"a": 2}\n', {"a": [1, 2]}, noted=("as lines",)),
    Case("no ending, JSON", "x", b'[{"a": 1}]', {"a": [1]}),
)
NUMBERS = "0123456789"
KINDS = (
    kind("whole numbers", "numeric", lambda draw, row: str(draw.randint(0, 999))),
    kind(
        "gaps in many words",
        "numeric",
        lambda draw, row: draw.choice(["NA", "n/a", "?", "null", "", "1.5", "2", "7e3"]),
    ),
    kind("yes and no", "boolean", lambda draw, row: draw.choice(["Yes", "No"])),
    kind("ISO dates", "datetime", lambda draw, row: f"2024-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}"),
    kind("American dates", "datetime", lambda draw, row: f"{draw.randint(1, 12)}/{draw.randint(1, 28)}/2024"),
    kind("postal codes with zeros in front", "categorical", lambda draw, row: f"0{draw.randint(1000, 1015)}"),
    kind("keys", "identifier", lambda draw, row: f"{draw.getrandbits(60):015x}"),
    kind("running numbers", "identifier", lambda draw, row: str(1000 + row), name="nr"),
    kind("always the same", "constant", lambda draw, row: "x"),
    kind("never anything", "constant", lambda draw, row: ""),
    kind("prose", "text", lambda draw, row: " ".join(draw.choices(["the", "old", "man", "and", "sea", str(row)], k=9))),
    kind("dollars", "numeric", lambda draw, row: f'"${draw.randint(1, 99)},{draw.randint(0, 999):03d}.50"'),
    kind(
        "euros",
        "numeric",
        lambda draw, row: f"{draw.randint(1, 9)}.{draw.randint(0, 999):03d},{draw.randint(10, 99)} €",
    ),
    kind("decimal commas", "numeric", lambda draw, row: f"{draw.randint(0, 99)},{draw.randint(0, 99)}"),
    kind("losses in brackets", "numeric", lambda draw, row: draw.choice(["(1,200)", "3,400", "(15)", "27", "980"])),
    kind("percentages", "numeric", lambda draw, row: f"{draw.randint(0, 1000) / 10}%"),
    kind("weights in two units", "numeric", lambda draw, row: draw.choice(["1.2 kg", "800 g", "3 kg", "950 g"])),
    kind("durations", "numeric", lambda draw, row: f"{draw.randint(0, 9)}h {draw.randint(0, 59)}m"),
    kind(
        "months of years",
        "datetime",
        lambda draw, row: f"{draw.choice(['Jan', 'Mar', 'Dec'])}-{draw.randint(2000, 2020)}",
    ),
    kind("quarters", "datetime", lambda draw, row: f"{draw.randint(2000, 2020)}Q{draw.randint(1, 4)}"),
    kind(
        "moments with zones",
        "datetime",
        lambda draw, row: f"2024-01-{draw.randint(10, 28)}T10:00:00+0{draw.randint(1, 3)}:00",
    ),
    kind("epochs", "datetime", lambda draw, row: str(1_700_000_000 + draw.randint(0, 9_999_999)), name="created_at"),
    kind("levels", "ordinal", lambda draw, row: draw.choice(["low", "medium", "high"])),
    kind("ranges", "ordinal", lambda draw, row: draw.choice(["0-10", "11-20", "21-30", "31+"])),
    kind(
        "lists with bars",
        "list",
        lambda draw, row: " | ".join(draw.sample(["red", "green", "blue", "grey"], draw.randint(1, 3))),
    ),
    kind(
        "lists in JSON",
        "list",
        lambda draw, row: "[" + ",".join(draw.sample(["1", "2", "3", "4"], draw.randint(0, 3))) + "]",
    ),
    kind("infinities", "numeric", lambda draw, row: draw.choice(["inf", "-inf", "1", "2", "3"])),
)
CASES = (*SEPARATORS, *QUOTES, *LINES, *HEADERS, *ENCODINGS, *PACKED, *JSON, *SHEETS, *TYPED, *KINDS)


def parameters(refused: bool) -> list[Any]:
    """The cases of one of the two tests."""
    chosen = [case for case in CASES if bool(case.refused) == refused]
    return [pytest.param(c, id=c.title, marks=[pytest.mark.slow] if c.slow else []) for c in chosen]


@pytest.mark.parametrize("case", parameters(refused=False))
def test_a_nasty_file_gives_the_table_that_a_person_sees(tmp_path, case):
    path = tmp_path / case.name
    path.write_bytes(case.data)
    notes = []
    frame = frames.read(path, notes.append)
    if case.table is not None:
        assert frame.to_dict(as_series=False) == {name: list(values) for name, values in case.table.items()}
    if case.kinds is not None:
        found = {column.name: column.kind for column in infer(frame)}
        assert {name: found.get(name) for name in case.kinds} == case.kinds
    told = " / ".join(notes)
    assert all(word in told for word in case.noted), told
    if case.table is not None and not case.noted and case.name.endswith((".csv", ".parquet", ".jsonl")):
        assert notes == []


@pytest.mark.parametrize("case", parameters(refused=True))
def test_a_file_that_is_no_table_is_refused_with_the_place_and_the_way_out(tmp_path, case):
    path = tmp_path / case.name
    path.write_bytes(case.data)
    with pytest.raises(InputError) as caught:
        frames.read(path)
    assert all(word in str(caught.value) for word in case.refused), str(caught.value)
    assert str(path) in caught.value.where and caught.value.way_out


def test_there_are_enough_of_them_and_each_is_one_of_its_kind():
    titles = [case.title for case in CASES]
    assert len(titles) == len(set(titles)) >= 80
    assert len({case.data for case in CASES}) >= len(CASES) - 9
