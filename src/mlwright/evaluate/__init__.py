"""Predictions become a Verdict: every metric with its interval, simpler predictors beside it, a reasoned decision."""

from mlwright.evaluate.compare import departs
from mlwright.evaluate.evidence import Evidence, Select
from mlwright.evaluate.judge import fresh, judge
from mlwright.evaluate.sealed import Sealed, unseal

__all__ = ["Evidence", "Sealed", "Select", "departs", "fresh", "judge", "unseal"]
