"""However a table is written down as text, the same table is read."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma

import polars as pl
import pytest
import zstandard
from hypothesis import assume, given, strategies as st

from mlwright import frames
from mlwright.contracts.errors import InputError
from mlwright.frames.encoding import as_utf8, encoding_of, is_utf8
from mlwright.frames.sniffing import sniff

PACKINGS = {"": bytes, ".gz": gzip.compress, ".zst": zstandard.compress, ".bz2": bz2.compress, ".xz": lzma.compress}
NAMES = ["id", "what it is", "ä", "Größe, cm", "x;y", 'a "b"', "it's"]
CELLS = st.text(alphabet="abc 1,;|\t'\"-é\n", max_size=6).map(str.strip)


def written(rows, separator, ending, quoting=csv.QUOTE_MINIMAL):
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=separator, lineterminator=ending, quoting=quoting).writerows(rows)
    return file.getvalue()


@given(
    cells=st.lists(st.tuples(st.integers(0, 99).map(str), CELLS, st.sampled_from(["x", "y"])), min_size=3, max_size=9),
    names=st.permutations(NAMES).map(lambda names: names[:3]),
    separator=st.sampled_from([",", ";", "\t", "|"]),
    ending=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
    packing=st.sampled_from(sorted(PACKINGS)),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_a_table_is_read_however_it_is_written(
    tmp_path_factory, cells, names, separator, ending, encoding, packing, quoting
):
    path = tmp_path_factory.mktemp("table") / f"x.csv{packing}"
    path.write_bytes(PACKINGS[packing](written([names, *cells], separator, ending, quoting).encode(encoding)))
    frame = frames.read(path)
    assert frame.columns == [name.strip() for name in names]
    assert frame.with_columns(pl.all().fill_null("")).rows() == cells


@given(st.text(max_size=200), st.sampled_from(["x.csv", "x.tsv", "x.txt", "x.data"]), st.booleans())
def test_sniffing_ends_well_on_any_text(text, name, cut):
    layout = sniff(text, name, cut)
    assert layout.next_line >= 1 and len(layout.way.delimiter) == 1


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_in_words(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("bytes") / "x.csv"
    path.write_bytes(data)
    told = None
    try:
        frames.read(path)
    except InputError as error:
        told = error
    assert told is None or (told.what and told.where == str(path) and told.way_out)


@given(st.text(alphabet="aé€ü\n", max_size=50), st.sampled_from(["cp1252", "utf-8", "utf-8-sig", "utf-16", "utf-32"]))
def test_text_comes_back_from_its_encoding(text, encoding):
    data = text.encode(encoding)
    lines = zip(text.split("\n"), data.split(b"\n"), strict=False)
    assume(encoding != "cp1252" or not any(is_utf8(line) and not word.isascii() for word, line in lines))  # by chance
    back, said = as_utf8(data, encoding_of(data))
    assert back.decode() == text
    assert bool(said) == (encoding == "cp1252" and not text.isascii())


@pytest.mark.parametrize("byte", [0x81, 0x8D, 0x8F, 0x90, 0x9D])
def test_the_bytes_that_windows_leaves_open_are_read_too(byte):
    assert as_utf8(b"a\n\xe9" + bytes([byte]), "utf-8")[0].decode() == f"a\né{chr(byte)}"
