"""Model families: each is fitted on a matrix and emits what it learnt. The law is on `Learner`."""

from mlwright.learners.base import Learner
from mlwright.learners.logged import Logged

__all__ = ["Learner", "Logged"]
