"""The part of a report in which the model is asked: it answers as Python does, whatever is entered."""

from __future__ import annotations

import json
import re

import msgspec
import numpy as np
import pytest

import mlwright
from mlwright.contracts.insight import Example
from mlwright.contracts.records import Column, Notation, Schema, Target
from mlwright.lifecycle.what_if import FILES
from mlwright.report import Beside, Runtime, beside_page, draw
from mlwright.report.what_if import panel

TASKS = ("binary", "multiclass", "regression")
HOSTILE = (
    "</script><script>hacked=1</script>",
    '"><img src=x onerror=hacked=1>',
    "__proto__",
    "a\u202eb\u2028c",
    "' + `${1}`",
)
CLOSE = 1e-5
SAID = "document.getElementById('what-if').dataset.answer || document.getElementById('what-if').dataset.failed"
FORGET = "delete document.getElementById('what-if').dataset.answer"
# A value into the control of a column, as a person would enter it.
ENTER = """(() => {
    const at = mlwrightModel.controls.findIndex(one => one.column === %s), box = document.getElementById('w' + at);
    const control = mlwrightModel.controls[at], value = %s;
    if (control.form === 'choice') box.selectedIndex = control.labels.indexOf(value === null ? 'missing' : value);
    else box.value = value === null ? '' : String(value);
    delete document.getElementById('what-if').dataset.answer;
    box.dispatchEvent(new Event('input', {bubbles: true}));
})()"""


def shaped(reports, columns, task="binary", **facts):
    """A report of a table of these columns."""
    told = reports.report(task)
    target = told.table.schema.target
    table = msgspec.structs.replace(told.table, schema=Schema(columns=tuple(columns), target=target))
    return msgspec.structs.replace(told, table=table, **({"explanation": None} | facts))


def control(reports, column, **facts):
    return panel(shaped(reports, [column], **facts)).controls[0]


@pytest.mark.parametrize(
    ("low", "high", "step"),
    [(0.0, 80.0, 1.0), (0.17, 80.0, 0.5), (-1.0, 1.0, 1.0), (0.0, 3.0, 1.0), (2.0, 2.0, 0.0), (None, None, 0.0)],
)
def test_a_slider_goes_in_round_steps_over_what_was_seen(reports, low, high, step):
    made = control(reports, Column(name="a", kind="numeric", low=low, high=high))
    assert (made.form, made.low, made.high, made.step) == ("number", low, high, step)


def test_each_kind_of_column_is_entered_in_its_typed_form(reports):
    day, moment = (Column(name="a", kind="datetime", low=0.0, high=high) for high in (86400.0 * 9, 86400.0 * 9 + 1))
    assert (control(reports, day).form, control(reports, moment).form) == ("day", "moment")
    flag = control(reports, Column(name="a", kind="boolean", words=("nein", "ja")))
    assert (flag.options, flag.labels) == ((1.0, 0.0, None), ("ja", "nein", "missing"))
    few = control(reports, Column(name="a", kind="categorical", unique=2, levels=("x", "missing")))
    assert (few.options, few.labels) == (("x", "missing", None), ("x", "missing", "missing"))
    many = control(reports, Column(name="a", kind="categorical", unique=30, levels=("x", "y")))
    assert (many.form, many.seen) == ("words", ("x", "y"))
    ranked = control(reports, Column(name="a", kind="ordinal", unique=2, levels=("high", "low"), order=("low", "high")))
    assert ranked.options == ("low", "high", None)
    assert control(reports, Column(name="a", kind="text")).form == "words"
    assert control(reports, Column(name="a", kind="list", separator=";")).form == "lines"
    money = control(
        reports,
        Column(name="a", kind="numeric", notation=Notation(unit="$", units={"$": 1.0}), blanks=("unknown", "$-1")),
    )
    assert (money.unit, money.gaps) == ("$", (-1.0,))


def test_what_matters_most_comes_first_and_a_wide_table_is_cut(reports):
    told = reports.report()
    assert [one.column for one in panel(told).controls] == ["sex", "fare", "boat", "age", "since"]
    wide = shaped(reports, [Column(name=f"column {i}", kind="numeric") for i in range(300)])
    assert len(panel(wide).controls) == 200
    assert "100 columns more stay as in the row to start from" in draw(wide, Beside("files", "0"))


