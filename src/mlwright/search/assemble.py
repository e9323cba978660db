"""From chosen members to the one graph, checked against the fitted models before anything ships."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from mlwright import graph
from mlwright.contracts.errors import ParityError
from mlwright.contracts.protocols import Feeds
from mlwright.contracts.records import Schema
from mlwright.search.blend import EDGE, Blend
from mlwright.search.conformal import Band
from mlwright.search.difficulty import emit_factor
from mlwright.trials import Outcome

TOLERANCE = 1e-5
_WARM, _TIMED = 10, 60


@dataclass(frozen=True)
class Assembly:
    """A compiled model, ready to run, and what was measured on it: the largest difference from the fitted models
    (probabilities, or values on the truth's scale), the median milliseconds of one row, and the bytes."""

    model: bytes
    session: graph.Session
    difference: float
    latency: float

    @property
    def size(self) -> int:
        """Bytes of the model."""
        return len(self.model)


def assemble(
    members: Sequence[Sequence[Outcome]], blend: Blend, schema: Schema, probe: Feeds, apart: bool = False
) -> Assembly:
    """Join each member's models (their mean is the member) into one model, measure it, and compare it with the
    fitted models on the probe rows. ``apart`` as in `emit`. Raises ParityError when they differ by more than TOLERANCE
    or give another label."""
    tensors = [[o.fragment for o in member if o.fragment is not None] for member in members]
    outputs = emit(tensors, blend, schema, apart)
    inputs = graph.Inputs(schema.numbers, schema.strings)
    facts = {"task": schema.target.task, "classes": msgspec.json.encode(schema.target.classes).decode()}
    model = graph.compile(outputs, inputs, facts)
    session = graph.Session(model)
    native = blend([np.mean([o.native for o in member], axis=0) for member in members], schema.target.task)
    difference = compare(session(probe), native, blend, schema)
    return Assembly(model, session, difference, measure(session, probe))


def emit(
    members: Sequence[Sequence[graph.Tensor]], blend: Blend, schema: Schema, apart: bool = False
) -> dict[str, graph.Tensor]:
    """The named outputs of a model (see `mlwright.contracts.records.Schema` for its inputs): ``probabilities`` (n, k)
    and ``label`` (n,), and ``sets`` (n, k) if the blend has cuts; or ``value``, ``lower`` and ``upper`` (n,). Members
    are kept ``apart`` where one reads the `averages` of others: their models are computed once for both."""
    target = schema.target
    width = len(target.classes) if target.task == "multiclass" else 1
    if apart:
        mean = averages(members) @ np.kron(np.array(blend.weights)[:, None], np.eye(width))
    else:
        share = [w / len(m) for w, m in zip(blend.weights, members, strict=True) for _ in m]
        mean = _sums([[t for m in members for t in m]], [np.array(share)])
    if target.task == "regression":
        value = graph.cast(mean, "float64") * target.scale + target.mean
        half = _half(mean, blend.band) * target.scale
        return {"value": graph.flat(value), "lower": graph.flat(value - half), "upper": graph.flat(value + half)}
    if target.task == "binary":
        p = _calibrate_binary(mean, blend)
        best = graph.cast(graph.apply("Not", graph.apply("Less", p, blend.threshold)), "int64")
        mean = graph.concat([graph.apply("Sub", 1.0, p), p])
    else:
        if blend.calibrated:
            logs = log(graph.clip(mean, EDGE, 1.0)) * blend.slope
            mean = graph.apply("Softmax", logs, attrs={"axis": 1})
        best = graph.Tensor("ArgMax", (mean,), {"axis": 1, "keepdims": 1}, "int64", 1)
    label = graph.choose([str(c) for c in target.classes], graph.flat(best))
    return {"probabilities": mean, "label": label} | _sets(mean, best, blend.cuts)


def averages(members: Sequence[Sequence[graph.Tensor]]) -> graph.Tensor:
    """The mean of each member's models, side by side: (n, members * width)."""
    return _sums(members, [np.full(len(models), 1 / len(models)) for models in members])


def _sums(groups: Sequence[Sequence[graph.Tensor]], shares: Sequence[NDArray[np.float64]]) -> graph.Tensor:
    """The weighted sum of each group's models, side by side. What trees answer is summed within one forest."""
    if not groups or not all(groups):
        raise ParityError(
            "an ensemble without members", way_out="this is a bug: please report it with the run's folder"
        )
    width = groups[0][0].width
    parts: list[tuple[int, float, graph.Tensor]] = []  # which group it is of, with what weight
    for place, (models, share) in enumerate(zip(groups, shares, strict=True)):
        known = [(place, float(w), t) for w, t in zip(share, models, strict=True)]
        forests = [(w, t) for _, w, t in known if width == 1 and t.op == "Trees"]
        if forests:
            whole = graph.sum_of_trees([t for _, t in forests], np.array([w for w, _ in forests]))
            parts.append((place, 1.0, whole))
        parts += [part for part in known if width > 1 or part[2].op != "Trees"]
    together, order = graph.beside([t for _, _, t in parts])
    matrix = np.zeros((len(parts), len(groups)))
    for row, (place, weight, _) in enumerate(parts[i] for i in order):
        matrix[row, place] = weight
    if np.array_equal(matrix, np.eye(len(groups))):
        return together
    return together @ np.kron(matrix, np.eye(width))


def compare(got: dict[str, NDArray[Any]], native: NDArray[np.float64], blend: Blend, schema: Schema) -> float:
    """The largest difference between a model's outputs and the fitted models' blended answer: of probabilities, or of
    values in standard deviations of the target (of an answer beyond one, relative to it)."""
    target = schema.target
    if target.task == "regression":
        scaled = (got["value"].astype(np.float64) - target.mean) / target.scale
        difference = np.abs(scaled - native[:, 0]) / np.maximum(1.0, np.abs(native[:, 0]))
        same = np.ones(len(native), dtype=bool)
    else:
        both = np.hstack([1 - native, native]) if target.task == "binary" else native
        difference = np.abs(got["probabilities"] - both).max(axis=1)
        texts = np.array([str(c) for c in target.classes], dtype=object)
        if target.task == "binary":
            expected, margin = (native[:, 0] >= blend.threshold).astype(int), np.abs(native[:, 0] - blend.threshold)
        else:
            top = np.sort(native, axis=1)
            expected, margin = native.argmax(axis=1), top[:, -1] - top[:, -2]
        same = (got["label"] == texts[expected]) | (margin <= TOLERANCE)  # a tie may fall either way
    largest = float(difference.max(initial=0.0))
    if not (largest <= TOLERANCE and same.all()):
        row = int(np.argmax(difference + ~same))
        raise ParityError(
            f"graph and fitted models differ by {largest:.2g} (row {row} of the probe; {int((~same).sum())} labels)",
            way_out="nothing was shipped; this is a bug in a step or a learner: please report it with the run's folder",
        )
    return largest


def measure(session: graph.Session, probe: Feeds) -> float:
    """The median milliseconds of one row in process."""
    rows = len(next(iter(probe.values())))
    singles = [{name: a[i % rows : i % rows + 1] for name, a in probe.items()} for i in range(_WARM + _TIMED)]
    seconds = []
    for feeds in singles:
        started = time.perf_counter()
        session(feeds)
        seconds.append(time.perf_counter() - started)
    return float(np.median(seconds[_WARM:]) * 1e3)


def _half(answer: graph.Tensor, band: Band) -> graph.Tensor | float:
    """Half the width of each answer's interval (n, 1), or of all: each edge below the answer adds its step."""
    if not band.edges:
        return emit_factor(band.effects) * band.halves[0] if band.effects else band.halves[0]
    over = graph.cast(graph.apply("Greater", answer, np.array([band.edges])), "float64")
    half = over @ np.diff(band.halves)[:, None] + band.halves[0]
    return half * emit_factor(band.effects) if band.effects else half


def _sets(shares: graph.Tensor, best: graph.Tensor, cuts: tuple[float, ...]) -> dict[str, graph.Tensor]:
    """The output ``sets``: see `mlwright.search.conformal.sets`."""
    if not cuts:
        return {}
    likely = graph.apply("Not", graph.apply("Less", shares, np.array([cuts])))
    if len(cuts) == 2:  # one of two has one half, and no cut is above it
        return {"sets": likely}
    return {"sets": graph.apply("Or", likely, graph.apply("Equal", best, np.arange(len(cuts))[None, :]))}


def _calibrate_binary(p: graph.Tensor, blend: Blend) -> graph.Tensor:
    if not blend.calibrated:
        return p
    inside = graph.clip(p, EDGE, 1 - EDGE)
    odds = log(inside / graph.apply("Sub", 1.0, inside))
    return graph.apply("Sigmoid", odds * blend.slope + blend.offset)


def log(x: graph.Tensor) -> graph.Tensor:
    """The logarithm, in double precision: in single, the last bit of a row hangs on its place among the others."""
    return graph.cast(graph.apply("Log", graph.cast(x, "float64")), x.dtype)
