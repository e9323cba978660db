"""Data as it came: read, named and fingerprinted."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from mlwright import frames
from mlwright.contracts.records import Origin
from mlwright.ingest import fingerprint


class Source(NamedTuple):
    """Data as it came: the table, where it came from, and whether every value in it is a text."""

    frame: pl.DataFrame
    origin: Origin
    from_text: bool


def load(data: Any) -> Source:
    """The table at a path or in memory, with its name and fingerprint. Raises InputError."""
    if isinstance(data, str | Path):
        frame = frames.read(data)
        return Source(frame, _origin(str(data), fingerprint.of_file(Path(data)), frame), frames.is_text_file(data))
    frame = frames.adopt(data)
    return Source(frame, _origin(frames.origin(data), fingerprint.of_frame(frame), frame), from_text=False)


def _origin(name: str, content: str, frame: pl.DataFrame) -> Origin:
    layout = fingerprint.of_layout(frame)
    return Origin(name=name, fingerprint=content, layout=layout, rows=frame.height, taken=frame.height)
