"""The report of a finished model, drawn anew from its folder alone."""

from __future__ import annotations

import os
from pathlib import Path

from mlwright import bundle
from mlwright.contracts.errors import InputError
from mlwright.contracts.report import Report
from mlwright.lifecycle.exploration import check_page
from mlwright.lifecycle.what_if import check_beside, place_beside
from mlwright.report import REPORT_MARK, draw
from mlwright.store import atomic_write


def report(
    model: bundle.Model | str | os.PathLike[str],
    out: str | os.PathLike[str] | None = None,
    *,
    interactive: bool = False,
    runtime: str | os.PathLike[str] | None = None,
) -> Report:
    """All that is known of a model (or of the one in that folder), as a frozen record.

    The page is drawn anew and written to the file ``out`` if that is given. With ``interactive`` its reader can change
    a row and ask the model, which runs in the browser: what that takes is placed beside the page, in the folder
    ``OUT_files``. Part of it is onnxruntime-web, which npm fetches unless ``runtime`` says where it is (its archive or
    an unpacked folder). Raises BundleError when the model is not whole or has no report, InputError when ``out`` can't
    be written or is something else than a report, or when onnxruntime-web can't be had.
    """
    loaded = model if isinstance(model, bundle.Model) else bundle.load(model)
    if runtime is not None and not interactive:
        way_out = "Add --interactive (in Python: interactive=True)."
        raise InputError("a plain report runs nothing, so it needs no runtime", where="--runtime", way_out=way_out)
    if out is None:
        if interactive:
            raise InputError("an interactive report is a page", where="out", way_out="Say by `out` where it goes.")
        return loaded.report
    page = Path(out)
    check_page(page, REPORT_MARK)
    beside = None
    if interactive:
        check_beside(page)
        beside = place_beside(page, loaded, runtime)
    atomic_write(page, draw(loaded.report, beside).encode())
    return loaded.report
