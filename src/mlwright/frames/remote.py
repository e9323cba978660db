"""Files that lie elsewhere, behind http(s) or in an object store: fetched by fsspec into a temporary file."""

from __future__ import annotations

import errno
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mlwright.contracts.address import in_store, is_scrubbed, last_name, scheme, scrub, scrub_text
from mlwright.contracts.errors import InputError, MlwrightError
from mlwright.frames.files import INPUT, standard_input

_PATIENCE = {"connect": 15.0, "read": 120.0}  # seconds of silence; a large file may take as long as it likes
_PACKAGES = {"gs": "gcsfs", "gcs": "gcsfs", "az": "adlfs", "abfs": "adlfs", "abfss": "adlfs"}
# What a server says a file is, where its URL does not end in a name that says so.
_ENDINGS = {
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/json": ".json",
    "application/x-ndjson": ".jsonl",
    "application/vnd.apache.parquet": ".parquet",
    "application/vnd.apache.arrow.file": ".arrow",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}


@contextmanager
def local(place: str) -> Iterator[str]:
    """The file at ``place`` as one on this machine, for as long as the context lasts: a path is given back as it is,
    a URL is fetched into a temporary file of the same name, and "-" is standard input, kept in one.

    Errors inside name the URL (without credentials), not the temporary file. Raises InputError when it can't be
    fetched.
    """
    if place == INPUT:
        with standard_input() as kept:
            yield str(kept)
        return
    if not in_store(place):
        yield place
        return
    shown = scrub(place)
    if is_scrubbed(place):
        way_out = "They are never written down. Give the whole address once more."
        raise InputError("the credentials of this address are missing", where=shown, way_out=way_out)
    with tempfile.TemporaryDirectory(prefix="mlwright-") as folder:
        path = str(_fetch(place, Path(folder)))
        try:
            yield path
        except MlwrightError as error:
            error.where = error.where.replace(path, shown)
            raise


def _fetch(place: str, folder: Path) -> Path:
    shown = scrub(place)
    try:
        import fsspec

        system, inside = fsspec.core.url_to_fs(place, skip_instance_cache=True, **_options(place))
    except ImportError as error:
        package = _PACKAGES.get(scheme(place), "'mlwright[cloud]'")
        what = f"reading {scheme(place)}:// needs a package that is not installed ({error.name or error})"
        raise InputError(what, where=shown, way_out=f"Install it: pip install {package}") from None
    except Exception as error:  # whatever a file system makes of an address that it can't use
        raise _told(error, shown) from None
    name = re.sub(r"[^\w.-]", "_", last_name(place)) or "file"
    try:
        if not Path(name).suffix:
            kind = str(system.info(inside).get("mimetype") or "").partition(";")[0]
            name += _ENDINGS.get(kind.strip().lower(), "")
        path = folder / name
        system.get_file(inside, str(path))
    except Exception as error:  # every file system raises errors of its own
        raise _told(error, shown) from None
    if not path.is_file():
        raise InputError("this is a folder, not a file", where=shown, way_out="Name one file in it.")
    return path


def _options(place: str) -> dict[str, Any]:
    if scheme(place) not in ("http", "https"):
        return {}
    import aiohttp

    timeout = aiohttp.ClientTimeout(total=None, sock_connect=_PATIENCE["connect"], sock_read=_PATIENCE["read"])
    return {"client_kwargs": {"timeout": timeout, "trust_env": True}}  # trust_env: proxies as everywhere else


def _told(error: Exception, shown: str) -> InputError:
    """What went wrong, by the type of the error: file systems agree on Python's own, and http has a status."""
    status = getattr(error, "status", None)
    if isinstance(error, FileNotFoundError) or status == 404:
        return InputError("there is no such file", where=shown, way_out="Look at the address.")
    if isinstance(error, PermissionError) or status in (401, 403):
        way_out = "Look at the credentials: in the address, or where the store's own tools take them from."
        return InputError("access is denied", where=shown, way_out=way_out)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        way_out = "Make room, or name another folder for temporary files by the variable TMPDIR."
        return InputError("there is no room to fetch the file into", where=tempfile.gettempdir(), way_out=way_out)
    if isinstance(status, int) and status:
        return InputError(f"the server answers with status {status}", where=shown, way_out="Try again later.")
    said = " ".join(scrub_text(str(error)).split())[:300] or type(error).__name__
    way_out = "Look at the address and the network; or fetch the file by other means and give its path."
    if scheme(shown) in ("s3", "s3a"):
        way_out = (
            "Look at the address, and at AWS_ACCESS_KEY_ID and the like; a public bucket needs FSSPEC_S3_ANON=true."
        )
    return InputError(f"can't be fetched: {said}", where=shown, way_out=way_out)
