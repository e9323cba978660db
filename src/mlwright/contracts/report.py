"""All that is known of a model, in one record: what its report is drawn from, now or anew."""

from __future__ import annotations

from mlwright.contracts.insight import Diagnosis, Explanation, Scrutiny
from mlwright.contracts.records import Candidates, Problem, Profile, Provenance, Record, Table, Verdict


class Report(Record, frozen=True):
    """The records of a run that a report tells of. ``model`` is what the model is called; what is None was not looked
    at. The verdict's findings are those of every stage before it."""

    model: str
    problem: Problem
    table: Table
    profile: Profile
    candidates: Candidates
    verdict: Verdict
    provenance: Provenance
    explanation: Explanation | None = None
    scrutiny: Scrutiny | None = None
    diagnosis: Diagnosis | None = None
