"""The report: one whole page for everyone, from records alone, safe whatever they say."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from mlwright.contracts.insight import Calibration, Diagnosis, Effect, Example, Explanation, Scrutiny
from mlwright.contracts.records import Column, Finding, Schema, Target, Trial, TrialSpec
from mlwright.contracts.report import Report
from mlwright.metrics import shown
from mlwright.report import REPORT_MARK, draw
from mlwright.report.page_style import STYLE
from mlwright.report.report_style import REPORT_STYLE

TASKS = ("binary", "multiclass", "regression")
VOID = {"meta", "br", "path", "rect", "circle", "polygon"}
HOSTILE = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' onload='x", "a\u202eb\u2066c", "x" * 5000)
SLOWEST, LARGEST = 0.5, 400_000  # seconds and bytes of a page


# Words of one picture that lie on others, both as text.
OVERLAPPING = """[...document.querySelectorAll('svg')].flatMap(s => {
    const all = [...s.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]);
    const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 6 && b.top < a.bottom - 6;
    return all.flatMap(([one, a], i) =>
        all.slice(i + 1).filter(([, b]) => meet(a, b)).map(([other]) => one + ' | ' + other))})"""


class Reader(HTMLParser):
    """Opens and closes every tag; remembers ids, links, tags, and the text of each section."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open, self.ids, self.links, self.tags, self.wrong, self.said = [], [], [], [], [], {}
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        known = dict(attributes)
        self.tags.append((tag, known))
        self.ids += [known["id"]] if "id" in known else []
        self.links += [known[key] for key in ("href", "src") if key in known]
        if tag not in VOID:
            self.open.append((tag, known.get("id") if tag == "section" else None))

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop()[0] != tag:
            self.wrong.append(tag)

    def handle_data(self, data):
        for _, section in self.open:
            if section:
                self.said[section] = self.said.get(section, "") + data


@pytest.fixture(scope="module", params=TASKS)
def told(request, reports):
    return reports.report(request.param)


def test_the_page_is_whole_and_its_links_lead_somewhere(told):
    page = draw(told)
    reader = Reader(page)
    assert (reader.open, reader.wrong) == ([], [])
    assert len(reader.ids) == len(set(reader.ids))
    assert {link[:1] for link in reader.links} == {"#"}
    assert {link[1:] for link in reader.links} <= set(reader.ids)
    assert page.encode().index(REPORT_MARK) < 4096


def test_nothing_is_fetched_and_nothing_runs(told):
    page = draw(told)
    tags = {tag for tag, _ in Reader(page).tags}
    assert not tags & {"script", "link", "img", "iframe", "object", "form", "input"}
    assert "default-src 'none'" in page
    assert not re.search(r"@import|url\(", page)


def test_the_first_screen_has_the_verdict_the_number_three_reasons_and_three_pictures(told):
    page = draw(told)
    first = page.partition('<section id="verdict"')[2].partition("</section>")[0]
    verdict = told.verdict
    assert ">Hold</h2>" in first and "Look at the reasons" in first
    assert all(shown(value) in first for value in (verdict.score.value, verdict.score.low, verdict.score.high))
    assert first.partition('reasons"')[2].partition("</ul>")[0].count("evidence</a>") == 3
    assert first.count("<svg") == 3
    assert '<a href="#f0">evidence</a>' in first  # the reason that stands on a finding


def test_reasons_that_are_few_are_filled_up_with_facts(reports):
    bare = reports.report(verdict=reports.verdict("binary", reasons=("It is so.",), decision="ship", findings=()))
    first = Reader(draw(bare)).said["verdict"]
    assert "each by models that had not seen it" in first
    assert "Nothing was found in the data" in first


def test_every_picture_says_in_words_what_it_shows(told):
    pictures = [known for tag, known in Reader(draw(told)).tags if tag == "svg"]
    assert len(pictures) >= 12
    assert all(known["role"] == "img" and len(known["aria-label"]) > 25 for known in pictures)


