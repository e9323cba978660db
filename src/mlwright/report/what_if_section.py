"""The part of a page in which its reader asks the model: controls, and room for the answer. A script fills it."""

from __future__ import annotations

import gzip
from base64 import b64encode
from hashlib import sha256
from importlib import resources
from typing import NamedTuple
from urllib.parse import quote

import msgspec

from mlwright.contracts.records import Target
from mlwright.contracts.report import Report
from mlwright.contracts.wording import counted
from mlwright.report.markup import name, text
from mlwright.report.what_if import Control, Panel, panel

FIRST = 8  # controls that are seen at once
RUNTIME, MODEL, SCRIPT = "runtime.js", "model.js", "panel.js"
SCRIPTS = (RUNTIME, MODEL, SCRIPT)
FOLDER_MARK = "/* mlwright report"
POLICY = "script-src 'self' blob: 'wasm-unsafe-eval'"


class Beside(NamedTuple):
    """The folder beside a page that holds its scripts, and the sum of the model in it."""

    folder: str
    model: str


class Runtime(NamedTuple):
    """What runs a graph in a browser: its loader (a module of JavaScript) and the engine (WebAssembly)."""

    loader: bytes
    engine: bytes


def beside_page(report: Report, graph: bytes, runtime: Runtime) -> tuple[str, dict[str, bytes]]:
    """The sum of the graph, and the files that lie beside a page on which it is asked, by their names.

    They are scripts, since a page that was opened from a disk may load nothing else.
    """
    model = sha256(graph).hexdigest()[:16]
    engine = {"loader": _packed(runtime.loader), "engine": _packed(runtime.engine)}
    facts = msgspec.to_builtins(panel(report)) | {"model": model, "graph": _packed(graph)}
    licence = _file("onnxruntime-licence.txt")
    return model, {
        RUNTIME: _script(
            "what runs the model in the browser", f"/*\n{licence}*/\nvar mlwrightRuntime = {_data(engine)};"
        ),
        MODEL: _script("the model", f"var mlwrightModel = {_data(facts)};"),
        SCRIPT: _script("works the panel", _file("what_if.js")),
    }


def _file(name: str) -> str:
    """A file of this package."""
    return resources.files("mlwright.report").joinpath(name).read_text("utf-8")


def _script(what: str, code: str) -> bytes:
    return f"{FOLDER_MARK}: {what}. */\n{code}\n".encode()


def _packed(data: bytes) -> str:
    return b64encode(gzip.compress(data, 6, mtime=0)).decode()


def _data(facts: object) -> str:
    """Facts as a literal of the script language in which nothing can end a script or a line."""
    data = msgspec.json.encode(facts).decode()
    return data.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def scripts(beside: Beside) -> str:
    """The lines that load what lies beside the page."""
    place = quote(beside.folder)
    return "".join(f'<script src="{place}/{script}" defer></script>' for script in SCRIPTS)


def section(panel: Panel, beside: Beside, target: Target) -> str:
    """The section. Until the script has found the model, it says what it waits for."""
    first, rest = panel.controls[:FIRST], panel.controls[FIRST:]
    rows = "".join(_row(i, control) for i, control in enumerate(first))
    if rest:
        more = "".join(_row(i, control) for i, control in enumerate(rest, FIRST))
        rows += f"<details><summary>{counted(len(rest), 'further column')}</summary>{more}</details>"
    fixed = len(panel.starts[0].numbers) + len(panel.starts[0].strings) - len(panel.controls)
    if fixed:
        rows += f'<p class="small">{counted(fixed, "column")} more stay as in the row to start from.</p>'
    starts = "".join(f'<option value="{i}">{text(start.name)}</option>' for i, start in enumerate(panel.starts))
    folder = text(beside.folder)
    waits = (
        f"This part runs the model itself in the browser. It needs the folder “{folder}” beside this page, and a "
        "browser that may run scripts."
    )
    return (
        f'<section id="what-if" data-model="{text(beside.model)}"><h2>What if?</h2>'
        f"<p>Change the values of a row and see what the model answers for “{name(target.name, 60)}”. It runs in this "
        "page; nothing leaves it. It tells what it has learnt, not what a change in the world would cause.</p>"
        f'<p id="wait" class="wait" role="status">{waits}</p>'
        '<div id="ask" class="ask" hidden><div class="controls" role="group" aria-label="The row">'
        f'<p class="begin"><label for="start">Start from</label> <select id="start">{starts}</select> '
        '<button type="button" id="again">Start again</button></p>'
        f'<p class="small">A box left empty means that the value is missing.</p>{rows}</div>'
        f"{_answer()}</div></section>"
    )


def _answer() -> str:
    return (
        '<div class="told" role="group" aria-label="The answer for this row"><div class="now" aria-live="polite">'
        '<p class="small">The model answers</p><p class="big" id="answer"></p><p id="range" class="small"></p></div>'
        '<div class="reason"><ul id="chances" class="chances"></ul><h3>Why</h3><p id="why" class="small"></p>'
        '<ul id="reasons" class="parts"></ul><p id="took" class="small"></p></div></div>'
    )


def _row(i: int, control: Control) -> str:
    unit = f' <span class="small">({text(control.unit, 12)})</span>' if control.unit else ""
    label = f'<label for="w{i}">{name(control.column)}{unit}</label>'
    return f'<div class="row">{label}{_entry(i, control)}<p class="note" id="n{i}"></p></div>'


def _entry(i: int, control: Control) -> str:
    """The inputs of a control; the script finds them by the number of the control."""
    known = f'id="w{i}" aria-describedby="n{i}"'
    if control.form == "choice":
        options = "".join(f'<option value="{at}">{text(label, 60)}</option>' for at, label in enumerate(control.labels))
        return f"<select {known}>{options}</select>"
    if control.form == "day":
        return f'<input type="date" min="0001-01-01" max="9999-12-31" {known}>'
    if control.form == "moment":
        return f'<input type="datetime-local" step="1" min="0001-01-01T00:00" max="9999-12-31T23:59:59" {known}>'
    if control.form == "number":
        slider = ""
        if control.step:
            slider = f'<input type="range" min="0" step="1" id="s{i}" aria-label="{text(control.column)}: slide">'
        return f'<div class="pair">{slider}<input type="number" step="any" placeholder="missing" {known}></div>'
    if control.seen:
        listed = "".join(f'<option value="{text(one)}"></option>' for one in control.seen)
        return f'<input type="text" placeholder="missing" list="l{i}" {known}><datalist id="l{i}">{listed}</datalist>'
    return f'<textarea rows="2" placeholder="missing" {known}></textarea>'
