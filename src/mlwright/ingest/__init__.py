"""Source -> Table: find the data, type it, fingerprint it, seal the holdout.

kinds        which kind each column is          target       the task, the classes, the target as numbers
weights      how much each row counts           monotone     which columns may be bound to one direction
correction   the Schema as a file that people mend
holdout      which rows are sealed              fingerprint  the SHA-256 of what came in
intake       the steps in their order           survey       a table typed to be looked at, nothing sealed
"""

from mlwright.ingest.correction import correct, write_schema
from mlwright.ingest.intake import ingest, labelled
from mlwright.ingest.kinds import infer
from mlwright.ingest.survey import Beside, Survey, Wanted, beside, survey

__all__ = ["Beside", "Survey", "Wanted", "beside", "correct", "infer", "ingest", "labelled", "survey", "write_schema"]
