"""Folds, deadlines, and fitting and scoring in processes that may die; the only caller of ``fit``."""

from mlwright.trials.fold import Ground, Outcome, failure, fit_fold, outcome_path, read_outcome, truth_of, write_outcome
from mlwright.trials.folds import Folds, assign
from mlwright.trials.jobs import Job
from mlwright.trials.pool import Ended, Pool, free_memory

__all__ = [
    "Ended",
    "Folds",
    "Ground",
    "Job",
    "Outcome",
    "Pool",
    "assign",
    "failure",
    "fit_fold",
    "free_memory",
    "outcome_path",
    "read_outcome",
    "truth_of",
    "write_outcome",
]
