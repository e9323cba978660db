"""From a table to a model you can judge, ship and serve, on one graph."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlwright.bundle import Model, load, verify
    from mlwright.contracts.errors import MlwrightError
    from mlwright.contracts.records import Verdict
    from mlwright.lifecycle import resume, train

__all__ = ["MlwrightError", "Model", "Verdict", "load", "resume", "train", "verify"]

# Each name is imported when it is first used, so that `import mlwright` costs next to nothing.
_HOME = {
    "MlwrightError": "mlwright.contracts.errors",
    "Model": "mlwright.bundle",
    "Verdict": "mlwright.contracts.records",
    "load": "mlwright.bundle",
    "resume": "mlwright.lifecycle",
    "train": "mlwright.lifecycle",
    "verify": "mlwright.bundle",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'mlwright' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return __all__
