"""Recipe -> Candidates: choose, tune and blend inside a budget."""

from mlwright.search.assemble import Assembly
from mlwright.search.blend import Blend, full, weigh
from mlwright.search.choice import conclude
from mlwright.search.conformal import held_intervals, held_sets, parts
from mlwright.search.curve import SHARE, is_sampled, learning_curve
from mlwright.search.plan import make_plan
from mlwright.search.search import Search, features, reader, unseen

__all__ = [
    "SHARE",
    "Assembly",
    "Blend",
    "Search",
    "conclude",
    "features",
    "full",
    "held_intervals",
    "held_sets",
    "is_sampled",
    "learning_curve",
    "make_plan",
    "parts",
    "reader",
    "unseen",
    "weigh",
]
