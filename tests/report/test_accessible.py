"""What axe-core finds in the pages, in light and dark, with everything unfolded: nothing."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import mlwright
from mlwright.report import draw

WIDE, NARROW = (1440, 900), (390, 844)
UNFOLD = "document.querySelectorAll('details').forEach(one => { one.open = true })"
WRONG = """axe.run(document, {resultTypes: ['violations']}).then(found => found.violations.map(one =>
    [one.id, one.help, one.nodes.slice(0, 5).map(node => node.target.join(' '))]))"""
# Words in pictures: what is behind them axe can't tell, so it leaves them out. It is the paper of their frame.
PALE = """[...document.querySelectorAll('svg text')].filter(word => {
    const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const light = (colour) => parts(colour).slice(0, 3).map(c => c / 255)
        .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, i) => sum + [0.2126, 0.7152, 0.0722][i] * c, 0);
    let frame = word.closest('svg');
    while (frame.parentElement && parts(getComputedStyle(frame).backgroundColor)[3] === 0) frame = frame.parentElement;
    const [ink, paper] = [getComputedStyle(word).fill, getComputedStyle(frame).backgroundColor].map(light);
    const pair = [Math.min(ink, paper), Math.max(ink, paper)];
    return word.textContent.trim() && (pair[1] + 0.05) / (pair[0] + 0.05) < 4.5;
}).map(word => word.textContent)"""


@pytest.fixture(scope="module")
def explored(tmp_path_factory):
    """The page of a table with a target, and one beside it."""
    rng = np.random.default_rng(0)
    since = pl.Series(rng.integers(0, 3 * 10**13, 200)).cast(pl.Datetime("us"))
    columns = {"amount": rng.lognormal(3, 1, 200), "plan": rng.choice(["basic", "pro", None], 200), "since": since}
    table = pl.DataFrame(columns | {"y": rng.choice(["yes", "no"], 200)})
    page = tmp_path_factory.mktemp("explored") / "page.html"
    mlwright.explore(table, "y", compare=table.with_columns(pl.col("amount") * 3), out=page)
    return page


def wrong(browser, axe, page, size, dark):
    """What there is to complain of in a page with everything unfolded."""
    browser.open(page, *size, dark)
    browser.value(UNFOLD)
    browser.value(axe)
    return [*browser.later(WRONG), *browser.value(PALE), *browser.said]


@pytest.mark.slow
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("task", "size"), [("binary", WIDE), ("multiclass", NARROW), ("regression", WIDE)])
def test_a_report_is_accessible(browser, axe, reports, tmp_path, task, size, dark):
    page = tmp_path / "report.html"
    page.write_text(draw(reports.report(task)), "utf-8")
    assert wrong(browser, axe, page, size, dark) == []


@pytest.mark.slow
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_the_page_of_a_table_is_accessible_and_fits(browser, axe, explored, size, dark):
    assert wrong(browser, axe, explored, size, dark) == []
    assert browser.value("document.documentElement.scrollWidth") == size[0]
    drawn = "[...document.querySelectorAll('svg')].map(s => Math.min(s.clientWidth, s.clientHeight))"
    assert len(browser.value(drawn)) >= 4 and min(browser.value(drawn)) > 20


@pytest.mark.slow
def test_what_is_wrong_is_seen(browser, axe, tmp_path):
    page = tmp_path / "bad.html"
    pale = '<svg style="background:#fff"><text y="20" fill="#ccc">pale word</text></svg>'
    page.write_text(f'<p style="color:#999;background:#fff">Words<img src="data:,"><input>{pale}', "utf-8")
    found = wrong(browser, axe, page, NARROW, False)
    assert {"color-contrast", "html-has-lang", "image-alt", "label"} <= {one[0] for one in found}
    assert "pale word" in found
