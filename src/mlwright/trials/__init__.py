"""Folds, deadlines, and fitting and scoring in processes that may die; the only caller of ``fit``."""

from mlwright.trials.flattery import METRIC, Flattery, flattery, without
from mlwright.trials.fold import (
    Ground,
    Outcome,
    failure,
    fit_fold,
    fit_over,
    outcome_path,
    read_outcome,
    truth_of,
    write_outcome,
)
from mlwright.trials.folds import Folds, assign
from mlwright.trials.jobs import Job
from mlwright.trials.pool import Ended, Pool, allowed_memory, free_memory
from mlwright.trials.quick import quick_matrix
from mlwright.trials.shelf import clear

__all__ = [
    "METRIC",
    "Ended",
    "Flattery",
    "Folds",
    "Ground",
    "Job",
    "Outcome",
    "Pool",
    "allowed_memory",
    "assign",
    "clear",
    "failure",
    "fit_fold",
    "fit_over",
    "flattery",
    "free_memory",
    "outcome_path",
    "quick_matrix",
    "read_outcome",
    "truth_of",
    "without",
    "write_outcome",
]
