"""Data as it came: read, named and fingerprinted."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
import polars as pl

from mlwright import frames
from mlwright.contracts.address import scrub
from mlwright.contracts.records import Origin
from mlwright.ingest import fingerprint, sample


class Source(NamedTuple):
    """Data as it came: the table, where it came from, whether every value in it is a text, what was guessed to read it
    (sentences without a full stop), and what is known of all its rows where ``frame`` is a sample."""

    frame: pl.DataFrame
    origin: Origin
    from_text: bool
    notes: tuple[str, ...] = ()
    whole: sample.Whole | None = None


def load(data: Any, query: str | None = None, bounds: sample.Bounds | None = None) -> Source:
    """The table at a path or URL or in memory, with its name (without credentials) and fingerprint; of a database,
    what ``query`` (SQL or a table's name) gives.

    With ``bounds``, of a table that is too large for them a sample is taken. The fingerprint is of the file's bytes
    where there are files, else of the table's content. Raises InputError.
    """
    source = _load(data, query, bounds)
    fit = None if bounds is None or source.whole is not None else sample.room_for(source.frame, bounds)
    if bounds is None or fit is None:
        return source
    return _sampled(source, sample.thin(source.frame, fit, bounds))


def _load(data: Any, query: str | None, bounds: sample.Bounds | None) -> Source:
    moment = datetime.now(UTC)
    if not isinstance(data, str | os.PathLike):
        frame = frames.adopt(data)
        name = frames.origin(data)
        frames.refuse_query(name, query)
        return Source(frame, _origin(name, fingerprint.of_frame(frame), frame, moment), from_text=False)
    place = os.fspath(data)
    if frames.is_database(place):
        frame, asked = frames.read_database(place, query)
        return Source(frame, _origin(scrub(place), fingerprint.of_frame(frame), frame, moment, asked), from_text=False)
    frames.refuse_query(place, query)
    notes: list[str] = []
    with frames.local(place) as path:
        size = None if bounds is None else frames.extent(path)
        fit = None if bounds is None or size is None else sample.room(size, bounds)
        if bounds is not None and fit is not None:
            drawn = sample.draw(path, fit, bounds)
            origin = _origin(scrub(place), fingerprint.of_files(frames.members(path)), drawn.frame, moment)
            return _sampled(Source(drawn.frame, origin, frames.is_text_file(path)), drawn)
        frame = frames.read(path, notes.append)
        files = [] if path == "-" else frames.members(path)
        content = fingerprint.of_files(files) if files else fingerprint.of_frame(frame)
        origin = _origin(scrub(place), content, frame, moment)
        return Source(frame, origin, frames.is_text_file(path), tuple(notes))


def _sampled(source: Source, drawn: sample.Drawn) -> Source:
    origin = msgspec.structs.replace(source.origin, rows=drawn.rows, taken=drawn.frame.height)
    whole = drawn.whole if origin.taken < origin.rows else None
    return source._replace(frame=drawn.frame, origin=origin, whole=whole)


def _origin(name: str, content: str, frame: pl.DataFrame, moment: datetime, query: str = "") -> Origin:
    return Origin(
        name=name,
        fingerprint=content,
        layout=fingerprint.of_layout(frame),
        query=query,
        read=moment.isoformat(timespec="seconds"),
        rows=frame.height,
        taken=frame.height,
    )
