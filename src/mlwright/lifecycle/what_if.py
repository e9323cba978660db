"""What lies beside an interactive report: the model, what runs it in a browser, and the script of the panel."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

from mlwright.bundle import Model
from mlwright.contracts.errors import InputError
from mlwright.graph import for_browsers
from mlwright.lifecycle.packages import Package, fetched, is_whole, members
from mlwright.report import FOLDER_MARK, SCRIPTS, Beside, Runtime, beside_page
from mlwright.store import atomic_folder, check_folder

# Earlier versions run no cosine of float64, which the graph takes of dates.
ONNXRUNTIME_WEB = Package(
    "onnxruntime-web",
    "1.30.0",
    "sha512-q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfKYQ==",
)
# Its files that are needed, and their SHA-256: what is run in a browser with one thread, and no graphics card.
FILES = {
    "dist/ort.wasm.bundle.min.mjs": "11e64bd8ffe11bd1a2a2f0d6275fdfbbba7262f0b76b99b53d228a8a22ef3d90",
    "dist/ort-wasm-simd-threaded.wasm": "3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2",
}
_WAY_OUT = (
    f"Where there is npm and a network, run `npm pack {ONNXRUNTIME_WEB.name}@{ONNXRUNTIME_WEB.version}`, "
    f"and give the file by --runtime {ONNXRUNTIME_WEB.archive}."
)


def folder_of(page: Path) -> Path:
    """The folder beside a page."""
    return page.with_name(f"{page.stem}_files")


def check_beside(page: Path) -> None:
    """Raises InputError if what lies beside a page can't be written, or only by deleting something else."""
    folder = folder_of(page)
    if (page.parent / "manifest.json").exists():
        what = "this is the folder of a model, whose sums would no longer be right"
        raise InputError(what, where=str(page.parent), way_out="Choose another place with --out.")
    for entry in sorted(folder.iterdir()) if folder.is_dir() else ():
        ours = (
            entry.name in SCRIPTS and entry.is_file() and entry.read_bytes()[: len(FOLDER_MARK)] == FOLDER_MARK.encode()
        )
        if not ours:
            what = f"this folder holds other things than what goes with a report, such as {entry.name!r}"
            raise InputError(what, where=str(folder), way_out="Choose another place with --out.")
    check_folder(folder)


def place_beside(page: Path, model: Model, runtime: str | os.PathLike[str] | None) -> Beside:
    """Write all that asking the model in the page takes, whole or not at all. Raises InputError."""
    mark, files = beside_page(model.report, for_browsers(model.onnx), found_runtime(runtime))
    folder = folder_of(page)
    with atomic_folder(folder) as building:
        for name, data in files.items():
            (building / name).write_bytes(data)
    return Beside(folder.name, mark)


def found_runtime(given: str | os.PathLike[str] | None) -> Runtime:
    """What runs a graph in a browser: from a package's archive or an unpacked folder if ``given``, else by npm. Every
    byte is checked. Raises InputError."""
    if given is None:
        return _of_archive(fetched(ONNXRUNTIME_WEB, _WAY_OUT), "npm")
    place = Path(given)
    archive = place / ONNXRUNTIME_WEB.archive
    try:
        if place.is_file() or archive.is_file():
            return _of_archive((place if place.is_file() else archive).read_bytes(), str(given))
        for inner in ("", "package", f"node_modules/{ONNXRUNTIME_WEB.name}", ONNXRUNTIME_WEB.name):
            files = [place / inner / name for name in FILES]
            if all(file.is_file() for file in files):
                return _checked([file.read_bytes() for file in files], str(given))
    except OSError as error:
        raise InputError(f"can't be read: {(error.strerror or str(error)).lower()}", where=str(given)) from error
    raise InputError(f"there is no {ONNXRUNTIME_WEB.name} here", where=str(given), way_out=_WAY_OUT)


def _of_archive(data: bytes, where: str) -> Runtime:
    if not is_whole(ONNXRUNTIME_WEB, data):
        what = f"this is not {ONNXRUNTIME_WEB.name} {ONNXRUNTIME_WEB.version} as it was published: its SHA-512 differs"
        raise InputError(what, where=where, way_out=_WAY_OUT)
    return _checked(members(data, tuple(FILES)), where)


def _checked(files: list[bytes], where: str) -> Runtime:
    for (name, sum_), data in zip(FILES.items(), files, strict=True):
        if sha256(data).hexdigest() != sum_:
            what = f"{name} is not the one of {ONNXRUNTIME_WEB.name} {ONNXRUNTIME_WEB.version}: its SHA-256 differs"
            raise InputError(what, where=where, way_out=_WAY_OUT)
    return Runtime(*files)
