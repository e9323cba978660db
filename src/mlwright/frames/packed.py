"""What a file holds once it is unpacked: gz, zst, bz2, xz and zip, told by their first bytes and never by the name."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import IO, NamedTuple, cast

from mlwright.contracts.errors import InputError, near_miss

ENDINGS = (".gz", ".zst", ".bz2", ".xz", ".zip")
SIGNS = {
    b"\x1f\x8b": ".gz",
    b"\x28\xb5\x2f\xfd": ".zst",
    b"BZh": ".bz2",
    b"\xfd7zXZ\x00": ".xz",
    b"PK\x03\x04": ".zip",
    b"PK\x05\x06": ".zip",
}
CHUNK = 1 << 20
# A packed file may grow to half of the memory that is free, but no more than this many times its size beyond 1 GiB: no
# table of values shrinks so far, and what does is made to fill a memory.
SHRINKS, SMALL = 500, 1 << 30
_WHOLE = "Look whether the file was copied whole."


class Content(NamedTuple):
    """A file, unpacked: ``where`` is what messages call it, ``name`` its name in lower case without the packing's
    ending, ``source`` its path, or its bytes if it was packed."""

    where: str
    name: str
    source: Path | bytes

    def head(self, size: int = CHUNK) -> bytes:
        """The first bytes."""
        if isinstance(self.source, bytes):
            return self.source[:size]
        with self.source.open("rb") as file:
            return file.read(size)

    def all(self) -> bytes:
        """Every byte."""
        return self.source if isinstance(self.source, bytes) else self.source.read_bytes()


def packing(head: bytes) -> str:
    """The ending that a packed file would have by its first bytes; "" for one that is not packed."""
    return next((ending for sign, ending in SIGNS.items() if head.startswith(sign)), "")


def open_content(path: Path, member: str = "") -> Content:
    """The file, unpacked if it is packed; ``member`` names the one that is meant in a zip with several.

    A workbook is a zip too and is left as it is. Raises InputError for a packed file that is cut off or broken, or
    would fill the memory, and for a zip of which it is not clear what is meant.
    """
    content = Content(f"{path}#{member}" if member else str(path), path.name.lower(), path)
    for _ in range(3):  # a .csv.gz in a .zip
        kind = packing(content.head(8))
        if not kind or (kind == ".zip" and content.name.endswith((".xlsx", ".xlsm", ".xlsb", ".ods"))):
            break
        content = _unzipped(content, member) if kind == ".zip" else _unpacked(content, kind)
    return content._replace(name=plain_name(content.name))


def plain_name(path: str | Path) -> str:
    """The file's name in lower case without the ending of a packing."""
    name = Path(path).name.lower()
    ending = next((e for e in ENDINGS if name.endswith(e)), "")
    return name.removesuffix(ending)


def _unpacked(content: Content, kind: str) -> Content:
    try:
        with _opened(content.source) as packed, unpacking(packed, kind) as file:
            data = _limited(file, content)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise InputError(f"can't be read: {error}", where=content.where, way_out=_WHOLE) from error
    return Content(content.where, content.name.removesuffix(kind), data)


def _opened(source: Path | bytes) -> IO[bytes]:
    return BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def unpacking(file: IO[bytes], kind: str) -> IO[bytes]:
    """What an open file of this packing (not a zip) holds, as it is read."""
    if kind == ".gz":
        return cast(IO[bytes], gzip.GzipFile(fileobj=file))
    if kind == ".bz2":
        return cast(IO[bytes], bz2.BZ2File(file))
    if kind == ".xz":
        return cast(IO[bytes], lzma.LZMAFile(file))
    return cast(IO[bytes], _Zstandard(file))


