"""Building, merging and running the one graph; the only unit that knows ONNX.

expressions (`numbers`, `strings`, `apply`, `lookup`, `trees`, ...) -> `compile` -> bytes -> `Session`
"""

from mlwright.graph.browser import for_browsers
from mlwright.graph.forest import Forest, round_down
from mlwright.graph.fragment import dump, load
from mlwright.graph.lower import Inputs, compile
from mlwright.graph.session import CHUNK, Session
from mlwright.graph.tensor import (
    Tensor,
    ancestors,
    apply,
    beside,
    cast,
    choose,
    clip,
    columns,
    concat,
    constant,
    flat,
    lookup,
    numbers,
    piecewise,
    strings,
    sum_of_trees,
    trees,
    where,
)

__all__ = [
    "CHUNK",
    "Forest",
    "Inputs",
    "Session",
    "Tensor",
    "ancestors",
    "apply",
    "beside",
    "cast",
    "choose",
    "clip",
    "columns",
    "compile",
    "concat",
    "constant",
    "dump",
    "flat",
    "for_browsers",
    "load",
    "lookup",
    "numbers",
    "piecewise",
    "round_down",
    "strings",
    "sum_of_trees",
    "trees",
    "where",
]