def test_rows_to_start_from_are_those_of_the_report_in_the_places_of_the_graph(reports):
    columns = (
        Column(name="n", kind="numeric"),
        Column(name="tags", kind="list", separator=","),
        Column(name="at", kind="datetime", formats=("%d/%m/%Y",)),
        Column(name="ok", kind="boolean"),
        Column(name="word", kind="categorical"),
    )
    values = {"n": 7, "tags": ["a", "b"], "at": "1970-01-02", "ok": True, "word": None}
    rows = tuple(Example(kind, values, 0.5, None, 0.5, ()) for kind in ("wrong", "typical"))
    found = msgspec.structs.replace(reports.explanation("binary"), importances=(), effects=(), examples=rows)
    made = panel(shaped(reports, columns, explanation=found))
    assert [one.name for one in made.starts] == ["A typical row", "A row it got wrong"]
    assert (made.starts[0].numbers, made.starts[0].strings) == ((7.0, 86400.0, 1.0), ("a\x1fb", ""))


def test_without_rows_one_is_made_of_what_was_seen(reports):
    columns = (
        Column(name="n", kind="numeric", example=3.5),
        Column(name="at", kind="datetime", formats=("%d/%m/%Y",), example="02/01/1970"),
        Column(name="word", kind="categorical", levels=("often", "rare"), example="rare"),
        Column(name="odd", kind="numeric", example="no number"),
    )
    (only,) = panel(shaped(reports, columns)).starts
    assert (only.numbers, only.strings) == ((3.5, 86400.0, None), ("often",))


def test_the_page_loads_what_lies_beside_it_and_nothing_else(reports):
    page = draw(reports.report(), Beside("a folder #1", "0123"))
    assert re.findall(r'<script src="([^"]+)" defer></script>', page) == [
        f"a%20folder%20%231/{name}.js" for name in ("runtime", "model", "panel")
    ]
    assert page.count("<script") == 3
    assert "default-src 'none'; style-src 'unsafe-inline'; script-src 'self' blob: 'wasm-unsafe-eval'\"" in page
    labels = set(re.findall(r'<label for="([^"]+)"', page))
    assert labels == {"start", *(f"w{i}" for i in range(5))}


def test_nothing_in_the_data_ends_the_script_that_brings_it(reports):
    columns = [Column(name=text, kind="categorical", levels=(text,), unique=1) for text in HOSTILE]
    _, files = beside_page(shaped(reports, columns), b"graph", Runtime(b"loader", b"engine"))
    told = files["model.js"].decode()
    assert "<" not in told and "\u2028" not in told
    assert json.loads(told.partition("= ")[2].rstrip(";\n"))["controls"][0]["column"] == HOSTILE[0]
    assert files == beside_page(shaped(reports, columns), b"graph", Runtime(b"loader", b"engine"))[1]


# ---- in a browser


@pytest.fixture(scope="module")
def models(askable, reports, runtime, tmp_path_factory):
    """A model of each kind with its interactive report."""
    place = tmp_path_factory.mktemp("what_if")
    for name, data in zip(FILES, runtime, strict=True):
        (place / "unpacked" / name).parent.mkdir(parents=True, exist_ok=True)
        (place / "unpacked" / name).write_bytes(data)
    found = {}
    for task in TASKS:
        model = askable.made(task, reports, place)
        mlwright.report(model, place / f"{task}.html", interactive=True, runtime=place / "unpacked")
        found[task] = (model, place / f"{task}.html")
    return found


@pytest.fixture(scope="module", params=TASKS)
def opened(request, browser, models):
    """The task of the report that the browser shows, and its model."""
    model, page = models[request.param]
    browser.open(page, 1440, 900)
    answer(browser)
    return request.param, model


@pytest.fixture
def asked(browser, opened):
    """The same, as it was when it was opened."""
    browser.resize(1440, 900)
    browser.value(
        f"document.getElementById('start').selectedIndex = 0; {FORGET}; document.getElementById('again').click()"
    )
    answer(browser)
    return opened