class _Zstandard:
    """Reads Zstandard frames in a row; unlike the library's own stream it says when the last one is cut off."""

    def __init__(self, file: IO[bytes]):
        self._file = file
        self._pieces = self._unpack()

    def __enter__(self) -> _Zstandard:
        return self

    def __exit__(self, *failure: object) -> None:
        self._file.close()

    def read(self, size: int) -> bytes:
        """The next piece, of about any size; empty at the end."""
        return next(self._pieces, b"")

    def _unpack(self) -> Iterator[bytes]:
        import zstandard  # loaded where it is used: few files need it

        frame = None
        try:
            while chunk := self._file.read(CHUNK >> 4):
                while chunk:
                    frame = frame or zstandard.ZstdDecompressor().decompressobj()
                    if piece := frame.decompress(chunk):
                        yield piece
                    chunk = frame.unused_data
                    frame = None if frame.eof else frame
        except zstandard.ZstdError as error:
            raise OSError(str(error)) from error
        if frame is not None:
            raise EOFError("the file ends before its last frame does")


def _limited(file: IO[bytes], content: Content) -> bytes:
    """All that comes out, unless that is too much."""
    most = most_unpacked(_size(content.source))
    pieces, size = [], 0
    while piece := file.read(CHUNK):
        size += len(piece)
        if size > most:
            _refuse_bomb(content, most)
        pieces.append(piece)
    return b"".join(pieces)


def most_unpacked(packed: int) -> int:
    """How many bytes a packed file of so many may hold."""
    return min(_free_memory() // 2, max(SMALL, SHRINKS * packed))


def refuse_large(content: Content, unpacked: int) -> None:
    """Raise InputError for what would unpack to more than ``most_unpacked``."""
    most = most_unpacked(_size(content.source))
    if unpacked > most:
        _refuse_bomb(content, most)


def _refuse_bomb(content: Content, most: int) -> None:
    what = f"unpacked it is larger than {most:,} bytes"
    way_out = "If it is meant to be so large, unpack it first and give the file."
    raise InputError(what, where=content.where, way_out=way_out)


def _size(source: Path | bytes) -> int:
    return len(source) if isinstance(source, bytes) else source.stat().st_size


def _free_memory() -> int:
    names = ("SC_AVPHYS_PAGES", "SC_PHYS_PAGES")
    pages = next(os.sysconf(name) for name in names if name in os.sysconf_names)
    return pages * os.sysconf("SC_PAGE_SIZE")


def _unzipped(content: Content, member: str) -> Content:
    try:
        with _opened(content.source) as packed, zipfile.ZipFile(packed) as zipped:
            if "[Content_Types].xml" in zipped.namelist():
                what = "this is a binary file: a workbook or another document of an office"
                way_out = "Name it as what it is: .xlsx, .xlsb, .ods."
                raise InputError(what, where=content.where, way_out=way_out)
            chosen = _member(zipped, content.where, member)
            with zipped.open(chosen) as file:
                return Content(content.where, Path(chosen).name.lower(), _limited(file, content))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        what = f"this is a binary file, and no whole zip file ({error})"
        raise InputError(what, where=content.where, way_out=_WHOLE) from error
    except RuntimeError as error:  # what zipfile raises for one with a password
        raise InputError(f"can't be unpacked: {error}", where=content.where, way_out="Unpack it first.") from error


def _member(zipped: zipfile.ZipFile, where: str, wanted: str) -> str:
    """The one file in a zip, or the one that was named."""
    names = [name for name in zipped.namelist() if not name.endswith("/") and not _is_litter(name)]
    if not names:
        raise InputError("the zip file holds no file", where=where, way_out="Give one with a table in it.")
    shown = ", ".join(map(repr, names[:10])) + (", ..." if len(names) > 10 else "")
    if wanted:
        if wanted in names:
            return wanted
        hint = near_miss(wanted, names)
        what = f"there is no {wanted!r} in the zip file" + (f"; {hint}" if hint else "")
        raise InputError(what, where=where, way_out=f"It holds {shown}.")
    if len(names) > 1:
        what = f"the zip file holds {len(names)} files: {shown}"
        raise InputError(what, where=where, way_out=f"Say which: {where}#{names[0]}")
    return names[0]


def _is_litter(name: str) -> bool:
    """What operating systems leave in a zip beside the files."""
    return any(part.startswith((".", "__MACOSX")) for part in name.split("/"))
