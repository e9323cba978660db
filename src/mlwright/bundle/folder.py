"""Writing a bundle's folder, and reading it with every sum checked before anything is used."""

from __future__ import annotations

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import msgspec

from mlwright.contracts.errors import BundleError, InputError, near_miss
from mlwright.contracts.records import Manifest, Provenance, Record, Schema, Verdict
from mlwright.contracts.report import Report
from mlwright.store import atomic_folder, check_folder

FORMAT, READABLE = 2, (1, 2)  # bundles of format 1 have no report
MODEL, SCHEMA, EVALUATION, CARD = "model.onnx", "schema.json", "evaluation.json", "card.md"
MANIFEST, SEAL = "manifest.json", "manifest.sha256"
REPORT, PAGE = "report.json", "report.html"
SUMMED, OPTIONAL = (MODEL, SCHEMA, EVALUATION, CARD), (REPORT, PAGE)
ALL = (*SUMMED, *OPTIONAL, MANIFEST, SEAL)

Files = dict[str, bytes]
T = TypeVar("T")
_WAY_OUT = "Copy the model again from where it came from, or train anew: what is in it can't be trusted."


@dataclass(frozen=True)
class Contents:
    """What goes into a bundle: the graph's bytes, the records, the card (Markdown) and where all of it came from; and,
    if there is one, the report with the page (HTML) that was drawn from it."""

    model: bytes
    schema: Schema
    verdict: Verdict
    card: str
    provenance: Provenance
    report: Report | None = None
    page: str = ""


class _Version(msgspec.Struct):
    """The one field that a manifest of any version has."""

    format: int


def write(folder: str | os.PathLike[str], contents: Contents) -> Manifest:
    """Write a bundle, whole or not at all, in place of the bundle that may stand there.

    ``size`` of the manifest is that of the graph. Raises InputError when ``folder`` can't be written or holds other
    things than a bundle, ValueError for a record that would not be read back.
    """
    files = {
        MODEL: contents.model,
        SCHEMA: _json(contents.schema),
        EVALUATION: _json(contents.verdict),
        CARD: contents.card.encode(),
    }
    if contents.report is not None:
        files |= {REPORT: _json(contents.report), PAGE: contents.page.encode()}
    manifest = Manifest(
        format=FORMAT,
        files={name: sha256(data).hexdigest() for name, data in files.items()},
        size=len(contents.model),
        **msgspec.structs.asdict(contents.provenance),
    )
    files[MANIFEST] = _json(manifest)
    files[SEAL] = _seal(files[MANIFEST])
    put(folder, files)
    return manifest


def check_place(folder: str | os.PathLike[str]) -> None:
    """Raise InputError if a bundle could not be written to ``folder``, or only by deleting anything else."""
    target = Path(folder)
    if target.is_dir():
        strangers = sorted(entry.name for entry in os.scandir(target) if entry.name not in ALL)
        if strangers:
            what = f"this folder holds other things than a model, such as {strangers[0]!r}"
            raise InputError(what, where=str(folder), way_out="Choose a folder that is new, empty or holds a model.")
    check_folder(target)


def put(folder: str | os.PathLike[str], files: Files) -> None:
    """Write the files of a bundle, whole or not at all. Raises InputError when that would delete anything else."""
    check_place(folder)
    with atomic_folder(folder) as building:
        for name, data in files.items():
            (building / name).write_bytes(data)


def read(folder: str | os.PathLike[str]) -> tuple[Manifest, Files]:
    """The manifest and all files of a bundle, after every check. Raises BundleError that names the file at fault.

    Each file is read once, so what was checked is what is used.
    """
    place = Path(folder)
    files = _regular_files(place)
    if MANIFEST not in files:
        way_out = "A model is a folder that `mlwright train` wrote; copy all of it."
        raise BundleError(f"this folder is not a model: {MANIFEST} is missing", where=str(place), way_out=way_out)
    if files.get(SEAL) != _seal(files[MANIFEST]):
        raise _fault(place / MANIFEST, f"it or {SEAL} was changed or is missing")
    manifest = _manifest(place / MANIFEST, files[MANIFEST])
    for name in manifest.files:
        if name not in (*SUMMED, *OPTIONAL):
            raise _fault(place / MANIFEST, f"it lists {name!r}, which has no place in a model")
    for name in OPTIONAL:
        if name in files and name not in manifest.files:
            raise _fault(place / name, f"{MANIFEST} doesn't list it", "Move it elsewhere.")
    for name in (*SUMMED, *(name for name in OPTIONAL if name in manifest.files)):
        if name not in manifest.files:
            raise _fault(place / MANIFEST, f"it doesn't list {name!r}")
        if name not in files:
            raise _fault(place / name, "this file is missing")
        if sha256(files[name]).hexdigest() != manifest.files[name]:
            raise _fault(place / name, "this file was changed")
    return manifest, files


def decode(file: Path, data: bytes, kind: type[T]) -> T:
    """The record in ``data``, which is the content of ``file``. Raises BundleError naming the file."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _fault(file, f"not readable ({error})") from error


def _regular_files(place: Path) -> Files:
    """The content of every file. Links, folders, devices and files that have no place in a bundle are refused."""
    if not place.is_dir():
        what = "this is a file, not the folder of a model" if place.exists() else "no such model"
        hint = near_miss(place.name, [p.name for p in place.parent.iterdir()] if place.parent.is_dir() else [])
        what += f"; {hint}" if hint and not place.exists() else ""
        raise BundleError(what, where=str(place), way_out="Name the folder that `mlwright train` wrote.")
    try:
        entries = sorted(os.scandir(place), key=lambda entry: entry.name)
        names = [entry.name for entry in entries]
        for entry in entries:
            if entry.name not in ALL:
                if MANIFEST not in names:
                    return {}
                raise _fault(place / entry.name, "this has no place in a model", "Move it elsewhere.")
            if not entry.is_file(follow_symlinks=False):
                raise _fault(place / entry.name, "this is a link, a folder or a device, not a file")
        return {entry.name: Path(entry.path).read_bytes() for entry in entries}
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise BundleError(f"can't be read: {reason}", where=str(error.filename or place)) from error


def _manifest(file: Path, data: bytes) -> Manifest:
    found = decode(file, data, _Version).format
    if found not in READABLE:
        what = f"made by another version of mlwright (format {found}, this one reads up to {FORMAT})"
        raise BundleError(what, where=str(file), way_out="Install the version that made it, or train anew.")
    return decode(file, data, Manifest)


def _fault(file: Path, what: str, way_out: str = _WAY_OUT) -> BundleError:
    return BundleError(what, where=str(file), way_out=way_out)


def _seal(manifest: bytes) -> bytes:
    return f"{sha256(manifest).hexdigest()}  {MANIFEST}\n".encode()


def _json(record: Record) -> bytes:
    """The record as JSON for people too. Raises ValueError if it would not be read back, as with a NaN."""
    data = msgspec.json.encode(record)
    try:
        msgspec.json.decode(data, type=type(record))
    except msgspec.ValidationError as error:
        raise ValueError(f"this {type(record).__name__} would not be read back: {error}") from error
    return msgspec.json.format(data, indent=2) + b"\n"
