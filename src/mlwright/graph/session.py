"""Running a compiled graph."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from mlwright.contracts.protocols import Feeds

CHUNK = 4096  # rows a call: keeps what a wide graph holds at once small, and every core has its own chunk
_ERRORS_ONLY = 4


class Session:
    """A compiled model, ready to run; safe to call from many threads, and the same answer whatever their number."""

    def __init__(self, model: bytes, threads: int | None = None):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = _ERRORS_ONLY
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._inputs = [i.name for i in self._session.get_inputs()]
        self._outputs = {o.name: o for o in self._session.get_outputs()}
        self._threads = threads or os.cpu_count() or 1

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of the outputs."""
        return tuple(self._outputs)

    @property
    def metadata(self) -> dict[str, str]:
        """What was written into the model beside its nodes."""
        return dict(self._session.get_modelmeta().custom_metadata_map)

    def __call__(self, feeds: Feeds, outputs: Sequence[str] | None = None) -> dict[str, NDArray[Any]]:
        """Every output (or those named), with as many rows as the feeds."""
        names = list(outputs or self._outputs)
        fed = {name: feeds[name] for name in self._inputs}
        rows = len(next(iter(fed.values()))) if fed else 0
        if 0 < rows <= CHUNK:
            return dict(zip(names, self._session.run(names, fed), strict=True))
        if rows == 0:
            return {name: self._nothing(name) for name in names}
        starts = range(0, rows, CHUNK)
        with ThreadPoolExecutor(min(self._threads, len(starts))) as pool:
            parts = list(pool.map(lambda s: self._session.run(names, _slice(fed, s)), starts))
        return {name: np.concatenate([part[i] for part in parts]) for i, name in enumerate(names)}

    def _nothing(self, name: str) -> NDArray[Any]:
        info = self._outputs[name]
        known = {"float": np.float32, "double": np.float64, "int64": np.int64, "bool": np.bool_}
        dtype = known.get(info.type[len("tensor(") : -1], object)
        return np.zeros((0, *info.shape[1:]), dtype)


def _slice(feeds: Feeds, start: int) -> dict[str, NDArray[Any]]:
    return {name: array[start : start + CHUNK] for name, array in feeds.items()}