def test_every_metric_trial_finding_and_slice_is_told_with_its_numbers(told):
    said = Reader(draw(told)).said["details"]
    for score in told.verdict.scores:
        assert f"{shown(score.low)} to {shown(score.high)}" in said
    for trial in told.candidates.trials:
        assert trial.spec.id in said
    assert "catboost of the logarithm" in said and "linear (baseline)" in said
    for part in (told.verdict, told.scrutiny, told.diagnosis):
        assert all(one.code in said for one in part.findings)
    for one in told.scrutiny.slices:
        assert " and ".join(one.where) in said
    for one in told.explanation.importances:
        assert " + ".join(one.columns) in said
    assert all(code in said for code in told.profile.leaks)
    assert "deeper-1" in said and "rows (from 0) 0, 11, 22" in said
    for one in told.scrutiny.gaps:
        assert one.least in said and one.most in said
    assert told.provenance.fingerprint in said and told.provenance.command in said


def test_the_story_says_for_whom_it_is_worse_and_what_would_change_an_answer(told):
    said = Reader(draw(told)).said
    assert "sex" in said["worse"] and "Nobody said which columns are sensitive" in said["worse"]
    assert "The nearest other answer: with age 40 instead of 8" in said["relies"]
    assert ("With a threshold of its own for each group of sex" in said["details"]) == bool(told.scrutiny.mitigation)
    assert "3 ways in which data may give the answer away: 1 found, 1 not found, 1 not to be looked" in said["found"]
    assert "1,300 more rows would make its" in said["better"]
    assert told.scrutiny.findings[0].message not in said["found"]  # it stands where it belongs
    assert told.scrutiny.findings[0].message in said["worse"]


def test_what_was_not_looked_at_is_left_out(reports):
    for task in TASKS:
        reader = Reader(draw(reports.report(task, bare=True)))
        assert (reader.open, reader.wrong) == ([], [])
        assert not {"relies", "worse", "better", "calibration", "slices", "curve"} & set(reader.ids)
        assert {"verdict", "asked", "data", "good", "details", "metrics"} <= set(reader.ids)
        assert {link[1:] for link in reader.links} <= set(reader.ids)


def test_records_that_hold_next_to_nothing_have_a_page(reports):
    row = Example("typical", {}, 0.5, None, 0.5, ())
    for task in TASKS:
        explained = Explanation(rows=0, metric="roc_auc", effects=(Effect("age", ()),), examples=(row,))
        checked = Scrutiny(calibration=(Calibration((), 0.0),))
        bare = reports.report(task, explanation=explained, scrutiny=checked, diagnosis=Diagnosis())
        for told in (bare, msgspec.structs.replace(bare, verdict=reports.verdict(task, baselines={}, confusion=()))):
            reader = Reader(draw(told))
            assert (reader.open, reader.wrong) == ([], [])
            assert {link[1:] for link in reader.links} <= set(reader.ids)


def test_the_same_record_gives_the_same_page_also_after_it_was_kept(told):
    kept = msgspec.json.decode(msgspec.json.encode(told), type=Report)
    assert draw(kept) == draw(told)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_the_data_says_is_shown_and_never_obeyed(reports, hostile):
    named = reports.report("binary")
    target = Target(name=hostile, task="binary", classes=(hostile, "yes"), counts=(5, 5))
    column = Column(name=hostile, kind="categorical", levels=(hostile,))
    finding = Finding(code="odd", severity="severe", message=hostile, remedy=hostile, column=hostile)
    page = draw(
        msgspec.structs.replace(
            named,
            model=hostile,
            table=msgspec.structs.replace(named.table, source=hostile, schema=Schema(columns=(column,), target=target)),
            verdict=reports.verdict("binary", reasons=(hostile,), findings=(finding,), method=hostile),
            explanation=reports.explanation("binary", (hostile,) * 4),
        )
    )
    reader = Reader(page)
    assert (reader.open, reader.wrong) == ([], [])
    assert not {"script", "img"} & {tag for tag, _ in reader.tags}
    assert not any(key.startswith("on") for _, known in reader.tags for key in known)
    assert not set("\u202e\u2066") & set(page)
    assert "x" * 5001 not in page


