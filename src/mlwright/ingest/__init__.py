"""Source -> Table: find the data, type it, fingerprint it, seal the holdout.

kinds        which kind each column is          target       the task, the classes, the target as numbers
holdout      which rows are sealed              fingerprint  the SHA-256 of what came in
intake       the steps in their order
"""

from mlwright.ingest.intake import ingest, labelled
from mlwright.ingest.kinds import infer

__all__ = ["infer", "ingest", "labelled"]
