"""What ships: a folder that holds the graph, its schema, its verdict and a card for people, and nothing executable.

manifest.json     what the folder holds and where it came from, with the SHA-256 of every other file
manifest.sha256   the SHA-256 of manifest.json, as `sha256sum -c` reads it
model.onnx        the one graph: from the typed row to the prediction
schema.json       the typed row
evaluation.json   the verdict
card.md           what a person should know before using it
report.html       the same and more, with pictures, for people inside and outside the field
report.json       the records that report.html was drawn from
"""

from mlwright.bundle.folder import Contents, check_place, write
from mlwright.bundle.model import Model, load, verify

__all__ = ["Contents", "Model", "check_place", "load", "verify", "write"]
