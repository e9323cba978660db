"""Predictions become a Scrutiny, which says where the model can be trusted, and a Verdict: every metric with its
interval, simpler predictors beside it, a reasoned decision."""

from mlwright.evaluate.compare import departs, gain
from mlwright.evaluate.diagnosis import Checkup, Fewer, Gap, diagnose
from mlwright.evaluate.evidence import Evened, Evidence, Held, Select
from mlwright.evaluate.judge import fresh, judge
from mlwright.evaluate.scrutiny import Look, scrutinise
from mlwright.evaluate.sealed import Sealed, unseal

__all__ = [
    "Checkup",
    "Evened",
    "Evidence",
    "Fewer",
    "Gap",
    "Held",
    "Look",
    "Sealed",
    "Select",
    "departs",
    "diagnose",
    "fresh",
    "gain",
    "judge",
    "scrutinise",
    "unseal",
]
