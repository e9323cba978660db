"""What lies beside an interactive report is placed whole or not at all, and nothing else is written over."""

from __future__ import annotations

import dataclasses
import importlib.util
from pathlib import Path

import pytest

import mlwright
from mlwright.bundle import write
from mlwright.contracts.errors import InputError
from mlwright.lifecycle import what_if
from mlwright.report import Runtime, draw

STUB = Runtime(b"loader", b"engine")


def beside(unit, name):
    path = Path(__file__).parents[1] / unit / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"what_if_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    told = beside("report", "reports").report()
    place = tmp_path_factory.mktemp("models") / "told"
    write(place, dataclasses.replace(beside("bundle", "toys").contents(), report=told, page=draw(told)))
    return mlwright.load(place)


@pytest.fixture
def stub(monkeypatch):
    """No package is fetched."""
    monkeypatch.setattr(what_if, "found_runtime", lambda given: STUB)


def test_a_page_and_its_folder_are_placed_and_may_be_replaced(model, stub, tmp_path):
    page = tmp_path / "deep" / "page.html"
    for _ in range(2):
        assert mlwright.report(model, page, interactive=True) == model.report
        folder = page.with_name("page_files")
        assert sorted(one.name for one in folder.iterdir()) == ["model.js", "panel.js", "runtime.js"]
        assert all(one.read_bytes().startswith(b"/* mlwright report: ") for one in folder.iterdir())
    assert sorted(one.name for one in page.parent.iterdir()) == ["page.html", "page_files"]
    assert "MIT License" in (folder / "runtime.js").read_text()
    text = page.read_text()
    assert 'src="page_files/panel.js"' in text
    mark = text.partition('data-model="')[2].partition('"')[0]
    assert f'"model":"{mark}"' in (folder / "model.js").read_text()
    mlwright.report(model, page)  # and the plain page again: without a script
    assert page.read_text() == draw(model.report)
    assert "<script" not in page.read_text()


@pytest.mark.parametrize("name", ["notes.txt", "panel.js"])
def test_a_folder_with_anything_else_in_it_is_left_alone(model, stub, tmp_path, name):
    folder = tmp_path / "page_files"
    folder.mkdir()
    (folder / name).write_text("mine")
    with pytest.raises(InputError, match=f"this folder holds other things .* such as '{name}'"):
        mlwright.report(model, tmp_path / "page.html", interactive=True)
    assert (folder / name).read_text() == "mine"
    assert not (tmp_path / "page.html").exists()


def test_nothing_is_placed_in_the_folder_of_a_model(model, stub, tmp_path):
    model.save(tmp_path / "model")
    with pytest.raises(InputError, match="this is the folder of a model"):
        mlwright.report(model, tmp_path / "model" / "report.html", interactive=True)
    mlwright.verify(tmp_path / "model")


def test_an_interactive_report_has_to_go_somewhere(model):
    with pytest.raises(InputError, match="Say by `out` where it goes"):
        mlwright.report(model, interactive=True)


def test_nothing_is_written_when_the_runtime_can_not_be_had(model, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with pytest.raises(InputError, match="there is no npm to fetch it") as caught:
        mlwright.report(model, tmp_path / "page.html", interactive=True)
    assert "--runtime onnxruntime-web-" in caught.value.way_out
    assert list(tmp_path.iterdir()) == []


def test_what_is_given_for_the_runtime_is_checked(model, tmp_path):
    (tmp_path / "other.tgz").write_bytes(b"no archive")
    with pytest.raises(InputError, match="its SHA-512 differs"):
        what_if.found_runtime(tmp_path / "other.tgz")
    with pytest.raises(InputError, match="there is no onnxruntime-web here"):
        what_if.found_runtime(tmp_path / "nowhere")
    unpacked = tmp_path / "node_modules" / "onnxruntime-web" / "dist"
    unpacked.mkdir(parents=True)
    for name in what_if.FILES:
        (unpacked.parent / name).write_bytes(b"changed")
    with pytest.raises(InputError, match=r"dist/ort\.wasm\.bundle\.min\.mjs is not the one of .* SHA-256 differs"):
        what_if.found_runtime(tmp_path)


@pytest.mark.slow
def test_the_archive_and_its_unpacked_folder_are_the_same_runtime(tmp_path):
    try:
        found = what_if.found_runtime(None)
    except InputError as error:
        pytest.skip(str(error))
    for name, data in zip(what_if.FILES, found, strict=True):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    assert what_if.found_runtime(tmp_path) == found
