"""A budget is a promise: whatever a trial does, the run ends in time with the best of the others.

The learners that hang and crash are installed as anyone's would be: a package with entry points, found before ours.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BUDGET = 14.0
LEARNERS = """
import ctypes, time
from dataclasses import dataclass
from mlwright.learners.extratrees import ExtraTrees
from mlwright.learners.lightgbm import LightGBM

@dataclass
class Hangs(LightGBM):
    def fit(self, x, truth, terms):
        while True:
            time.sleep(1)

@dataclass
class Crashes(ExtraTrees):
    def fit(self, x, truth, terms):
        ctypes.string_at(0)
"""
POINTS = "[mlwright.learners]\nlightgbm = misbehaving:Hangs\nextratrees = misbehaving:Crashes\n"
RUN = """
import json, sys, time
import mlwright
from mlwright.contracts.records import Candidates
from mlwright.store import Run
train = mlwright.train  # what it needs is imported here, before there is a budget
started = time.monotonic()
model = train(sys.argv[1], "left", budget=float(sys.argv[2]), out="model", runs="runs")
seconds = time.monotonic() - started
from pathlib import Path
(run,) = Path("runs").iterdir()
trials = {t.spec.id: t.status for t in Run.open(run).read("candidates", Candidates).trials}
print(json.dumps({"seconds": seconds, "trials": trials, "score": model.verdict.score.value}))
"""


@pytest.fixture
def misbehaving(tmp_path) -> Path:
    """A folder that installs two learners under the names of ours."""
    folder = tmp_path / "site"
    facts = folder / "misbehaving-1.0.dist-info"
    facts.mkdir(parents=True)
    (folder / "misbehaving.py").write_text(LEARNERS)
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: misbehaving\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text(POINTS)
    return folder


@pytest.mark.alone
@pytest.mark.slow
def test_budget_is_kept(misbehaving, table, tmp_path):
    table().write_csv(tmp_path / "data.csv")
    known = os.environ.get("PYTHONPATH")
    paths = os.pathsep.join([str(misbehaving), *([known] if known else [])])
    command = [sys.executable, "-c", RUN, "data.csv", str(BUDGET)]
    ended = subprocess.run(
        command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": paths}, check=True, stdout=subprocess.PIPE, timeout=120
    )
    told = json.loads(ended.stdout)
    assert told["seconds"] <= 1.05 * BUDGET  # the slack is for a machine that is busy with other things
    assert {name: told["trials"][name] for name in ("constant", "small-tree", "linear")} == dict.fromkeys(
        ("constant", "small-tree", "linear"), "done"
    )
    first = {name: next(s for id, s in told["trials"].items() if id.startswith(name)) for name in ("light", "extra")}
    assert first == {"light": "deadline", "extra": "crashed"}  # what hung cost itself alone: the next had its turn
    assert told["score"] > 0.6
