"""Text files too large for memory, a piece at a time: each piece ends where a record ends."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

import polars as pl

from mlwright.contracts.errors import InputError
from mlwright.frames.delimited import Text, open_text, read_piece
from mlwright.frames.encoding import as_utf8, encoding_of
from mlwright.frames.foreign import settle
from mlwright.frames.packed import Content, packing, plain_name, unpacking
from mlwright.frames.sniffing import BACKSLASH, RETURNS, Way, mended

PIECE = 8 << 20  # bytes of text that are read at once
_LONGEST = 8  # pieces after which a record that does not end is cut at the last line end: its quote was a stray one


def delimited_pieces(path: Path) -> Iterator[pl.DataFrame]:
    """A CSV or TSV file piece by piece, under the same rules as ``read_delimited``. Raises InputError."""
    first = next(chunks(path))
    layout = open_text(Content(str(path), plain_name(path), first), lambda said: None).layout
    way, rows = layout.way, 0
    for piece in cut(chunks(path), way):
        data = mended(piece.decode(), way).encode() if way.mends or way.delimiter != way.separator else piece
        text = Text(str(path), data, layout, untouched=False, above=rows)
        frame = read_piece(text)
        layout = layout._replace(next_line=1)  # the header stands in the first piece alone
        rows += frame.height
        if frame.height:
            yield frame
    if not rows:
        raise InputError("there is a header and no row below it", where=str(path), way_out="Give a file with rows.")


def line_pieces(path: Path) -> Iterator[pl.DataFrame]:
    """JSON Lines piece by piece: one pass finds the columns' types over all pieces, another reads."""
    schema = _line_schema(path)
    for piece in cut(chunks(path)):
        yield settle(pl.read_ndjson(io.BytesIO(piece), schema=schema))


def first_lines(path: Path) -> pl.DataFrame:
    """The first piece of JSON Lines, with the types that hold in it."""
    return settle(pl.read_ndjson(io.BytesIO(next(cut(chunks(path)))), infer_schema_length=None))


def share_read(path: Path) -> float:
    """How many times as long as its first PIECE bytes of text a file is, by the bytes on disk."""
    with path.open("rb") as raw:
        file = _unpacked(raw)
        size = 0
        while size < PIECE and (chunk := file.read(PIECE - size)):
            size += len(chunk)
        return max(1.0, path.stat().st_size / max(raw.tell(), 1))


def chunks(path: Path) -> Iterator[bytes]:
    """A file's text as UTF-8 without a mark in front, unpacked, in chunks of at least PIECE bytes but for the last."""
    with path.open("rb") as raw:
        file = _unpacked(raw)
        encoding, decoder, kept = "", None, []
        while chunk := file.read(PIECE):
            if not encoding:
                encoding = encoding_of(chunk[:4096]) or "utf-8"
                chunk = chunk.removeprefix(codecs.BOM_UTF8) if encoding == "utf-8" else chunk
                decoder = None if encoding == "utf-8" else codecs.getincrementaldecoder(encoding)()
            kept.append(chunk if decoder is None else decoder.decode(chunk).encode())
            if sum(map(len, kept)) >= PIECE:
                yield b"".join(kept)
                kept = []
        yield b"".join(kept)


def _unpacked(raw: io.BufferedReader) -> IO[bytes]:
    kind = packing(raw.peek(8)[:8])
    return unpacking(raw, kind) if kind else raw


def cut(text: Iterable[bytes], way: Way | None = None) -> Iterator[bytes]:
    """The text in pieces that end with a line end outside of quotes.

    A line end is outside when the quotes before it are even in number; a doubled quote changes nothing about that.
    """
    kept = b""
    for chunk in text:
        if way is not None and RETURNS in way.mends:
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        kept += chunk
        end = _record_end(kept, way)
        if end == 0 and len(kept) > _LONGEST * PIECE:
            end = kept.rfind(b"\n") + 1
        if end:
            yield as_utf8(kept[:end], "utf-8")[0]
            kept = kept[end:]
    if kept.strip():
        yield as_utf8(kept, "utf-8")[0]


def _record_end(text: bytes, way: Way | None) -> int:
    """The place after the last line end outside of quotes; 0 if there is none."""
    end = text.rfind(b"\n") + 1
    if way is None:
        return end
    quote = way.quote.encode()
    escapes = BACKSLASH in way.mends

    def quotes(start: int, stop: int) -> int:
        return text.count(quote, start, stop) - (text.count(b"\\" + quote, start, stop) if escapes else 0)

    inside = quotes(0, end) % 2
    while end and inside:
        earlier = text.rfind(b"\n", 0, end - 1) + 1
        inside = (inside - quotes(earlier, end)) % 2
        end = earlier
    return end


def _line_schema(path: Path) -> pl.Schema:
    """The types that hold in every piece: a column that is whole numbers in one and fractions in another is the
    latter."""
    found: dict[tuple[tuple[str, str], ...], pl.DataFrame] = {}
    for piece in cut(chunks(path)):
        empty = pl.read_ndjson(io.BytesIO(piece), infer_schema_length=None).clear()
        found.setdefault(tuple((name, str(dtype)) for name, dtype in empty.schema.items()), empty)
    if not found:
        raise InputError("the file has no rows", where=str(path), way_out="Give a file with one JSON object a line.")
    return pl.concat(list(found.values()), how="diagonal_relaxed").schema
