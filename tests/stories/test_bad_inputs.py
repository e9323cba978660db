"""Whatever is wrong with what is typed or brought ends in a clear message or a defined answer, never in a traceback."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from mlwright.cli import main


@pytest.mark.story
def test_it_ends_in_a_clear_message_or_a_defined_answer(
    case: Any,
    place: Path,
    bad_inputs: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(place)
    case.make(place)
    before = {path for path in place.rglob("*") if path.is_file()}
    try:
        with case.around(place) as word:
            code = main(bad_inputs.words(case, place, word))
            grown = {path for path in place.rglob("*") if path.is_file()} - before
    except bad_inputs.ImpossibleError as error:
        pytest.skip(str(error))
    told = capfd.readouterr()
    assert "Traceback" not in told.out + told.err
    assert "this is a bug" not in told.err
    assert code == case.code, told
    said = told.err if code else told.out
    assert [piece for piece in case.says if piece not in said] == []
    assert code == 0 or not [path for path in grown if "runs" not in path.parts]  # a refusal leaves nothing behind


def test_there_are_enough_cases(bad_inputs: ModuleType) -> None:
    names = [case.name for case in bad_inputs.CASES]
    assert len(names) == len(set(names)) >= 30