def answer(browser):
    said = browser.wait(SAID)
    assert said.startswith("{"), said
    return json.loads(said)


def entered(browser, values):
    """The answer after these values were entered."""
    browser.value(";".join(ENTER % (json.dumps(name), json.dumps(value)) for name, value in values.items()))
    return answer(browser)


def close(found, expected):
    """Whether the page's answer is Python's."""
    if "probabilities" in expected:
        gaps = np.abs(np.array(found["probabilities"]) - list(expected["probabilities"].values()))
        return found["prediction"] == str(expected["prediction"]) and gaps.max() < CLOSE
    pairs = [(found["value"], expected["prediction"]), *((found[n], expected[n]) for n in ("lower", "upper"))]
    return max(abs(a - b) / max(1.0, abs(b)) for a, b in pairs) < CLOSE


def typed(row):
    """A row of the table as it is entered: dates as the browser has them, prices as numbers, items one a line."""
    entry = {name: row[name] for name in ("amount", "ratio", "count", "plan", "city", "note")}
    entry["member"] = None if row["member"] is None else str(row["member"]).lower()
    entry["since"] = row["since"] and f"{row['since']:%Y-%m-%dT%H:%M:%S}"
    entry["born"] = row["born"] and f"{row['born']:%Y-%m-%d}"
    entry["tags"] = row["tags"].replace(", ", "\n")
    entry["price"] = float(row["price"].lstrip("$").replace(",", ""))
    return entry


@pytest.mark.slow
def test_the_page_answers_as_python_does(browser, asked, askable):
    task, model = asked
    rows = [row for row in askable.rows(task).head(60).to_dicts() if np.isfinite(row["ratio"])]
    assert any("ПРИВЕТ" in row["note"] for row in rows[:20])  # capitals that the graph leaves as they are
    for row in rows[:20]:
        found = entered(browser, typed(row))
        (expected,) = model.predict_rows([row | {name: row[name] and str(row[name]) for name in ("since", "born")}])
        assert close(found, expected), (row, found, expected)
        labels = [str(label) for label in model.classes]
        told = found["probabilities"][1 if len(labels) == 2 else labels.index(found["prediction"])] if labels else 0.0
        parts = sum(adds for _, adds in found["parts"])
        assert found["base"] + parts == pytest.approx(told if labels else found["value"], abs=CLOSE)
    assert browser.said == []


@pytest.mark.slow
def test_entries_are_read_as_the_door_reads_them(browser, asked):
    _, model = asked
    base = {"amount": 12, "ratio": 0.1, "count": 2, "member": True, "since": "2020-01-02", "born": None, "plan": "pro"}
    base |= {"city": "Oslo", "note": "late", "tags": "red, old", "price": "$3.50"}
    entered(browser, {**base, "member": "true", "since": "2020-01-02T00:00", "tags": "red\nold", "price": 3.5})
    for column, written in (
        ("city", " \u00a0Oslo "),
        ("city", "N/a"),
        ("city", "none"),
        ("note", "\n"),
        ("amount", ""),
    ):
        found = entered(browser, {column: written})
        (expected,) = model.predict_rows([base | {column: written}])
        assert close(found, expected), (column, written)
        entered(browser, {column: base[column]})


@pytest.mark.slow
def test_what_can_not_be_read_is_never_answered_for(browser, asked):
    before = answer(browser)
    at = next(i for i, one in enumerate(panel(asked[1].report).controls) if one.column == "born")
    browser.value(f"""(() => {{ const box = document.getElementById('w{at}'), min = box.min;
        box.value = '0001-01-01'; box.min = '0100-01-01'; box.dispatchEvent(new Event('input')); box.min = min }})()""")
    assert "This can’t be read: the answer is for" in browser.value(f"document.getElementById('n{at}').textContent")
    assert browser.value(f"document.getElementById('w{at}').getAttribute('aria-invalid')") == "true"
    assert answer(browser) == before
    assert entered(browser, {"amount": 1e9})["parts"][0][0] == "amount"
    assert "Outside of what the model has seen" in browser.value("document.getElementById('ask').textContent")


