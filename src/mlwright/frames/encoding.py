"""Which encoding a text file is in, and the same text in UTF-8."""

from __future__ import annotations

import codecs

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is the beginning of this one
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Windows-1252 with the five bytes that it leaves open as control characters, as browsers read it:
# https://encoding.spec.whatwg.org/#windows-1252
_WINDOWS = "".join(
    bytes([byte]).decode("cp1252") if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else chr(byte) for byte in range(256)
)


def encoding_of(head: bytes) -> str:
    """The encoding that the first bytes speak for: "utf-8", "utf-16" or "utf-32" (with a mark), "utf-16-le" or
    "utf-16-be" (none, but every second byte is zero), or "" for what is no text."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if b"\0" not in head:
        return "utf-8"
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if odd > 0.4 * half and even <= 0.02 * half:
        return "utf-16-le"
    if even > 0.4 * half and odd <= 0.02 * half:
        return "utf-16-be"
    return ""


def is_utf8(data: bytes, cut: bool = False) -> bool:
    """Whether the bytes are UTF-8; ``cut``: they may end within a character."""
    try:
        codecs.utf_8_decode(data, "strict", not cut)
    except UnicodeDecodeError:
        return False
    return True


def as_utf8(data: bytes, encoding: str) -> tuple[bytes, str]:
    """The text in UTF-8, without a mark in front, and what a user should know about it ("" if nothing).

    A line that is not UTF-8 is read as Windows-1252, which every byte fits. Raises UnicodeDecodeError for UTF-16 and
    UTF-32 that are broken.
    """
    if encoding != "utf-8":
        return data.decode(encoding).removeprefix("\ufeff").encode(), ""
    data = data.removeprefix(codecs.BOM_UTF8)
    if is_utf8(data):
        return data, ""
    lines = data.splitlines(keepends=True)
    strange = [number for number, line in enumerate(lines) if not line.isascii() and not is_utf8(line)]
    for number in strange:
        lines[number] = codecs.charmap_decode(lines[number], "strict", _WINDOWS)[0].encode()
    count = "1 line is" if len(strange) == 1 else f"{len(strange):,} lines are"
    return b"".join(lines), f"{count} not UTF-8 (the first is line {strange[0] + 1}) and read as Windows-1252"
