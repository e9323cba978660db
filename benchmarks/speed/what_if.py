"""What it costs to ask a model in a page: bytes beside it, seconds until it answers, milliseconds an answer.

    python benchmarks/speed/what_if.py MODEL [MODEL ...]

Draws the interactive report of each model, opens it in Chromium without a window, and moves the first slider. Prints
a line a model: the bytes of model.onnx and of what lies beside the page, the seconds from opening to the first answer,
and the median milliseconds of an answer, of an answer with its reasons after one column changed, and of an answer with
its reasons for the second row to start from, where most columns differ.

Needs: models with a report, Chromium, and npm for onnxruntime-web
"""

from __future__ import annotations

import json
import os
import runpy
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import mlwright

BROWSER = Path(__file__).parents[2] / "tests" / "report" / "browser.py"
PLACE = "document.getElementById('what-if')"
# Moves a control and waits for the answer with its reasons: [ms of the answer, ms of both].
MOVE = """(async () => {
    const place = document.getElementById('what-if'), told = [];
    for (let i = 0; i < %d; i++) {
        const began = performance.now();
        delete place.dataset.answer;
        (%s)(i);
        while (!place.dataset.answer) await new Promise(done => setTimeout(done));
        told.push([JSON.parse(place.dataset.answer).took, performance.now() - began]);
    }
    const middle = at => told.map(one => one[at]).sort((a, b) => a - b)[told.length >> 1];
    return [middle(0), middle(1)];
})()"""
SLIDE = """i => { const s = document.querySelector('input[type=range]');
    s.value = String(Math.abs(i * 7) %% (Number(s.max) + 1)); s.dispatchEvent(new Event('input')) }"""
CHOOSE = """i => { const s = document.getElementById('start'); s.selectedIndex = Math.min(1, s.options.length - 1);
    s.dispatchEvent(new Event('change')) }"""


def measured(browser: Any, page: Path) -> dict[str, Any]:
    """What the page of a model takes."""
    began = time.perf_counter()
    browser.open(page, 1440, 900)
    said = browser.wait(f"{PLACE}.dataset.answer || {PLACE}.dataset.failed", 120)
    if not said.startswith("{"):
        raise SystemExit(said)
    ready = time.perf_counter() - began
    one, with_reasons = browser.later(MOVE % (60, SLIDE.replace("%%", "%")))
    _, with_many = browser.later(MOVE % (10, CHOOSE))
    return {
        "seconds_to_ready": round(ready, 2),
        "ms_an_answer": round(one, 2),
        "ms_with_reasons": round(with_reasons, 2),
        "ms_with_reasons_of_another_row": round(with_many, 1),
    }


def main(models: list[str]) -> None:
    """A line a model."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None or not models:
        raise SystemExit(__doc__)
    print(json.dumps({"command": " ".join(sys.argv), "cores": os.cpu_count()}))
    with tempfile.TemporaryDirectory() as scratch:
        browser = runpy.run_path(str(BROWSER))["Browser"](program, Path(scratch, "profile"))
        for name in models:
            page = Path(scratch, "page.html")
            told = mlwright.report(name, page, interactive=True)
            sizes = {one.name: one.stat().st_size for one in page.with_name("page_files").iterdir()}
            graph = Path(name, "model.onnx").stat().st_size
            facts = {"model": Path(name).name, "onnx_bytes": graph, "beside_bytes": sum(sizes.values())}
            print(json.dumps({**facts, "task": told.table.schema.target.task, **measured(browser, page)}))
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