@pytest.mark.slow
def test_sliders_work_by_the_keyboard_and_reasons_say_what_they_are_beside(browser, asked):
    before = answer(browser)
    assert before["parts"] == []
    assert "Nothing differs from a typical row yet" in browser.value("document.getElementById('why').textContent")
    slider = "document.querySelector('input[type=range]')"
    browser.value(f"{slider}.focus(); {FORGET}")
    browser.press("ArrowRight", 39)
    after = answer(browser)
    assert [name for name, _ in after["parts"]] == ["amount"]
    assert "For a typical row" in browser.value("document.getElementById('why').textContent")
    box = browser.value(f"{slider}.nextElementSibling.value")
    assert browser.value(f"{slider}.getAttribute('aria-valuetext')") == f"{float(box):g}"
    browser.value(f"{FORGET}; document.getElementById('start').selectedIndex = 1")
    browser.value("document.getElementById('start').dispatchEvent(new Event('change'))")
    assert len(answer(browser)["parts"]) > 5


@pytest.mark.slow
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
@pytest.mark.parametrize("dark", [False, True])
def test_the_panel_is_accessible_and_fits(browser, axe, asked, width, height, dark):
    browser.resize(width, height, dark)
    entered(browser, {"amount": 1e9, "city": "x" * 3000, "note": "word " * 400})
    browser.value("document.querySelectorAll('details').forEach(one => { one.open = true })")
    browser.value(axe)
    whole = "document" if asked[0] == "binary" else "'#what-if'"
    found = browser.later(f"axe.run({whole}).then(found => found.violations.map(one => [one.id, one.nodes[0].html]))")
    assert found == []
    assert browser.value("document.documentElement.scrollWidth") == width
    drawn = browser.value("[...document.querySelectorAll('svg')].map(s => Math.min(s.clientWidth, s.clientHeight))")
    assert len(drawn) == draw(asked[1].report).count("<svg") and min(drawn) > 20  # those of the plain report
    assert browser.said == []


@pytest.mark.slow
def test_names_and_values_that_look_like_code_are_text(browser, reports, runtime, toys, tmp_path):
    columns = [Column(name=text, kind="categorical", levels=(text, "b"), unique=2) for text in HOSTILE]
    told = shaped(reports, [Column(name="age", kind="numeric", low=0.0, high=9.0), *columns])
    target = Target(name=HOSTILE[1], task="binary", classes=HOSTILE[:2], counts=(5, 5))
    schema = msgspec.structs.replace(told.table.schema, target=target)
    told = msgspec.structs.replace(told, model=HOSTILE[0], table=msgspec.structs.replace(told.table, schema=schema))
    mark, files = beside_page(told, toys.graph(schema), runtime)
    (tmp_path / "page_files").mkdir()
    for name, data in files.items():
        (tmp_path / "page_files" / name).write_bytes(data)
    (tmp_path / "page.html").write_text(draw(told, Beside("page_files", mark)), "utf-8")
    browser.open(tmp_path / "page.html", 1440, 900)
    answer(browser)
    assert len(entered(browser, dict.fromkeys(HOSTILE, "b"))["parts"]) == 5
    assert browser.value("typeof hacked") == "undefined"
    assert browser.value("document.querySelectorAll('#what-if img, body script').length") == 0
    assert browser.said == []


@pytest.mark.slow
def test_a_folder_that_is_missing_or_another_one_is_told_of(browser, models, tmp_path):
    alone = tmp_path / "alone.html"
    alone.write_bytes(models["binary"][1].read_bytes())
    browser.open(alone, 1440, 900)
    said = browser.value("document.getElementById('wait').innerText")
    assert "It needs the folder “binary_files” beside this page" in said
    (tmp_path / "binary_files").symlink_to(models["regression"][1].with_name("regression_files"))
    browser.open(alone, 1440, 900)
    assert "belongs to another report" in browser.wait(SAID)
    assert browser.value("document.getElementById('ask').hidden")
