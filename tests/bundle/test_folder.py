"""A bundle is whole or refused by name; nothing else is ever touched."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from types import ModuleType

import msgspec
import numpy as np
import onnx
import pytest
from hypothesis import given, strategies as st
from onnx import TensorProto, helper

from mlwright.bundle import Model, load, verify, write
from mlwright.contracts.errors import BundleError, InputError

NAMES = ("card.md", "evaluation.json", "manifest.json", "manifest.sha256", "model.onnx", "schema.json")


@pytest.fixture
def folder(toys: ModuleType, tmp_path: Path) -> Path:
    write(tmp_path / "churn", toys.contents())
    return tmp_path / "churn"


def reseal(folder: Path, **changes: object) -> None:
    """What somebody does who knows the format: a manifest that says something else, with its sum put right."""
    manifest = msgspec.json.decode((folder / "manifest.json").read_bytes()) | changes
    data = msgspec.json.encode(manifest)
    (folder / "manifest.json").write_bytes(data)
    (folder / "manifest.sha256").write_text(f"{sha256(data).hexdigest()}  manifest.json\n")


def test_what_was_written_is_loaded(toys: ModuleType, folder: Path) -> None:
    contents = toys.contents()
    model = load(folder)
    assert sorted(path.name for path in folder.iterdir()) == sorted(NAMES)
    assert model.schema == contents.schema
    assert model.verdict == contents.verdict
    assert (folder / "card.md").read_text("utf-8") == contents.card
    assert verify(folder) == model.manifest
    assert model.manifest.size == len(contents.model)
    assert model.manifest.fingerprint == contents.provenance.fingerprint


def test_the_seal_is_one_that_sha256sum_reads(folder: Path) -> None:
    tool = shutil.which("sha256sum")
    if tool is None:
        pytest.skip("no sha256sum here")
    subprocess.run([tool, "-c", "manifest.sha256"], cwd=folder, check=True, capture_output=True)


def test_same_contents_same_bytes(toys: ModuleType, folder: Path, tmp_path: Path) -> None:
    write(tmp_path / "again", toys.contents())
    for name in NAMES:
        assert (folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_a_flipped_bit_is_refused_by_name(toys: ModuleType, name: str, data: st.DataObject, classifier: Model) -> None:
    folder = classifier._place
    whole = (folder / name).read_bytes()
    bit = data.draw(st.integers(0, len(whole) * 8 - 1))
    damaged = bytearray(whole)
    damaged[bit // 8] ^= 1 << bit % 8
    try:
        (folder / name).write_bytes(damaged)
        with pytest.raises(BundleError, match=name):
            load(folder)
    finally:
        (folder / name).write_bytes(whole)
    load(folder)


@pytest.mark.parametrize("name", NAMES)
def test_a_cut_or_longer_or_missing_file_is_refused_by_name(folder: Path, name: str) -> None:
    whole = (folder / name).read_bytes()
    for content in (b"", whole[:-1], whole + b"\n"):
        (folder / name).write_bytes(content)
        with pytest.raises(BundleError, match=name):
            load(folder)
    (folder / name).unlink()
    with pytest.raises(BundleError, match=name):
        verify(folder)


@pytest.mark.parametrize("name", NAMES)
def test_a_link_is_refused_by_name(folder: Path, name: str, tmp_path: Path) -> None:
    (folder / name).rename(tmp_path / "real")
    (folder / name).symlink_to(tmp_path / "real")
    with pytest.raises(BundleError, match=name):
        load(folder)


def test_a_pipe_is_refused_without_waiting_for_it(folder: Path) -> None:
    (folder / "card.md").unlink()
    os.mkfifo(folder / "card.md")
    with pytest.raises(BundleError, match=r"card\.md"):
        load(folder)


@pytest.mark.parametrize("name", ["code.py", "model.pkl", ".hidden", "weights.bin"])
def test_what_does_not_belong_is_refused_by_name(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"x")
    with pytest.raises(BundleError, match=name.replace(".", r"\.")):
        load(folder)


def test_a_folder_inside_is_refused_by_name(folder: Path) -> None:
    (folder / "more").mkdir()
    with pytest.raises(BundleError, match="more"):
        load(folder)


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a\\b", "code.py", ""])
def test_a_manifest_cannot_name_other_files(folder: Path, name: str) -> None:
    files = dict(load(folder).manifest.files)
    reseal(folder, files=files | {name: "0" * 64})
    with pytest.raises(BundleError, match="no place") as caught:
        load(folder)
    assert repr(name) in caught.value.what


def test_a_manifest_cannot_leave_a_file_out(folder: Path) -> None:
    files = dict(load(folder).manifest.files)
    del files["card.md"]
    reseal(folder, files=files)
    with pytest.raises(BundleError, match=r"card\.md"):
        load(folder)


@pytest.mark.parametrize("version", [0, 3, 10**30])
def test_another_version_says_so(folder: Path, version: int) -> None:
    reseal(folder, format=version)
    with pytest.raises(BundleError, match="another version") as caught:
        load(folder)
    assert "Install" in caught.value.way_out


def test_a_bundle_of_the_first_format_is_still_read_and_says_that_it_has_no_report(folder: Path) -> None:
    reseal(folder, format=1)
    with pytest.raises(BundleError, match="no report"):
        load(folder).report  # noqa: B018


def test_a_report_is_kept_whole_and_none_is_slipped_in(
    toys: ModuleType, reports: ModuleType, folder: Path, tmp_path: Path
) -> None:
    told = reports.report()
    write(tmp_path / "told", replace(toys.contents(), report=told, page="<p>ä</p>"))
    assert load(tmp_path / "told").report == told
    assert (tmp_path / "told" / "report.html").read_text("utf-8") == "<p>ä</p>"
    for name in ("report.json", "report.html"):
        shutil.copy(tmp_path / "told" / name, folder / name)
        with pytest.raises(BundleError, match=name):
            load(folder)
        (folder / name).unlink()
        (tmp_path / "told" / name).rename(tmp_path / "aside")
        with pytest.raises(BundleError, match=f"{name}: this file is missing"):
            load(tmp_path / "told")
        (tmp_path / "told" / name).write_bytes((tmp_path / "aside").read_bytes()[:-1] + b"!")
        with pytest.raises(BundleError, match=f"{name}: this file was changed"):
            load(tmp_path / "told")
        (tmp_path / "aside").rename(tmp_path / "told" / name)


@pytest.mark.parametrize("field", ["format", "files", "rows", "versions"])
def test_a_manifest_of_wrong_types_is_refused(folder: Path, field: str) -> None:
    reseal(folder, **{field: "x"})
    with pytest.raises(BundleError, match=r"manifest\.json"):
        load(folder)


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_bytes(b"x")
    for path in (tmp_path / "empty", tmp_path / "file", tmp_path / "absent", tmp_path):
        with pytest.raises(BundleError, match=path.name) as caught:
            load(path)
        assert caught.value.way_out


def test_a_link_to_a_whole_bundle_is_fine(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "latest").symlink_to("churn")
    assert load(tmp_path / "latest").name == "churn"


def test_a_bundle_replaces_a_bundle_and_nothing_else(toys: ModuleType, folder: Path, tmp_path: Path) -> None:
    write(folder, toys.contents(()))
    assert load(folder).classes == ()
    (folder / "card.md").unlink()  # a damaged one may be replaced as well
    write(folder, toys.contents())
    verify(folder)
    home = tmp_path / "home"
    home.mkdir()
    (home / "thesis.tex").write_text("years of work")
    with pytest.raises(InputError, match=r"thesis\.tex"):
        write(home, toys.contents())
    assert (home / "thesis.tex").read_text() == "years of work"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["churn", "home"]


def test_a_record_that_would_not_be_read_back_is_never_written(toys: ModuleType, tmp_path: Path) -> None:
    contents = toys.contents()
    score = msgspec.structs.replace(contents.verdict.score, high=float("nan"))
    verdict = msgspec.structs.replace(contents.verdict, score=score)
    with pytest.raises(ValueError, match="read back"):
        write(tmp_path / "bad", replace(contents, verdict=verdict))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("location", ["weights.bin", "../weights.bin", "/etc/hostname"])
def test_a_graph_that_reads_other_files_is_refused(
    toys: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, location: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "weights.bin").write_bytes(np.float64(100.0).tobytes())
    graph = onnx.load_from_string(toys.contents().model)
    tensor = next(t for t in graph.graph.initializer if t.name == "hundred")
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=location)
    write(tmp_path / "evil", replace(toys.contents(), model=graph.SerializeToString()))
    with pytest.raises(BundleError, match=r"model\.onnx"):
        verify(tmp_path / "evil")
    with pytest.raises(BundleError, match=r"model\.onnx"):
        load(tmp_path / "evil").predict([toys.ROW])


def test_a_graph_that_is_none_or_of_another_schema_is_refused(toys: ModuleType, tmp_path: Path) -> None:
    tiny = helper.make_graph([helper.make_node("Identity", ["numbers"], ["y"])], "g", [], [])
    for model in (b"", b"not a graph", helper.make_model(tiny).SerializeToString(), toys.contents(()).model):
        write(tmp_path / "odd", replace(toys.contents(), model=model))
        with pytest.raises(BundleError, match=r"model\.onnx"):
            verify(tmp_path / "odd")
    write(tmp_path / "odd", replace(toys.contents(), model=toys.contents(("a", "b", "c")).model))
    with pytest.raises(BundleError, match="doesn't fit"):
        verify(tmp_path / "odd")
