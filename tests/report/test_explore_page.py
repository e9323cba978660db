"""The explore page: one whole file, readable by anyone, safe whatever the data says."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np
import polars as pl
import pytest

from mlwright import ingest
from mlwright.explore import Other, Sight, portray
from mlwright.report import MARK, explore_summary, page as drawn

VOID = {"meta", "input", "br", "img", "link", "hr"}
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onload='x",
    "a\u202eb\u2066c",
    "$x_1$ & \\frac",
    "x" * 100_000,
    "line\nbreak\x00\x1b[31m",
    "中文 🎉 ß",
)


class Reader(HTMLParser):
    """Opens and closes every tag, and remembers ids, links, sources, and tags."""

    def __init__(self, page):
        super().__init__()
        self.open, self.ids, self.links, self.tags, self.wrong = [], [], [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        known = dict(attributes)
        self.tags.append((tag, known))
        self.ids += [known["id"]] if "id" in known else []
        self.links += [known[key] for key in ("href", "src", "xlink:href") if key in known]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def pictured(frame, target=None, other=None):
    seen = ingest.survey(frame, ingest.Wanted(target))
    beside = Other(*ingest.beside(other, seen.table.schema)) if other is not None else None
    return portray(Sight(seen.frame, seen.table.schema.columns, seen.origin, seen.target, (), beside))


def table(rows=300, seed=0):
    rng = np.random.default_rng(seed)
    frame = pl.DataFrame(
        {
            "amount": rng.lognormal(3, 1, rows),
            "plan": rng.choice(["basic", "pro", "none"], rows),
            "note": [" ".join(rng.choice(["late", "early", "paid", "never", "again"], 6)) for _ in range(rows)],
            "flag": rng.random(rows) < 0.3,
            "since": pl.Series(rng.integers(0, 3 * 10**13, rows)).cast(pl.Datetime("us")),
            "y": rng.choice(["yes", "no"], rows),
        }
    )
    gaps = pl.Series(rng.random(rows) < 0.2)
    return frame.with_columns(pl.when(~gaps).then(name).alias(name) for name in ("amount", "plan"))


@pytest.fixture(scope="module")
def page():
    return drawn(pictured(table(), "y", table(seed=1).with_columns(pl.col("amount") * 3)))


def test_the_page_is_whole(page):
    reader = Reader(page)
    assert (reader.open, reader.wrong) == ([], [])
    assert len(reader.ids) == len(set(reader.ids))
    assert page.encode().index(MARK) < 4096


def test_nothing_is_fetched_from_anywhere(page):
    reader = Reader(page)
    assert {link[:1] for link in reader.links} == {"#"}
    assert {link[1:] for link in reader.links} <= set(reader.ids)
    assert not re.search(r"@import|url\((?!#)|\bfetch\b|XMLHttp", page)
    assert "://" not in re.sub(r"http://www\.w3\.org/[\w/]+", "", page)


def test_every_picture_says_what_it_shows_and_takes_the_colours_of_the_page(page):
    pictures = [known for tag, known in Reader(page).tags if tag == "svg"]
    assert len(pictures) > 8
    assert all(known["role"] == "img" and len(known["aria-label"]) > 10 for known in pictures)
    assert "#0102" not in page
    assert "prefers-color-scheme:dark" in page and "@media print" in page and "width=device-width" in page


@pytest.mark.slow
def test_the_same_portrait_gives_the_same_page():
    portrait = pictured(table(80), "y")
    assert drawn(portrait) == drawn(portrait)


@pytest.mark.slow
def test_what_the_data_says_is_shown_and_never_obeyed():
    rng = np.random.default_rng(0)
    names = {f"{value[:300]}": rng.choice(HOSTILE, 200).tolist() for value in HOSTILE}
    numbers = {f"{value[:300]} n": rng.normal(size=200) for value in HOSTILE}
    frame = pl.DataFrame({**names, **numbers, "<b>when</b>": pl.Series(range(200)).cast(pl.Date)})
    other = frame.head(100)
    portrait = pictured(frame, next(iter(names)), other)
    page = drawn(portrait)
    reader = Reader(page)
    assert (reader.open, reader.wrong) == ([], [])
    assert sum(tag == "script" for tag, _ in reader.tags) == 1
    assert not {"img", "b>when<"} & {tag for tag, _ in reader.tags}
    assert not any(key.startswith("on") for _, known in reader.tags for key in known)
    assert not set("\u202e\u2066\x00\x1b") & set(page)
    assert "x" * 1000 not in page
    assert len(page) < 3_000_000
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.slow
def test_a_goal_of_numbers_and_one_of_many_classes_have_pages():
    frame = table(150)
    for target, seen in (("amount", "the mean of"), ("plan", "share of the classes")):
        reader = Reader(page := drawn(pictured(frame, target)))
        assert (reader.open, reader.wrong) == ([], [])
        assert seen in page


@pytest.mark.parametrize("frame", [pl.DataFrame({"a": [1.0]}), pl.DataFrame({"a": [None, None], "b": ["x", "x"]})])
def test_next_to_nothing_has_a_page(frame):
    reader = Reader(drawn(pictured(frame)))
    assert (reader.open, reader.wrong) == ([], [])


@pytest.mark.slow
def test_a_wide_table_has_a_page_that_is_not_too_large():
    rng = np.random.default_rng(0)
    numbers = {f"n{i}": rng.normal(size=200) for i in range(40)}
    words = {f"w{i}": rng.choice([f"level {j}" for j in range(20)], 200) for i in range(40)}
    page = drawn(pictured(pl.DataFrame({**numbers, **words, "y": rng.choice(["a", "b"], 200)}), "y"))
    assert len(page.encode()) < 3_000_000


def test_the_summary_fits_a_terminal():
    lines = explore_summary(pictured(table(), "y", table(seed=1)))
    text = [line for line, _ in lines]
    assert max(len(line) for line in text if "mlwright" not in line) <= 100
    assert any(line.startswith("amount") and "numbers" in line for line in text)
    assert any(line.startswith("Compared with") for line in text)
    assert text.index("Next") < len(text) - 1
