"""mlwright report: the page of a model, drawn anew."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from mlwright.bundle import write
from mlwright.lifecycle import what_if
from mlwright.report import Runtime, draw


@pytest.fixture
def told(folder, toys, reports) -> Path:
    report = reports.report()
    write(folder / "models" / "told", dataclasses.replace(toys.contents(), report=report, page=draw(report)))
    return folder


def test_the_page_goes_where_it_was_asked_for_or_to_its_usual_place(told, typed):
    done = typed("report", "models/told")
    assert done.code == 0
    assert done.out.startswith("Verdict: HOLD")
    assert "Page: reports/told.html" in done.out
    typed("report", "models/told", "-o", "mine.html")
    usual = (told / "reports" / "told.html").read_bytes()
    assert usual == (told / "mine.html").read_bytes() == (told / "models" / "told" / "report.html").read_bytes()


def test_json_is_the_record_and_nothing_else(told, typed, reports):
    done = typed("report", "models/told", "--json")
    said = json.loads(done.out)
    assert set(said) == {"page", "seconds", "report"}
    assert said["report"]["verdict"]["score"]["value"] == reports.report().verdict.score.value


def test_a_model_without_a_report_says_so_and_the_way_out(folder, typed):
    done = typed("report", "models/churn")
    assert done.code == 2
    assert "this model has no report" in done.err
    assert "train anew" in done.err
    assert not (folder / "reports").exists()


def test_an_interactive_page_has_a_folder_beside_it(told, typed, monkeypatch):
    monkeypatch.setattr(what_if, "found_runtime", lambda given: Runtime(b"loader", given.encode()))
    done = typed("report", "models/told", "-o", "mine.html", "--interactive", "--runtime", "here")
    assert done.code == 0
    assert "Page: mine.html, with the folder mine_files beside it" in done.out
    assert (told / "mine_files" / "panel.js").is_file()


def test_a_runtime_that_is_none_or_is_not_needed_is_refused(told, typed):
    done = typed("report", "models/told", "-o", "mine.html", "--interactive", "--runtime", "rows.csv")
    assert done.code == 2 and "its SHA-512 differs" in done.err and "npm pack onnxruntime-web@" in done.err
    done = typed("report", "models/told", "-o", "mine.html", "--runtime", "rows.csv")
    assert done.code == 2 and "Add --interactive" in done.err
    assert not list(told.glob("mine*"))
