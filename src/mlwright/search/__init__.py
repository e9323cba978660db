"""Recipe -> Candidates: choose, tune and blend inside a budget."""

from mlwright.search.assemble import Assembly
from mlwright.search.blend import Blend, full, weigh
from mlwright.search.choice import conclude
from mlwright.search.conformal import held_intervals, held_sets, parts
from mlwright.search.curve import learning_curve
from mlwright.search.layer import LAYER, overlay, relay
from mlwright.search.measuring import Measured, best, is_sampled, measure, measured, share, single
from mlwright.search.plan import make_plan
from mlwright.search.remedies import prescribe
from mlwright.search.search import Search, features, reader, score_of, unseen

__all__ = [
    "LAYER",
    "Assembly",
    "Blend",
    "Measured",
    "Search",
    "best",
    "conclude",
    "features",
    "full",
    "held_intervals",
    "held_sets",
    "is_sampled",
    "learning_curve",
    "make_plan",
    "measure",
    "measured",
    "overlay",
    "parts",
    "prescribe",
    "reader",
    "relay",
    "score_of",
    "share",
    "single",
    "unseen",
    "weigh",
]
