"""The report of a finished model, drawn anew from its folder alone."""

from __future__ import annotations

import os
from pathlib import Path

from mlwright import bundle
from mlwright.contracts.report import Report
from mlwright.lifecycle.exploration import check_page
from mlwright.report import REPORT_MARK, draw
from mlwright.store import atomic_write


def report(model: bundle.Model | str | os.PathLike[str], out: str | os.PathLike[str] | None = None) -> Report:
    """All that is known of a model (or of the one in that folder), as a frozen record.

    The page is drawn anew and written to the file ``out`` if that is given. Raises BundleError when the model is not
    whole or has no report, InputError when ``out`` can't be written or is something else than a report.
    """
    loaded = model if isinstance(model, bundle.Model) else bundle.load(model)
    if out is not None:
        check_page(Path(out), REPORT_MARK)
        atomic_write(Path(out), draw(loaded.report).encode())
    return loaded.report
