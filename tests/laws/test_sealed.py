"""Law 6: a bundle with one flipped byte is refused by the name of the file."""

from __future__ import annotations

import shutil

import pytest
from hypothesis import given, settings, strategies as st

import mlwright
from mlwright.contracts.errors import BundleError


@pytest.fixture(scope="module")
def copy(model, tmp_path_factory):
    """A bundle to spoil; whoever spoils a file puts it right again."""
    folder = tmp_path_factory.mktemp("sealed") / "copy"
    model.save(folder)
    return folder


NAMES = (
    *("manifest.json", "model.onnx", "schema.json", "evaluation.json", "card.md"),
    *("report.json", "report.html"),
)


@given(st.sampled_from(NAMES), st.floats(0, 1, exclude_max=True), st.integers(1, 255))
@settings(max_examples=60)
def test_flipped_byte_is_refused_by_name(copy, name, place, bits):
    file = copy / name
    whole = file.read_bytes()
    at = int(place * len(whole))
    file.write_bytes(whole[:at] + bytes([whole[at] ^ bits]) + whole[at + 1 :])
    try:
        for read in (mlwright.load, mlwright.verify):
            with pytest.raises(BundleError) as caught:
                read(copy)
            assert name in caught.value.where
            assert caught.value.way_out
    finally:
        file.write_bytes(whole)


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_file_is_refused_by_name(model, tmp_path, name):
    model.save(tmp_path / "model")
    (tmp_path / "model" / name).unlink()
    with pytest.raises(BundleError, match=name):
        mlwright.load(tmp_path / "model")


def test_a_file_too_much_is_refused_by_name(model, tmp_path):
    model.save(tmp_path / "model")
    (tmp_path / "model" / "run_me.py").write_text("1")
    with pytest.raises(BundleError, match="run_me"):
        mlwright.load(tmp_path / "model")


def test_a_whole_copy_is_taken(model, table, copy, tmp_path):
    shutil.copytree(copy, tmp_path / "elsewhere")
    frame = table(20, seed=5)
    assert (mlwright.load(tmp_path / "elsewhere").predict(frame) == model.predict(frame)).all()
    assert mlwright.verify(tmp_path / "elsewhere") == model.manifest
