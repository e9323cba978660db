"""What the judge is shown comes from the trials that were chosen among."""

from __future__ import annotations

import msgspec

import mlwright
from mlwright.lifecycle import journey
from mlwright.lifecycle.evidence import fold_evidence


def test_a_baseline_that_ended_after_the_choice_is_left_out(table, tmp_path, monkeypatch):
    shown = []

    def late(search, candidates):
        trials = [
            msgspec.structs.replace(t, status="skipped", loss=None) if t.spec.id == "constant" else t
            for t in candidates.trials
        ]
        known = fold_evidence(search, candidates)
        shown.extend([known, fold_evidence(search, msgspec.structs.replace(candidates, trials=tuple(trials)))])
        return known

    monkeypatch.setattr(journey, "fold_evidence", late)
    mlwright.train(table("binary"), "target", budget=None, trials=1, runs=tmp_path)
    known, without = shown
    assert set(known.baselines) == {"constant", "small tree", "linear model"}
    assert set(without.baselines) == {"small tree", "linear model"}
    assert set(known.out_of_fold) - set(without.out_of_fold) == {"constant"}
