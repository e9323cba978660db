"""The table of contents: the stages in order, as data; running them, and going on where a run was interrupted."""

from mlwright.lifecycle.explanation import explain
from mlwright.lifecycle.exploration import explore
from mlwright.lifecycle.recheck import Recheck, recheck
from mlwright.lifecycle.retelling import report
from mlwright.lifecycle.road import STAGES, Arrival, Place, go_on, resume, run, train

__all__ = [
    "STAGES",
    "Arrival",
    "Place",
    "Recheck",
    "explain",
    "explore",
    "go_on",
    "recheck",
    "report",
    "resume",
    "run",
    "train",
]