def wide(reports):
    """A report of a table with very many columns, findings and trials."""
    named = reports.report("multiclass")
    many = tuple(Column(name=f"column {i}", kind="numeric", low=0.0, high=1.0) for i in range(3000))
    columns = (*named.table.schema.columns, *many)
    target = Target(name="y", task="multiclass", classes=tuple(map(str, range(100))), counts=(10,) * 100)
    findings = tuple(Finding(code="odd", severity="info", message=f"Fact {i}.") for i in range(3000))
    trials = tuple(Trial(spec=TrialSpec(id=f"t{i}", learner="linear"), status="done", loss=0.1) for i in range(500))
    table = tuple(tuple(int(i == j) for j in range(100)) for i in range(100))
    return msgspec.structs.replace(
        named,
        table=msgspec.structs.replace(named.table, schema=Schema(columns=columns, target=target)),
        verdict=reports.verdict("multiclass", findings=findings, confusion=table),
        candidates=msgspec.structs.replace(named.candidates, trials=trials),
    )


@pytest.mark.alone
def test_a_page_is_quick_and_small_whatever_the_table_is(reports):
    for told in (wide(reports), reports.report("regression")):
        seconds = []
        for _ in range(3):
            started = time.perf_counter()
            page = draw(told)
            seconds.append(time.perf_counter() - started)
        assert min(seconds) < SLOWEST
        assert len(page.encode()) < LARGEST
        assert (Reader(page).open, Reader(page).wrong) == ([], [])


def colours(dark):
    """The colours by name of the light or the dark page."""
    found = {}
    for block in (STYLE, REPORT_STYLE):
        night = re.search(r"@media \(prefers-color-scheme:dark\)\{:root\{(.*?)\}\}", block, re.DOTALL)
        day = re.search(r":root\{(.*?)\}", block, re.DOTALL)
        text = day[1] + (f";{night[1]}" if dark else "")
        found |= dict(re.findall(r"--(\w+):(#[0-9a-f]{3,6})", text.replace("\n", "")))
    return found


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(2 * one for one in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_words_and_marks_stand_out_from_what_is_behind_them(dark):
    """WCAG 2.2 AA: 4.5 to 1 for text."""
    named = colours(dark)
    for ink in ("ink", "muted", "severe", "warning", "ship", "hold", "refuse"):
        for behind in ("paper", "back"):
            assert contrast(named[ink], named[behind]) >= 4.5, (ink, behind)
    assert contrast(named["accent"], named["paper"]) >= 3


@pytest.mark.slow
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
@pytest.mark.parametrize("dark", [False, True])
def test_a_browser_has_nothing_to_complain_of(browser, reports, tmp_path: Path, width, height, dark):
    for task in TASKS:
        file = tmp_path / f"{task}.html"
        file.write_text(draw(reports.report(task)), "utf-8")
        browser.open(file, width, height, dark)
        assert browser.said == []
        assert browser.value("document.documentElement.scrollWidth") == width
        drawn = "[...document.querySelectorAll('svg')].map(s => Math.min(s.clientWidth, s.clientHeight))"
        assert min(browser.value(drawn)) > 20
        for part in (".badge", ".big", ".reasons", ".strip svg"):  # they begin on the first screen
            assert 0 <= browser.value(f"document.querySelector('{part}').getBoundingClientRect().top") < height - 60
        outside = """[...document.querySelectorAll('svg')].filter(s => [...s.querySelectorAll('text')].some(t => {
            const a = t.getBoundingClientRect(), b = s.getBoundingClientRect();
            return a.left < b.left - 3 || a.right > b.right + 3 || a.bottom > b.bottom + 3}))
            .map(s => s.getAttribute('aria-label'))"""
        assert browser.value(outside) == []
        assert browser.value(OVERLAPPING) == []


@pytest.mark.slow
def test_words_of_a_picture_leave_one_another_alone_however_long_they_are(browser, reports, tmp_path: Path):
    long = (
        "MAXIMUM LENGTH RECTANGULARITY",
        "WWWWW MMMMM WWWWW MMMMM WWWWW MMMMM",
        "列の名前がとても長い場合の列の名前",
        "iiii " * 20,
    )
    told = reports.report("regression")
    schema = Schema(columns=tuple(Column(name=n, kind="numeric") for n in long), target=told.table.schema.target)
    table = msgspec.structs.replace(told.table, schema=schema)
    file = tmp_path / "long.html"
    page = draw(msgspec.structs.replace(told, table=table, explanation=reports.explanation("regression", long)))
    file.write_text(page, "utf-8")
    browser.open(file, 1440, 900)
    assert browser.value(OVERLAPPING) == []
