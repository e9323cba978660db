"""A report lies with every model and can be drawn anew from the model's folder alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import mlwright
from mlwright.contracts.errors import BundleError, InputError
from mlwright.contracts.records import Problem


@pytest.fixture(scope="module")
def folder(table, tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("told")
    mlwright.train(table("binary"), "target", budget=None, trials=1, out=place / "model", runs=place / "runs")
    return place / "model"


def test_the_report_is_drawn_anew_as_it_was(folder, tmp_path):
    told = mlwright.report(folder, tmp_path / "deep" / "page.html")
    assert (tmp_path / "deep" / "page.html").read_bytes() == (folder / "report.html").read_bytes()
    model = mlwright.load(folder)
    assert told == model.report == mlwright.report(model)
    assert told.verdict == model.verdict
    assert told.table.schema == model.schema
    assert told.provenance.fingerprint == model.manifest.fingerprint
    mlwright.report(folder, tmp_path / "deep" / "page.html")  # a report may be replaced


def test_nothing_but_a_report_is_written_over(folder, tmp_path):
    (tmp_path / "page.html").write_text("mine")
    with pytest.raises(InputError, match="not a page that report wrote"):
        mlwright.report(folder, tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text() == "mine"


def test_a_changed_record_is_not_told_of(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "model")
    record = tmp_path / "model" / "report.json"
    record.write_text(record.read_text().replace('"hold"', '"ship"', 1) + " ")
    with pytest.raises(BundleError, match=r"report\.json"):
        mlwright.report(tmp_path / "model")


def test_a_report_is_of_a_frozen_record_of_plain_numbers(folder):
    told = mlwright.report(folder)
    assert isinstance(told, mlwright.Report)
    assert isinstance(told.problem, Problem)
    with pytest.raises(AttributeError):
        told.model = "other"
