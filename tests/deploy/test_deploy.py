"""Where a bundle goes, and what it says of where it came from."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from mlwright import bundle, deploy
from mlwright.contracts.errors import InputError
from mlwright.contracts.records import Candidates, Column, Schema, Score, Table, Target, Verdict

SCHEMA = Schema(columns=(Column(name="a", kind="numeric"),), target=Target(name="y", task="regression"))
TABLE = Table(source="rows.csv", rows=7, holdout=0, sealed="", fingerprint="f" * 64, schema=SCHEMA)
CANDIDATES = Candidates(trials=(), members=(), metric="rmse", metric_reason="", difference=2e-7, latency=0.05)
SCORE = Score(metric="rmse", value=1.0, low=0.5, high=1.5)


def contents() -> bundle.Contents:
    verdict = Verdict(
        decision="ship", reasons=("good",), metric="rmse", score=SCORE, scores=(SCORE,), baselines={}, method="", rows=7
    )
    origin = deploy.provenance(TABLE, CANDIDATES, 3, "mlwright train rows.csv")
    return bundle.Contents(b"graph", SCHEMA, verdict, "# card\n", origin)


def test_provenance_says_what_was_learnt_from_and_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    origin = deploy.provenance(TABLE, CANDIDATES, 3, "mlwright train rows.csv")
    assert (origin.source, origin.rows, origin.seed, origin.command) == ("rows.csv", 7, 3, "mlwright train rows.csv")
    assert (origin.fingerprint, origin.difference, origin.latency) == ("f" * 64, 2e-7, 0.05)
    assert set(origin.versions) == set(deploy.PACKAGES) and all(origin.versions.values())
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", origin.created)
    assert origin.commit is None  # no repository here


def test_the_commit_is_that_of_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], [*who, "commit", "-q", "--allow-empty", "-m", "first"]):
        subprocess.run(["git", *command], check=True)
    head = subprocess.run(["git", "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    assert deploy.provenance(TABLE, CANDIDATES, 0, "").commit == head


def test_a_release_is_a_whole_bundle(tmp_path: Path) -> None:
    release = deploy.to_folder(tmp_path / "model", contents())
    assert (release.path, release.size) == (str(tmp_path / "model"), len(b"graph"))
    manifest = bundle.load(release.path).manifest
    assert (manifest.command, manifest.rows, manifest.difference) == ("mlwright train rows.csv", 7, 2e-7)


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match="other things than a model"):
        deploy.to_folder(tmp_path, contents())
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]
