"""The pages tell the truth: links lead somewhere, invariants name tests that exist, generated pages are current."""

from __future__ import annotations

import ast
import re
import runpy
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```", flags=re.MULTILINE | re.DOTALL)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
# Places on somebody's machine, and where packages are fetched from: neither belongs in a file that others read.
MACHINE = [
    re.compile(r"(?<![\w.])/(?:home|root|Users|opt|work|mnt|srv)/[\w.-]+"),
    re.compile(r"\b[A-Z]:\\Users\\"),
    re.compile(r"file:/{2}"),
    re.compile(r"(?:extra[-_]index|index|find)[-_](?:url|links)|trusted[-_]host", flags=re.IGNORECASE),
    re.compile(r"https?://[^\s/]*(?:pypi|pythonhosted|registry|artifactory|nexus|mirror)", flags=re.IGNORECASE),
]
PIN = re.compile(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+")


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings get on a forge."""
    headings = re.findall(r"^#+ (.*)", page.read_text("utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings}


def broken_links(page: Path) -> Iterator[str]:
    """Links of a page to files or headings that are not there."""
    text = CODE.sub("", page.read_text("utf-8"))
    for link in LINK.findall(text):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path) if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            yield f"{page.name}: {link}"


def absent_tests(text: str, root: Path) -> Iterator[str]:
    """Tests that a page names and that are not there."""
    for path, name in TEST.findall(text):
        file = root / path
        tree = ast.parse(file.read_text("utf-8")) if file.exists() else ast.Module([], [])
        if name not in {getattr(node, "name", None) for node in ast.walk(tree)}:
            yield f"{path}::{name}"


def machine_places(path: Path) -> Iterator[str]:
    """Lines of a file that name a place on a machine or a registry's host."""
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        return
    for number, line in enumerate(text.splitlines(), 1):
        if any(pattern.search(line) for pattern in MACHINE):
            yield f"{path.name}:{number} {line.strip()[:80]}"


def says_need(script: Path) -> bool:
    text = ast.get_docstring(ast.parse(script.read_text("utf-8"))) or ""
    return bool(re.search(r"^Needs: \w", text, flags=re.MULTILINE))


def targets(makefile: str) -> set[str]:
    return set(re.findall(r"^([a-z]+):.*##", makefile, flags=re.MULTILINE))


def project(root):
    return tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]


def test_links_lead_somewhere(tracked):
    pages = [path for path in tracked if path.suffix == ".md"]
    assert [link for page in pages for link in broken_links(page)] == []


def test_every_invariant_names_its_test(root):
    text = (root / "ARCHITECTURE.md").read_text("utf-8")
    rows = re.findall(r"^\| \d+ \|.*\|$", text.partition("## Invariants")[2], flags=re.MULTILINE)
    assert rows
    assert [row for row in rows if not TEST.search(row)] == []
    assert list(absent_tests(text, root)) == []


def test_no_file_names_a_place_on_a_machine(tracked):
    assert [line for path in tracked for line in machine_places(path)] == []


def test_constraints_are_pins_and_nothing_else(root):
    lines = (root / "constraints.txt").read_text("utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#") and not PIN.fullmatch(line)] == []


def test_every_dependency_is_pinned_and_says_why(root):
    text = (root / "pyproject.toml").read_text("utf-8")
    pinned = {line.partition("==")[0].lower() for line in (root / "constraints.txt").read_text("utf-8").splitlines()}
    for requirement in project(root)["dependencies"]:
        name = re.split(r"[><=\[]", requirement)[0]
        assert name.lower() in pinned, f"run make constraints: {name} is not pinned"
        assert re.search(rf'"{re.escape(requirement)}", +# \w', text), f"{name} is there without a reason"


def test_the_changelog_tells_of_this_version(root):
    text = (root / "CHANGELOG.md").read_text("utf-8")
    assert re.search(rf"^## \[(?:Unreleased|{re.escape(project(root)['version'])})\]", text, flags=re.MULTILINE)


def test_pages_name_targets_that_make_has(root):
    known = targets((root / "Makefile").read_text("utf-8"))
    for page in ("README.md", "CONTRIBUTING.md"):
        text = (root / page).read_text("utf-8")
        named = set(re.findall(r"^ *make ([a-z]+)|`make ([a-z]+)`", text, flags=re.MULTILINE))
        assert {target for pair in named for target in pair if target} <= known
    assert re.search(r"^ *make demo .*\n *make test ", (root / "README.md").read_text("utf-8"), flags=re.MULTILINE)


@pytest.mark.slow
def test_the_page_on_the_command_line_is_current(root):
    render = runpy.run_path(str(root / "docs" / "command_line.py"))["render"]
    assert (root / "docs" / "guide" / "cli.md").read_text("utf-8") == render(), "run make docs"


def test_every_benchmark_says_what_it_needs(root):
    scripts = [path for path in (root / "benchmarks").glob("*/*.py") if not path.name.startswith("_")]
    assert [script.name for script in scripts if not says_need(script)] == []


def test_a_broken_link_is_seen(tmp_path):
    (tmp_path / "other.md").write_text("# One thing, `two`\n")
    page = tmp_path / "page.md"
    page.write_text(
        "[a](other.md#one-thing-two) [b](https://x.org) [c](other.md#three) ![d](no.svg)\n```\n[e](no)\n```\n"
    )
    assert list(broken_links(page)) == ["page.md: other.md#three", "page.md: no.svg"]


def test_an_absent_test_is_seen(tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_a.py").write_text("def test_x(): ...\nclass TestY:\n    def test_z(self): ...\n")
    text = "`tests/test_a.py::test_x` `tests/test_a.py::test_z` `tests/test_a.py::test_w` `tests/test_b.py::test_x`"
    assert list(absent_tests(text, tmp_path)) == ["tests/test_a.py::test_w", "tests/test_b.py::test_x"]


@pytest.mark.parametrize(
    ("parts", "seen"),
    [
        (("/ho", "me/ann/data.csv"), True),
        (("see file:", "///usr/share"), True),
        (("pip install --index", "-url x"), True),
        (("https://py", "pi.example.org/simple"), True),
        (("https://example.org/ho", "me/page"), False),
        (("docs/wo", "rk/page"), False),
    ],
)
def test_a_place_on_a_machine_is_seen(tmp_path, parts, seen):
    file = tmp_path / "a.txt"
    file.write_text("first\n" + "".join(parts))
    assert len(list(machine_places(file))) == seen
